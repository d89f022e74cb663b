"""What waits for the disk: lines in order, and what lines that had to be given up said of the desk."""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice

from singing_pager.model import Alert, Controls, Entry

__all__ = ["Backlog", "GivenUp"]

_ALERTS = 100_000
"""Alerts whose last state is kept of lines that are lost: more than a desk holds."""


class GivenUp:
    """What lines that are lost said of the desk: the last of each alert, and of the controls."""

    def __init__(self) -> None:
        self.alerts: dict[str, Alert] = {}
        self.controls: Controls | None = None

    def __len__(self) -> int:
        return len(self.alerts) + (self.controls is not None)

    def add(self, entries: Iterable[Entry]) -> None:
        """Take in what entries say, which are newer than all before."""
        for entry in entries:
            if entry.alert is not None:
                self.alerts.pop(entry.alert.fingerprint, None)
                self.alerts[entry.alert.fingerprint] = entry.alert
            self.controls = entry.controls or self.controls

    def overtake(self, newer: "GivenUp") -> None:
        """Take in what newer lines said."""
        for fingerprint, alert in newer.alerts.items():
            self.alerts.pop(fingerprint, None)
            self.alerts[fingerprint] = alert
        self.controls = newer.controls or self.controls

    def bound(self, most: int) -> None:
        """Forget, of too many, the alerts that are over, then the oldest."""
        if len(self.alerts) > most:
            self.alerts = {name: alert for name, alert in self.alerts.items() if alert.active}
        while len(self.alerts) > most:
            del self.alerts[next(iter(self.alerts))]


class Backlog:
    """Lines that are not on disk, oldest first, at most so many; one group of them is on its way.

    Of too many the oldest are given up, and what they said of the desk is kept. In whatever order lines are gathered,
    taken, put back and given up, what was said last of an alert is what is written of it last.

    Args:
        most: Lines that may wait.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lines: deque[Entry] = deque()
        self._given_up = GivenUp()
        self._group: Sequence[Entry] = ()
        self._with_group = GivenUp()

    def __len__(self) -> int:
        return len(self._group) + len(self._with_group) + len(self._lines) + len(self._given_up)

    @property
    def lines_behind(self) -> int | None:
        """Lines behind the group that is on its way; None while what was given up waits between the two."""
        return None if self._given_up else len(self._lines)

    def gather(self, entries: Sequence[Entry]) -> int:
        """Take entries in; says how many lines had to be given up."""
        self._lines.extend(entries)
        return self._shed()

    def take(self, number: int) -> tuple[Sequence[Entry], GivenUp]:
        """Give the oldest lines as a group, and what must be written before them."""
        self._group = list(islice(self._lines, number))
        for _ in self._group:
            self._lines.popleft()
        self._with_group, self._given_up = self._given_up, GivenUp()
        return self._group, self._with_group

    def written(self) -> int:
        """The group is on disk; says how many lines it had."""
        number = len(self._group)
        self._group, self._with_group = (), GivenUp()
        return number

    def put_back(self) -> int:
        """The group could not be written; says how many lines had to be given up."""
        group, lost = self._group, self._with_group
        self._group, self._with_group = (), GivenUp()
        gone = 0
        if self._given_up:
            # newer lines had to go meanwhile: these, which are older, go too
            lost.add(group)
            gone = len(group)
        else:
            self._lines.extendleft(reversed(group))
        lost.overtake(self._given_up)
        self._given_up = lost
        return gone + self._shed()

    def _shed(self) -> int:
        gone = max(0, len(self._lines) - self._most)
        self._given_up.add([self._lines.popleft() for _ in range(gone)])
        self._given_up.bound(_ALERTS)
        return gone
