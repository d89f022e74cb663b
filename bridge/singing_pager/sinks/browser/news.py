"""What has changed since the tabs were last told: gathered, so that a storm costs them no more than a breeze."""

from collections import deque
from collections.abc import Container, Iterable

from singing_pager.model import Entry, Outcome, Strike
from singing_pager.sinks.past import unusual

__all__ = ["MOST_ALERTS", "News"]

MOST_ALERTS = 500
"""Changed alerts that are told one by one; of more the whole state is told anew."""
_LINES = 200
"""Lines of the journal that are told at a time: the last."""


class News:
    """Changes, gathered until they are told.

    Attributes:
        alerts: Fingerprints of alerts that have changed, in the order in which they did.
        many: Whether more have changed than are told one by one.
        entries: The last lines of the journal.
        voices: Whether a held voice has changed.
        anomaly: The time and the greatest value of the anomaly score; None: none came.
    """

    def __init__(self) -> None:
        self.alerts: dict[str, None] = {}
        self.many = False
        self.entries: deque[Entry] = deque(maxlen=_LINES)
        self.voices = False
        self.anomaly: tuple[float, float] | None = None

    def take(self, moment: Iterable[Outcome], known: Container[str]) -> bool:
        """Gather the outcomes of a moment; says whether there is anything to tell soon.

        Args:
            moment: As the engine plays it.
            known: Fingerprints of the alerts on the desk: an alarm that sounds again changes its alert, without a line.
        """
        news = False
        for outcome in moment:
            for entry in outcome.entries:
                news = True
                self.entries.append(entry)
                if entry.alert is not None:
                    self._changed(entry.alert.fingerprint)
            for cue in outcome.cues:
                if isinstance(cue, Strike) and cue.voice in known:
                    news = True
                    self._changed(cue.voice)
            value = unusual(outcome.event)
            if value is not None and (self.anomaly is None or value >= self.anomaly[1]):
                self.anomaly = outcome.at, value
        return news

    def _changed(self, fingerprint: str) -> None:
        if self.many:
            return
        self.alerts[fingerprint] = None
        if len(self.alerts) > MOST_ALERTS:
            self.many = True
            self.alerts.clear()
