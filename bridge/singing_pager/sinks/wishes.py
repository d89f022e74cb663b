"""What an alert that somebody has taken wants of Alertmanager, and how far that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from msgspec.structs import replace

from singing_pager.model import Alert, State
from singing_pager.sources.alert import rfc3339
from singing_pager.sources.alertmanager.answers import Matcher, Silence

__all__ = ["Care", "Job", "Removal", "Wish", "by_wish"]

_EARLY = 3600.0
"""Seconds before now at which a silence is said to begin: Alertmanager, whose clock may be behind, makes it its now."""
_AUTHOR = "singing-pager"
_COMMENTS = {
    State.ACKNOWLEDGED: "acknowledged with the Singing Pager",
    State.SNOOZED: "snoozed with the Singing Pager",
}
_LEFT = 2 / 3
"""Part of its length below which a silence is made longer."""
_SECOND = 1.0


@dataclass(frozen=True, slots=True)
class Wish:
    """A silence as it is wanted; by matchers, author and comment it is known when nobody has told its id.

    Attributes:
        matchers: Sorted.
        author: Who has taken the alert.
        comment: Why.
    """

    matchers: tuple[Matcher, ...]
    author: str
    comment: str

    @classmethod
    def of(cls, alert: Alert) -> Self:
        """A silence of exactly this alert's labels."""
        # to Alertmanager a label without a value is no label
        matchers = tuple(sorted(Matcher(name, value) for name, value in alert.labels.items() if value))
        return cls(matchers, alert.by or _AUTHOR, alert.reason or _COMMENTS[alert.state])


def by_wish(silences: Iterable[Silence]) -> dict[Wish, list[str]]:
    """Ids of the active silences, by what they would have been wanted as."""
    found: dict[Wish, list[str]] = {}
    for silence in silences:
        if silence.active:
            wish = Wish(tuple(sorted(silence.matchers)), silence.created_by, silence.comment)
            found.setdefault(wish, []).append(silence.id)
    return found


@dataclass(slots=True, eq=False)
class Job:
    """Something to be asked of Alertmanager until it is done.

    Attributes:
        since: Unix time: what Alertmanager said before is not of this job.
        failures: Attempts that failed in a row.
        again: Unix time before which it is not tried again.
    """

    since: float
    failures: int = 0
    again: float = 0.0


@dataclass(slots=True, eq=False)
class Removal(Job):
    """A silence to be ended; kept until Alertmanager shows that it is.

    Attributes:
        silence: Its id.
    """

    silence: str = ""


@dataclass(slots=True, eq=False, kw_only=True)
class Care(Job):
    """An alert that somebody has taken, and its silence.

    Attributes:
        fingerprint: Of the alert.
        wish: What is wanted.
        wake: Unix time at which the silence is to end, where that is fixed.
        silence: Id of the silence that stands; empty: none.
        before: The silence as it stands, when it is to be changed.
        changed: Whether it is wanted otherwise than it was made.
        doubtful: Whether one may have been made though nobody has told its id.
    """

    fingerprint: str
    wish: Wish
    wake: float | None = None
    silence: str = ""
    before: Silence | None = None
    changed: bool = False
    doubtful: bool = False

    @classmethod
    def of(cls, alert: Alert, now: float) -> Self:
        """What an alert that was taken now wants."""
        return cls(since=now, fingerprint=alert.fingerprint, wish=Wish.of(alert), wake=_wake(alert))

    def follow(self, alert: Alert) -> bool:
        """Want what the alert wants now; whether that is something else than before."""
        wish, wake = Wish.of(alert), _wake(alert)
        if (wish, wake) == (self.wish, self.wake):
            return False
        self.wish, self.wake, self.changed = wish, wake, True
        return True

    def suited_by(self, silence: Silence, now: float, seconds: float) -> bool:
        """Whether a silence that stands is as wanted, and will be for a while."""
        if self.changed:
            return False
        if self.wake is None:
            return silence.ends - now >= seconds * _LEFT
        return self.wake <= now or abs(silence.ends - self.wake) < _SECOND

    def asked(self, now: float, seconds: float) -> Silence:
        """The silence to ask for."""
        ends_at = rfc3339(now + seconds if self.wake is None else self.wake)
        if self.before is None:
            return Silence(
                matchers=self.wish.matchers,
                starts_at=rfc3339(now - _EARLY),
                ends_at=ends_at,
                created_by=self.wish.author,
                comment=self.wish.comment,
            )
        # another beginning or other matchers would make another silence of it; a comment that somebody has edited stays
        longer = replace(self.before, ends_at=ends_at)
        return replace(longer, created_by=self.wish.author, comment=self.wish.comment) if self.changed else longer


def _wake(alert: Alert) -> float | None:
    return alert.wake if alert.state is State.SNOOZED else None
