"""Lines: values that go to where they are sent in a given time."""

from collections.abc import Callable
from functools import partial

import numpy as np

from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.ugens.shapes import (
    COURSE,
    LEFT,
    STEP,
    Reals,
    Turn,
    ahead,
    begin,
    drawn,
    flat,
    rest,
    still,
    towards,
    travel,
    values,
)
from singing_pager.synth.unit import BLOCK, Evaluate, Flags, Places, Signal, State, Unit

__all__ = ["UGENS", "between", "count", "every", "following", "kept", "travelled"]

_EXPONENTIAL = 2.0

TARGET = LEFT + 1
TIME = LEFT + 2
"""What is kept beside the course: where it goes, and of `VarLag` in what time."""


def _line(shape: float | None, unit: Unit, *arguments: Signal) -> Signal:
    """Go from one value to another, and stay; the arguments are read once."""
    course = unit.memory.get("course")
    if course is not None and unit.span.fresh is None and rest(course):
        unit.settled = True
        return flat(course)
    *way, action = arguments
    state = kept(unit, lambda: _journey(shape, unit, *way))
    left = state[:, LEFT]
    last = np.where((left > 0) & (left <= unit.width), left - 1, unit.width)
    unit.done(last.astype(np.int64) // _period(unit), action)
    return travelled(unit, state, _arrive)


def _journey(shape: float | None, unit: Unit, start: Signal, end: Signal, seconds: Signal) -> Reals:
    """A line that has made its first step already, as scsynth's have when they are built.

    An exponential one of no length is at its end and never comes there: it does nothing when it is done.
    """
    begins, target, length = (unit.rowed(signal[:, :1])[:, 0].astype(np.float64) for signal in (start, end, seconds))
    steps = np.trunc(length * unit.sample_rate + 0.5)
    left = np.where((steps == 0) & (shape is not None), np.inf, np.fmax(1, steps))
    begins = np.where(steps == 0, target, begins)
    steps = np.fmax(1, steps)
    if shape is None:
        course = towards(begins, target, steps)
    else:
        course = begin(np.full_like(begins, shape), begins, begins, target, before=begins, count=steps)
    unit.before = (values(course) if shape else values(course) + course[:, STEP]).astype(np.float32)[:, None]
    ahead(course, 1)
    return np.column_stack([course, left, target])


def _arrive(state: Reals, _rows: Places, _at: Reals) -> float:
    """Stay where one has arrived."""
    over = state[:, LEFT] <= 0
    if over.any():
        state[over, :COURSE] = still(state[over, TARGET])
        state[over, LEFT] = np.inf
    return np.inf


def _ramp(unit: Unit, signal: Signal, seconds: Signal) -> Signal:
    """Take the input's value now and then, and go there in a line until it is taken again."""
    if unit.rate is Rate.AUDIO:
        x, times = unit.rowed(unit.whole(unit.held(signal, 0))), every(unit, seconds, 1)
    else:
        x, times = (_late(unit, place, unit.held(value, place)) for place, value in enumerate((signal, seconds)))
    period = _period(unit)

    def turn(state: Reals, rows: Places, at: Reals) -> float:
        over = np.flatnonzero(state[:, LEFT] <= 0)
        if len(over):
            columns = at[over].astype(np.int64)
            steps = count(unit, times[rows[over], columns // period])
            goal = x[rows[over], columns].astype(np.float64)
            state[over, :COURSE] = towards(values(state[over, :COURSE]), goal, steps)
            state[over, LEFT] = steps
        return np.inf

    def built() -> Reals:
        first = x[:, 0].astype(np.float64)
        return np.column_stack([still(first), np.ones_like(first)])

    return travelled(unit, kept(unit, built), turn)


def _var_lag(unit: Unit, signal: Signal, seconds: Signal, start: Signal) -> Signal:
    """Go in a line to each new value of the input, which is looked at once in a control period."""
    x, times = every(unit, signal, 0), every(unit, seconds, 1)
    period = _period(unit)

    def built() -> Reals:
        first, goal = unit.rowed(start)[:, 0].astype(np.float64), x[:, 0].astype(np.float64)
        steps = count(unit, times[:, 0])
        return np.column_stack([towards(first, goal, steps), steps + 1, goal, times[:, 0]])

    state = kept(unit, built)
    moved = np.diff(between(state[:, TARGET], x)) != 0
    moves = following(moved | (np.diff(between(state[:, TIME], times)) != 0))

    def turn(state: Reals, rows: Places, at: Reals) -> Reals:
        _arrive(state, rows, at)
        blocks = at.astype(np.int64) // period
        now = np.flatnonzero((moves[rows, blocks] == blocks) & (at % period == 0))
        if len(now):
            place = rows[now], blocks[now]
            seconds = times[place]
            left = state[now, LEFT] - 1
            going = np.isfinite(left) & (left > 0) & (seconds > 0) & (state[now, TIME] > 0)
            longer = np.where(going, seconds / state[now, TIME].astype(np.float32), np.float32(1))
            state[now, STEP] /= longer
            state[now, LEFT] = 1 + np.where(going, np.fmax(1, np.trunc(left.astype(np.float32) * longer)), left)
            state[now, TIME] = seconds
            anew = moved[place]
            these, seconds, goal = now[anew], seconds[anew], x[place][anew].astype(np.float64)
            steps = count(unit, seconds)
            state[these, LEFT], state[these, TARGET] = steps + 1, goal
            state[these, :COURSE] = towards(values(state[these]), goal, steps)
        return moves[rows, blocks + 1].astype(np.float64) * period

    return travelled(unit, state, turn)


def _period(unit: Unit) -> int:
    return BLOCK if unit.rate is Rate.AUDIO else 1


def count(unit: Unit, seconds: State) -> Reals:
    """Columns of a time, at least one."""
    columns: Reals = seconds.astype(np.float64) * unit.sample_rate
    return np.fmax(np.trunc(columns), 1.0)


def kept(unit: Unit, built: Callable[[], Reals]) -> Reals:
    """What was kept of the voices; `built` gives what they begin with."""
    if unit.span.fresh is None and "course" in unit.memory:
        return unit.memory["course"].copy()
    return np.array(unit.recall("course", built()))


def travelled(unit: Unit, state: Reals, turn: Turn) -> Signal:
    """Go on to the end of the span, keep where one is, and draw the way."""
    stretches = list(travel(state, np.arange(unit.span.rows), 0, unit.width, turn))
    unit.keep("course", state)
    return drawn(stretches, unit.width)


def every(unit: Unit, signal: Signal, index: int) -> Signal:
    """An input's value in each control period, for every voice."""
    if unit.rates[index] is Rate.AUDIO and signal.shape[1] > 1:
        signal = signal[:, ::BLOCK]
    return np.broadcast_to(signal, (unit.span.rows, unit.blocks))


def _late(unit: Unit, place: int, signal: Signal) -> Signal:
    """An input a column late, for every voice."""
    whole = unit.rowed(unit.whole(signal))
    last = unit.recall(f"late{place}", whole[:, :1], np.float32)
    unit.keep(f"late{place}", whole[:, -1:])
    return np.concatenate([last, whole[:, :-1]], axis=1)


def between(last: Reals, signal: Signal) -> Signal:
    """The (rows,) last value before a signal, and the signal."""
    return np.column_stack([last.astype(np.float32), signal])


def following(flags: Flags) -> Places:
    """The next column at or after each that is flagged: (rows, columns + 1), the last one where there is none."""
    columns = flags.shape[1]
    places = np.full((len(flags), columns + 1), columns)
    np.copyto(places[:, :-1], np.arange(columns), where=flags)
    return np.minimum.accumulate(places[:, ::-1], axis=1)[:, ::-1]


UGENS: dict[str, Evaluate] = {
    "Line": partial(_line, None),
    "Ramp": _ramp,
    "VarLag": _var_lag,
    "XLine": partial(_line, _EXPONENTIAL),
}
