"""How far back a delay line is read, how it goes from one delay time to another, and how an echo is read."""

import numpy as np

from singing_pager.synth.coefficients import periodic
from singing_pager.synth.past import keep_line, recall_line
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Places, Signal, Unit

__all__ = ["keep_past", "late", "longest", "past", "read", "share"]

_LOG001 = np.log(0.001)
_BESIDE = 3
"""Samples beyond the delay time that a reading may take."""
_MOST = 1 << 24
"""Samples of the longest line that there is: six minutes, more than scsynth has memory for."""


def longest(unit: Unit, seconds: Signal) -> Places:
    """How long each voice's line is, (rows, 1): the next power of two, as in scsynth; read when a voice begins."""
    period = BLOCK if unit.rate is Rate.AUDIO else 1
    samples = np.ceil(unit.rowed(seconds)[:, :1].astype(np.float64) * unit.sample_rate + 1) + period
    return unit.recall("length", 2 ** np.ceil(np.log2(np.fmin(np.fmax(samples, _BESIDE), _MOST))), np.int64)


def late(unit: Unit, seconds: Signal, length: Places, least: int) -> Signal:
    """How many samples ago the line is read, (rows or 1, columns or 1): a new delay time is reached in one period.

    scsynth adds up the way there in single precision and goes on from where that ends; so does this.
    """
    unit.keep("length", length)
    if unit.rates[2] is Rate.AUDIO or unit.rate is not Rate.AUDIO:
        return _samples(unit, unit.held(seconds, 2), length, least)
    times = unit.rowed(seconds)
    before = unit.recall("time", times[:, :1], np.float32)
    now = unit.recall("late", _samples(unit, before, length, least), np.float32)
    moves = times != np.concatenate([before, times[:, :-1]], axis=1)
    if not moves.any():
        unit.keep("time", times[:, -1:])
        unit.keep("late", now)
        return now[:1] if (now == now[0]).all() else now
    goals = np.broadcast_to(_samples(unit, times, length, least), (len(times), unit.blocks))
    found = np.empty((len(times), unit.blocks, BLOCK), np.float32)
    for block in range(unit.blocks):
        move = moves[:, block : block + 1] if block < moves.shape[1] else np.zeros_like(moves[:, :1])
        step = np.where(move, (goals[:, block : block + 1] - now) * np.float32(1 / BLOCK), np.float32(0))
        way = np.concatenate([now, np.repeat(step, BLOCK, axis=1)], axis=1)
        found[:, block] = np.add.accumulate(way, axis=1)[:, 1:]
        now = found[:, block, -1:]
    unit.keep("time", times[:, -1:])
    unit.keep("late", now)
    return found.reshape(len(times), -1)


def share(unit: Unit, seconds: Signal, decay: Signal, *, whole: bool) -> Signal:
    """How much of an echo is written back, (rows or 1, columns or 1): 0.001 of it is left after the decay time.

    Args:
        unit: The delay line.
        seconds: Its delay time.
        decay: Its decay time; below 0 every other echo is upside down.
        whole: The line is read without interpolation: where the delay time rests, a change begins a sample later.
    """
    if unit.rates[2] is Rate.AUDIO or unit.rate is not Rate.AUDIO:
        return _feedback(unit.held(seconds, 2), _held(unit, decay))
    goals = _feedback(seconds, periodic(unit, decay, 3).astype(np.float32))
    last = unit.recall("share", goals[:, :1], np.float32)
    rest = unit.recall("time of share", seconds[:, :1], np.float32)
    unit.keep("share", goals[:, -1:])
    unit.keep("time of share", seconds[:, -1:])
    if goals.shape[1] == 1 and (last == goals).all():
        return goals
    goals = np.broadcast_to(goals, (len(last), unit.blocks))
    before = np.concatenate([last, goals[:, :-1]], axis=1)
    times = np.broadcast_to(seconds, goals.shape)
    begin = 1 - (whole & (times == np.concatenate([rest, times[:, :-1]], axis=1)))
    steps = (np.arange(BLOCK) + begin[:, :, None]).astype(np.float32) / BLOCK
    lines: Signal = before[:, :, None] + (goals - before)[:, :, None] * steps
    return lines.reshape(len(goals), -1)


def past(unit: Unit, back: Signal, length: Places) -> Signal:
    """What the line holds, as far back as it may be read: where the delay time is a constant, no farther than that."""
    return recall_line(unit, _reach(unit, back, length))


def keep_past(unit: Unit, line: Signal, back: Signal, length: Places) -> None:
    """Keep the line for the next span."""
    keep_line(unit, line, _reach(unit, back, length))


def read(line: Signal, back: Signal, begin: int, columns: tuple[int, int], kind: str) -> Signal:
    """Read the line at some columns of the span, which begins at column `begin` of the line.

    Args:
        line: (rows, past and span).
        back: How many samples ago: (rows or 1, columns or 1).
        begin: Where the span begins.
        columns: The first column of the span to be read for, and the one after the last.
        kind: N, L or C: without interpolation, linear, or by a cubic Hermite spline.
    """
    first, last = columns
    if back.shape[1] > 1:
        back = back[:, first:last]
    whole = back.astype(np.int64)
    part = back - whole
    places = None if back.size == 1 else begin + np.arange(first, last) - whole
    at = begin - int(whole[0, 0])

    def ago(beside: int) -> Signal:
        if places is None:
            return line[:, at + first - beside : at + last - beside]
        if len(places) == 1:
            shared: Signal = line.take(places[0] - beside, axis=1, mode="clip")
            return shared
        return np.take_along_axis(line, np.minimum(places - beside, line.shape[1] - 1), axis=1)

    newer = ago(0)
    if kind == "N" or (back.size == 1 and not part.any()):
        return newer
    older = ago(1)
    if kind == "L":
        between: Signal = newer + part * (older - newer)
        return between
    return _spline(part, ago(-1), newer, older, ago(2))


def _spline(x: Signal, y0: Signal, y1: Signal, y2: Signal, y3: Signal) -> Signal:
    half = np.float32(0.5)
    slope = half * (y2 - y0)
    third = half * (y3 - y0) + np.float32(1.5) * (y1 - y2)
    second = y0 - np.float32(2.5) * y1 + np.float32(2) * y2 - half * y3
    found: Signal = ((third * x + second) * x + slope) * x + y1
    return found


def _samples(unit: Unit, seconds: Signal, length: Places, least: int) -> Signal:
    top = length.astype(np.float32)
    top = top[:1] if (top == top[0]).all() else top
    # not np.clip: a time that is no number is the least
    found: Signal = np.fmin(np.fmax(seconds * np.float32(unit.sample_rate), np.float32(least)), top)
    return found


def _feedback(seconds: Signal, decay: Signal) -> Signal:
    times = np.abs(decay).astype(np.float64)
    left = np.where((seconds == 0) | (decay == 0), 0.0, np.exp(_LOG001 * seconds / times))
    share: Signal = np.copysign(left, decay).astype(np.float32)
    return share


def _held(unit: Unit, decay: Signal) -> Signal:
    values: Signal = periodic(unit, decay, 3).astype(np.float32)
    return values if values.shape[1] == 1 or unit.rate is not Rate.AUDIO else values.repeat(BLOCK, axis=1)


def _reach(unit: Unit, back: Signal, length: Places) -> int:
    fixed = unit.rates[2] is Rate.SCALAR
    return int(back.max() if fixed else length.max()) + _BESIDE
