"""What the built-in engine sounds like through its whole stage, and what is heard of that: clicks, gains, levels."""

import functools
from collections.abc import Iterable, Mapping

import numpy as np
from listening import Samples, Take
from pythonosc.osc_message_builder import OscMessageBuilder
from scipy import signal
from singing_pager import instruments
from singing_pager.model import Cue, Hold, Priority, Release, Strike
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.synth.server import Server

RATE = 48_000
CATALOGUE = instruments.load()
ALARMS = ("alert_critical", "alert_warning", "alert_info")
EARCONS = ("resolved", "stale", "flood", "heartbeat", "fault", "lost")
HELD = tuple(name for name, instrument in CATALOGUE.items() if name not in {*ALARMS, *EARCONS})

GROUPS = {priority: 900 + priority.rank for priority in Priority}
BUSES = {priority: 16 + 2 * priority.rank for priority in Priority}
MIX, SAFETY = 905, 906
_NODES = 3 + len(GROUPS)  # the root group, mix, safety, and a group for each class
LIMITER = 480 / RATE
"""Seconds by which the limiter delays everything."""

EVEN, ODD = 4800, 4837
"""Frames at which a control period begins, and at which none does."""

Timed = tuple[float, Cue | bytes]
"""Seconds, and what is played then: a cue, or a message as it is."""


def strike(instrument: str, **values: float) -> Strike:
    """The cue for a struck sound, at its defaults but for what is given, be it out of range."""
    return Strike("struck", instrument, _params(instrument, values))


def hold(instrument: str, **values: float) -> Hold:
    """The cue that starts or moves a held voice of that name, at its defaults but for what is given."""
    return Hold(instrument, instrument, _params(instrument, values), 0)


def release(instrument: str) -> Release:
    """The cue that ends a held voice of that name."""
    return Release(instrument, instrument, 0)


def _params(instrument: str, values: Mapping[str, float]) -> tuple[float, ...]:
    return tuple(values.get(parameter.name, parameter.default) for parameter in CATALOGUE[instrument].parameters)


def limits(instrument: str, which: int) -> dict[str, float]:
    """The least (0) or the greatest (1) value of each parameter of an instrument."""
    return {parameter.name: parameter.range[which] for parameter in CATALOGUE[instrument].parameters}


def raw(address: str, *arguments: float | str) -> bytes:
    """An OSC message with whatever is given: the bridge's own encoder lets no NaN and no infinity through."""
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    return builder.build().dgram


class Stage:
    """The built-in engine as the bridge sets it up: a group for each class, mix, safety.

    Args:
        seed: Of all noise.
    """

    def __init__(self, seed: int = 1) -> None:
        self._scsynth = Scsynth(CATALOGUE, instruments.compiled_path())
        self.server = Server(rate=RATE, seed=seed)
        for packet in self._scsynth.boot():
            self.server.receive(packet)

    def play(self, at: float, content: Cue | bytes) -> None:
        """Play something so many seconds after the engine's start."""
        packets = (content,) if isinstance(content, bytes) else self._scsynth.encode(content)
        for packet in packets:
            self.server.receive(packet, max(2, round(at * 2**32)))

    def take(self, seconds: float) -> Take:
        """Record the next seconds."""
        return Take(self.server.render(round(seconds * RATE)).astype(np.float64), RATE)

    def until_quiet(self) -> Take:
        """Record until no voice is left, and some periods more for the limiter to give what it holds."""
        parts = [self.server.render(16_384)]
        while self.server.nodes > _NODES:
            parts.append(self.server.render(16_384))
        parts.append(self.server.render(640))
        return Take(np.concatenate(parts).astype(np.float64), RATE)


def heard(moments: Iterable[Timed], seconds: float, seed: int = 1) -> Take:
    """Record moments through the whole stage; every command has to be understood."""
    stage = Stage(seed)
    for at, content in sorted(moments, key=lambda moment: moment[0]):
        stage.play(at, content)
    take = stage.take(seconds)
    assert not stage.server.ignored
    return take


@functools.cache
def struck(instrument: str, frame: int = ODD, **values: float) -> Take:
    """Record one struck sound that starts at a frame, until nothing is left of it (4 s)."""
    return heard([(frame / RATE, strike(instrument, **values))], 4.0)


def above(take: Take, frequency: float) -> Samples:
    """What a take has above a frequency, (frames,)."""
    sections = signal.butter(8, frequency, "highpass", fs=take.rate, output="sos")
    return np.asarray(signal.sosfilt(sections, take.mono), dtype=np.float64)


def hiss(take: Take, frequency: float) -> Take:
    """What a take has far above every partial: a step of the wave, or of its slope, is heard there as a click."""
    return Take(above(take, frequency)[:, np.newaxis], take.rate)


def gains(take: Take, reference: Take, window: float = 0.01) -> Samples:
    """Level of a take relative to the same take as it would be without any change, in dB, every `window` seconds."""
    size = round(window * take.rate)
    levels = [
        np.sqrt(np.mean(one.mono[: len(one.mono) // size * size].reshape(-1, size) ** 2, axis=1))
        for one in (take, reference)
    ]
    return np.asarray(20.0 * np.log10(np.maximum(levels[0], 1e-10) / np.maximum(levels[1], 1e-10)), np.float64)
