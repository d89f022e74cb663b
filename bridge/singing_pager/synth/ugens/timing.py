"""What runs between triggers: times, sweeps, phases, and the extremes of a signal."""

from functools import partial
from itertools import pairwise

import numpy as np

from singing_pager.synth.events import Events, picked, rises, steps
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Evaluate, Places, Signal, State, Unit

__all__ = ["UGENS"]


_NOTHING = np.zeros((1, 1), np.float32)


def _fraction(unit: Unit, trigger: Signal, events: Events, before: State) -> State:
    """Where between two samples a trigger crossed 0: how far the one before is below, as a part of the step."""
    now = picked(unit, trigger, 0, events)
    return -before / (now - before)


def _sweep(unit: Unit, trigger: Signal, rate: Signal) -> Signal:
    """A line that begins anew at each trigger, so much higher each second."""
    unit.before = _NOTHING
    events, before = rises(unit, trigger, 0, "trigger", trigger[:, :1])
    pace: State = rate.astype(np.float64) / unit.sample_rate
    slope = picked(unit, pace, 1, events)
    begins = _fraction(unit, trigger, events, before) * slope
    if unit.rates[0] is not Rate.AUDIO:
        begins = begins + slope
    run = _runs(unit, pace)
    level = unit.recall("level", 0)
    found = level + run
    if len(events):
        offsets = begins - np.broadcast_to(run, (unit.span.rows, unit.width))[events.rows, events.columns]
        found = run + _steps64(unit, level[:, 0], events, offsets)
    unit.keep("level", found[:, -1:])
    return found.astype(np.float32)


def _runs(unit: Unit, rate: State) -> State:
    """(rows or 1, width) the sum of a rate up to each column and with it."""
    if rate.shape[1] == 1:
        return rate * np.arange(1, unit.width + 1)
    return np.cumsum(unit.held(rate, 1), axis=1)


def _steps64(unit: Unit, start: State, events: Events, values: State) -> State:
    """Draw values that stay from event to event, in full precision."""
    width = unit.width
    places = steps(unit, np.full(unit.span.rows, -1.0), events, np.arange(len(events), dtype=np.float64))
    index = np.broadcast_to(places, (unit.span.rows, width)).astype(np.int64)
    return np.where(index < 0, start[:, None], values[np.maximum(index, 0)])


def _phasor(unit: Unit, trigger: Signal, rate: Signal, *ends: Signal) -> Signal:
    """A line between two values, round and round, that a trigger takes to a third one."""
    start, end, reset = ends
    unit.before = start[:, :1]
    events, before = rises(unit, trigger, 0, "trigger", trigger[:, :1])
    rate = rate.astype(np.float64)
    held = unit.rate is Rate.AUDIO and unit.rates[0] is not Rate.AUDIO
    begins = picked(unit, reset, 4, events).astype(np.float64)
    if not held:
        fraction = 1 - before / (picked(unit, trigger, 0, events) - before)
        begins = begins + fraction * picked(unit, rate, 1, events)
    run = _runs(unit, rate)
    ahead = run - (rate if rate.shape[1] == 1 else unit.held(rate, 1))
    moving = start.shape[1] > 1 or end.shape[1] > 1
    edges = np.arange(0, unit.width + 1, (BLOCK if unit.rate is Rate.AUDIO else 1) if moving else unit.width)
    level = np.array(unit.recall("level", start[:, :1]))
    found = np.empty((unit.span.rows, unit.width), np.float32)
    for place, (first, last) in enumerate(pairwise(edges)):
        low, high = (edge[:, min(place, edge.shape[1] - 1), None].astype(np.float64) for edge in (start, end))
        span = high - low
        base = level - (ahead[:, first, None])
        here = (events.columns >= first) & (events.columns < last)
        if here.any():
            these = Events(events.rows[here], events.columns[here])
            offsets = begins[here] - np.broadcast_to(ahead, found.shape)[these.rows, these.columns]
            base = _steps64(unit, base[:, 0], these, offsets)[:, first:last]
        line = base + ahead[:, first:last]
        part = _round(line, low, span)
        if here.any() and not held:
            part[these.rows, these.columns - first] = begins[here]
        found[:, first:last] = part
        step = run[:, last - 1, None] - ahead[:, last - 1, None]
        level = np.broadcast_to(_round(line[:, -1:], low, span) + step, (unit.span.rows, 1))
        if not held:
            level = _round(level, low, span)
    unit.keep("level", np.array(level))
    return found


def _round(line: State, low: State, span: State) -> State:
    above = line - low
    found = above - span * np.floor(above / span)
    return np.where(span == 0, low, found + low)


def _timer(unit: Unit, trigger: Signal) -> Signal:
    """The time between the last two triggers, in seconds."""
    found = _intervals(unit, trigger, 0)
    return found * np.float32(1 / unit.sample_rate)


def _zero_crossing(unit: Unit, signal: Signal) -> Signal:
    """The frequency of a signal, as its last two ways up through 0 say."""
    found = _intervals(unit, signal, _SHORTEST)
    return np.where(found == 0, np.float32(0), np.float32(unit.sample_rate) / found)


_SHORTEST = 4
"""Samples within which no second crossing is heard."""


def _intervals(unit: Unit, signal: Signal, shortest: int) -> Signal:
    """Columns between the last two crossings, with fractions; 0 before the first one."""
    unit.before = _NOTHING
    events, before = rises(unit, signal, 0, "trigger", signal[:, :1])
    fractions = _fraction(unit, signal, events, before)
    kept = unit.recall("last", np.array([[-1.0, 0.0, 0.0]]))
    place, fraction, level = (np.array(kept[:, at]) for at in range(3))
    start = level.copy()
    values = np.zeros(len(events))
    for places in events.rounds():
        rows = events.rows[places]
        passed = events.columns[places] - place[rows]
        heard = passed > shortest
        level[rows] = np.where(heard, fractions[places] + passed - fraction[rows], level[rows])
        fraction[rows] = np.where(heard, fractions[places], fraction[rows])
        place[rows] = np.where(heard, events.columns[places], place[rows])
        values[places] = level[rows]
    unit.keep("last", np.stack([place - unit.width, fraction, level], axis=1))
    return steps(unit, start, events, values)


def _extreme(best: np.ufunc, absolute: bool, unit: Unit, signal: Signal, trigger: Signal) -> Signal:  # noqa: FBT001
    """The highest or lowest value of a signal since the last trigger."""
    unit.before = signal[:, :1]
    events, _ = rises(unit, trigger, 1, "trigger")
    size = np.abs(signal) if absolute else signal
    level = np.array(unit.recall("level", signal[:, :1], np.float32))
    if unit.rate is not Rate.AUDIO and unit.rates[0] is Rate.AUDIO and signal.shape[1] > 1:
        lasts = size[:, BLOCK - 1 :: BLOCK] if absolute else size[:, ::BLOCK]
        size = best.reduce(size.reshape(len(size), -1, BLOCK), axis=2) if absolute else lasts
    else:
        size = lasts = unit.held(size, 0)
    if unit.rate is Rate.AUDIO and unit.rates[1] is not Rate.AUDIO:
        # a control's trigger is heard at the end of its period
        events = Events(events.rows, events.columns + BLOCK - 1)
    shape = (unit.span.rows, unit.width)
    size, lasts = np.broadcast_to(size, shape), np.broadcast_to(lasts, shape)
    found = np.array(size)
    firsts: Places = np.zeros(unit.span.rows, np.int64)
    for row, column in zip(events.rows.tolist(), events.columns.tolist(), strict=True):
        part = found[row, firsts[row] : column + 1]
        best.accumulate(best(part, level[row]), out=part)
        level[row], firsts[row] = lasts[row, column], column + 1
    for row in np.unique(events.rows).tolist():
        part = found[row, firsts[row] :]
        if len(part):
            best.accumulate(best(part, level[row]), out=part)
            level[row] = part[-1]
    quiet = np.setdiff1d(np.arange(unit.span.rows), events.rows)
    found[quiet] = best.accumulate(best(found[quiet], level[quiet]), axis=1)
    level[quiet] = found[quiet, -1:]
    unit.keep("level", level)
    return found


UGENS: dict[str, Evaluate] = {
    "Peak": partial(_extreme, np.maximum, True),  # noqa: FBT003 - of the size
    "Phasor": _phasor,
    "RunningMax": partial(_extreme, np.maximum, False),  # noqa: FBT003 - of the signal itself
    "RunningMin": partial(_extreme, np.minimum, False),  # noqa: FBT003 - of the signal itself
    "Sweep": _sweep,
    "Timer": _timer,
    "ZeroCrossing": _zero_crossing,
}
