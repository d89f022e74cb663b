"""Band-limited oscillators: sums of harmonics up to half the sample rate.

A pulse of N cosines is sin((2N + 1) x) / sin(x), less its mean (the discrete summation formula of J. A. Moorer, 1976);
saw and pulse waves are such pulses summed up by a leaky integrator. As in scsynth, 1 / sin(x) is read from a table of
8,192 points with straight lines between them, which is heard: it is part of the wave.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from singing_pager.synth.recurrence import first_order
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.ugens.oscillators import radians, sine
from singing_pager.synth.ugens.phases import UNITS, Phases, periods, run
from singing_pager.synth.ugens.pieces import by_period, pair
from singing_pager.synth.unit import BLOCK, Evaluate, Signal, Unit

__all__ = ["UGENS"]

_POINTS = 8192
_TABLE_UNIT = 2**64 // (_POINTS * 65536)
_HALF = _POINTS * 65536 / 2
"""The phase of a pulse goes through half a cycle of the sine from one pulse to the next; here in scsynth's steps."""
_NEAR = 8
"""Points at either side of a zero of the sine for which its inverse is not read from the table."""
_ZERO = 0.0005
"""A sine below this is taken for 0."""
_RADIANS = 2 * np.pi / UNITS
_MOST = 2.0**24
_LEAK = np.full((1, 1), np.float32(0.999), np.float64)


class _Pitch(NamedTuple):
    """How a pulse goes through each control period: phase units a sample, how many harmonics it has and had before."""

    begins: Phases
    step: Phases
    harmonics: npt.NDArray[np.float64]
    before: npt.NDArray[np.float64]


def _saw(unit: Unit, freq: Signal) -> Signal:
    """A saw wave with all harmonics that there is room for."""
    return _sum_up(unit, _train(unit, _pitch(unit, freq)), -0.46)


def _pulse(unit: Unit, freq: Signal, width: Signal) -> Signal:
    """A pulse wave of any width: the sum of a pulse up and, later by the width, a pulse down."""
    pitch = _pitch(unit, freq)
    later = (by_period(unit, width) * np.float32(_HALF)).astype(np.int64)
    now, was = pair(unit, later, "width", start=0)
    up = _train(unit, pitch)
    turn = ((now - was).astype(np.float32) / np.float32(BLOCK if unit.rate is Rate.AUDIO else 1)).astype(np.int64)
    down = pitch._replace(begins=pitch.begins + was * _TABLE_UNIT, step=pitch.step + turn * _TABLE_UNIT)
    up -= _train(unit, down)
    return _sum_up(unit, up, 0.0)


def _blip(unit: Unit, freq: Signal, harmonics: Signal) -> Signal:
    """Pulses of a number of harmonics, all equally strong."""
    return _train(unit, _pitch(unit, freq, np.trunc(by_period(unit, harmonics).astype(np.float64))))


def _pitch(unit: Unit, freq: Signal, wanted: npt.NDArray[np.float64] | None = None) -> _Pitch:
    """Follow a frequency period by period; where harmonics come or go, the higher frequency of the two is played."""
    now, was = pair(unit, by_period(unit, freq), "freq")
    count, before = _room(unit, now), _room(unit, was)
    moved = count != before
    if wanted is not None:
        wish, wished = pair(unit, wanted, "wanted")
        moved = (wish > count) & ((wish != wished) | (now != was))
        count, before = np.clip(wish, 1, count), np.clip(wished, 1, before)
    played = np.where(moved, np.maximum(now, was), now).astype(np.float64)
    step = (played * (_HALF / unit.sample_rate)).astype(np.int64) * _TABLE_UNIT
    begins = periods(unit, step, 0) if unit.rate is Rate.AUDIO else run(unit, step, 0)
    return _Pitch(begins, step, count, before)


def _room(unit: Unit, freq: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """How many harmonics there are up to half the sample rate."""
    return np.clip(np.trunc(unit.sample_rate / 2 / freq.astype(np.float64)), -_MOST, _MOST)


def _train(unit: Unit, pitch: _Pitch) -> Signal:
    """Give the pulses, 1 at their height; where the number of harmonics changes, one fades into the other."""
    within = np.arange(BLOCK if unit.rate is Rate.AUDIO else 1)
    phases = pitch.begins[:, :, None] + pitch.step[:, :, None] * within
    times = _times(pitch.harmonics)
    if unit.rate is Rate.AUDIO and pitch.step.shape[1] == times.shape[1] == 1:
        above = sine(pitch.begins * times, pitch.step * times)
    else:
        above = np.sin(radians(phases * times[:, :, None]))
    found = _heights(above.reshape(phases.shape), phases, pitch.harmonics)
    rows, columns = np.nonzero(pitch.harmonics != pitch.before)
    if len(rows):
        old, some = pitch.before[rows, columns][:, None], phases[rows, columns][:, None]
        before = _heights(np.sin(radians(some * _times(old)[:, :, None])), some, old)[:, 0]
        fade = (within / len(within)).astype(np.float32)
        found[rows, columns] = before + fade * (found[rows, columns] - before)
    return found.reshape(len(found), -1)


def _times(harmonics: npt.NDArray[np.float64]) -> Phases:
    return (2 * np.nan_to_num(harmonics) + 1).astype(np.int64)


def _heights(above: Signal, phases: Phases, harmonics: npt.NDArray[np.float64]) -> Signal:
    """Divide the sine above by that below, less the mean: (rows, blocks, samples)."""
    words = (phases >> 32).astype(np.uint32)
    places = words >> 19
    parts = ((words >> 3) & 0xFFFF).astype(np.float32)
    parts *= np.float32(2.0**-16)
    parts *= _RISES.take(places)
    parts += _INVERSES.take(places)
    parts *= above
    close = np.flatnonzero(_CLOSE.take(places))
    if len(close):
        at = np.unravel_index(close, phases.shape)
        below = _exact_sine(phases[at])
        times = np.broadcast_to(_times(harmonics)[:, :, None], phases.shape)[at]
        parts[at] = np.where(np.abs(below) < _ZERO, times, _exact_sine(phases[at] * times) / below)
    parts -= 1
    parts *= np.where(harmonics == 0, 0, 0.5 / harmonics).astype(np.float32)[:, :, None]
    return parts


def _exact_sine(phases: Phases) -> npt.NDArray[np.float64]:
    return np.asarray(np.sin(phases * _RADIANS))


def _sum_up(unit: Unit, pulses: Signal, start: float) -> Signal:
    found = first_order(unit.rowed(pulses), _LEAK, unit.recall("sum", start, np.float32)).astype(np.float32)
    unit.keep("sum", found[:, -1:])
    return found


def _tables() -> tuple[Signal, Signal, npt.NDArray[np.bool_]]:
    """Tabulate 1 / sin over a cycle: values, how they rise from point to point, and which are too close to a zero."""
    points = np.arange(_POINTS + 1)
    away = np.abs((points + _POINTS // 4) % (_POINTS // 2) - _POINTS // 4)
    close = away <= _NEAR
    values = np.where(close, 0, 1 / np.sin(2 * np.pi * np.where(close, 1, points) / _POINTS)).astype(np.float32)
    return values[:-1], np.diff(values), close[:-1] | close[1:]


_INVERSES, _RISES, _CLOSE = _tables()

UGENS: dict[str, Evaluate] = {"Blip": _blip, "Pulse": _pulse, "Saw": _saw}
