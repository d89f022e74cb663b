"""Panning and fading between signals.

With equal power, gains are a quarter of a sine in 2,048 steps, as scsynth has them in its table.
"""

import numpy as np
import numpy.typing as npt

from singing_pager.synth.building import begin
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Evaluate, Signal, Unit

__all__ = ["UGENS"]

_STEPS = 2048
_SINE = np.sin(np.arange(_STEPS + 1) * (np.pi / 2 / _STEPS)).astype(np.float32)
_TURN = 4096
_HALF, _ONE = np.float32(0.5), np.float32(1)

Gains = tuple[Signal, Signal]


def _equal_power(position: Signal) -> Gains:
    """Left and right gain of a position between −1 and 1."""
    near = np.float32(_STEPS / 2) * position + np.float32(_STEPS / 2 + 0.5)
    steps: npt.NDArray[np.int32] = np.clip(near, 0, _STEPS).astype(np.int32)
    return _SINE[_STEPS - steps], _SINE[steps]


def _linear(position: Signal) -> Gains:
    right = position * _HALF + _HALF
    return _ONE - right, right


def _moving(unit: Unit, gains: Gains, level: Signal, at: int) -> Gains:
    """Gains times a level: ramped as a whole, or where the position is a signal, the level alone."""
    if unit.rate is not Rate.AUDIO:
        return gains[0] * level, gains[1] * level
    if unit.rates[at] is Rate.AUDIO:
        level = unit.ramped(level, at + 1)
        return gains[0] * level, gains[1] * level
    return unit.slope(gains[0] * level, "left"), unit.slope(gains[1] * level, "right")


def _late(unit: Unit, gains: Gains) -> Gains:
    """At control rate these two come a control period late in scsynth."""
    if unit.rate is Rate.AUDIO:
        return gains
    found = []
    for name, gain in zip(("left", "right"), gains, strict=True):
        last = unit.recall(name, gain[:, :1], np.float32)
        unit.keep(name, unit.rowed(gain[:, -1:]))
        columns = np.broadcast_to(unit.rowed(gain), (unit.span.rows, unit.blocks))
        found.append(np.concatenate([last, columns[:, :-1]], axis=1))
    return found[0], found[1]


def _pan2(unit: Unit, signal: Signal, position: Signal, level: Signal) -> Gains:
    """A signal between left and right, of equal power everywhere."""
    left, right = _moving(unit, _equal_power(position), level, 1)
    return signal * left, signal * right


def _lin_pan2(unit: Unit, signal: Signal, position: Signal, level: Signal) -> Gains:
    """A signal between left and right, its two gains together always the same."""
    left, right = _moving(unit, _linear(position), level, 1)
    return signal * left, signal * right


def _balance2(unit: Unit, first: Signal, second: Signal, position: Signal, level: Signal) -> Gains:
    """Two signals, one louder than the other."""
    left, right = _late(unit, _moving(unit, _equal_power(position), level, 2))
    begin(unit, _balanced, first, second, position, level)
    return first * left, second * right


def _balanced(first: Signal, second: Signal, position: Signal, level: Signal) -> Signal | None:
    """What both outputs are, where they are the same: a unit remembers but one."""
    left, right = _equal_power(position)
    left, right = first * left * level, second * right * level
    return left if np.array_equal(left, right) else None


def _x_fade2(unit: Unit, first: Signal, second: Signal, position: Signal, level: Signal) -> Signal:
    """From one signal to another, of equal power everywhere."""
    left, right = _late(unit, _moving(unit, _equal_power(position), level, 2))
    begin(unit, _faded, first, second, position, level)
    return first * left + second * right


def _faded(first: Signal, second: Signal, position: Signal, level: Signal) -> Signal:
    left, right = _equal_power(position)
    return (first * left + second * right) * level


def _lin_x_fade2(unit: Unit, first: Signal, second: Signal, position: Signal, level: Signal | None = None) -> Signal:
    """From one signal to another, their two gains together always the same; sclang multiplies with the level."""
    del level
    right = unit.ramped(np.clip(position, -_ONE, _ONE) * _HALF + _HALF, 2)
    return first + right * (second - first)


def _rotate2(unit: Unit, first: Signal, second: Signal, position: Signal) -> Gains:
    """A pair of signals turned round, in steps of 2**-12 of half a circle; a position is looked at once a period."""
    if unit.rates[2] is Rate.AUDIO and position.shape[1] > 1:
        position = position[:, ::BLOCK]
    angle = np.trunc(position * np.float32(_TURN)) * np.float32(np.pi / _TURN)
    sine, cosine = np.sin(angle), np.cos(angle)
    if unit.rate is Rate.AUDIO:
        sine, cosine = unit.slope(sine, "sine"), unit.slope(cosine, "cosine")
    return first * cosine + second * sine, second * cosine - first * sine


UGENS: dict[str, Evaluate] = {
    "Balance2": _balance2,
    "LinPan2": _lin_pan2,
    "LinXFade2": _lin_x_fade2,
    "Pan2": _pan2,
    "Rotate2": _rotate2,
    "XFade2": _x_fade2,
}
