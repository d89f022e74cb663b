"""Triggers, and what they set going: what is held, counted and switched at the moments when a signal rises above 0."""

from collections.abc import Callable
from functools import partial

import numpy as np

from singing_pager.synth.events import Events, evolve, merged, picked, rises, steps
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Evaluate, Places, Signal, State, Unit

__all__ = ["UGENS"]


_NOTHING = np.zeros((1, 1), np.float32)
_IDLE = -2
"""When the wait of a voice that begins was over: before its constructor ran."""


def _held(unit: Unit, name: str, start: Signal | float = 0) -> State:
    """(rows,) a value of each voice, to be changed and kept again."""
    return np.array(unit.recall(name, start)[:, 0])


def _latch(unit: Unit, signal: Signal, trigger: Signal) -> Signal:
    """A signal's value at the last trigger."""
    events, _ = rises(unit, trigger, 1, "trigger")
    level = _held(unit, "level")
    start = level.copy()
    values = picked(unit, signal, 0, events)
    level[events.rows] = values
    unit.keep("level", level[:, None])
    return steps(unit, start, events, values)


def _gate(unit: Unit, signal: Signal, gate: Signal) -> Signal:
    """A signal while a gate is open, else its last value."""
    level = unit.recall("level", 0, np.float32)
    is_open = unit.rowed(unit.held(gate, 1)) > 0
    signal = unit.held(signal, 0)
    if is_open.all():
        found = unit.rowed(signal)
    else:
        width = unit.width
        places = np.where(is_open, np.arange(1, width + 1), 0)
        np.maximum.accumulate(places, axis=1, out=places)
        whole = np.broadcast_to(signal, (unit.span.rows, width))
        found = np.take_along_axis(np.concatenate([level, whole], axis=1), places, axis=1)
    unit.keep("level", found[:, -1:])
    return found


def _schmidt(unit: Unit, signal: Signal, low: Signal, high: Signal) -> Signal:
    """1 from where a signal goes above the higher limit to where it goes below the lower one."""
    level = unit.recall("level", 0, np.float32)
    above, below = signal > unit.held(high, 2), signal < unit.held(low, 1)
    decided = np.broadcast_to(above | below, (unit.span.rows, max(above.shape[1], below.shape[1])))
    places = np.where(decided, np.arange(1, decided.shape[1] + 1), 0)
    np.maximum.accumulate(places, axis=1, out=places)
    said = np.concatenate([level, np.broadcast_to(above, decided.shape)], axis=1, dtype=np.float32)
    found: Signal = np.take_along_axis(said, places, axis=1)
    unit.keep("level", found[:, -1:])
    return found


def _pulse(flat: bool, unit: Unit, trigger: Signal, time: Signal) -> Signal:  # noqa: FBT001 - which of two UGens
    """A trigger made longer, of its own height or of 1; meanwhile others are not heard."""
    events, _ = rises(unit, trigger, 0, "trigger")
    heights = np.ones(len(events)) if flat else picked(unit, trigger, 0, events)
    ends, heard = _waits(unit, events, time)
    level, last = _held(unit, "level"), _held(unit, "end", _IDLE)
    start = np.where(last > 0, level, 0)
    rows, on, off = events.rows[heard], events.columns[heard], ends[heard]
    level[rows], last[rows] = heights[heard], off
    unit.keep("level", level[:, None])
    over = np.flatnonzero(unit.recall("end", _IDLE)[:, 0] >= 0)
    first_ends = unit.recall("end", _IDLE)[over, 0].astype(np.int64)
    unit.keep("end", last[:, None] - unit.width)
    every = Events(np.concatenate([over, rows, rows]), np.concatenate([first_ends, on, off]))
    values = np.concatenate([np.zeros(len(over)), heights[heard], np.zeros(len(rows))])
    # in the order of time, as an end may fall on the sample before a beginning
    order = np.lexsort((every.columns, every.rows))
    return steps(unit, start, Events(every.rows[order], every.columns[order]), values[order])


def _waits(unit: Unit, events: Events, time: Signal) -> tuple[Places, Places]:
    """When the time after each event is over, and which events are heard: none while one waits.

    A trigger in a voice's first sample is heard a sample early: scsynth's constructor hears it.
    """
    seconds = picked(unit, time, 1, events)
    lengths = np.maximum((seconds * seconds.dtype.type(unit.sample_rate) + seconds.dtype.type(0.5)).astype(np.int64), 1)
    begins = events.columns
    if unit.span.fresh is not None:
        begins = begins - (unit.span.fresh[events.rows] & (begins == 0))
    ends = begins + lengths
    free = _held(unit, "end", _IDLE).astype(np.int64) + 1
    heard = np.zeros(len(events), np.bool_)
    for places in events.rounds():
        rows = events.rows[places]
        heard[places] = begins[places] >= free[rows]
        free[rows] = np.where(heard[places], ends[places] + 1, free[rows])
    return ends, np.flatnonzero(heard)


def _t_delay(unit: Unit, trigger: Signal, time: Signal) -> Signal:
    """A trigger later; meanwhile others are not heard."""
    unit.before = _NOTHING
    events, _ = rises(unit, trigger, 0, "trigger")
    ends, heard = _waits(unit, events, time.astype(np.float64))
    before = unit.recall("end", _IDLE)[:, 0]
    last = before.copy()
    last[events.rows[heard]] = ends[heard]
    unit.keep("end", last[:, None] - unit.width)
    waiting = np.flatnonzero(before >= 0)
    rows = np.concatenate([waiting, events.rows[heard]])
    columns = np.concatenate([before[waiting].astype(np.int64), ends[heard]])
    return _clicks(unit, Events(rows, columns), np.ones(len(rows)))


def _clicks(unit: Unit, events: Events, values: State) -> Signal:
    """Single samples, 0 elsewhere."""
    inside = (events.columns >= 0) & (events.columns < unit.width)
    if not inside.any():
        return _NOTHING
    found = np.zeros((unit.span.rows, unit.width), np.float32)
    found[events.rows[inside], events.columns[inside]] = values[inside]
    return found


def _toggle(unit: Unit, trigger: Signal) -> Signal:
    """1 and 0 in turn, from trigger to trigger."""
    unit.before = _NOTHING
    events, _ = rises(unit, trigger, 0, "trigger")
    return _counted(unit, events, 0, lambda level, _: 1 - level)


def _set_reset(unit: Unit, trigger: Signal, reset: Signal) -> Signal:
    """1 from a trigger to a reset."""
    events, (_, back) = merged(unit, rises(unit, trigger, 0, "trigger")[0], rises(unit, reset, 1, "reset")[0])
    return _counted(unit, events, 0, lambda _, places: np.where(back[places], 0.0, 1.0))


def _pulse_count(unit: Unit, trigger: Signal, reset: Signal) -> Signal:
    """How many triggers there were since the last reset."""
    events, (_, back) = merged(unit, rises(unit, trigger, 0, "trigger")[0], rises(unit, reset, 1, "reset")[0])
    return _counted(unit, events, 0, lambda level, places: np.where(back[places], 0, level + 1))


def _stepper(unit: Unit, trigger: Signal, reset: Signal, *settings: Signal) -> Signal:
    """A whole number that goes on by a step at each trigger, and round between two others."""
    events, (_, back) = merged(unit, rises(unit, trigger, 0, "trigger")[0], rises(unit, reset, 1, "reset")[0])
    low, high, step, home = (np.trunc(picked(unit, setting, at, events)) for at, setting in enumerate(settings, 2))

    def go(level: State, places: Places) -> State:
        to = np.where(back[places], home[places], np.trunc(level) + step[places])
        least = low[places]
        found: State = np.mod(to - least, high[places] - least + 1) + least
        return found

    return _counted(unit, events, np.trunc(settings[3][:, :1]), go)


def _counted(unit: Unit, events: Events, start: Signal | float, change: Callable[[State, Places], State]) -> Signal:
    level = _held(unit, "level", start)
    before = level.copy()
    values = evolve(events, level, change)
    unit.keep("level", level[:, None])
    return steps(unit, before, events, values)


def _pulse_divider(unit: Unit, trigger: Signal, divisor: Signal, start: Signal) -> Signal:
    """One trigger of so many; a voice's first sample counts, but is not heard."""
    events, _ = rises(unit, trigger, 0, "trigger")
    counter = _held(unit, "count", np.floor(start[:, :1] + 0.5))
    every = np.trunc(picked(unit, divisor, 1, events))

    def count(number: State, places: Places) -> State:
        return np.where(number + 1 >= every[places], 0, number + 1)

    found = evolve(events, counter, count) == 0
    unit.keep("count", counter[:, None])
    if unit.span.fresh is not None:
        found &= ~(unit.span.fresh[events.rows] & (events.columns == 0))
    return _clicks(unit, events, found.astype(np.float64))


def _t_end(action: int, unit: Unit, signal: Signal) -> Signal:
    """Do something to the synth as soon as a control rises above 0."""
    events, _ = rises(unit, signal, 0, "trigger")
    blocks = np.full(unit.span.rows, unit.blocks)
    columns = events.columns if unit.rate is not Rate.AUDIO else events.columns // BLOCK
    np.minimum.at(blocks, events.rows, columns)
    unit.done(blocks, np.full((1, 1), action, np.float32))
    return signal


def _silent(unit: Unit, *_: Signal) -> tuple[Signal, ...]:
    """Tell nobody: there is nobody to tell."""
    return (_NOTHING,) * unit.outputs


UGENS: dict[str, Evaluate] = {
    "Gate": _gate,
    "Latch": _latch,
    "PauseSelf": partial(_t_end, 1),
    "Poll": _silent,
    "PulseCount": _pulse_count,
    "PulseDivider": _pulse_divider,
    "Schmidt": _schmidt,
    "SendReply": _silent,
    "SendTrig": _silent,
    "SetResetFF": _set_reset,
    "Stepper": _stepper,
    "TDelay": _t_delay,
    "ToggleFF": _toggle,
    "Trig": partial(_pulse, False),  # noqa: FBT003 - which of two UGens
    "Trig1": partial(_pulse, True),  # noqa: FBT003 - which of two UGens
}
