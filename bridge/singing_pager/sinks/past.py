"""The last day as a time line shows it, kept in memory: minute by minute, and what was done."""

from collections import OrderedDict, deque
from collections.abc import Sequence

from singing_pager.core.numbers import number
from singing_pager.model import Deed, Drop, Entry, Event, Outcome, Reading

__all__ = ["DAY", "MINUTE", "MOST", "SHOWN", "Past", "unusual"]

MINUTE = 60
DAY = 24 * 60
"""Minutes that are remembered."""
MOST = 2_000
"""Entries that are remembered, and that a time line holds."""

SHOWN = frozenset(
    {
        *(Deed.SOUNDED, Deed.FLOOD, Deed.FLOOD_OVER, Deed.SUMMARY, Deed.FLAPPING),
        *(Deed.ACKNOWLEDGED, Deed.SNOOZED, Deed.RESOLVED),
        *(Deed.MUTED, Deed.UNMUTED, Deed.MEETING, Deed.MEETING_OVER),
        *(Deed.LINK_DOWN, Deed.LINK_UP),
    }
)
"""Deeds that stand on a time line."""

_ANOMALY = (".anomaly", "/anomaly")
"""Ends of the names of streams that say how unusual something is."""


class Past:
    """Keeps what a time line needs, bounded whatever comes.

    `play` is for one thread; what is asked for is a copy, and may be asked for on another.
    """

    name = "past"

    def __init__(self) -> None:
        self._anomaly: OrderedDict[int, float] = OrderedDict()
        self._alarms: OrderedDict[int, int] = OrderedDict()
        self._entries: deque[Entry] = deque(maxlen=MOST)

    def play(self, moment: Sequence[Outcome]) -> None:
        """Take what a moment brings."""
        for outcome in moment:
            value = unusual(outcome.event)
            if value is not None:
                minute = _minute(outcome.at, self._anomaly)
                self._anomaly[minute] = max(value, self._anomaly.get(minute, value))
            for entry in outcome.entries:
                if entry.deed in SHOWN:
                    self._entries.append(entry)
                    if entry.deed is Deed.SOUNDED and entry.alert is not None:
                        minute = _minute(outcome.at, self._alarms)
                        self._alarms[minute] = self._alarms.get(minute, 0) + 1

    def anomaly(self) -> dict[int, float]:
        """Greatest anomaly of each minute in which there was one, by the minute's number since 1970."""
        return self._anomaly.copy()

    def alarms(self) -> dict[int, int]:
        """Alarms that were heard for the first time, likewise; minutes without one are left out."""
        return self._alarms.copy()

    def entries(self) -> tuple[Entry, ...]:
        """Entries of the deeds that are shown, oldest first."""
        return tuple(self._entries)


def unusual(event: Event) -> float | None:
    """Say how unusual something is, where an event says it: a reading of `host.anomaly`, or `metrics/pump/anomaly`."""
    if not isinstance(event, Reading) or event.fault is not None or not event.stream.endswith(_ANOMALY):
        return None
    value = number(event.data, ())
    return None if isinstance(value, Drop) else value


def _minute(now: float, kept: OrderedDict[int, float] | OrderedDict[int, int]) -> int:
    """The number of this minute; what is more than a day old is forgotten."""
    minute = int(now // MINUTE)
    while kept and next(iter(kept)) <= minute - DAY:
        kept.popitem(last=False)
    return minute
