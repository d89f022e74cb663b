"""The alert desk: which alerts are firing, so that each is heard once, however often and by whichever way."""

from collections import OrderedDict
from heapq import heappop, heappush

from msgspec import Struct
from msgspec.structs import replace

from singing_pager.model import AlertChange, Drop, Status

__all__ = ["CAPACITY", "Active", "Desk"]

CAPACITY = 50_000
"""Alerts that the desk holds; Alertmanager may send 10,000 in one body."""

_REMEMBERED = 900.0
"""Seconds that a resolved alert is remembered: the peers of an Alertmanager cluster trail each other by less."""


class Active(Struct, frozen=True, gc=False):
    """An alert that is firing.

    Attributes:
        change: The firing that began it.
        sounded: Whether its alarm has been heard.
        until: When it is over by itself, for alerts that nobody resolves.
    """

    change: AlertChange
    sounded: bool
    until: float | None


class _Ended(Struct, frozen=True, gc=False):
    ended: float | None
    """End of the occurrence on the sender's clock; None where the sender tells no times."""
    at: float


class Desk:
    """Active alerts by fingerprint, and for a while the resolved ones."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._active: dict[str, Active] = {}
        self._ended: OrderedDict[str, _Ended] = OrderedDict()
        self._expiries: list[tuple[float, str]] = []

    @property
    def active(self) -> dict[str, Active]:
        """A copy of what is firing, by fingerprint."""
        return dict(self._active)

    def __len__(self) -> int:
        return len(self._active)

    def admit(self, change: AlertChange, now: float) -> Drop | None:
        """Take a change into the desk; None when it ought to be heard, else why not."""
        self.expire(now)
        return self._fire(change, now) if change.status is Status.FIRING else self._resolve(change, now)

    def heard(self, fingerprint: str) -> None:
        """Remember that an alert's alarm left, so that it does not sound again."""
        self._active[fingerprint] = replace(self._active[fingerprint], sounded=True)

    def expire(self, now: float) -> None:
        """Forget what is over: alerts past their own time, and resolved ones past remembering."""
        while self._expiries and self._expiries[0][0] <= now:
            until, fingerprint = heappop(self._expiries)
            active = self._active.get(fingerprint)
            if active is not None and active.until == until:
                del self._active[fingerprint]
        while self._ended and now - next(iter(self._ended.values())).at > _REMEMBERED:
            self._ended.popitem(last=False)

    def _fire(self, change: AlertChange, now: float) -> Drop | None:
        known = self._active.get(change.fingerprint)
        if known is not None and known.sounded:
            return Drop.ALREADY_FIRING
        ended = self._ended.get(change.fingerprint)
        if ended is not None and _began_before(change, ended):
            return Drop.OUTDATED
        if known is None and len(self._active) >= self._capacity:
            return Drop.DESK_FULL
        until = None if change.lasts is None else now + change.lasts
        if until is not None:
            heappush(self._expiries, (until, change.fingerprint))
        self._active[change.fingerprint] = Active(change, sounded=False, until=until)
        return None

    def _resolve(self, change: AlertChange, now: float) -> Drop | None:
        known = self._active.get(change.fingerprint)
        if known is not None and _ended_before(change, known):
            return Drop.OUTDATED
        self._active.pop(change.fingerprint, None)
        before = self._ended.pop(change.fingerprint, None)
        told = [change.ends_at, change.starts_at]
        if known is not None:
            told.append(known.change.starts_at)
        if before is not None:
            told.append(before.ended)
        self._ended[change.fingerprint] = _Ended(max((time for time in told if time is not None), default=None), now)
        if len(self._ended) > self._capacity:
            self._ended.popitem(last=False)
        # what was never heard to begin need not be heard to end
        return None if known is not None and known.sounded else Drop.NOT_ACTIVE


def _began_before(change: AlertChange, ended: _Ended) -> bool:
    """Whether a firing belongs to an occurrence that is over: only the sender's own clock can tell."""
    return change.starts_at is not None and ended.ended is not None and change.starts_at <= ended.ended


def _ended_before(change: AlertChange, known: Active) -> bool:
    """Whether a resolve belongs to an occurrence before the one that is firing: its peer is behind the others."""
    return change.ends_at is not None and known.change.starts_at is not None and change.ends_at < known.change.starts_at
