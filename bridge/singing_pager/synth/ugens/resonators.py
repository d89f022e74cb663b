"""Resonators: what rings at a frequency, and filters that are given by their coefficients."""

import numpy as np

from singing_pager.synth.coefficients import begun, follow, periodic, samples, second
from singing_pager.synth.recurrence import Reals
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import Evaluate, Signal, Unit

__all__ = ["UGENS"]

_LOG001 = np.log(0.001)


def _resonz(unit: Unit, signal: Signal, freq: Signal, rq: Signal) -> Signal:
    """A band pass of two poles and two zeros, its gain at the middle 1 (Steiglitz, 1994)."""
    angle = _angle(unit, freq)
    radius = 1 - periodic(unit, rq, 2) * angle / 2
    b1, b2 = _poles(angle, radius)
    a0, b1, b2 = follow(unit, (1 - radius * radius) / 2, b1, b2, late=True)
    y = second(unit, samples(unit, signal), (b1, b2), begun(unit, signal, 0.0))
    return ((y[:, 2:] - y[:, :-2]) * a0).astype(np.float32)


def _ringz(unit: Unit, signal: Signal, freq: Signal, decay: Signal) -> Signal:
    """The same, its poles given by the time in which it rings down by 60 dB."""
    b1, b2 = follow(unit, *_poles(_angle(unit, freq), _radius(unit, decay, 2)), late=True)
    y = second(unit, samples(unit, signal), (b1, b2), begun(unit, signal, 0.5))
    return ((y[:, 2:] - y[:, :-2]) * 0.5).astype(np.float32)


def _formlet(unit: Unit, signal: Signal, freq: Signal, attack: Signal, decay: Signal) -> Signal:
    """One that rings less another that rings shorter, so that it swells first."""
    angle = _angle(unit, freq)
    long, short = _poles(angle, _radius(unit, decay, 3)), _poles(angle, _radius(unit, attack, 2))
    long1, long2, short1, short2 = follow(unit, *long, *short)
    x, start = samples(unit, signal), begun(unit, signal, 0.0)
    y = second(unit, x, (long1, long2), start, "long") - second(unit, x, (short1, short2), start, "short")
    return ((y[:, 2:] - y[:, :-2]) * 0.25).astype(np.float32)


def _two_pole(unit: Unit, signal: Signal, freq: Signal, radius: Signal) -> Signal:
    """Two poles at a frequency and a radius."""
    reach = periodic(unit, radius, 2)
    b1, b2 = follow(unit, 2 * reach * np.cos(_angle(unit, freq)), -(reach**2), late=True)
    return second(unit, samples(unit, signal), (b1, b2), begun(unit, signal, 1.0))[:, 2:].astype(np.float32)


def _two_zero(unit: Unit, signal: Signal, freq: Signal, radius: Signal) -> Signal:
    """Two zeros at a frequency and a radius."""
    reach = periodic(unit, radius, 2)
    b1, b2 = follow(unit, -2 * reach * np.cos(_angle(unit, freq)), reach**2, late=True)
    x, start = samples(unit, signal), begun(unit, signal, 1.0)
    whole = np.concatenate([unit.recall("last", np.concatenate([0 * start, start], axis=1)), x], axis=1)
    unit.keep("last", whole[:, -2:])
    y: Reals = x + b1 * whole[:, 1:-1] + b2 * whole[:, :-2]
    return y.astype(np.float32)


def _sos(unit: Unit, signal: Signal, *coefs: Signal) -> Signal:
    """Any filter of second order: y = x + b1·y[n−1] + b2·y[n−2] gives a0·y + a1·y[n−1] + a2·y[n−2]."""
    if unit.rate is Rate.AUDIO and not all(rate is Rate.AUDIO for rate in unit.rates[1:]):
        values = follow(unit, *(periodic(unit, coef, place) for place, coef in enumerate(coefs, 1)))
    else:
        values = tuple(unit.held(coef, place).astype(np.float64) for place, coef in enumerate(coefs, 1))
    a0, a1, a2, b1, b2 = values
    y = second(unit, samples(unit, signal), (b1, b2), begun(unit, signal, a0))
    return (a0 * y[:, 2:] + a1 * y[:, 1:-1] + a2 * y[:, :-2]).astype(np.float32)


def _angle(unit: Unit, freq: Signal) -> Reals:
    """Radians a sample."""
    return periodic(unit, freq, 1) * (2 * np.pi / unit.sample_rate)


def _radius(unit: Unit, decay: Signal, index: int) -> Reals:
    seconds = periodic(unit, decay, index)
    return np.where(seconds == 0, 0.0, np.exp(_LOG001 / (seconds * unit.sample_rate)))


def _poles(angle: Reals, radius: Reals) -> tuple[Reals, Reals]:
    squared = radius * radius
    return 4 * squared * np.cos(angle) / (1 + squared), -squared


UGENS: dict[str, Evaluate] = {
    "Formlet": _formlet,
    "Resonz": _resonz,
    "Ringz": _ringz,
    "SOS": _sos,
    "TwoPole": _two_pole,
    "TwoZero": _two_zero,
}
