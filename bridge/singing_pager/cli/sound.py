"""The commands that make sound by themselves: `listen`, `demo`, `render`, `replay`."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from singing_pager import instruments, score
from singing_pager.cli import terminal
from singing_pager.cli.faults import faults_told

if TYPE_CHECKING:
    from singing_pager.perform.timeline import Moment
    from singing_pager.sinks.sound.card import Card

__all__ = ["demo", "listen", "render", "replay"]

# what these commands need is imported when they run: `--help` and `check` need neither NumPy nor SciPy
_path = partial(click.Path, path_type=Path)
_DEMO = Path("singing-pager-demo.wav")


@click.command()
@click.option("-d", "--duration", "seconds", type=click.FloatRange(min=2), help="seconds; without: until Ctrl-C")
@click.option(
    "-i", "--interval", type=click.FloatRange(0.01, 10), default=0.1, show_default=True, help="seconds between samples"
)
@click.option("-o", "--output", type=_path(), help="sound file: .wav, .flac, .ogg or .opus; without: the sound card")
@click.option("--score", "score_path", type=_path(), help="how it sounds; without: the score that came with the pager")
@click.option("--device", default="", help="sound card: its number or part of its name")
def listen(seconds: float | None, interval: float, output: Path | None, score_path: Path | None, device: str) -> None:
    """Hear this machine: CPU is pitch, network pulse, memory level, and what is not as usual sounds wrong."""
    with faults_told():
        score.load(score_path, instruments.load())  # before a file of that name is written anew
        from singing_pager.perform import listening  # noqa: PLC0415

        with (
            listening.opened(output, device) as outlets,
            terminal.metered(f"this machine → {outlets.name}", seconds) as shown,
        ):
            asyncio.run(
                listening.listen(
                    outlets,
                    seconds=seconds,
                    interval=interval,
                    score_path=score_path,
                    watch=lambda done, stats: shown(done, stats.now.peak),
                )
            )


@click.command()
@click.option("-o", "--output", type=_path(), help="sound file: .wav, .flac, .ogg or .opus; without: the sound card")
@click.option("--device", default="", help="sound card: its number or part of its name")
def demo(output: Path | None, device: str) -> None:
    """Hear a machine go from healthy to failing, then every sound that the pager makes, with captions.

    Without a sound card the demo is written to singing-pager-demo.wav.
    """
    with faults_told():
        from singing_pager.perform import demo as story  # noqa: PLC0415
        from singing_pager.sinks.sound.card import Card, CardError  # noqa: PLC0415

        card = Card(device=device)
        if output is None:
            try:
                card.open()
            except CardError as error:
                if device:
                    raise
                output = _DEMO
                click.echo(f"{error}: the demo goes to {output}", err=True)
        if output is None:
            _play_live(story.script(), card)
        else:
            _write(story.script(), story.SECONDS, output)


@click.command()
@click.argument("file", type=_path(exists=True, dir_okay=False))
@click.option("-o", "--output", type=_path(), required=True, help="sound file: .wav, .flac, .ogg or .opus")
@click.option("--synthdefs", type=_path(exists=True), multiple=True, help="further compiled SynthDefs: file or folder")
@click.option("--rate", type=click.IntRange(8000, 192_000), default=48_000, show_default=True, help="samples a second")
def render(file: Path, output: Path, synthdefs: tuple[Path, ...], rate: int) -> None:
    """Render FILE to a sound file, faster than real time.

    FILE is a recording of the pager, or a binary OSC score as `scsynth -N` takes it.
    """
    with faults_told():
        from singing_pager.perform import render as rendering  # noqa: PLC0415

        with terminal.counted(f"{file.name} → {output.name}", rendering.length(file)) as progress:
            ignored = rendering.render(file, output, synthdefs=synthdefs, rate=rate, progress=progress)
        _tell_ignored(ignored)


@click.command()
@click.argument("file", type=_path(exists=True, dir_okay=False))
@click.option(
    "--to", type=click.Choice(["card", "sclang", "scsynth"]), default="card", show_default=True, help="engine"
)
@click.option("--host", default="127.0.0.1", show_default=True, help="of sclang or scsynth")
@click.option("--port", type=click.IntRange(1, 65535), default=57120, show_default=True, help="its port")
@click.option("--device", default="", help="sound card: its number or part of its name")
@click.option("--speed", type=click.FloatRange(0.01, 1000), default=1.0, show_default=True, help="2: twice as fast")
def replay(*, file: Path, to: str, host: str, port: int, device: str, speed: float) -> None:
    """Play a recording again, in time: by the built-in engine, by sclang (OSC over UDP), or by scsynth (TCP)."""
    with faults_told():
        from singing_pager.perform import engines  # noqa: PLC0415
        from singing_pager.perform import render as rendering  # noqa: PLC0415
        from singing_pager.perform.replay import replay as play  # noqa: PLC0415

        moments, seconds = rendering.recorded(file), rendering.length(file)

        async def run() -> None:
            reaching = {
                "card": partial(engines.card, device),
                "sclang": partial(engines.sclang, host, port),
                "scsynth": partial(engines.scsynth, host, port),
            }
            async with reaching[to]() as sink:
                with terminal.counted(f"{file.name} → {to}", seconds) as progress:
                    await play(moments, sink, speed=speed, progress=progress)

        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(run())


def _tell(moment: "Moment") -> None:
    if moment.caption:
        terminal.console().print(f"{moment.at:5.1f} s  {moment.caption}")


def _write(played: Iterable["Moment"], seconds: float, output: Path) -> None:
    """Render a performance to a file, with its captions and its loudest peak."""
    from singing_pager.perform import offline  # noqa: PLC0415
    from singing_pager.perform import render as rendering  # noqa: PLC0415

    rendering.save(offline.perform(played, seconds, ambience=offline.NEAR, tell=_tell), output)
    terminal.console().print(f"written: {output}")


def _play_live(played: Iterable["Moment"], card: "Card") -> None:
    """Play a performance on an open card, in time, with its captions."""
    from singing_pager.perform.listening import Outlets, built_in  # noqa: PLC0415
    from singing_pager.perform.offline import NEAR  # noqa: PLC0415
    from singing_pager.perform.replay import replay as play  # noqa: PLC0415

    async def run() -> None:
        with built_in(Outlets(card=card), ambience=NEAR) as player:
            await play(played, player, tell=_tell)
            await asyncio.sleep(3.0)

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())


def _tell_ignored(ignored: Counter[str]) -> None:
    """Say what of a score could not be played: silence must not pass for a good rendering."""
    if ignored:
        said = ", ".join(f"{number} {reason.replace('_', ' ')}" for reason, number in sorted(ignored.items()))
        terminal.console().print(f"not carried out: {said}", style="yellow")
