"""Operators of one signal.

What they give is `SC_InlineUnaryOp.h` of SuperCollider 3.13's plugin interface.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from singing_pager.synth.building import begin
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.ugens.demand import Applied
from singing_pager.synth.unit import Evaluate, Signal, Unit

__all__ = ["CHANCES", "UGENS", "UNARY"]

Operator: TypeAlias = Callable[[Signal], Any]
"""An array of float32 → an array of float32."""

_A4 = np.float32(440)
_A4_KEY = np.float32(69)
_A4_OCTAVE = np.float32(4.75)
_OCTAVE = np.float32(12)
_ZERO, _ONE = np.float32(0), np.float32(1)
_HALF, _QUARTER = np.float32(0.5), np.float32(0.25)
_THREE_HALVES, _TWO_THIRDS = np.float32(1.5), np.float32(2 / 3)
_PI = np.float32(np.pi)


def _root(signal: Signal) -> Signal:
    return np.copysign(np.sqrt(np.abs(signal)), signal)


def _soft_clip(signal: Signal) -> Signal:
    size = np.abs(signal)
    return np.where(size <= _HALF, signal, (size - _QUARTER) / signal)


def _window(shape: Operator) -> Operator:
    """A window over 0–1 that is 0 outside."""

    def evaluate(signal: Signal) -> Signal:
        return np.where((signal < _ZERO) | (signal > _ONE), _ZERO, shape(signal))

    return evaluate


def _ramp(signal: Signal) -> Signal:
    return np.clip(signal, _ZERO, _ONE)


def _s_curve(signal: Signal) -> Signal:
    signal = _ramp(signal)
    return signal * signal * (np.float32(3) - signal - signal)


UNARY: Mapping[int, Operator] = {
    0: np.negative,
    1: lambda signal: np.where(signal > _ZERO, _ZERO, _ONE),
    4: lambda signal: np.invert(signal.astype(np.int32)).astype(np.float32),
    5: np.abs,
    8: np.ceil,
    9: np.floor,
    10: lambda signal: signal - np.floor(signal),
    11: np.sign,
    12: np.square,
    13: lambda signal: signal * signal * signal,
    14: _root,
    15: np.exp,
    16: np.reciprocal,
    17: lambda signal: _A4 * np.exp2((signal - _A4_KEY) / _OCTAVE),
    18: lambda signal: np.log2(signal / _A4) * _OCTAVE + _A4_KEY,
    19: lambda signal: np.exp2(signal / _OCTAVE),
    20: lambda signal: np.log2(signal) * _OCTAVE,
    21: lambda signal: np.power(np.float32(10), signal * np.float32(0.05)),
    22: lambda signal: np.log10(signal) * np.float32(20),
    23: lambda signal: _A4 * np.exp2(signal - _A4_OCTAVE),
    24: lambda signal: np.log2(signal / _A4) + _A4_OCTAVE,
    25: np.log,
    26: np.log2,
    27: np.log10,
    28: np.sin,
    29: np.cos,
    30: np.tan,
    31: np.arcsin,
    32: np.arccos,
    33: np.arctan,
    34: np.sinh,
    35: np.cosh,
    36: np.tanh,
    42: lambda signal: signal / (_ONE + np.abs(signal)),
    43: _soft_clip,
    46: np.zeros_like,
    48: _window(np.ones_like),
    49: _window(lambda signal: _HALF - _HALF * np.cos(signal * (_PI + _PI))),
    50: _window(lambda signal: np.sin(signal * _PI)),
    51: _window(lambda signal: _ONE - np.abs(signal + signal - _ONE)),
    52: _ramp,
    53: _s_curve,
}
"""Operators by their number in a SynthDef; all others leave the signal as it is."""

_ARC_COSINE = 32

CHANCES: Mapping[int, tuple[int, Callable[..., Any]]] = {
    37: (1, lambda signal, first: signal * first),
    38: (1, lambda signal, first: signal * (first + first - _ONE)),
    39: (2, lambda signal, first, second: signal * np.minimum(first, second)),
    40: (2, lambda signal, first, second: signal * (first - second)),
    41: (3, lambda signal, first, second, third: signal * (first + second + third - _THREE_HALVES) * _TWO_THIRDS),
    44: (1, lambda signal, first: (first < signal).astype(np.float32)),
}
"""Operators that throw dice, anew each sample or control period: how many, and what they make of 0–1 each."""


def _unary(unit: Unit, signal: Signal) -> Signal | Applied:
    """One operator of one signal."""
    operator = UNARY.get(unit.special) or _special(unit)
    if unit.rate is Rate.DEMAND:
        return _asked(Applied(unit, (signal,), operator))
    found: Signal = operator(signal)
    if unit.special in CHANCES:
        return found
    begin(unit, operator, signal)
    if unit.special == _ARC_COSINE and unit.rate is Rate.AUDIO:
        # scsynth's own arc cosine, made for signals, is wrong where its two formulas meet
        return np.where(signal == -_HALF, _PI * np.float32(4 / 3), found)
    return found


def _asked(source: Applied) -> Applied:
    """Ask once for each voice that begins: scsynth's constructor does."""
    fresh = source.unit.span.fresh
    for row in () if fresh is None else np.flatnonzero(fresh).tolist():
        source.next(row, 0)
    return source


def _special(unit: Unit) -> Operator:
    """An operator that throws dice, or one that does nothing."""
    throws, chance = CHANCES.get(unit.special, (0, lambda signal: signal))
    shape = (unit.span.rows, unit.width)
    return lambda signal: chance(signal, *(unit.span.chance.random(shape, np.float32) for _ in range(throws)))


UGENS: dict[str, Evaluate] = {"UnaryOpUGen": _unary}
