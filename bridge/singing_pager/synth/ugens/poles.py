"""Filters of first order, and those that only look back a sample or two."""

from functools import partial

import numpy as np

from singing_pager.synth.coefficients import SMOOTH, begun, first, follow, given, periodic, samples
from singing_pager.synth.recurrence import Reals
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import Evaluate, Signal, Unit

__all__ = ["UGENS"]


def _one_pole(unit: Unit, signal: Signal, coef: Signal) -> Signal:
    """Smooth: (1 − |b|)·x + b·y[n−1]."""
    x = samples(unit, signal)
    moving = unit.rate is Rate.AUDIO and unit.rates[1] is Rate.AUDIO
    b1 = coef.astype(np.float64) if moving else _own(unit, coef, 1)
    gain = 1 - (b1 if moving else np.abs(b1))
    share = 1 - b1[:, :1]
    return first(unit, x * gain, b1, start=begun(unit, signal, share) * share)[:, 1:].astype(np.float32)


def _one_zero(unit: Unit, signal: Signal, coef: Signal) -> Signal:
    """Smooth: (1 − |b|)·x + b·x[n−1]."""
    b1 = _own(unit, coef, 1)
    gain = 1 - np.abs(b1)
    x = _with_last(unit, signal, gain + b1)
    return (gain * x[:, 1:] + b1 * x[:, :-1]).astype(np.float32)


def _leak_dc(unit: Unit, signal: Signal, coef: Signal) -> Signal:
    """Take away what stands still: x − x[n−1] + b·y[n−1]."""
    b1 = _own(unit, coef, 1) if unit.rate is Rate.AUDIO else unit.held(coef, 1).astype(np.float64)
    return first(unit, np.diff(_with_last(unit, signal, 0.0)), b1, start=np.zeros((1, 1)))[:, 1:].astype(np.float32)


def _integrator(unit: Unit, signal: Signal, coef: Signal) -> Signal:
    """Add up: x + b·y[n−1]."""
    none = 0 * begun(unit, signal, 1.0)
    return first(unit, samples(unit, signal), _own(unit, coef, 1), start=none)[:, 1:].astype(np.float32)


def _fos(unit: Unit, signal: Signal, *coefs: Signal) -> Signal:
    """Any filter of first order: y = x + b1·y[n−1] gives a0·y + a1·y[n−1]."""
    a0, a1, b1 = _all_given(unit, *coefs)
    y = first(unit, samples(unit, signal), b1, start=begun(unit, signal, a0))
    return (a0 * y[:, 1:] + a1 * y[:, :-1]).astype(np.float32)


def _pair(sign: float, unit: Unit, signal: Signal) -> Signal:
    """The mean of two samples, or half their difference."""
    x = _with_last(unit, signal, (1 + sign) / 2)
    return ((x[:, 1:] + sign * x[:, :-1]) * 0.5).astype(np.float32)


def _three(taps: tuple[float, float, float], unit: Unit, signal: Signal) -> Signal:
    """Three samples, each with its factor, the newest first."""
    x = _with_last(unit, signal, sum(taps), 2)
    return (taps[0] * x[:, 2:] + taps[1] * x[:, 1:-1] + taps[2] * x[:, :-2]).astype(np.float32)


def _slope(unit: Unit, signal: Signal) -> Signal:
    """How much a second the signal rises."""
    return (np.diff(_with_last(unit, signal, 0.0)) * unit.sample_rate).astype(np.float32)


def _delay1(unit: Unit, signal: Signal) -> Signal:
    """A sample late."""
    return _with_last(unit, signal, 1.0)[:, :-1].astype(np.float32)


def _delay2(unit: Unit, signal: Signal) -> Signal:
    """Two samples late."""
    return _with_last(unit, signal, 0.0, 2, oldest=0.0)[:, :-2].astype(np.float32)


def _own(unit: Unit, coef: Signal, index: int) -> Reals:
    """A coefficient that is an argument itself."""
    return given(unit, lambda unit, coef: (periodic(unit, coef, index),), coef, steps=SMOOTH, late=True)[0]


def _all_given(unit: Unit, *coefs: Signal) -> tuple[Reals, ...]:
    if unit.rate is not Rate.AUDIO or all(rate is Rate.AUDIO for rate in unit.rates[1:]):
        return tuple(unit.held(coef, place).astype(np.float64) for place, coef in enumerate(coefs, 1))
    return follow(unit, *(periodic(unit, coef, place) for place, coef in enumerate(coefs, 1)), steps=SMOOTH)


def _with_last(
    unit: Unit, signal: Signal, gain: Reals | float, reach: int = 1, *, oldest: float | None = None
) -> Reals:
    """The input with the last samples before it: for a voice that begins, what stood there when it was built.

    `gain` is how much of that came out then, `oldest` what stood there before.
    """
    start = np.repeat(begun(unit, signal, gain), reach, axis=1)
    if oldest is not None:
        start[:, 0] = oldest
    whole = np.concatenate([unit.recall("last", start), samples(unit, signal)], axis=1)
    unit.keep("last", whole[:, -reach:])
    return whole


UGENS: dict[str, Evaluate] = {
    "BPZ2": partial(_three, (0.5, 0.0, -0.5)),
    "BRZ2": partial(_three, (0.5, 0.0, 0.5)),
    "Delay1": _delay1,
    "Delay2": _delay2,
    "FOS": _fos,
    "HPZ1": partial(_pair, -1.0),
    "HPZ2": partial(_three, (0.25, -0.5, 0.25)),
    "Integrator": _integrator,
    "LPZ1": partial(_pair, 1.0),
    "LPZ2": partial(_three, (0.25, 0.5, 0.25)),
    "LeakDC": _leak_dc,
    "OnePole": _one_pole,
    "OneZero": _one_zero,
    "Slope": _slope,
}
