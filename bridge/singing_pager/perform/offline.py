"""Cues into samples, as quickly as the machine can."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from singing_pager import instruments
from singing_pager.core.instrument import Catalogue
from singing_pager.model import Cue
from singing_pager.perform.timeline import Held, Moment
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.synth import score_file
from singing_pager.synth.server import Server

__all__ = ["NEAR", "RATE", "Samples", "perform", "play_score"]

Samples = npt.NDArray[np.float32]
"""(frames, channels), full scale ±1."""

RATE = 48_000
NEAR = 4.0
"""How much louder the ambience is for those who listen to it alone: 12 dB. Beside work it is meant to be forgotten."""
_CHUNK = 1.0
"""Seconds of sound that are given at once."""
_RING_OUT = 3.0
"""Seconds for what still sounds at the end: the longest alarm's own length is cut no shorter than that."""
_SECOND = 2**32


def perform(
    played: Iterable[Moment],
    seconds: float,
    *,
    rate: int = RATE,
    ambience: float = 1.0,
    catalogue: Catalogue | None = None,
    tell: Callable[[Moment], None] = lambda _: None,
) -> Iterator[Samples]:
    """Play moments on the built-in engine; held voices fade out at the end.

    Args:
        played: What sounds when, in the order of time.
        seconds: Length without the ringing out, which takes 3 s more.
        rate: Samples a second.
        ambience: How much louder the ambience is than beside work, 0 to 8 (`NEAR`: for those who listen to it alone).
        catalogue: Names instruments and their controls; None: the pager's own.
        tell: Told each moment when it is reached.

    Raises:
        SynthDefError: A SynthDef cannot be played.
    """
    scsynth = Scsynth(catalogue or instruments.load(), instruments.compiled_path(), ambience=ambience)
    server = Server(rate=rate)
    server.load(instruments.compiled_path())
    for packet in scsynth.boot():
        server.receive(packet)
    held = Held()
    for moment in played:
        yield from _until(server, moment.at)
        tell(moment)
        for cue in moment.cues:
            _send(server, scsynth, cue, moment.at)
        held.note(moment.cues)
    yield from _until(server, seconds)
    for release in held.releases:
        _send(server, scsynth, release, seconds)
    yield from _until(server, seconds + _RING_OUT)


def play_score(
    path: Path, *, rate: int = RATE, channels: int = 2, synthdefs: Iterable[Path] = (),
    ignored: Callable[[Mapping[str, int]], None] = lambda _: None,
) -> Iterator[Samples]:  # fmt: skip
    """Play a binary OSC score as `scsynth -N` does: up to the time of its last bundle.

    Args:
        path: The score.
        rate: Samples a second.
        channels: Outputs.
        synthdefs: Files or folders of compiled SynthDefs that it may use.
        ignored: Told at the end what could not be carried out: how many commands, by reason.

    Raises:
        ScoreFileError: It is no score.
        SynthDefError: A SynthDef cannot be played.
    """
    server = Server(rate=rate, channels=channels)
    for folder in synthdefs:
        server.load(folder)
    for tag, packet in score_file.read(path):
        yield from _until(server, tag / _SECOND)
        server.receive(packet)
    ignored(server.ignored)


def _send(server: Server, scsynth: Scsynth, cue: Cue, at: float) -> None:
    for packet in scsynth.encode(cue):
        server.receive(packet, max(2, round(at * _SECOND)))


def _until(server: Server, seconds: float) -> Iterator[Samples]:
    """Render up to the last whole control period before some second, so that what comes then is still in time."""
    target = int(seconds * server.rate) // 64 * 64
    while server.frame < target:
        yield server.render(min(target - server.frame, int(_CHUNK * server.rate)))
