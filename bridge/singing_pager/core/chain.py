"""The chain that alerts come by, and its watchdog: a link that is dead is heard once, and once when it stands again."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from singing_pager.core.rules import Score
from singing_pager.model import Deed, Drop, Entry, Link, Survey

__all__ = ["BOUND", "Chain"]

BOUND = 64
"""Links that are known at most."""

_OURS = "journal"
"""The link whose fault is the pager's own: it is heard at once, and has a sound of its own."""
_SLACK = 2.5
"""How many of its own longest intervals a watchdog may be late where Alertmanager still vouches for it."""
_TWICE = 30.0
"""Seconds within which its words are one: of two Alertmanagers, or of one that tried again."""
_HABIT = 8
"""Its intervals that count: one with an outage in it is no habit, and is soon forgotten."""


@dataclass(slots=True)
class _Heard:
    """Whether a link's fault was told, and was heard."""

    told: bool = False
    sounded: bool = False


class Chain:
    """The state of each link; time and news come from outside."""

    def __init__(self) -> None:
        self._links: dict[str, Link] = {}
        self._heard: dict[str, _Heard] = {}
        self._seen: float | None = None
        self._counted: float | None = None
        self._intervals: deque[float] = deque(maxlen=_HABIT)
        self._vouched: float | None = None
        self._missed: float | None = None

    @property
    def links(self) -> Mapping[str, Link]:
        """The last that is known of each link."""
        return self._links

    @property
    def watched(self) -> bool:
        """Whether there is a watchdog to be missed."""
        return self._seen is not None

    def take(self, link: Link) -> Drop | None:
        """Take news of a link; Drop.REFUSED when there are too many."""
        known = self._links.get(link.name)
        if known is None and len(self._links) >= BOUND:
            return Drop.REFUSED
        if known is None or known.up != link.up:
            self._links[link.name] = link
        elif known.detail != link.detail:
            self._links[link.name] = Link(at=known.at, name=link.name, up=link.up, detail=link.detail)
        return None

    def barks(self, now: float) -> None:
        """Note that the watchdog came."""
        self._seen = now
        if self._counted is None:
            self._counted = now
        elif now - self._counted >= _TWICE:
            self._intervals.append(now - self._counted)
            self._counted = now

    def expect(self, now: float) -> None:
        """There is a watchdog, by the word of Alertmanager or of an earlier life: it has its time to come."""
        self._seen = now

    def survey(self, survey: Survey, score: Score) -> bool:
        """Look for the watchdog in what Alertmanager knows; True when it is there."""
        if score.watchdog is None:
            return False
        there = any(score.watchdog.matches(surveyed.change.labels) for surveyed in survey.alerts)
        if there:
            self._vouched = survey.at
        elif survey.complete:
            self._missed = survey.at
        return there

    def pass_time(self, score: Score, now: float) -> tuple[Entry, ...]:
        """See what has been down for longer than it may, and what stands again."""
        self._watch(score, now)
        entries: list[Entry] = []
        for name, link in self._links.items():
            heard = self._heard.setdefault(name, _Heard())
            patience = 0.0 if name == _OURS else score.patience
            if not link.up and not heard.told and now - link.at >= patience:
                heard.told = True
                entries.append(Entry(at=now, deed=Deed.LINK_DOWN, subject=name, reason=link.detail))
            elif link.up and heard.told:
                heard.told = heard.sounded = False
                entries.append(Entry(at=now, deed=Deed.LINK_UP, subject=name, reason=link.detail))
        return tuple(entries)

    def unheard(self) -> tuple[str, ...]:
        """Links that are told to be down and have not been heard."""
        return tuple(name for name, heard in self._heard.items() if heard.told and not heard.sounded)

    def sounded(self, name: str) -> None:
        """Note that a link's fault was heard."""
        self._heard[name].sounded = True

    @staticmethod
    def ours(name: str) -> bool:
        """Whether a link is the pager's own store."""
        return name == _OURS

    def _watch(self, score: Score, now: float) -> None:
        if score.watchdog is None:
            # nobody expects it any more
            self._tell("prometheus", now, fault="")
            self._tell("webhook", now, fault="")
            return
        if self._seen is None:
            return
        within = score.watchdog.within
        lately_vouched = self._vouched is not None and now - self._vouched <= within
        lately_missed = (
            self._missed is not None and self._missed > (self._vouched or 0) and now - self._missed <= within
        )
        late = now - self._seen
        alertmanager = self._links.get("alertmanager")
        if alertmanager is not None and not alertmanager.up:
            return  # that link tells for itself
        missing = late > within and not lately_vouched
        behind = lately_vouched and late > max(within, _SLACK * max(self._intervals, default=inf))
        why = "Alertmanager answers and has no watchdog" if lately_missed else f"no watchdog for more than {within:g} s"
        self._tell("prometheus", now, fault=f"{why}: Prometheus does not reach Alertmanager" if missing else "")
        webhook = "the watchdog fires in Alertmanager and does not come: its webhook does not reach the pager"
        self._tell("webhook", now, fault=webhook if behind else "")

    def _tell(self, name: str, now: float, *, fault: str) -> None:
        known = self._links.get(name)
        if fault or known is not None:
            # what is late has been given its time already
            at = now if known is None or known.up != (not fault) else known.at
            self.take(Link(at=at, name=name, up=not fault, detail=fault))
