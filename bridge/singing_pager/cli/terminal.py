"""What a terminal shows while there is sound: how far it is, and how loud."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import log10

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

__all__ = ["console", "counted", "metered"]

_FLOOR = -60.0
"""dBFS at which the meter begins."""
_CELLS = 24
_LOUD, _LOUDER = -12.0, -3.0


def console() -> Console:
    """The terminal, on standard error: standard output is for what programs read."""
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


@contextmanager
def counted(what: str, seconds: float | None) -> Iterator[Callable[[float], None]]:
    """Show how many seconds of so many are done; gives what is to be told them."""
    with Progress(_what(), BarColumn(), _Clock(), console=console(), transient=True) as progress:
        task = progress.add_task(what, total=seconds)
        yield lambda done: progress.update(task, completed=done)


@contextmanager
def metered(what: str, seconds: float | None) -> Iterator[Callable[[float, float], None]]:
    """Show a level meter, and how far it is where there is an end; gives what is to be told seconds and peak."""
    meter = _Meter()
    columns: list[ProgressColumn] = [_what(), meter, _Clock()]
    if seconds is not None:
        columns.insert(1, BarColumn())

    with Progress(*columns, console=console(), refresh_per_second=10) as progress:
        task = progress.add_task(what, total=seconds)

        def shown(done: float, peak: float) -> None:
            meter.peak = peak
            progress.update(task, completed=done)

        yield shown


def _what() -> TextColumn:
    """What is going on: the names of files, which may hold brackets."""
    return TextColumn("{task.description}", markup=False)


class _Clock(ProgressColumn):
    """Seconds that are done, of how many."""

    def render(self, task: Task) -> Text:
        whole = "" if task.total is None else f" of {task.total:.1f}"
        return Text(f"{task.completed:.1f}{whole} s")


class _Meter(ProgressColumn):
    """A bar from −60 dBFS to full scale, with its number: colour is not needed to read it; `peak` has full scale 1."""

    peak = 0.0

    def render(self, _: Task) -> Text:
        level = max(_FLOOR, 20 * log10(self.peak)) if self.peak > 0 else _FLOOR
        full = round((level - _FLOOR) / -_FLOOR * _CELLS)
        style = "green" if level < _LOUD else "yellow" if level < _LOUDER else "red"
        said = f"{level:6.1f} dBFS" if level > _FLOOR else "   silence  "
        return Text.assemble(("█" * full, style), ("·" * (_CELLS - full), "dim"), " ", said)
