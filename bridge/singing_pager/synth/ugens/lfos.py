"""Oscillators without band limits: simple shapes of a phase."""

from collections.abc import Callable

import numpy as np

from singing_pager.synth.ugens.phases import cycles, run, signed, steps, unsigned, wrapped
from singing_pager.synth.ugens.pieces import by_period, hold
from singing_pager.synth.unit import Evaluate, Flags, Signal, Unit

__all__ = ["UGENS"]

_NARROWEST, _WIDEST = 0.001, 0.999


def _lf_saw(unit: Unit, freq: Signal, phase: Signal) -> Signal:
    """A line that rises from −1 to 1."""
    step, start = steps(cycles(unit, freq, 2)), steps(phase / 2)[:, :1]
    unit.before = signed(start)
    found = signed(run(unit, step, start + step[:, :1]))
    if (step < 0).any():
        falling = np.repeat(step < 0, found.shape[1] // step.shape[1], axis=1)
        found[falling & (found == -1)] = 1
    return found


def _lf_tri(unit: Unit, freq: Signal, phase: Signal) -> Signal:
    """A line that rises from −1 to 1, and falls again; phase 0 is half-way up."""
    return _shaped(unit, freq, phase - 1, 4, _triangle)


def _lf_par(unit: Unit, freq: Signal, phase: Signal) -> Signal:
    """A wave of two parabolas, near to a sine; phase 0 is its top."""
    return _shaped(unit, freq, phase - 1, 4, _parabolas)


def _lf_cub(unit: Unit, freq: Signal, phase: Signal) -> Signal:
    """A wave of two cubic curves, near to a sine; phase 0 is half-way up."""
    return _shaped(unit, freq, phase + np.float32(0.5), 2, _cubic)


def _triangle(place: Signal) -> Signal:
    found = np.abs(place, dtype=np.float32)
    found *= -2
    found += 1
    return found


def _parabolas(place: Signal) -> Signal:
    found = 2 * place
    found *= np.abs(found) - 2
    return found


def _cubic(place: Signal) -> Signal:
    place = np.abs(place)
    return np.asarray(place * place * (6 - 4 * place) - 1, np.float32)


def _lf_pulse(unit: Unit, freq: Signal, phase: Signal, width: Signal) -> Signal:
    """1 in the first part of each cycle, then 0; a cycle's first sample is what the greater part is not."""
    step = steps(cycles(unit, freq))
    start = steps(phase)[:, :1]
    before = unit.recall("before", start, np.int64)
    phases = run(unit, step, start + step[:, :1])
    begins = wrapped(phases, before)
    unit.keep("before", phases[:, -1:])
    part = _widths(unit, begins, width, width[:, :1])
    found = (unsigned(phases) < part).astype(np.float32)
    short = np.broadcast_to(part <= np.float32(0.5), found.shape)
    found[begins] = short[begins]
    return found


def _var_saw(unit: Unit, freq: Signal, phase: Signal, width: Signal) -> Signal:
    """A line that rises from −1 to 1 in the first part of each cycle and falls in the rest."""
    unit.before = np.zeros((1, 1), np.float32)
    start = steps(phase)[:, :1]
    before = unit.recall("before", np.where(phase[:, :1] < 1, start, start - 1), np.int64)
    phases = run(unit, steps(cycles(unit, freq)), start)
    unit.keep("before", phases[:, -1:])
    limited = np.clip(width, np.float32(_NARROWEST), np.float32(_WIDEST))
    part = _widths(unit, wrapped(phases, before), limited, limited[:, :1])
    place = unsigned(phases)
    found = np.minimum(place * (2 / part), (1 - place) * (2 / (1 - part)))
    found -= 1
    return np.asarray(found, np.float32)


def _shaped(unit: Unit, freq: Signal, phase: Signal, length: int, shape: Callable[[Signal], Signal]) -> Signal:
    """Run a phase that is one sample on when it begins, as scsynth has it, and give its shape."""
    step, start = steps(cycles(unit, freq, length)), steps(phase / np.float32(length))[:, :1]
    unit.before = shape(signed(start))
    return shape(signed(run(unit, step, start + step[:, :1])))


def _widths(unit: Unit, begins: Flags, width: Signal, start: Signal) -> Signal:
    """The width of each cycle: what the input was when it began."""
    last = unit.recall("width", start, np.float32)
    if width.shape[1] == 1 and np.array_equal(last, unit.rowed(width)):
        unit.keep("width", last)
        return width
    values = by_period(unit, width)
    columns = np.repeat(values, begins.shape[1] // values.shape[1], axis=1)
    found = hold(begins, np.broadcast_to(columns, begins.shape)[begins], last)
    unit.keep("width", found[:, -1:])
    return found


UGENS: dict[str, Evaluate] = {
    "LFCub": _lf_cub,
    "LFPar": _lf_par,
    "LFPulse": _lf_pulse,
    "LFSaw": _lf_saw,
    "LFTri": _lf_tri,
    "VarSaw": _var_saw,
}
