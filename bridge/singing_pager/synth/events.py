"""Events in signals: where they rise above 0, and what is made of that voice by voice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Flags, Places, Signal, State, Unit

__all__ = ["Events", "evolve", "merged", "picked", "rises", "steps"]


@dataclass(frozen=True, slots=True)
class Events:
    """Some columns of some rows, in the order of rows, and of time within a row.

    Attributes:
        rows: (events,) of which voice.
        columns: (events,) in which sample, or control period, of the unit's rate.
    """

    rows: Places
    columns: Places

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def rank(self) -> Places:
        """How many events of the same row are before each."""
        return np.arange(len(self.rows)) - np.searchsorted(self.rows, self.rows)

    def rounds(self) -> Iterator[Places]:
        """The first event of each row, then the second ones, and so on: their places among the events."""
        if not len(self.rows):
            return
        rank = self.rank
        order = np.argsort(rank, kind="stable")
        yield from np.split(order, np.cumsum(np.bincount(rank))[:-1])


def rises(unit: Unit, trigger: Signal, index: int, name: str, start: npt.ArrayLike = 0) -> tuple[Events, State]:
    """Find where an input goes from 0 or below to above 0.

    Args:
        unit: Whose input it is.
        trigger: The input.
        index: Its place.
        name: What its last value is kept under.
        start: What it is taken to have been before a voice begins.

    Returns:
        The events, and the value before each of them.
    """
    last = unit.recall(name, start, np.float32)
    stretch = BLOCK if unit.rate is Rate.AUDIO and unit.rates[index] is not Rate.AUDIO else 1
    values = unit.rowed(trigger if stretch > 1 else unit.held(trigger, index))
    unit.keep(name, values[:, -1:])
    up = values > 0
    found = up.copy()
    found[:, 1:] &= ~up[:, :-1]
    found[:, :1] &= last <= 0
    rows, columns = np.nonzero(found)
    before = np.where(columns == 0, last[rows, 0], values[rows, columns - 1])
    return Events(rows, columns * stretch), before


def merged(unit: Unit, *kinds: Events) -> tuple[Events, list[Flags]]:
    """Bring events of several kinds together; gives also, for each kind, which of them it has a part in."""
    width = unit.width
    places = [events.rows * width + events.columns for events in kinds]
    together = np.unique(np.concatenate(places))
    return Events(*np.divmod(together, width)), [np.isin(together, kind) for kind in places]


def picked(unit: Unit, signal: Signal, index: int, events: Events) -> npt.NDArray[np.float32]:
    """Give an input's value at each event."""
    columns = events.columns
    if signal.shape[1] == 1:
        columns = np.zeros_like(columns)
    elif unit.rates[index] is not unit.rate:
        columns = columns // BLOCK if unit.rate is Rate.AUDIO else columns * BLOCK
    found: npt.NDArray[np.float32] = signal[events.rows if len(signal) > 1 else 0, columns]
    return found


def evolve(events: Events, state: State, change: Callable[[State, Places], State]) -> State:
    """Change a value of each voice at each of its events.

    Args:
        events: When.
        state: (rows,) the values before; afterwards those at the end.
        change: Given values and the places of as many events, gives what they are then.

    Returns:
        (events,) the value after each.
    """
    values = np.empty(len(events), state.dtype)
    for places in events.rounds():
        rows = events.rows[places]
        values[places] = state[rows] = change(state[rows], places)
    return values


def steps(unit: Unit, start: State, events: Events, values: State) -> Signal:
    """Draw values that stay from event to event.

    Args:
        unit: Whose output it is.
        start: (rows,) the values before the first events.
        events: When they change; columns beyond the span do nothing, those before it count at its start.
        values: (events,) to what.

    Returns:
        (rows, width), or (rows, 1) where nothing happens.
    """
    rows, width = unit.span.rows, unit.width
    within = events.columns < width
    if not within.all():
        events, values = Events(events.rows[within], events.columns[within]), values[within]
    if not len(events):
        return start[:, None].astype(np.float32)
    whole = np.concatenate([np.arange(rows), events.rows]) * width
    whole[rows:] += np.maximum(events.columns, 0)
    order = np.argsort(whole, kind="stable")
    lengths = np.diff(whole[order], append=rows * width)
    found = np.concatenate([start, values]).astype(np.float32)[order]
    return np.repeat(found, lengths).reshape(rows, width)
