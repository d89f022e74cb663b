"""Phases as whole numbers: 2**64 are a cycle, so that they add up exactly and wrap by themselves."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.ugens.pieces import by_period
from singing_pager.synth.unit import BLOCK, Flags, Signal, State, Unit

__all__ = ["UNITS", "Phases", "cycles", "periods", "run", "signed", "steps", "unsigned", "wrapped"]

Phases: TypeAlias = npt.NDArray[np.int64]

UNITS = 2.0**64
"""Phase units in a cycle."""
_SIGNED = np.float32(2.0**-31)
_UNSIGNED = np.float32(2.0**-24)
_WITHIN = np.arange(BLOCK)


def cycles(unit: Unit, freq: Signal, length: int = 1, index: int = 0) -> npt.NDArray[np.float64]:
    """Give the part of a cycle that a frequency is a sample, rounded as in scsynth, whose cycles are 1, 2 or 4 long.

    A control-rate frequency is as it is for the whole of a control period.
    """
    if unit.rate is not Rate.AUDIO or unit.rates[index] is not Rate.AUDIO:
        freq = by_period(unit, freq)
    return (freq * np.float32(length / unit.sample_rate)).astype(np.float64) / length


def steps(cycles: npt.NDArray[np.floating]) -> Phases:
    """Turn fractions of a cycle into phase units; whole cycles vanish."""
    exact = cycles.astype(np.float64)
    return np.asarray((exact - np.rint(exact)) * UNITS, np.int64)


def periods(unit: Unit, step: Phases, start: npt.ArrayLike, name: str = "phase") -> Phases:
    """Run a phase on from span to span with (rows, 1 or blocks) steps a sample; gives it as each period begins."""
    last = unit.recall(name, start, np.int64)
    lengths = np.broadcast_to(step * BLOCK, (len(step), unit.blocks))
    ends = last + np.cumsum(lengths, axis=1)
    unit.keep(name, ends[:, -1:])
    return np.asarray(ends - lengths)


def run(unit: Unit, step: Phases, start: npt.ArrayLike, name: str = "phase") -> Phases:
    """Run a phase on from span to span; gives it at each of this unit's columns.

    Args:
        unit: What keeps the phase.
        step: (rows, columns) phase units from one column to the next; (rows, 1); at audio rate also (rows, blocks).
        start: Of voices that begin.
        name: What the phase is kept under.
    """
    if unit.rate is Rate.AUDIO and step.shape[1] != unit.width:
        found = periods(unit, step, start, name)[:, :, None] + step[:, :, None] * _WITHIN
        return found.reshape(len(found), -1)
    last = unit.recall(name, start, np.int64)
    whole = np.broadcast_to(step, (len(step), unit.width))
    ends = last + np.cumsum(whole, axis=1)
    unit.keep(name, ends[:, -1:])
    return np.asarray(ends - whole)


def signed(phases: Phases) -> Signal:
    """Give phases as numbers from −1 to below 1, half a cycle being 1."""
    found = (phases >> 32).astype(np.int32).astype(np.float32)
    found *= _SIGNED
    return found


def unsigned(phases: Phases) -> Signal:
    """Give phases as numbers from 0 to below 1, a cycle being 1."""
    found = ((phases >> 40) & 0xFFFFFF).astype(np.float32)
    found *= _UNSIGNED
    return found


def wrapped(phases: Phases, before: State) -> Flags:
    """Say at which columns a rising phase has begun a new cycle since the column before."""
    unsigned = phases.view(np.uint64)
    found = np.empty(phases.shape, np.bool_)
    found[:, :1] = unsigned[:, :1] < before.view(np.uint64)
    np.less(unsigned[:, 1:], unsigned[:, :-1], out=found[:, 1:])
    return found
