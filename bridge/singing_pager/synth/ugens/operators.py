"""Arithmetic: operators of two signals, and sums of several.

What an operator of values gives is `SC_InlineBinaryOp.h` of SuperCollider 3.13's plugin interface: whole numbers where
it says so, and its own extensions of roots, powers and remainders to negative numbers.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from singing_pager.synth.building import begin
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.ugens.demand import Applied
from singing_pager.synth.ugens.folding import clip, fold, modulo, wrap
from singing_pager.synth.unit import Evaluate, Signal, Unit

__all__ = ["BINARY", "CHANCES", "UGENS", "Operator"]

Operator: TypeAlias = Callable[..., Any]
"""Two arrays of float32 → an array of float32."""

_HALF = np.float32(0.5)
_LAST_BIT = 31
_DIAGONAL = np.float32(2**0.5 - 1)


def _whole(operator: Operator) -> Operator:
    """Make an operator of whole numbers one of signals: fractions are cut off."""

    def evaluate(left: Signal, right: Signal) -> Signal:
        return np.asarray(operator(left.astype(np.int32), right.astype(np.int32))).astype(np.float32)

    return evaluate


def _flag(operator: Operator) -> Operator:
    """Make a comparison give 1 and 0."""

    def evaluate(left: Signal, right: Signal) -> Signal:
        return np.asarray(operator(left, right)).astype(np.float32)

    return evaluate


def _to_grid(cut: Operator) -> Operator:
    """Bring a signal to multiples of another; a grid of 0 leaves it as it is."""

    def evaluate(left: Signal, right: Signal) -> Signal:
        found = cut(left / right) * right
        return found if right.all() else np.where(right == 0, left, found)

    return evaluate


def _power(left: Signal, right: Signal) -> Signal:
    # in double precision: pitches are made by it, and the phases that they drive add up every error
    raised = np.power(np.abs(left), right, dtype=np.float64).astype(np.float32)
    return np.copysign(raised, left)


def _approximate_hypot(left: Signal, right: Signal) -> Signal:
    left, right = np.abs(left), np.abs(right)
    less: Signal = np.minimum(left, right)
    return left + right - less * _DIAGONAL


def _gcd(left: Signal, right: Signal) -> Signal:
    left, right = np.trunc(left), np.trunc(right)
    size = np.gcd(left.astype(np.int64), right.astype(np.int64)).astype(np.float32)
    found: Signal = np.where((left < 0) & (right < 0), -size, size)
    return np.where(left == 0, right, np.where(right == 0, left, found))


def _lcm(left: Signal, right: Signal) -> Signal:
    product = np.trunc(left) * np.trunc(right)
    found: Signal = np.where(product == 0, np.float32(0), np.trunc(product / _gcd(left, right)))
    return found


def _square_of(operator: Operator) -> Operator:
    def evaluate(left: Signal, right: Signal) -> Signal:
        found: Signal = operator(left, right)
        return np.multiply(found, found, out=found)

    return evaluate


def _scale_negative(left: Signal, right: Signal) -> Signal:
    return np.where(left < 0, left * right, left)


def _threshold(left: Signal, right: Signal) -> Signal:
    return np.where(left < right, np.float32(0), left)


BINARY: Mapping[int, Operator] = {
    0: np.add,
    1: np.subtract,
    2: np.multiply,
    3: lambda left, right: np.floor(left / right),
    4: np.divide,
    5: modulo,
    6: _flag(np.equal),
    7: _flag(np.not_equal),
    8: _flag(np.less),
    9: _flag(np.greater),
    10: _flag(np.less_equal),
    11: _flag(np.greater_equal),
    12: np.minimum,
    13: np.maximum,
    14: _whole(np.bitwise_and),
    15: _whole(np.bitwise_or),
    16: _whole(np.bitwise_xor),
    17: _lcm,
    18: _gcd,
    19: _to_grid(lambda ratio: np.floor(ratio + _HALF)),
    20: _to_grid(np.ceil),
    21: _to_grid(np.floor),
    22: np.arctan2,
    23: np.hypot,
    24: _approximate_hypot,
    25: _power,
    26: _whole(lambda left, right: np.left_shift(left, right & _LAST_BIT)),
    27: _whole(lambda left, right: np.right_shift(left, right & _LAST_BIT)),
    30: lambda left, right: left * right + left,
    31: lambda left, right: left * right + left + right,
    32: lambda left, right: left * left * right,
    33: lambda left, right: left * left * right - left * right * right,
    34: lambda left, right: left * left - right * right,
    35: lambda left, right: left * left + right * right,
    36: _square_of(np.add),
    37: _square_of(np.subtract),
    38: lambda left, right: np.abs(left - right),
    39: _threshold,
    40: lambda left, right: left * _HALF * (right + np.abs(right)),
    41: _scale_negative,
    42: lambda left, right: clip(left, -right, right),
    43: lambda left, right: left - clip(left, -right, right),
    44: lambda left, right: fold(left, -right, right),
    45: lambda left, right: wrap(left, -right, right),
    46: lambda left, _: left,
}
"""Operators by their number in a SynthDef; scsynth adds where it does not know the number."""

_CLIP, _FIRST = 42, 46
_COMPARISONS = range(6, 12)
_RANDOM, _RANDOM_EXPONENTIAL = 47, 48
CHANCES = frozenset({_RANDOM, _RANDOM_EXPONENTIAL})
"""Operators by chance."""


def _binary(unit: Unit, left: Signal, right: Signal) -> Signal | Applied:
    """One operator of two signals; control-rate operands are ramped at audio rate."""
    operator = BINARY.get(unit.special) or _special(unit)
    if unit.rate is Rate.DEMAND:
        return Applied(unit, (left, right), operator)
    if unit.rate is Rate.AUDIO and unit.special in {_CLIP, _FIRST}:
        operator = _at_audio_rate(unit)
    begin(unit, operator, left, right)
    if unit.rate is Rate.AUDIO:
        left, right = unit.ramped(left, 0), unit.ramped(right, 1)
    found: Signal = operator(left, right)
    return _steady(unit, found) if unit.rate is Rate.CONTROL and unit.special in _COMPARISONS else found


def _steady(unit: Unit, flags: Signal) -> Signal:
    """One value for flags that stay as they are through the span: what depends on them need not be evaluated again."""
    first = flags[:, :1]
    if not (flags == first).all():
        return flags
    known: Signal | None = unit.plan
    unit.plan = known if known is not None and np.array_equal(known, first) else first.copy()
    steady: Signal = unit.plan
    return steady


def _at_audio_rate(unit: Unit) -> Operator:
    """What differs there: the lower limit counts where both cross, and a first argument that is no audio is added."""
    if unit.special == _FIRST:
        return np.add if unit.rates[0] is not Rate.AUDIO else BINARY[_FIRST]
    return lambda left, right: np.maximum(np.minimum(left, right), -right)


def _special(unit: Unit) -> Operator:
    """Values by chance, a new one each sample or control period."""

    def even(left: Signal, right: Signal) -> Signal:
        # scsynth 3.13 spreads the range to both sides of the first number
        return left + (right - left) * (2 * _chance(unit) - 1)

    def exponential(left: Signal, right: Signal) -> Signal:
        found: Signal = left * np.exp(np.log(right / left) * _chance(unit))
        return found

    return {_RANDOM: even, _RANDOM_EXPONENTIAL: exponential}.get(unit.special, np.add)


def _chance(unit: Unit) -> Signal:
    return unit.span.chance.random((unit.span.rows, unit.width), np.float32)


def _mul_add(unit: Unit, signal: Signal, factor: Signal, offset: Signal) -> Signal:
    """A signal times a factor plus an offset."""
    begin(unit, lambda *built: built[0] * built[1] + built[2], signal, factor, offset)
    return _plus(unit.ramped(signal, 0) * unit.ramped(factor, 1), unit.ramped(offset, 2))


def _sum(unit: Unit, *signals: Signal) -> Signal:
    """The sum of three or four signals."""
    begin(unit, lambda *built: sum(built), *signals)
    first, second, *others = (unit.ramped(signal, place) for place, signal in enumerate(signals))
    total = first + second
    for signal in others:
        total = _plus(total, signal)
    return total


def _plus(fresh: Signal, other: Signal) -> Signal:
    """Add to an array that nobody else has, in its place if the sum fits there."""
    fits = len(other) in {1, len(fresh)} and other.shape[1] in {1, fresh.shape[1]}
    return np.add(fresh, other, out=fresh) if fits else fresh + other


UGENS: dict[str, Evaluate] = {"BinaryOpUGen": _binary, "MulAdd": _mul_add, "Sum3": _sum, "Sum4": _sum}
