"""Single values by chance: drawn when a synth begins, or at each trigger."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from singing_pager.synth.ugens.pieces import by_period, hold
from singing_pager.synth.unit import Evaluate, Signal, State, Unit

__all__ = ["UGENS"]

_Law = Callable[[np.random.Generator, Signal, Signal], npt.NDArray[np.floating]]
"""Draws one value for each pair of a low and a high end."""


def _rand(unit: Unit, low: Signal, high: Signal) -> Signal:
    """A value anywhere between two."""
    return _once(unit, _even(unit.span.chance, *_ends(unit, low, high)))


def _exp_rand(unit: Unit, low: Signal, high: Signal) -> Signal:
    """A value between two, each octave as likely as another."""
    return _once(unit, _exponential(unit.span.chance, *_ends(unit, low, high)))


def _i_rand(unit: Unit, low: Signal, high: Signal) -> Signal:
    """A whole number between two."""
    return _once(unit, _integer(unit.span.chance, *_ends(unit, low, high)))


def _lin_rand(unit: Unit, low: Signal, high: Signal, which: Signal) -> Signal:
    """The lower or the higher of two values anywhere between two."""
    first, second = unit.span.chance.random((2, unit.span.rows, 1))
    part = np.where(unit.rowed(which)[:, :1] < 1, np.minimum(first, second), np.maximum(first, second))
    return _once(unit, _between(part, *_ends(unit, low, high)))


def _n_rand(unit: Unit, low: Signal, high: Signal, count: Signal) -> Signal:
    """The mean of some values anywhere between two."""
    counts = np.trunc(unit.rowed(count)[:, :1])
    thrown = unit.span.chance.random((unit.span.rows, max(1, int(np.nan_to_num(counts).max()))))
    part = (thrown * (np.arange(thrown.shape[1]) < counts)).sum(axis=1, keepdims=True) / counts
    return _once(unit, _between(part, *_ends(unit, low, high)))


def _t_rand(unit: Unit, low: Signal, high: Signal, trigger: Signal) -> Signal:
    """A value anywhere between two, another one at each trigger."""
    return _at_triggers(unit, low, high, trigger, _even)


def _t_exp_rand(unit: Unit, low: Signal, high: Signal, trigger: Signal) -> Signal:
    """A value between two, each octave as likely as another; another one at each trigger."""
    return _at_triggers(unit, low, high, trigger, _exponential)


def _ti_rand(unit: Unit, low: Signal, high: Signal, trigger: Signal) -> Signal:
    """A whole number between two, another one at each trigger."""
    return _at_triggers(unit, low, high, trigger, _integer)


def _quiet(_unit: Unit, *_inputs: Signal) -> Signal:
    """Nothing: which generator of chance a synth has, and its seed, are not its business here."""
    return np.zeros((1, 1), np.float32)


def _once(unit: Unit, drawn: State) -> Signal:
    value = unit.recall("value", drawn, np.float32)
    unit.keep("value", value)
    return value


def _ends(unit: Unit, low: Signal, high: Signal) -> tuple[Signal, Signal]:
    return unit.rowed(low)[:, :1], unit.rowed(high)[:, :1]


def _even(chance: np.random.Generator, low: Signal, high: Signal) -> npt.NDArray[np.floating]:
    return _between(chance.random(low.shape), low, high)


def _exponential(chance: np.random.Generator, low: Signal, high: Signal) -> npt.NDArray[np.floating]:
    return np.asarray(low * np.power(high / low, chance.random(low.shape)))


def _integer(chance: np.random.Generator, low: Signal, high: Signal) -> npt.NDArray[np.floating]:
    low, high = np.trunc(low), np.trunc(high)
    return np.asarray(low + np.floor((high - low + 1) * chance.random(low.shape)))


def _between(part: npt.NDArray[np.floating], low: Signal, high: Signal) -> npt.NDArray[np.floating]:
    return np.asarray(part * (high - low) + low)


def _at_triggers(unit: Unit, low: Signal, high: Signal, trigger: Signal, law: _Law) -> Signal:
    """Draw a value when a synth begins, and another where the trigger rises above 0."""
    value = unit.recall("value", law(unit.span.chance, *_ends(unit, low, high)), np.float32)
    signal = unit.rowed(unit.held(trigger, 2))
    up = signal > 0
    before = unit.recall("up", up[:, :1], np.bool_)
    at = up & ~np.concatenate([before, up[:, :-1]], axis=1)
    unit.keep("up", up[:, -1:])
    rows, columns = np.nonzero(at)
    if not len(rows):
        unit.keep("value", value)
        return value
    drawn = law(unit.span.chance, *(_taken(unit, end, rows, columns) for end in (low, high))).astype(np.float32)
    whole = np.zeros((unit.span.rows, unit.width), np.bool_)
    whole[rows, columns] = True
    found = hold(whole, drawn, value)
    unit.keep("value", found[:, -1:])
    return found


def _taken(unit: Unit, signal: Signal, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> Signal:
    """What an input that is read once a control period is at some places."""
    values = unit.rowed(by_period(unit, signal))
    return np.asarray(values[rows, columns // (unit.width // values.shape[1])])


UGENS: dict[str, Evaluate] = {
    "ExpRand": _exp_rand,
    "IRand": _i_rand,
    "LinRand": _lin_rand,
    "NRand": _n_rand,
    "Rand": _rand,
    "RandID": _quiet,
    "RandSeed": _quiet,
    "TExpRand": _t_exp_rand,
    "TIRand": _ti_rand,
    "TRand": _t_rand,
}
