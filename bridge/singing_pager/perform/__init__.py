"""Performances: the pager as a player, from a terminal or from Python, without a bridge.

    from singing_pager import perform

    perform.write_demo("demo.wav")
    perform.write_machine("machine.wav", seconds=30)
    perform.write_values([{"cpu": 0.2, "network": 0.1, "memory": 0.4, "anomaly": 0.0}] * 50, "values.wav")

The end of a file's name says its format: `.wav`, `.flac`, `.ogg`, `.opus`. What is wrong with it is a `PagerError`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["write_demo", "write_machine", "write_values"]

# NumPy and SciPy take their time to load: only when something is to sound


def write_demo(path: Path | str) -> None:
    """Write the demo, a minute of sound: from healthy to failing, then every sound of the pager.

    Args:
        path: The sound file.
    """
    from singing_pager.perform import demo, offline, render  # noqa: PLC0415

    render.save(offline.perform(demo.script(), demo.SECONDS, ambience=offline.NEAR), Path(path))


def write_machine(path: Path | str, seconds: float, *, interval: float = 0.1) -> None:
    """Listen to this machine and write what there is to hear; returns when the time is over, or after Ctrl-C.

    To be called from the main thread, where no event loop runs; elsewhere `listening.listen` can be awaited.

    Args:
        path: The sound file.
        seconds: How long, 2 or more: held voices take the last 1.6 s to fade.
        interval: Seconds between two samples of the machine, 0.01 to 10.
    """
    import asyncio  # noqa: PLC0415

    from singing_pager.perform import listening  # noqa: PLC0415

    with listening.opened(Path(path)) as outlets:
        asyncio.run(listening.listen(outlets, seconds=seconds, interval=interval))


def write_values(values: Sequence[Mapping[str, float]], path: Path | str, *, interval: float = 0.1) -> None:
    """Write a series of values as the sound signature; `soundscape.soundscape` gives the same as an array.

    Args:
        values: Each with `cpu`, `network`, `memory` and `anomaly`, from 0 to 1.
        path: The sound file; it rings out for 3 s after the last value.
        interval: Seconds between the values.
    """
    from singing_pager.perform import render, soundscape  # noqa: PLC0415

    render.save(soundscape.pieces(values, interval=interval), Path(path))
