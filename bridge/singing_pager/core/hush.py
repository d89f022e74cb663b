"""Who is not to be heard now: mute, meeting mode, quiet hours, the time in which the pager comes to itself."""

from collections.abc import Mapping
from math import inf

from singing_pager.core.rules import Score
from singing_pager.model import Controls, Drop

__all__ = ["Hush"]

_EVERY = 1.0
"""Seconds between two looks at the hours: reckoning a time zone is dear."""


class Hush:
    """What holds sound back, looked at each second and whenever somebody changes it."""

    def __init__(self, score: Score) -> None:
        self.score = score
        self.until = -inf
        """Until when the pager gathers what was active before it."""
        self._looked = -inf
        self._stirred = False
        self._muted = False
        self._meeting = False
        self._starting = False
        self._quiet: tuple[bool, ...] = ()

    @property
    def muted(self) -> bool:
        """Whether nothing may sound."""
        return self._muted

    @property
    def starting(self) -> bool:
        """Whether the pager gathers what was active before it."""
        return self._starting

    def stirred(self) -> bool:
        """Whether something else may hold back than when this was last asked."""
        stirred, self._stirred = self._stirred, False
        return stirred

    def look(self, controls: Controls, now: float, *, force: bool = False) -> None:
        """See what holds back now; `force` when a life begins, or somebody has changed what does."""
        if not force and now - self._looked < _EVERY and self._starting == (now < self.until):
            return
        before = (self._muted, self._meeting, self._starting, self._quiet)
        self._looked = now
        self._muted = controls.muted
        self._meeting = controls.meeting_until is not None
        self._starting = now < self.until
        self._quiet = tuple(quiet.covers(now) for quiet in self.score.quiet)
        self._stirred |= force or before != (self._muted, self._meeting, self._starting, self._quiet)

    def why(self, labels: Mapping[str, str], *, critical: bool) -> Drop | None:
        """Why an alert is not to be heard now; None: it is."""
        if self._muted:
            return Drop.MUTED
        if self._meeting and not (critical and self.score.meeting_criticals):
            return Drop.QUIET
        for quiet, covered in zip(self.score.quiet, self._quiet, strict=True):
            if covered and quiet.holds(labels, critical=critical):
                return Drop.QUIET
        return None
