"""The alert desk: every alert in its state, from firing to resolve, however often and by whichever way it comes."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from singing_pager.core.appointments import Appointments
from singing_pager.core.flapping import Flaps
from singing_pager.core.occurrence import (
    HANDLED,
    anew,
    began_before,
    begun,
    brought_back,
    ended_before,
    over,
    severity_rank,
)
from singing_pager.core.rules import Flapping
from singing_pager.model import Alert, AlertChange, Deed, Drop, Entry, State, Survey, Surveyed

__all__ = ["CAPACITY", "Desk"]

CAPACITY = 50_000
"""Alerts that the desk holds; Alertmanager may send 10,000 in one body."""

_REMEMBERED = 900.0
"""Seconds that a resolved alert is remembered: the peers of an Alertmanager cluster trail each other by less."""
_REWORDED = 300.0
"""Seconds for which a sender's new words for a known alert wait: many a text holds a number, and is new each time."""
_AT_A_STRETCH = 200
"""Alerts whose new words are told in one go."""
_ALERTMANAGER = "Alertmanager"


class Desk:
    """Active alerts by fingerprint, and for a while the resolved ones.

    Args:
        capacity: Active alerts at most; as many resolved ones are remembered.
        timeout: Seconds without word of it after which an alert is over that says nothing of its own; 0: never.
        vouched: Route of the alerts that a survey vouches for: those have no time-out.
        flapping: Which alerts flap.
    """

    def __init__(
        self,
        capacity: int = CAPACITY,
        *,
        timeout: float = 0.0,
        vouched: str = "",
        flapping: Flapping | None = None,
    ) -> None:
        self._capacity = capacity
        self._timeout = timeout
        self._vouched = vouched
        self.flaps = Flaps(flapping or Flapping())
        self._active: dict[str, Alert] = {}
        self._ended: OrderedDict[str, Alert] = OrderedDict()
        self._appointments = Appointments()
        self._reworded: dict[str, float] = {}

    @property
    def alerts(self) -> Mapping[str, Alert]:
        """What is active, by fingerprint."""
        return self._active

    @property
    def recent(self) -> Sequence[Alert]:
        """What was resolved within the last 15 minutes, oldest first."""
        return tuple(self._ended.values())

    def get(self, fingerprint: str) -> Alert | None:
        """An alert that is active, or was lately."""
        return self._active.get(fingerprint) or self._ended.get(fingerprint)

    def __len__(self) -> int:
        return len(self._active)

    @property
    def full(self) -> bool:
        """Whether there is no room for another alert."""
        return len(self._active) >= self._capacity

    # what senders say

    def fire(self, change: AlertChange, now: float) -> Entry | Drop:
        """Take a firing; an entry when it brings something new, else why not."""
        known = self._active.get(change.fingerprint)
        if known is not None:
            return self._again(known, change, now)
        ended = self._ended.get(change.fingerprint)
        if ended is not None and began_before(change, ended):
            return Drop.OUTDATED
        if self.full:
            return Drop.DESK_FULL
        self._ended.pop(change.fingerprint, None)
        alert = begun(change, self._until(change.lasts, change.route, now), now)
        comings = self.flaps.comes(change.fingerprint, now)
        if comings < self.flaps.rule.times:
            return self._keep(alert, Deed.FIRED, now)
        # of one that flaps it counts when it was heard, not when it came
        heard = ended.sounded if ended is not None and ended.flapping else None
        return self._keep(replace(alert, flapping=True, sounded=heard), Deed.FIRED, now)

    def _again(self, before: Alert, change: AlertChange, now: float) -> Entry | Drop:
        known = replace(before, labels=change.labels, annotations=change.annotations)
        if known.state is State.SUPPRESSED:
            # Alertmanager sends nothing of what it silences: somebody has lifted that
            return self._keep(anew(known, now), Deed.UNSUPPRESSED, now)
        if known.state in HANDLED and change.starts_at is not None and change.starts_at > known.changed:
            # an occurrence that began after somebody took the last one is another, whose resolve was lost
            return self._keep(replace(anew(known, now), starts_at=change.starts_at, since=now), Deed.FIRED, now)
        if severity_rank(known.severity) < severity_rank(before.severity):
            # it has got worse: whoever has it is to know
            return self._keep(anew(known, now), Deed.FIRED, now)
        until = self._until(change.lasts, change.route, now)
        late = until is not None and known.until is not None and until - known.until > self._timeout / 10
        if late and change.lasts is None:
            return self._keep(replace(known, until=until), Deed.REFRESHED, now)
        if known != before:
            self._active[known.fingerprint] = known
            self._reworded.setdefault(known.fingerprint, now)
        return Drop.ALREADY_FIRING

    def resolve(self, change: AlertChange, now: float) -> Entry | Drop:
        """Take a resolve; an entry when something is over, else why not."""
        known = self._active.get(change.fingerprint)
        if known is not None and ended_before(change, known):
            return Drop.OUTDATED
        before = self._ended.get(change.fingerprint)
        told = [change.ends_at, change.starts_at]
        if known is not None:
            told.append(known.starts_at)
        if before is not None:
            told.append(before.ends_at)
        ends_at = max((time for time in told if time is not None), default=None)
        if known is not None:
            return self._end(known, Deed.RESOLVED, now, ends_at=ends_at)
        self._remember(over(change, ends_at, now))
        return Drop.NOT_ACTIVE

    # what people say

    def acknowledge(self, fingerprint: str, by: str, reason: str, now: float) -> Iterator[Entry]:
        """Give an alert, or every one that is firing, to somebody."""
        for alert in self._meant(fingerprint, {State.FIRING, State.SNOOZED, State.SUPPRESSED, State.ACKNOWLEDGED}):
            taken = replace(alert, state=State.ACKNOWLEDGED, changed=now, by=by, reason=reason, wake=None)
            yield self._keep(taken, Deed.ACKNOWLEDGED, now, by, reason)

    def unacknowledge(self, fingerprint: str, by: str, reason: str, now: float) -> Iterator[Entry]:
        """Take an alert back from whoever has it: it is firing again."""
        for alert in self._meant(fingerprint, {State.SNOOZED, State.ACKNOWLEDGED}):
            yield self._keep(anew(alert, now), Deed.UNACKNOWLEDGED, now, by, reason)

    def snooze(self, fingerprint: str, seconds: float, by: str, reason: str, now: float) -> Iterator[Entry]:
        """Let an alert, or every one that is firing, fire again in so many seconds."""
        for alert in self._meant(fingerprint, {State.FIRING, State.SNOOZED, State.ACKNOWLEDGED}):
            asleep = replace(alert, state=State.SNOOZED, changed=now, by=by, reason=reason, wake=now + seconds)
            yield self._keep(asleep, Deed.SNOOZED, now, by, reason)

    def silenced(self, fingerprint: str, silence: str, now: float) -> Iterator[Entry]:
        """Note the silence that an acknowledgement made."""
        alert = self._active.get(fingerprint)
        if alert is not None:
            yield self._keep(replace(alert, silence=silence, changed=now), Deed.LINKED, now)

    # what time and Alertmanager say

    def heard(self, fingerprint: str, now: float) -> Alert:
        """Note that an alert's alarm was heard; raises KeyError when it is not active."""
        alert = self._active[fingerprint]
        self._active[fingerprint] = heard = replace(alert, sounded=now, alarms=alert.alarms + 1)
        return heard

    def pass_time(self, now: float) -> Iterator[Entry]:
        """End what is past its own time, wake what was snoozed, forget what was resolved long ago."""
        for fingerprint in self._appointments.due(now):
            alert = self._active.get(fingerprint)
            if alert is None:
                continue
            if alert.until is not None and alert.until <= now:
                yield self._end(alert, Deed.EXPIRED, now, ends_at=None)
            elif alert.wake is not None and alert.wake <= now:
                yield self._keep(anew(alert, now), Deed.WOKE, now)
            elif alert.flapping and self.flaps.steady_at(fingerprint) <= now:
                yield self._keep(replace(alert, flapping=False), Deed.STEADY, now)
            else:
                self._appoint(alert)
        for _ in range(min(len(self._reworded), _AT_A_STRETCH)):
            fingerprint, since = next(iter(self._reworded.items()))
            if now - since < _REWORDED:
                break
            del self._reworded[fingerprint]
            alert = self._active.get(fingerprint)
            if alert is not None:
                yield self._keep(alert, Deed.REFRESHED, now)
        while self._ended and now - next(iter(self._ended.values())).changed > _REMEMBERED:
            self._ended.popitem(last=False)

    def survey(self, survey: Survey, now: float) -> Iterator[Entry]:
        """Bring what the desk has to what Alertmanager knows of it."""
        present = {surveyed.change.fingerprint: surveyed for surveyed in survey.alerts}
        for alert in [alert for alert in self._active.values() if alert.route == survey.route]:
            seen = present.get(alert.fingerprint)
            entry = self._unknown(alert, survey, now) if seen is None else self._judged(alert, seen, survey, now)
            if entry is not None:
                yield entry

    def retire(self, alert: Alert, reason: str, now: float) -> Entry:
        """End an active alert that has no place on the desk any more."""
        return replace(self._end(alert, Deed.RESOLVED, now, ends_at=None), reason=reason)

    def missed(self, seen: Surveyed, now: float) -> Entry | None:
        """Take an alert that Alertmanager knows and the desk does not; None when it is no news."""
        if not seen.ours or seen.change.fingerprint in self._active:
            return None
        fired = self.fire(seen.change, now)
        if not isinstance(fired, Entry) or fired.alert is None:
            return None
        if seen.suppressed_by:
            return self._suppress(fired.alert, seen.suppressed_by, seen.by, seen.reason, now)
        return replace(fired, by=_ALERTMANAGER, reason="its webhook did not come")

    def _unknown(self, alert: Alert, survey: Survey, now: float) -> Entry | None:
        """End an alert that Alertmanager does not know, unless it came after the question."""
        if not survey.complete or alert.since >= survey.at:
            return None
        gone = self._end(alert, Deed.RESOLVED, now, ends_at=None)
        return replace(gone, by=_ALERTMANAGER, reason="its resolve did not come")

    def _judged(self, alert: Alert, seen: Surveyed, survey: Survey, now: float) -> Entry | None:
        """What Alertmanager's word changes about an alert of the desk."""
        began = seen.change.starts_at
        if alert.state in HANDLED and began is not None and began > alert.changed:
            # Alertmanager posts nothing of what it silences: that an occurrence is another only its beginning tells
            return self._keep(replace(anew(alert, now), starts_at=began, since=now), Deed.FIRED, now)
        others = tuple(silence for silence in seen.suppressed_by if silence != alert.silence)
        if alert.state is (State.FIRING if others else State.SUPPRESSED):
            if others:
                return self._suppress(alert, others, seen.by, seen.reason, now)
            return self._keep(anew(alert, now), Deed.UNSUPPRESSED, now, _ALERTMANAGER)
        lifted = alert.silence and alert.silence not in survey.silences and alert.changed < survey.at
        if alert.state in HANDLED and lifted:
            given_back = replace(anew(alert, now), silence="")
            return self._keep(given_back, Deed.UNACKNOWLEDGED, now, _ALERTMANAGER, "its silence was removed")
        return None

    def restore(self, alerts: Iterable[Alert], now: float) -> None:
        """Take up what an earlier life of the pager left; a clock that was ahead of ours then is brought back."""
        for alert in alerts:
            kept = brought_back(alert, self._until(alert.lasts, alert.route, now), now)
            if kept.active:
                self._active[kept.fingerprint] = kept
                self._appoint(kept)
            else:
                self._remember(kept)

    def _meant(self, fingerprint: str, states: set[State]) -> list[Alert]:
        if not fingerprint:
            return [alert for alert in self._active.values() if alert.state is State.FIRING]
        alert = self._active.get(fingerprint)
        return [alert] if alert is not None and alert.state in states else []

    def _until(self, lasts: float | None, route: str, now: float) -> float | None:
        if lasts is not None:
            return now + lasts
        return now + self._timeout if self._timeout and route != self._vouched else None

    def _suppress(self, alert: Alert, silences: tuple[str, ...], by: str, reason: str, now: float) -> Entry:
        silent = replace(
            alert, state=State.SUPPRESSED, changed=now, by=by, reason=reason, silenced_by=silences, wake=None
        )
        return self._keep(silent, Deed.SUPPRESSED, now, by, reason)

    def _keep(self, alert: Alert, deed: Deed, now: float, by: str = "", reason: str = "") -> Entry:
        self._active[alert.fingerprint] = alert
        self._appoint(alert)
        return Entry(at=now, deed=deed, alert=alert, by=by, reason=reason)

    def _appoint(self, alert: Alert) -> None:
        steady = self.flaps.steady_at(alert.fingerprint) if alert.flapping else None
        times = [time for time in (alert.until, alert.wake, steady) if time is not None]
        self._appointments.set(alert.fingerprint, min(times, default=None))

    def _end(self, alert: Alert, deed: Deed, now: float, *, ends_at: float | None) -> Entry:
        del self._active[alert.fingerprint]
        self._appointments.set(alert.fingerprint, None)
        # without a time of its sender's the same occurrence may come again: it was over on our word only
        ended = replace(alert, state=State.RESOLVED, changed=now, ends_at=ends_at, wake=None, by="", reason="")
        self._remember(ended)
        return Entry(at=now, deed=deed, alert=ended)

    def _remember(self, ended: Alert) -> None:
        self._ended.pop(ended.fingerprint, None)
        self._ended[ended.fingerprint] = ended
        if len(self._ended) > self._capacity:
            self._ended.popitem(last=False)
