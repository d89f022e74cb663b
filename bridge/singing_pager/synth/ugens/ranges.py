"""Ranges: clip, fold and wrap, maps from one range to another, and the choice among signals."""

from functools import partial

import numpy as np

from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.ugens.folding import clip, fold, wrap
from singing_pager.synth.ugens.operators import Operator
from singing_pager.synth.unit import Evaluate, Flags, Signal, Unit

__all__ = ["UGENS"]


def _bounded(operator: Operator, unit: Unit, signal: Signal, low: Signal, high: Signal) -> Signal:
    """A signal brought between two limits, which are ramped."""
    found: Signal = operator(signal, unit.ramped(low, 1), unit.ramped(high, 2))
    return found


def _clip(unit: Unit, signal: Signal, low: Signal, high: Signal) -> Signal:
    """A signal cut off at two limits, which are ramped; at audio rate the lower one counts where they cross."""
    if unit.rate is not Rate.AUDIO:
        return clip(signal, low, high)
    return np.maximum(np.minimum(signal, unit.ramped(high, 2)), unit.ramped(low, 1))


def _in_range(unit: Unit, signal: Signal, low: Signal, high: Signal) -> Signal:
    """1 between two limits, which are held, else 0."""
    inside: Flags = (signal >= unit.held(low, 1)) & (signal <= unit.held(high, 2))
    return inside.astype(np.float32)


def _lin_exp(unit: Unit, signal: Signal, *ends: Signal) -> Signal:
    """A linear range made an exponential one; its ends are held."""
    source_low, source_high, low, high = (unit.held(end, place) for place, end in enumerate(ends, 1))
    place = (signal - source_low) / (source_high - source_low)
    grown: Signal = np.power(high / low, place)
    return low * grown


def _lin_lin(unit: Unit, signal: Signal, *ends: Signal) -> Signal:
    """A linear range made another one; its ends are held. sclang writes it as MulAdd."""
    source_low, source_high, low, high = (unit.held(end, place) for place, end in enumerate(ends, 1))
    place = (signal - source_low) / (source_high - source_low)
    return low + (high - low) * place


def _mod_dif(unit: Unit, signal: Signal, other: Signal, modulus: Signal) -> Signal:
    """How far two signals are apart on a circle."""
    other, modulus = unit.ramped(other, 1), unit.ramped(modulus, 2)
    half = modulus * np.float32(0.5)
    found: Signal = half - np.abs(np.fmod(np.abs(signal - other), modulus) - half)
    return found


def _amp_comp(unit: Unit, freq: Signal, root: Signal, exponent: Signal) -> Signal:
    """What makes higher notes softer, 1 at a root frequency."""
    ratio = unit.held(root, 1) / freq
    found: Signal = np.copysign(np.power(np.abs(ratio), unit.held(exponent, 2)), ratio)
    return found


_LEAST = -0.1575371167435


def _weight(freq: Signal) -> Signal:
    """How much less than full a frequency is by the A-weighting of IEC 61672, as SuperCollider scales it."""
    square = freq.astype(np.float64) ** 2
    above = 3.5041384e16 * square**4
    below = (20.598997**2 + square) ** 2 * (107.65265**2 + square) * (737.86223**2 + square)
    return 1 - np.sqrt(above / (below * (12194.217**2 + square) ** 2))


def _amp_comp_a(_: Unit, freq: Signal, root: Signal, least: Signal, at_root: Signal) -> Signal:
    """What makes notes that the ear hears well softer, after the A-weighting."""
    scale = (at_root[:, :1] - least[:, :1]) / (_weight(root[:, :1]) - _LEAST)
    found: Signal = (_weight(freq) * scale + (least[:, :1] - scale * _LEAST)).astype(np.float32)
    return found


def _select(unit: Unit, index: Signal, *signals: Signal) -> Signal:
    """One of several signals, by a number that is cut to a whole one and held at its ends."""
    places = np.clip(unit.held(index, 0), 0, len(signals) - 1).astype(np.int64)
    first = places[0, 0]
    if (places == first).all():
        return unit.held(signals[first], int(first) + 1)
    spread = [unit.held(signal, place) for place, signal in enumerate(signals, 1)]
    shape = np.broadcast_shapes(places.shape, *(signal.shape for signal in spread))
    found = np.empty(shape, np.float32)
    for place, signal in enumerate(spread):
        np.copyto(found, signal, where=places == place)
    return found


UGENS: dict[str, Evaluate] = {
    "AmpComp": _amp_comp,
    "AmpCompA": _amp_comp_a,
    "Clip": _clip,
    "Fold": partial(_bounded, fold),
    "InRange": _in_range,
    "LinExp": _lin_exp,
    "LinLin": _lin_lin,
    "ModDif": _mod_dif,
    "Select": _select,
    "Wrap": partial(_bounded, wrap),
}
