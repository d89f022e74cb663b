"""Scores with noise in them, which sound different at each run: what is compared is their bands and their envelopes."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from golden.compiled import is_random
from golden.scores import CATALOGUE, COMPILED, RANDOM, START, Case, Moment, free, new, parameters, put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclasses.dataclass(frozen=True, slots=True)
class Noise:
    """A stretch of some seconds that is played over and over, until chance has evened out.

    A third of an octave at 100 Hz is 23 Hz wide: in 10 s the level there scatters by 4.34 / √(23 × 10) = 0.3 dB. The
    difference of two engines should keep within 1 dB at five times its own scatter, so at least 40 s in two independent
    channels are compared. Sounds that are rare, like ticks, are played for so long that thousands are heard.

    Args:
        name: The name of the case.
        synthdef: The SynthDef that is played.
        moments: The commands of one stretch, for a node of this number.
        period: The length of a stretch, in seconds.
        repeats: How often it is played in one take.
        takes: How many takes there are.
        frame: The length of the frames of which the envelope is made, in seconds.
    """

    name: str
    synthdef: str
    moments: Callable[[int], tuple[Moment, ...]]
    period: float = 10.0
    repeats: int = 4
    takes: int = 1
    frame: float = 1.0

    def case(self) -> Case:
        """Return the score of one take."""
        moments = tuple(
            (repeat * self.period + at, content)
            for repeat in range(self.repeats)
            for at, content in self.moments(1000 + repeat)
        )
        return Case(self.name, (self.synthdef,), moments, self.period * self.repeats)


_FRAMES = {"g_brownnoise_ar": 5.0, "g_brownnoise_kr": 5.0, "g_pinknoise_kr": 5.0, "g_noise_filtered": 2.5}
"""What wanders slowly is watched for longer."""


def _small(name: str) -> Noise:
    if name == "g_noise_envelope":
        return Noise(name, name, lambda node: (new(START, name, node), put(1.1, node, gate=0)), 2.0, 20, 2, 0.1)
    return Noise(name, name, lambda node: (new(START, name, node), free(9.9, node)), frame=_FRAMES.get(name, 1.0))


_TAKES = {"stale": 3, "flood": 8, "disk": 6}


def _product() -> Iterator[Noise]:
    for name, instrument in CATALOGUE.items():
        if not is_random(COMPILED / f"{name}.scsyndef"):
            continue
        usual = {key: values[1] for key, values in parameters(name).items()}
        takes = _TAKES.get(name, 2)
        if instrument["kind"] == "held":
            yield Noise(name, name, _held(name), takes=takes, frame=2.5 if name == "disk" else 1.0)
            continue
        for which in ("usual", *(key for key in usual if key not in {"vol", "dur"})):
            values = usual if which == "usual" else usual | {which: parameters(name)[which][2]}
            moments = _struck(name, values)
            yield Noise(f"{name}_{which}", name, moments, 2.56, 16, takes, 0.16 if name == "stale" else 0.32)


def _struck(name: str, values: dict[str, float]) -> Callable[[int], tuple[Moment, ...]]:
    return lambda node: (new(START, name, node, **values),)


def _held(name: str) -> Callable[[int], tuple[Moment, ...]]:
    ends = parameters(name)

    def moments(node: int) -> tuple[Moment, ...]:
        return (
            new(START, name, node, **({key: values[2] for key, values in ends.items()} | {"vol": 0.3})),
            put(3.0, node, vol=1.0),
            put(8.0, node, gate=0),
        )

    return moments


NOISES: tuple[Noise, ...] = (*_product(), *(_small(name) for name in RANDOM if not name.startswith("g_draw_")))
"""Everything with noise in it."""

_ONCE = ("g_draw_rand", "g_draw_exprand", "g_draw_irand", "g_draw_linrand", "g_draw_linrand_high", "g_draw_nrand")
_WANDERS = ("g_draw_pinknoise", "g_draw_brownnoise")
"""Of these one value is near the one before: their bands tell more."""
HELD = 128
"""Samples for which a drawn value is held."""


def _draw(name: str) -> Case:
    if name not in _ONCE:
        return Case(name, (name,), (new(0.0, name),), 4.0)
    hold = HELD / 48_000
    moments = tuple(
        moment
        for i in range(750)
        for moment in (new((i + 0.25) * hold, name, 1000 + i), free((i + 1.25) * hold, 1000 + i))
    )
    return Case(name, (name,), moments, math.ceil(750 * hold))


DRAWS: tuple[Case, ...] = tuple(_draw(name) for name in RANDOM if name.startswith("g_draw_") and name not in _WANDERS)
"""SynthDefs that hold one random value after another: what is compared is how the values are spread."""
