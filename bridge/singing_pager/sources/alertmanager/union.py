"""What a cluster knows: the words of its peers laid together, those of peers that cannot be believed just now too."""

import asyncio
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from singing_pager.model import AlertChange, Status, Surveyed
from singing_pager.sources.alert import unix_time
from singing_pager.sources.alertmanager.answers import Answer, Known, Silence

__all__ = ["ROUTE", "Cluster", "Terms"]

ROUTE = "/alert"
"""The route of what Alertmanager posts."""

_AT_A_STRETCH = 200
"""Alerts looked at before others have a turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """When an alert is ours to begin, and when a peer is believed.

    Attributes:
        receiver: An alert that none of its receivers matches is not begun here; None: every alert is.
        grace: Seconds for which a new alert is left to the webhook.
        settle: Seconds after its start for which a peer that lacks an alert proves nothing.
    """

    receiver: re.Pattern[str] | None = None
    grace: float = 60.0
    settle: float = 120.0


@dataclass(slots=True)
class _Word:
    """What a peer said when it was last believed, and what of it no other believed peer knew then."""

    answer: Answer
    alone: frozenset[str] = frozenset()


@dataclass(slots=True)
class Cluster:
    """The words of every peer, by its place among the addresses.

    A peer is believed when it answers and has been up for a while. One that is not believed adds what it knows and
    takes nothing away; and what it alone knew when it was last believed stays until Alertmanager itself would forget
    it, which is at the alert's own end. So neither a peer that dies nor one that begins anew ends an alert.

    Attributes:
        terms: When a peer is believed.
        silences: All of them, by id, each as it was last changed.
        complete: Whether an alert that nobody knows is over.
    """

    terms: Terms
    _words: dict[int, _Word] = field(default_factory=dict)
    _alerts: dict[str, list[Known]] = field(default_factory=dict)
    silences: dict[str, Silence] = field(default_factory=dict)
    complete: bool = False

    def hear(self, answers: Sequence[Answer | None], now: float) -> None:
        """Take what each peer said; None for one that did not answer."""
        believed = {
            place: answer
            for place, answer in enumerate(answers)
            if answer is not None and answer.age >= self.terms.settle
        }
        remembered = {place: word for place, word in self._words.items() if place not in believed}
        self.complete = bool(believed)
        self._alerts = {}
        self.silences = {}
        for answer in answers:
            if answer is not None:
                self._lay(answer.alerts.values(), answer.silences)
        for word in remembered.values():
            known = word.answer.alerts
            silences = {key: silence for key, silence in word.answer.silences.items() if silence.ends > now}
            self._lay([known[alone] for alone in word.alone if known[alone].ends > now], silences)
        for place, answer in believed.items():
            others = [other.alerts for elsewhere, other in believed.items() if elsewhere != place]
            alone = frozenset(each for each in answer.alerts if not any(each in other for other in others))
            self._words[place] = _Word(answer, alone)

    def _lay(self, alerts: Collection[Known], silences: Mapping[str, Silence]) -> None:
        for alert in alerts:
            self._alerts.setdefault(alert.fingerprint, []).append(alert)
        for silence in silences.values():
            there = self.silences.get(silence.id)
            # as among themselves: the latest change counts
            if there is None or silence.changed > there.changed:
                self.silences[silence.id] = silence

    async def surveyed(self, at: float, unwanted: Collection[str]) -> tuple[Surveyed, ...]:
        """Every alert that anybody knows, giving way to others after every few.

        Args:
            at: Unix time at which the peers were asked.
            unwanted: Silences that are about to be ended: they suppress nothing.
        """
        found: list[Surveyed] = []
        for alerts in self._alerts.values():
            found.append(self._surveyed(alerts, at, unwanted))
            if len(found) % _AT_A_STRETCH == 0:
                await asyncio.sleep(0)
        return tuple(found)

    def _surveyed(self, alerts: Sequence[Known], at: float, unwanted: Collection[str]) -> Surveyed:
        alert = alerts[0]
        starts_at = unix_time(alert.starts_at)
        suppressed_by = tuple(
            dict.fromkeys(
                each
                for known in alerts
                for each in (*known.status.silenced_by, *known.status.inhibited_by)
                if each not in unwanted
            )
        )
        by, reason = self._why(suppressed_by)
        receiver = self.terms.receiver
        received = receiver is None or any(receiver.fullmatch(each.name) for each in alert.receivers)
        # a clock may be ahead a little; a beginning far in the future says nothing
        new = starts_at is not None and abs(at - starts_at) < self.terms.grace
        change = AlertChange(
            fingerprint=alert.fingerprint,
            status=Status.FIRING,
            labels=alert.labels,
            annotations=alert.annotations,
            starts_at=starts_at,
            at=at,
            route=ROUTE,
        )
        return Surveyed(change=change, suppressed_by=suppressed_by, by=by, reason=reason, ours=received and not new)

    def _why(self, suppressed_by: Sequence[str]) -> tuple[str, str]:
        for each in suppressed_by:
            if each in self.silences:
                silence = self.silences[each]
                return silence.created_by, silence.comment
        for each in suppressed_by:
            if each in self._alerts:
                name = self._alerts[each][0].labels.get("alertname", each)
                return "", f"inhibited by {name}"
        return "", ""
