"""Filters of second order: low, high, band pass, band stop, with or without resonance.

The formulas are those of Butterworth filters by bilinear transform (Dodge and Jerse, "Computer Music", chapter 6, and
"sharp" resonant ones of the same kind), as scsynth has them.
"""

from functools import partial

import numpy as np

from singing_pager.synth.coefficients import begun, given, periodic, second, whole
from singing_pager.synth.recurrence import Reals
from singing_pager.synth.unit import Evaluate, Signal, Unit

__all__ = ["UGENS"]

_SQRT2 = float(np.float32(np.sqrt(2)))


def _lpf(unit: Unit, signal: Signal, freq: Signal) -> Signal:
    """A Butterworth low pass of second order."""
    a0, b1, b2 = given(unit, _low, freq)
    return _summed(second(unit, whole(unit, signal), (b1, b2), begun(unit, signal, a0)), 2.0, a0)


def _hpf(unit: Unit, signal: Signal, freq: Signal) -> Signal:
    """A Butterworth high pass of second order."""
    a0, b1, b2 = given(unit, _high, freq)
    return _summed(second(unit, whole(unit, signal), (b1, b2), begun(unit, signal, a0)), -2.0, a0)


def _rlpf(unit: Unit, signal: Signal, freq: Signal, rq: Signal) -> Signal:
    """A low pass with a peak at its cutoff; `rq` is the peak's bandwidth over its frequency."""
    a0, b1, b2 = given(unit, partial(_resonant, -1), freq, rq)
    start = begun(unit, signal, a0) * a0[:, :1]
    return _summed(second(unit, whole(unit, signal) * a0, (b1, b2), start), 2.0)


def _rhpf(unit: Unit, signal: Signal, freq: Signal, rq: Signal) -> Signal:
    """A high pass with a peak at its cutoff."""
    a0, b1, b2 = given(unit, partial(_resonant, 1), freq, rq)
    start = begun(unit, signal, a0) * a0[:, :1]
    return _summed(second(unit, whole(unit, signal) * a0, (b1, b2), start), -2.0)


def _bpf(unit: Unit, signal: Signal, freq: Signal, rq: Signal) -> Signal:
    """A band pass of constant gain at its middle."""
    a0, b1, b2 = given(unit, _band, freq, rq)
    y = second(unit, whole(unit, signal), (b1, b2), begun(unit, signal, a0))
    return _difference(y, a0).astype(np.float32)


def _brf(unit: Unit, signal: Signal, freq: Signal, rq: Signal) -> Signal:
    """A band stop."""
    a0, b1, b2 = given(unit, _stop, freq, rq)
    y = second(unit, whole(unit, signal), (b1, b2), begun(unit, signal, a0))
    return ((y[:, 2:] + y[:, :-2]) * a0 - b1 * y[:, 1:-1]).astype(np.float32)


def _mid_eq(unit: Unit, signal: Signal, freq: Signal, rq: Signal, db: Signal) -> Signal:
    """A band raised or lowered by so many decibels."""
    a0, b1, b2 = given(unit, _raised, freq, rq, db)
    x = whole(unit, signal)
    y = second(unit, x, (b1, b2), begun(unit, signal, 1.0))
    return (x + _difference(y, a0)).astype(np.float32)


def _angle(unit: Unit, freq: Signal) -> Reals:
    """Radians a sample."""
    return periodic(unit, freq, 1) * (2 * np.pi / unit.sample_rate)


def _low(unit: Unit, freq: Signal) -> tuple[Reals, ...]:
    a0, b1, b2 = _butterworth(1 / np.tan(_angle(unit, freq) / 2))
    return a0, -b1, b2


def _high(unit: Unit, freq: Signal) -> tuple[Reals, ...]:
    return _butterworth(np.tan(_angle(unit, freq) / 2))


def _butterworth(c: Reals) -> tuple[Reals, Reals, Reals]:
    a0 = 1 / (1 + _SQRT2 * c + c * c)
    return a0, 2 * (1 - c * c) * a0, -(1 - _SQRT2 * c + c * c) * a0


def _resonant(side: int, unit: Unit, freq: Signal, rq: Signal) -> tuple[Reals, ...]:
    angle = _angle(unit, freq)
    d = np.tan(angle * np.maximum(0.001, periodic(unit, rq, 2)) / 2)
    c = (1 - d) / (1 + d)
    b1 = (1 + c) * np.cos(angle)
    return (1 + c + side * b1) / 4, b1, -c


def _band(unit: Unit, freq: Signal, rq: Signal) -> tuple[Reals, ...]:
    angle = _angle(unit, freq)
    c = 1 / np.tan(periodic(unit, rq, 2) * angle / 2)
    a0 = 1 / (1 + c)
    return a0, 2 * np.cos(angle) * c * a0, (1 - c) * a0


def _stop(unit: Unit, freq: Signal, rq: Signal) -> tuple[Reals, ...]:
    angle = _angle(unit, freq)
    c = np.tan(periodic(unit, rq, 2) * angle / 2)
    a0 = 1 / (1 + c)
    return a0, 2 * np.cos(angle) * a0, (c - 1) * a0


def _raised(unit: Unit, freq: Signal, rq: Signal, db: Signal) -> tuple[Reals, ...]:
    a0, b1, b2 = _band(unit, freq, rq)
    return a0 * (10 ** (periodic(unit, db, 3) / 20) - 1), b1, b2


def _difference(y: Reals, gain: Reals) -> Reals:
    """Give gain·(y[n] − y[n−2])."""
    found = y[:, 2:] - y[:, :-2]
    found *= gain
    return found


def _summed(y: Reals, middle: float, gain: Reals | None = None) -> Signal:
    """Give gain·(y[n] + middle·y[n−1] + y[n−2])."""
    found = y[:, 1:-1] * middle
    found += y[:, 2:]
    found += y[:, :-2]
    if gain is not None:
        found *= gain
    return found.astype(np.float32)


UGENS: dict[str, Evaluate] = {
    "BPF": _bpf,
    "BRF": _brf,
    "HPF": _hpf,
    "LPF": _lpf,
    "MidEQ": _mid_eq,
    "RHPF": _rhpf,
    "RLPF": _rlpf,
}
