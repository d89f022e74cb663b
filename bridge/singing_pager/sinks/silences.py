"""Silences in Alertmanager for what somebody has taken: every other tool sees who has it, and why."""

import asyncio
import logging
from collections.abc import Callable, KeysView, Mapping, Sequence
from math import inf

from singing_pager.backoff import full_jitter
from singing_pager.core.desk import Desk
from singing_pager.model import Alert, Outcome, Silenced, State
from singing_pager.sinks.hands import Hands
from singing_pager.sinks.wishes import Care, Job, Removal, Wish, by_wish
from singing_pager.sources.alertmanager.answers import Silence
from singing_pager.sources.alertmanager.api import AlertmanagerError, Peers
from singing_pager.sources.alertmanager.union import ROUTE
from singing_pager.sources.inbox import Inbox

__all__ = ["Silences"]

_log = logging.getLogger("singing_pager.alertmanager")

_MOST = 50_000
"""Alerts that are cared for: as many as the desk holds."""
_TAKEN = frozenset({State.ACKNOWLEDGED, State.SNOOZED})


class Silences:
    """Makes a silence for each alert that is acknowledged or snoozed, keeps it alive, and ends it with that state.

    What is wanted follows the alert's state. A request that failed is tried again after the next reconciliation, which
    shows whether it has succeeded after all; that also serves what the pager was not there to see.

    Args:
        inbox: Takes the news that a silence stands.
        desk: What is acknowledged.
        peers: Make and end silences.
        seconds: Length of a silence; 0: none are made.
        count: Is told `made`, `renewed`, `removed`, `failed` or `dropped`, and how many.
        poke: Asks for a reconciliation.
    """

    name = "alertmanager"

    def __init__(
        self,
        inbox: Inbox,
        desk: Desk,
        peers: Peers,
        *,
        seconds: float,
        count: Callable[[str, int], None],
        poke: Callable[[], None],
    ) -> None:
        self._inbox = inbox
        self._desk = desk
        self._peers = peers
        self._seconds = seconds
        self._count = count
        self._poke = poke
        self._hands: Hands[Job] = Hands(self._work)
        self._cares: dict[str, Care] = {}
        self._removals: dict[str, Removal] = {}
        self._ghosts: dict[Wish, float] = {}
        self._begun = False
        self._timer: asyncio.TimerHandle | None = None
        self._told = False

    @property
    def unwanted(self) -> KeysView[str]:
        """Ids of silences that are about to be ended."""
        return self._removals.keys()

    @property
    def within(self) -> float:
        """Seconds within which it must be asked to keep silences alive, else one may run out."""
        return self._seconds / 3 if self._seconds else inf

    def play(self, moment: Sequence[Outcome]) -> None:
        """Note what is wanted now; never waits."""
        for outcome in moment:
            for entry in outcome.entries:
                if entry.alert is not None and entry.alert.route == ROUTE:
                    self._follow(entry.alert)

    async def run(self) -> None:
        """Make and end silences, until cancelled."""
        try:
            await self._hands.run()
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def standing(self, silences: Mapping[str, Silence]) -> frozenset[str]:
        """Ids of the silences that are active, and of those that nobody has taken back.

        One that has run out while the pager was away, or that Alertmanager has lost, is made again: that nobody has
        taken the acknowledgement back is what counts.
        """
        ids = {silence.id for silence in silences.values() if silence.active}
        for alert in self._desk.alerts.values():
            known = silences.get(alert.silence)
            care = self._cares.get(alert.fingerprint)
            replaced = care is not None and care.silence != alert.silence
            if alert.silence and (known is None or not known.taken_back or replaced):
                ids.add(alert.silence)
        return frozenset(ids)

    def keep(self, at: float, silences: Mapping[str, Silence]) -> None:
        """Bring silences to what the desk wants.

        Args:
            at: Unix time at which Alertmanager was asked.
            silences: What it said.
        """
        self._begun = True
        wanted = [alert for alert in self._desk.alerts.values() if self._wants(alert)]
        for fingerprint in self._cares.keys() - {alert.fingerprint for alert in wanted}:
            self._drop(fingerprint)
        cares = [care for alert in wanted if (care := self._known(alert)) is not None]
        named = by_wish(silences.values()) if self._ghosts or any(care.doubtful for care in cares) else {}
        for care in cares:
            self._attend(care, at, silences, named)
        self._exorcise(at, named)
        held = {care.silence for care in cares}
        for alert in self._desk.recent:
            known = silences.get(alert.silence)
            if known is not None and known.active and alert.silence not in held:
                self._let_go(alert.silence)
        for removal in list(self._removals.values()):
            known = silences.get(removal.silence)
            if known is not None and known.active:
                self._try(removal, at)
            elif removal.since < at:
                del self._removals[removal.silence]
        self._told = self._told and any(job.failures for job in (*self._cares.values(), *self._removals.values()))

    # what is wanted

    def _wants(self, alert: Alert) -> bool:
        return alert.route == ROUTE and alert.state in _TAKEN and self._seconds > 0 and any(alert.labels.values())

    def _follow(self, alert: Alert) -> None:
        care = self._cares.get(alert.fingerprint)
        if not self._wants(alert):
            if care is not None:
                self._drop(alert.fingerprint)
            elif not self._begun and alert.silence:
                # of what an earlier life of the pager has made only the desk knows yet
                self._let_go(alert.silence)
        elif care is not None:
            if care.follow(alert) and care.silence:
                # only Alertmanager knows what the silence is that is to be changed
                self._poke()
        elif self._begun:
            self._begin(alert)

    def _begin(self, alert: Alert) -> None:
        care = Care.of(alert, self._inbox.now())
        if not self._room():
            return
        self._cares[care.fingerprint] = care
        care.doubtful = self._ghosts.pop(care.wish, None) is not None
        if care.doubtful:
            self._poke()
        else:
            self._hands.give(care)

    def _known(self, alert: Alert) -> Care | None:
        """The care of an alert on the desk, which may be from an earlier life of the pager."""
        care = self._cares.get(alert.fingerprint)
        if care is None and self._room():
            care = self._cares[alert.fingerprint] = Care.of(alert, 0.0)
            care.silence, care.doubtful = alert.silence, not alert.silence
        return care

    def _room(self) -> bool:
        if len(self._cares) < _MOST:
            return True
        self._count("dropped", 1)
        return False

    def _drop(self, fingerprint: str) -> None:
        care = self._cares.pop(fingerprint)
        if care.silence:
            self._let_go(care.silence)
        elif care.doubtful:
            self._ghosts[care.wish] = self._inbox.now()

    def _let_go(self, silence: str) -> None:
        if silence not in self._removals:
            self._removals[silence] = removal = Removal(self._inbox.now(), silence=silence)
            self._hands.give(removal)

    # what Alertmanager shows

    def _attend(self, care: Care, at: float, silences: Mapping[str, Silence], named: Mapping[Wish, list[str]]) -> None:
        if care.doubtful and care.since < at:
            care.doubtful = False
            for number, silence in enumerate(named.get(care.wish, ())):
                if number == 0:
                    care.silence = silence
                else:
                    self._let_go(silence)
        known = silences.get(care.silence)
        if known is None or known.expired:
            # one that somebody has taken back is the core's business
            if not (known and known.taken_back) and care.since < at:
                care.silence = ""
                self._try(care, at)
            return
        if known.active and not care.suited_by(known, at, self._seconds):
            care.before = known
            self._try(care, at)
        alert = self._desk.alerts.get(care.fingerprint)
        if alert is not None and alert.silence != care.silence:
            self._tell(care)

    def _exorcise(self, at: float, named: Mapping[Wish, list[str]]) -> None:
        """End silences that were made for alerts let go of since, though nobody has told their ids."""
        for wish in [wish for wish, since in self._ghosts.items() if since < at]:
            del self._ghosts[wish]
            for silence in named.get(wish, ()):
                self._let_go(silence)

    def _try(self, job: Job, at: float) -> None:
        if job.again <= at:
            self._hands.give(job)
        else:
            self._later(job.again - at)

    # what is asked of Alertmanager

    async def _work(self, job: Job) -> None:
        try:
            if isinstance(job, Removal):
                await self._peers.expire(job.silence)
                self._done(job, "removed")
            elif isinstance(job, Care):
                await self._make(job)
        except AlertmanagerError as error:
            self._failed(job, error)

    async def _make(self, care: Care) -> None:
        wanted, before = (care.wish, care.wake), care.before
        if self._cares.get(care.fingerprint) is not care or (care.silence and before is None):
            return
        asked = care.asked(self._inbox.now(), self._seconds)
        care.before = None
        try:
            made = await self._peers.make(asked)
        except AlertmanagerError as error:
            if before is None and not error.refused:
                care.doubtful = True
                if self._cares.get(care.fingerprint) is not care:
                    self._ghosts[care.wish] = self._inbox.now()
            raise
        self._done(care, "made" if before is None else "renewed")
        if self._cares.get(care.fingerprint) is not care:
            self._let_go(made)
            return
        care.changed = wanted != (care.wish, care.wake)
        if made != care.silence:
            care.silence = made
            self._tell(care)
        if care.changed:
            self._poke()

    def _tell(self, care: Care) -> None:
        # where there is no room it is told after the next reconciliation
        self._inbox.offer((Silenced(at=self._inbox.now(), fingerprint=care.fingerprint, silence=care.silence),))

    def _done(self, job: Job, result: str) -> None:
        job.since, job.failures, job.again = self._inbox.now(), 0, 0.0
        self._count(result, 1)

    def _failed(self, job: Job, error: AlertmanagerError) -> None:
        if isinstance(job, Removal) and error.unknown:
            return
        wait = full_jitter(job.failures)
        now = self._inbox.now()
        job.since, job.failures, job.again = now, job.failures + 1, now + wait
        self._count("failed", 1)
        if not self._told:
            _log.warning("a silence was not to be had: %s; tried again, and further failures are only counted", error)
            self._told = True
        self._later(wait)

    def _later(self, wait: float) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(wait, self._ask_again)

    def _ask_again(self) -> None:
        self._timer = None
        self._poke()
