"""What asks sequences for values: at triggers, or after as long as another sequence says."""

from collections.abc import Iterator

import numpy as np

from singing_pager.synth.events import Events, merged, rises, steps
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.ugens.demand import Input, Source, ask, rewind
from singing_pager.synth.unit import BLOCK, Evaluate, Signal, State, Unit

__all__ = ["UGENS"]


def _demand(unit: Unit, trigger: Signal, reset: Signal, *sources: Input) -> tuple[Signal, ...]:
    """The next value of each sequence at each trigger; it stays until the next one."""
    events, (asked, back) = merged(unit, rises(unit, trigger, 0, "trigger")[0], rises(unit, reset, 1, "reset")[0])
    unit.before = np.zeros((1, 1), np.float32)
    stretch = 1 if unit.rate is Rate.AUDIO else BLOCK
    levels = np.array(unit.recall("levels", np.zeros((1, len(sources))), np.float32))
    starts = levels.copy()
    values = np.empty((len(events), len(sources)), np.float32)
    for event, (row, column) in enumerate(zip(events.rows.tolist(), events.columns.tolist(), strict=True)):
        if back[event]:
            for source in sources:
                rewind(source, row)
        if asked[event]:
            for place, source in enumerate(sources):
                value = ask(unit, source, place + 2, row, column * stretch)
                if not np.isnan(value):
                    levels[row, place] = value
        values[event] = levels[row]
    unit.keep("levels", levels)
    return tuple(steps(unit, starts[:, place], events, values[:, place]) for place in range(len(sources)))


_COUNT, _LEVEL, _BUILT, _RESET = range(4)
"""What is remembered of each voice: samples until it asks again, its value, whether it has begun, and samples until it
begins anew, where a sequence says that."""


def _duty(unit: Unit, length: Input, reset: Input, action: Input, level: Input) -> Signal:
    """The next value of a sequence, each for as long as another sequence says."""
    state, resets = _begin(unit, reset)
    for row in np.flatnonzero(state[:, _BUILT] < 0).tolist():
        value = ask(unit, length, 0, row, 0)
        state[row, :_RESET] = np.float32(value) * np.float32(unit.sample_rate), ask(unit, level, 3, row, 0), 0
        if np.isnan(state[row, _LEVEL]):
            state[row, _LEVEL] = 0
    start = state[:, _LEVEL].copy()
    rows, columns, values = [], [], []
    for row, column in _moments(unit, (length, 0), (level, 3), (state, resets), action):
        value = ask(unit, level, 3, row, column * _stretch(unit))
        if np.isnan(value):
            _end(unit, row, column, action)
        else:
            state[row, _LEVEL] = value
        rows.append(row)
        columns.append(column)
        values.append(float(state[row, _LEVEL]))
    unit.keep("state", state)
    return steps(unit, start, Events(np.array(rows, np.int64), np.array(columns, np.int64)), np.array(values))


def _t_duty(unit: Unit, length: Input, reset: Input, *others: Input) -> Signal:
    """The next value of a sequence for one sample, and 0 for as long as another sequence says."""
    action, level, gap = others
    unit.before = np.zeros((1, 1), np.float32)
    state, resets = _begin(unit, reset)
    for row in np.flatnonzero(state[:, _BUILT] < 0).tolist():
        wait = (
            np.float32(ask(unit, length, 0, row, 0)) * np.float32(unit.sample_rate) if ask(unit, gap, 4, row, 0) else 0
        )
        state[row, :_RESET] = wait, 0, 0
    found = np.zeros((unit.span.rows, unit.width), np.float32)
    for row, column in _moments(unit, (length, 0), (level, 3), (state, resets), action):
        value = ask(unit, level, 3, row, column * _stretch(unit))
        if not np.isnan(value):
            found[row, column] = value
    unit.keep("state", state)
    return found


def _stretch(unit: Unit) -> int:
    return 1 if unit.rate is Rate.AUDIO else BLOCK


def _begin(unit: Unit, reset: Input) -> tuple[State, Events]:
    """What is remembered of each voice, and the resets of this span."""
    state = np.array(unit.recall("state", np.full((1, 4), -1.0)))
    if isinstance(reset, Source):
        return state, _own_resets(unit, reset, state)
    return state, rises(unit, reset, 1, "reset")[0]


def _own_resets(unit: Unit, reset: Source, state: State) -> Events:
    """When a sequence says that each voice begins anew: a sample later each time than its lengths are together."""
    found, rate = [], np.float32(unit.sample_rate)
    for row in range(unit.span.rows):
        if state[row, _BUILT] < 0:
            state[row, _RESET] = np.float32(reset.next(row, 0)) * rate
        while np.ceil(state[row, _RESET]) < unit.width:
            column = max(int(np.ceil(state[row, _RESET])), 0)
            found.append((row, column))
            state[row, _RESET] += 1 + np.float32(reset.next(row, column * _stretch(unit))) * rate
        state[row, _RESET] -= unit.width
    return Events(*np.array(found, np.int64).reshape(-1, 2).T)


def _moments(
    unit: Unit, length: tuple[Input, int], level: tuple[Input, int], kept: tuple[State, Events], action: Input
) -> Iterator[tuple[int, int]]:
    """When each voice asks: row and column."""
    state, resets = kept
    width = unit.width
    for row in range(unit.span.rows):
        back = resets.columns[resets.rows == row].tolist()
        column = 0
        while True:
            count = state[row, _COUNT]
            due = width if np.isnan(count) or column + count > width else column + max(int(np.ceil(count)), 0)
            if back and back[0] <= due:
                column, count = back.pop(0), 0.0
                rewind(level[0], row)
                rewind(length[0], row)
            elif due >= width:
                state[row, _COUNT] = count - (width - column)
                break
            else:
                column, count = due, count - (due - column)
            asked = ask(unit, length[0], length[1], row, column * _stretch(unit))
            count = np.float32(np.float32(asked) * np.float32(unit.sample_rate) + np.float32(count))
            if np.isnan(count):
                _end(unit, row, column, action)
            yield row, column
            column += 1
            state[row, _COUNT] = count - 1


def _end(unit: Unit, row: int, column: int, action: Input) -> None:
    blocks = np.full(unit.span.rows, unit.blocks)
    blocks[row] = column * _stretch(unit) // BLOCK
    if not isinstance(action, Source):
        unit.done(blocks, action)


UGENS: dict[str, Evaluate] = {"Demand": _demand, "Duty": _duty, "TDuty": _t_duty}
