"""The table of UGens: name → evaluation, one family a module."""

from collections.abc import Callable

from singing_pager.synth.ugens import (
    asking,
    bandlimited,
    delays,
    demand,
    draws,
    dynamics,
    endings,
    envelopes,
    filters,
    followers,
    impulses,
    io,
    ladder,
    lags,
    lfnoise,
    lfos,
    linens,
    lines,
    noise,
    operators,
    oscillators,
    panning,
    poles,
    ranges,
    rates,
    resonators,
    reverb,
    sequences,
    timing,
    triggers,
    unary,
)
from singing_pager.synth.unit import Evaluate

__all__ = ["BEFOREHAND", "CHANCES", "FAMILIES", "HEARERS", "PURE", "READERS", "UGENS", "WRITERS"]

FAMILIES = (
    oscillators,
    bandlimited,
    lfos,
    impulses,
    noise,
    lfnoise,
    draws,
    endings,
    envelopes,
    linens,
    lines,
    filters,
    poles,
    resonators,
    ladder,
    lags,
    dynamics,
    followers,
    delays,
    reverb,
    operators,
    unary,
    ranges,
    triggers,
    timing,
    demand,
    sequences,
    asking,
    panning,
    rates,
    io,
)

UGENS: dict[str, Evaluate] = {name: evaluate for family in FAMILIES for name, evaluate in family.UGENS.items()}
"""Every UGen that the engine has."""

READERS, WRITERS, HEARERS = io.READERS, io.WRITERS, io.HEARERS

BEFOREHAND: dict[str, Callable[[], object]] = {"PinkNoise": noise.tape}
"""What takes so long to make that it is made when a SynthDef is loaded, not when it sounds."""

PURE = frozenset(
    {
        *("BinaryOpUGen", "UnaryOpUGen", "MulAdd", "Sum3", "Sum4"),
        *("Clip", "Fold", "Wrap", "InRange", "LinExp", "LinLin", "Select", "DC", "K2A", "A2K"),
        *("CheckBadValues", "Sanitize"),
    }
)
"""UGens that give the same whenever they are given the same."""

CHANCES = frozenset(
    {("BinaryOpUGen", special) for special in operators.CHANCES}
    | {("UnaryOpUGen", special) for special in unary.CHANCES}
)
"""Operators by chance: name and special index."""
