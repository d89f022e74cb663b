"""Clipping, wrapping and folding of values, as scsynth rounds them; not UGens, but what several are made of."""

import numpy as np

from singing_pager.synth.unit import Signal

__all__ = ["clip", "fold", "modulo", "wrap"]


def clip(signal: Signal, low: Signal, high: Signal) -> Signal:
    """Bring values between two others; where these cross, what is above the higher one becomes the higher one."""
    return np.where(signal > high, high, np.maximum(signal, low))


def modulo(signal: Signal, high: Signal) -> Signal:
    """Bring values between 0 and another; 0 if that is 0."""
    return wrap(signal, np.zeros_like(high), high)


def wrap(signal: Signal, low: Signal, high: Signal) -> Signal:
    """Bring values between two others by adding or subtracting their distance."""
    inside = (signal >= low) & (signal < high)
    if inside.all():
        return np.broadcast_to(signal, inside.shape)
    span = high - low
    # a step first, as scsynth does: it decides on which side a value comes to lie that falls on the very edge
    once = signal + np.where(signal < low, span, -span)
    found = np.where((once >= low) & (once < high), once, once - span * np.floor((once - low) / span))
    return np.where(inside, signal, np.where(span == 0, low, found))


def fold(signal: Signal, low: Signal, high: Signal) -> Signal:
    """Bring values between two others by reflection."""
    inside = (signal >= low) & (signal < high)
    if inside.all():
        return np.broadcast_to(signal, inside.shape)
    span = high - low
    twice = span + span
    above = signal - low
    above = above - twice * np.floor(above / twice)
    found = np.minimum(above, twice - above) + low
    return np.where(inside, signal, np.where(span == 0, low, found))
