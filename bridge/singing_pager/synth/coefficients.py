"""How the coefficients of filters follow their arguments, and how filters remember.

scsynth works a filter's coefficients out once in a control period. Where an argument has changed it goes from the old
coefficients to the new ones in a straight line through the period, in steps of three samples for most filters of second
order: 64 samples are 21 steps and one sample more.
"""

import numpy as np

from singing_pager.synth.recurrence import Reals, first_order, second_order, settled
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Signal, Unit

__all__ = ["SMOOTH", "THREES", "begun", "first", "follow", "periodic", "samples", "second"]

THREES: Reals = np.arange(BLOCK) // 3 / (BLOCK // 3)
"""How far on its way a coefficient is at each sample, in steps of three."""
SMOOTH: Reals = np.arange(BLOCK) / BLOCK
"""The same in steps of one."""


def periodic(unit: Unit, signal: Signal, index: int) -> Reals:
    """Give an argument's value in each control period, as `ZIN0` reads it: of an audio input the first sample."""
    if unit.rates[index] is Rate.AUDIO and signal.shape[1] > 1:
        signal = signal[:, ::BLOCK]
    return signal.astype(np.float64)


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
    return tuple(_follow(unit, f"coefficient{place}", value, steps, late) for place, value in enumerate(values))


def _follow(unit: Unit, name: str, value: Reals, steps: Reals, late: bool) -> Reals:  # noqa: FBT001 - `follow` names it
    last = unit.recall(name, value[:, :1])
    unit.keep(name, value[:, -1:])
    if value.shape[1] == 1:
        if (last == value).all():
            return value
        value = np.broadcast_to(value, (len(value), unit.blocks))
    if unit.rate is not Rate.AUDIO and not late:
        return value
    value = np.broadcast_to(value, (len(last), value.shape[1]))
    before = np.concatenate([last, value[:, :-1]], axis=1)
    if unit.rate is not Rate.AUDIO:
        return before
    lines: Reals = before[:, :, None] + (value - before)[:, :, None] * steps
    return lines.reshape(len(value), -1)


def samples(unit: Unit, signal: Signal, index: int = 0) -> Reals:
    """Give a filter's input as every voice's own, whole, and in double precision."""
    return unit.rowed(unit.whole(unit.held(signal, index))).astype(np.float64)


def begun(unit: Unit, signal: Signal, gain: Reals | float | None = None) -> Reals:
    """Give the filter's input when the voices were built, (rows, 1): scsynth runs a UGen for one sample then.

    Args:
        unit: The filter.
        signal: Its input.
        gain: What came out was so much of it; None: see to that elsewhere.
    """
    start = unit.rowed(unit.built(signal, 0)).astype(np.float64)
    if gain is not None and unit.span.fresh is not None:
        unit.before = (start * (gain if isinstance(gain, float) else gain[:, :1])).astype(np.float32)
    return start


def first(unit: Unit, x: Reals, b1: Reals, name: str = "past", start: Reals | None = None) -> Reals:
    """Run y[n] = x[n] + b1[n]·y[n−1] on from where it was; voices that begin do so from `start`, or from x[0].

    Returns:
        (rows, 1 + width), the last value and the new ones.
    """
    last = unit.recall(name, x[:, :1] if start is None else start)
    y = first_order(x, b1, last, period=_period(unit))
    unit.keep(name, settled(y[:, -1:]))
    return np.concatenate([last, y], axis=1)


def second(unit: Unit, x: Reals, poles: tuple[Reals, Reals], start: Reals, name: str = "past") -> Reals:
    """Run y[n] = x[n] + b1[n]·y[n−1] + b2[n]·y[n−2] on from where it was, or from 0 and `start`.

    Returns:
        (rows, 2 + width), the last two values and the new ones.
    """
    b1, b2 = poles
    past = unit.recall(name, np.concatenate([np.zeros_like(start), start], axis=1))
    y = second_order(x, b1, b2, past[:, 1:], past[:, :1], period=_period(unit))
    whole = np.concatenate([past, y], axis=1)
    unit.keep(name, settled(whole[:, -2:]))
    return whole


def _period(unit: Unit) -> int:
    return BLOCK if unit.rate is Rate.AUDIO else 1
