"""How the coefficients of filters follow their arguments, and how filters remember.

scsynth works a filter's coefficients out once in a control period. Where an argument has changed it goes from the old
coefficients to the new ones in a straight line through the period, in steps of three samples for most filters of second
order: 64 samples are 21 steps and one sample more.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from singing_pager.synth.recurrence import Reals, run, settled
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Signal, Unit

__all__ = ["SMOOTH", "THREES", "begun", "first", "follow", "given", "periodic", "samples", "second", "whole"]

THREES: Reals = np.arange(BLOCK) // 3 / (BLOCK // 3)
"""How far on its way a coefficient is at each sample, in steps of three."""
SMOOTH: Reals = np.arange(BLOCK) / BLOCK
"""The same in steps of one."""
_NOTHING: Reals = np.zeros((1, 1))


def periodic(unit: Unit, signal: Signal, index: int) -> Reals:
    """Give an argument's value in each control period, as `ZIN0` reads it: of an audio input the first sample."""
    if unit.rates[index] is Rate.AUDIO and signal.shape[1] > 1:
        signal = signal[:, ::BLOCK]
    return signal.astype(np.float64)


class _Known(NamedTuple):
    """What was worked out in the last span, of arguments that stood still."""

    arguments: tuple[Signal, ...]
    values: tuple[Reals, ...]
    packed: Reals


def given(
    unit: Unit,
    work_out: Callable[..., tuple[Reals, ...]],
    *arguments: Signal,
    steps: Reals = THREES,
    late: bool = False,
) -> tuple[Reals, ...]:
    """Work coefficients out, but not again while the arguments stay the same, and follow them.

    Args:
        unit: The filter.
        work_out: Gives the coefficients of every period, of the unit and the arguments.
        arguments: As they come.
        steps: As in `follow`.
        late: As in `follow`.
    """
    known: _Known | None = unit.plan
    if known is not None and all(map(_alike, arguments, known.arguments)):
        if unit.span.fresh is None and (unit.memory["coefficients"] == known.packed).all():
            return known.values
        values = known.values
    else:
        values = work_out(unit, *arguments)
        still = all(signal.shape[1] == 1 for signal in arguments)
        unit.plan = _Known(arguments, values, _packed(values)) if still else None
    return follow(unit, *values, steps=steps, late=late)


def _alike(new: Signal, old: Signal) -> bool:
    return new is old or (new.shape == old.shape and bool((new == old).all()))


def _packed(values: tuple[Reals, ...]) -> Reals:
    rows = max(map(len, values))
    return np.concatenate([np.broadcast_to(value[:, -1:], (rows, 1)) for value in values], axis=1)


def follow(unit: Unit, *values: Reals, steps: Reals = THREES, late: bool = False) -> tuple[Reals, ...]:
    """Bring coefficients that are worked out once a period to the unit's own rate.

    Args:
        unit: The filter.
        values: (rows or 1, blocks or 1) each: the coefficients of every period.
        steps: How they go through a period at audio rate.
        late: At control rate they come a period late, as for those UGens of scsynth that step through it.

    Returns:
        (rows or 1, width) each; one column for what stays the same.
    """
    last = unit.recall("coefficients", _packed(tuple(value[:, :1] for value in values)))
    unit.keep("coefficients", _packed(values))
    way = (steps if unit.rate is Rate.AUDIO else None, late)
    return tuple(_follow(unit, value, last[:, place : place + 1], *way) for place, value in enumerate(values))


def _follow(unit: Unit, value: Reals, last: Reals, steps: Reals | None, late: bool) -> Reals:  # noqa: FBT001 - `follow` names it
    if value.shape[1] == 1:
        if (last == value).all():
            return value
        value = np.broadcast_to(value, (len(value), unit.blocks))
    if steps is None and not late:
        return value
    value = np.broadcast_to(value, (len(last), value.shape[1]))
    before = np.concatenate([last, value[:, :-1]], axis=1)
    if steps is None:
        return before
    lines: Reals = before[:, :, None] + (value - before)[:, :, None] * steps
    return lines.reshape(len(value), -1)


def whole(unit: Unit, signal: Signal, index: int = 0) -> Signal:
    """Give a filter's input as every voice's own, and whole."""
    return unit.rowed(unit.whole(unit.held(signal, index)))


def samples(unit: Unit, signal: Signal, index: int = 0) -> Reals:
    """The same in double precision."""
    return whole(unit, signal, index).astype(np.float64)


def begun(unit: Unit, signal: Signal, gain: Reals | float | None = None) -> Reals:
    """Give the filter's input when voices that begin were built, (rows, 1): scsynth runs a UGen for one sample then.

    Args:
        unit: The filter.
        signal: Its input.
        gain: What came out was so much of it; None: see to that elsewhere.
    """
    if unit.span.fresh is None:
        return _NOTHING
    start = unit.rowed(unit.built(signal, 0)).astype(np.float64)
    if gain is not None:
        unit.before = (start * (gain if isinstance(gain, float) else gain[:, :1])).astype(np.float32)
    return start


def first(unit: Unit, x: Signal | Reals, b1: Reals, name: str = "past", start: Signal | Reals | None = None) -> Reals:
    """Run y[n] = x[n] + b1[n]·y[n−1] on from where it was; voices that begin do so from `start`, or from x[0].

    Returns:
        (rows, 1 + width), the last value and the new ones.
    """
    last = unit.recall(name, x[:, :1] if start is None else start)
    y = run(x, (b1,), last, period=_period(unit))
    unit.keep(name, settled(y[:, -1:]))
    return y


def second(unit: Unit, x: Signal | Reals, poles: tuple[Reals, Reals], start: Reals, name: str = "past") -> Reals:
    """Run y[n] = x[n] + b1[n]·y[n−1] + b2[n]·y[n−2] on from where it was, or from 0 and `start`.

    Returns:
        (rows, 2 + width), the last two values and the new ones.
    """
    past = unit.recall(name, np.concatenate([np.zeros_like(start), start], axis=1))
    y = run(x, poles, past, period=_period(unit))
    unit.keep(name, settled(y[:, -2:]))
    return y


def _period(unit: Unit) -> int:
    return BLOCK if unit.rate is Rate.AUDIO else 1
