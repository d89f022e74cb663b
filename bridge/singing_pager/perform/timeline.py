"""Events in a line with a clock of their own: the core at whatever speed there is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from singing_pager.core.pipeline import Core
from singing_pager.model import Cue, Event, Hold, Mix, Outcome, Release, Tick

__all__ = ["TICK", "Held", "Moment", "moments"]

TICK = 0.1
"""Seconds between ticks, as the bridge has them."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What an engine is to do at some second of a performance.

    Attributes:
        at: Seconds from the beginning.
        cues: What it is to do.
        caption: What a reader is told; empty: nothing.
    """

    at: float
    cues: tuple[Cue, ...]
    caption: str = ""


class Held:
    """Remembers which voices are held, and whether the mix was moved, so that a performance can end both."""

    def __init__(self) -> None:
        self._held: dict[str, Release] = {}
        self._mix = Mix()

    def note(self, cues: Iterable[Cue]) -> None:
        """Take note of cues that were played."""
        for cue in cues:
            if isinstance(cue, Hold):
                self._held[cue.voice] = Release(cue.voice, cue.instrument, cue.slot)
            elif isinstance(cue, Release):
                self._held.pop(cue.voice, None)
            elif isinstance(cue, Mix):
                self._mix = cue

    @property
    def releases(self) -> tuple[Release, ...]:
        """What ends all of the voices."""
        return tuple(self._held.values())

    @property
    def moved(self) -> bool:
        """Whether the mix is not as an engine has it at first."""
        return self._mix != Mix()


def moments(core: Core, events: Iterable[Event], start: float, seconds: float) -> Iterator[Moment]:
    """Feed events at their own times, with ticks between them, and give what sounds.

    Args:
        core: With the score.
        events: In the order of time.
        start: Time of second 0 of the performance, on the events' clock.
        seconds: Length of the performance; later events are left out.
    """
    # 0.3 / 0.1 is a little less than 3
    ticks = iter(Tick(start + TICK * number) for number in range(int(seconds / TICK + 1e-9) + 1))
    for event in _merged(ticks, iter(events)):
        if event.at - start > seconds:
            return
        outcome = core.feed(event, event.at)
        if outcome.cues:
            yield _moment(outcome, start)


def _moment(outcome: Outcome, start: float) -> Moment:
    return Moment(max(0.0, outcome.at - start), outcome.cues)


def _merged(ticks: Iterator[Event], events: Iterator[Event]) -> Iterator[Event]:
    """Both in the order of time; of two at the same time the tick comes first."""
    tick, event = next(ticks, None), next(events, None)
    while tick is not None or event is not None:
        if event is None or (tick is not None and tick.at <= event.at):
            if tick is not None:
                yield tick
            tick = next(ticks, None)
        else:
            yield event
            event = next(events, None)
