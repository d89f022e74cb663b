"""The command `journal`: what has happened, read from the store, while the bridge runs or not."""

import csv
import io
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec
from rich.console import Console
from rich.text import Text

from singing_pager import config
from singing_pager.cli.faults import faults_told
from singing_pager.errors import ConfigError
from singing_pager.model import STRIPS, Controls, Deed

if TYPE_CHECKING:
    from singing_pager.store import Line

__all__ = ["journal"]

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet would run."""
_STYLES = {"critical": "bold red", "warning": "yellow", "info": "cyan"}


class _Time(click.ParamType[float]):
    """A time in words, as Unix time."""

    name = "time"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read `2h` as two hours ago, and ISO 8601 as what it says (local time where it names no zone)."""
        if isinstance(value, float):
            return value
        if ago := re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)([smhdw])", value.strip()):
            return time.time() - float(ago[1]) * _SECONDS[ago[2]]
        try:
            return datetime.fromisoformat(value.strip()).timestamp()
        except (ValueError, OverflowError, OSError):
            self.fail(
                f"{value!r} is no time; allowed: 30m, 2h, 7d (s, m, h, d, w ago) or 2026-11-21T08:00 (ISO 8601)",
                param,
                ctx,
            )


@click.command()
@click.option("--since", type=_Time(), metavar="TIME", help="from then on: 2h (ago), 7d, 2026-11-21T08:00")
@click.option("--until", type=_Time(), metavar="TIME", help="before then")
@click.option("--alert", "name", metavar="NAME", help="of alerts of this name")
@click.option("--fingerprint", metavar="ID", help="of this one alert")
@click.option("--severity", metavar="NAME", help="of alerts of this severity")
@click.option("--deed", type=click.Choice([deed.value for deed in Deed]), metavar="DEED", help="fired, acknowledged, …")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="only the last N lines")
@click.option(
    "--format", "form", type=click.Choice(["text", "jsonl", "csv"]), default="text", show_default=True, help="how"
)
@click.option("--store", metavar="URL", help="where the journal is  [env STORE_URL]")
@click.option("--config", "file", type=click.Path(path_type=Path), envvar="CONFIG", help="settings in YAML")
def journal(*, form: str, store: str | None, file: Path | None, **wanted: Any) -> None:  # noqa: ANN401 - see `Wanted`
    """Read the journal: what has happened, who did what and why. The bridge may run meanwhile."""
    with faults_told():
        flags = {} if store is None else {"STORE_URL": store}
        settings = config.load(os.environ, flags, file).store
        from singing_pager.store import Wanted, open_store  # noqa: PLC0415 - the other commands need no database

        kept = open_store(settings.url, settings.retention, writing=False)
        if kept is None:
            raise ConfigError("STORE_URL: off keeps no journal; allowed here: the place of one (--store)")
        try:
            with _told_to_pipes():
                _FORMS[form](kept.entries(Wanted(**wanted)))
        finally:
            kept.close()


@contextmanager
def _told_to_pipes() -> Iterator[None]:
    """Whoever reads may have had enough, as `head` has: that is no fault to speak of."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # the interpreter flushes once more at its end, and would complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _jsonl(lines: Iterable["Line"]) -> None:
    out = sys.stdout.buffer
    for line in lines:
        out.write(msgspec.json.encode(line) + b"\n")
    out.flush()


def _csv(lines: Iterable["Line"]) -> None:
    from singing_pager.store import Line  # noqa: PLC0415

    # UTF-8 wherever it goes, and line ends as the csv module writes them
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=True)
    try:
        table = csv.writer(out)
        table.writerow(Line.__struct_fields__)
        for line in lines:
            table.writerow([_cell(value) for value in msgspec.structs.astuple(line)])
    finally:
        out.detach()


def _cell(value: object) -> object:
    if isinstance(value, msgspec.Raw):
        value = bytes(value).decode()
        return "" if value == "null" else value
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def _text(lines: Iterable["Line"]) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    for line in lines:
        console.print(_told(line))


def _told(line: "Line") -> Text:
    """Say a line in one line of a terminal."""
    style = _STYLES.get(line.severity.lower(), "")
    parts: list[str | tuple[str, str]] = [(_when(line.at), "dim"), "  ", (f"{line.deed:<14}", style)]
    if line.fingerprint:
        labels: dict[str, str] = msgspec.json.decode(line.labels)
        rest = (f"{name}={value}" for name, value in labels.items() if name not in {"alertname", "severity"})
        parts += [" ", (f"{_plain(line.severity) or '-':<8}", style), " ", (_plain(line.name) or "-", "bold")]
        parts += [f" {_plain(label)}" for label in rest]
    if line.subject:
        parts += [" ", _plain(line.subject)]
    parts += [_levels(line)] if line.deed == Deed.VOLUME else []
    parts += [(f" ×{line.count}", "bold")] if line.count != 1 else []
    parts += [(f" ♪ {_plain(line.heard)}", "dim")] if line.heard else []
    parts += [f" by {_plain(line.by)}"] if line.by else []
    parts += [f": {_plain(line.reason)}"] if line.reason else []
    return Text.assemble(*parts)


def _levels(line: "Line") -> str:
    """To what level the strip was brought."""
    try:
        controls = msgspec.json.decode(line.controls, type=Controls | None)
        return "" if controls is None else f" to {controls.levels[STRIPS.index(line.subject)]:.0%}"
    except (msgspec.MsgspecError, ValueError, IndexError):
        return ""


def _when(at: float) -> str:
    try:
        return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return str(at)


def _plain(text: str) -> str:
    """Give what somebody sent without line ends and escape sequences."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


_FORMS: dict[str, Callable[[Iterable["Line"]], None]] = {"text": _text, "jsonl": _jsonl, "csv": _csv}
