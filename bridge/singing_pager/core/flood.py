"""When there are too many alarms for single ones (patterned after ISA-18.2: 10 in 10 minutes, until under 5)."""

from collections import deque
from itertools import islice

from singing_pager.core.rules import Flood

__all__ = ["FloodGate"]

_GATHER = 0.2
"""Seconds without a new alarm after which the flood sound, with its count, is due."""
_PATIENCE = 1.0
"""Seconds that it waits at most."""


class FloodGate:
    """Counts alarms, and says when one sound stands for all.

    Attributes:
        rule: The numbers.
        flooding: Whether single alarms have given way.
        count: Alarms that the flood sound stands for, since the last calm.
        due: Unix time at which the flood sound is to be struck next; None: not.
    """

    def __init__(self, rule: Flood) -> None:
        self._arrivals: deque[float] = deque(maxlen=rule.alarms + 1)
        self._own_voices = 0
        self._gathering = 0.0
        self._unheard = True
        self.rule = rule
        self.flooding = False
        self.count = 0
        self.due: float | None = None

    def change(self, rule: Flood) -> None:
        """Take other numbers; what has come still counts."""
        self.rule = rule
        self._arrivals = deque(self._arrivals, maxlen=rule.alarms + 1)

    def arrive(self, now: float) -> bool:
        """Count an alarm; True when it begins a flood."""
        self._arrivals.append(now)
        full = len(self._arrivals) > self.rule.alarms and now - self._arrivals[0] <= self.rule.within
        if self.flooding or not full:
            return False
        self.flooding = True
        self._own_voices = 0
        return True

    def own_voice(self) -> bool:
        """Whether one more new critical keeps its own voice in this flood."""
        self._own_voices += 1
        return self._own_voices <= self.rule.criticals

    def stand_for(self, alarms: int, now: float) -> None:
        """Let the flood sound stand for more alarms; the first of them make it due, once they have gathered."""
        self.count += alarms
        if not self._unheard:
            return
        if self.due is None:
            self._gathering = now
        self.due = min(now + _GATHER, self._gathering + _PATIENCE)

    def struck(self, now: float) -> None:
        """Note that the flood sound left; it is due again after its interval while the flood lasts."""
        self._unheard = not self.flooding
        self.due = now + self.rule.repeat if self.flooding and self.rule.repeat else None
        if not self.flooding:
            self.count = 0

    def postpone(self, now: float) -> None:
        """Let the flood sound wait for its next turn, for nothing is firing, or it may not be heard."""
        self.due = now + self.rule.repeat if self.flooding and self.rule.repeat else None

    def calm(self, now: float) -> bool:
        """Whether a flood is over now."""
        if not self.flooding:
            return False
        recent = sum(now - at <= self.rule.within for at in islice(reversed(self._arrivals), self.rule.until))
        if recent >= self.rule.until:
            return False
        self.flooding, self._unheard, self.count, self.due = False, True, 0, None
        return True
