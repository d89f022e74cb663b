"""How many alerts of the desk are in which state, kept from what changes: nobody counts 10,000 of them each time."""

from collections import Counter
from collections.abc import Iterable

from singing_pager.model import Alert, State
from singing_pager.sinks.mqtt.wording import SEVERITIES, rank

__all__ = ["Tally"]


class Tally:
    """Counts of the active alerts."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[State, int]] = {}
        self._counts: Counter[tuple[State, int]] = Counter()

    def put(self, alert: Alert) -> None:
        """Take an alert as it is now."""
        before = self._known.pop(alert.fingerprint, None)
        if before is not None:
            self._counts[before] -= 1
        if alert.active:
            now = self._known[alert.fingerprint] = (alert.state, rank(alert.severity))
            self._counts[now] += 1

    def count_anew(self, alerts: Iterable[Alert]) -> None:
        """Forget, and take these."""
        self._known = {alert.fingerprint: (alert.state, rank(alert.severity)) for alert in alerts}
        self._counts = Counter(self._known.values())

    def in_state(self, state: State) -> int:
        """How many are in a state."""
        return sum(self._counts[state, place] for place in range(len(SEVERITIES)))

    def firing(self) -> dict[str, int]:
        """How many of each severity are firing, the worst first."""
        return {SEVERITIES[place]: self._counts[State.FIRING, place] for place in reversed(range(len(SEVERITIES)))}
