"""The desk brought to what Alertmanager knows: at the start, on a schedule, and when somebody asks."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from singing_pager.model import Link, Survey
from singing_pager.sources.alertmanager.answers import Answer, Silence
from singing_pager.sources.alertmanager.api import AlertmanagerError, Peers
from singing_pager.sources.alertmanager.peer import Peer
from singing_pager.sources.alertmanager.union import ROUTE, Cluster, Terms
from singing_pager.sources.inbox import Inbox

__all__ = ["Line", "Reconciliation", "Silencer"]

_log = logging.getLogger("singing_pager.alertmanager")

_SOON = 0.2
"""Seconds from a first request for a reconciliation to that which serves all that have come meanwhile."""
_SHORTEST = 0.1
"""Seconds between two reconciliations at least."""
_LINK = "alertmanager"
_ACQUAINTED = 60.0
"""Seconds of age from which the peers of a cluster know each other."""


class Line(Inbox, Protocol):
    """The engine, as far as it matters here."""

    async def played(self) -> None:
        """Wait until everything that has been offered so far has been through the core."""


class Silencer(Protocol):
    """Whoever makes silences."""

    @property
    def unwanted(self) -> Collection[str]:
        """Ids of silences that are about to be ended."""

    @property
    def within(self) -> float:
        """Seconds within which it wants to see what silences there are."""

    def standing(self, silences: Mapping[str, Silence]) -> frozenset[str]:
        """Ids of the silences that nobody has taken back."""

    def keep(self, at: float, silences: Mapping[str, Silence]) -> None:
        """Bring silences to what the desk wants; they were asked for at this Unix time, or later."""


class Reconciliation:
    """Asks every Alertmanager of a cluster, and offers what they know as one `Survey`.

    Args:
        line: Takes surveys and news of the link.
        peers: The cluster.
        silencer: Makes the silences of acknowledgements.
        terms: Which alerts are begun here, which peers are believed.
        interval: Seconds between two reconciliations; fewer where silences need it to be kept alive.
        told: Is told place, address and state of a peer whenever its state changes.
    """

    def __init__(
        self,
        line: Line,
        peers: Peers,
        *,
        silencer: Silencer,
        terms: Terms,
        interval: float,
        told: Callable[[int, str, bool], None],
    ) -> None:
        self._line = line
        self._peers = peers
        self._silencer = silencer
        self._cluster = Cluster(terms)
        self._interval = max(_SHORTEST, min(interval, silencer.within))
        self._told = told
        self._asked = asyncio.Event()
        self._up: dict[int, bool] = {}
        self._linked: bool | None = None
        self._advised = False

    def poke(self) -> None:
        """Ask for a reconciliation soon."""
        self._asked.set()

    async def run(self) -> None:
        """Reconcile now, every interval, and soon after `poke`, until cancelled."""
        while True:
            self._asked.clear()
            await self.reconcile()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), self._interval)
                await asyncio.sleep(_SOON)

    async def reconcile(self) -> bool:
        """Ask once; False when nobody answered, or the line had no room."""
        at = self._line.now()
        asked = await asyncio.gather(*(self._ask(peer, at) for peer in self._peers))
        answers = [each if isinstance(each, Answer) else None for each in asked]
        failures = [str(each) for each in asked if isinstance(each, AlertmanagerError)]
        for place, (peer, failure) in enumerate(zip(self._peers, asked, strict=True)):
            self._note(place, peer, failure if isinstance(failure, AlertmanagerError) else None)
        heard = [answer for answer in answers if answer is not None]
        self._link(up=bool(heard), detail="; ".join(failures))
        if not heard:
            return False
        self._advise(heard)
        self._cluster.hear(answers, at)
        silences = self._cluster.silences
        survey = Survey(
            at=at,
            alerts=await self._cluster.surveyed(at, self._silencer.unwanted),
            silences=self._silencer.standing(silences),
            complete=self._cluster.complete,
            route=ROUTE,
        )
        if not self._line.offer((survey,)):
            self.poke()
            return False
        await self._line.played()
        self._silencer.keep(at, silences)
        return True

    @staticmethod
    async def _ask(peer: Peer, now: float) -> Answer | AlertmanagerError:
        try:
            return await peer.ask(now)
        except AlertmanagerError as error:
            return error

    def _note(self, place: int, peer: Peer, failure: AlertmanagerError | None) -> None:
        up = failure is None
        if self._up.get(place) is up:
            return
        if failure is not None:
            _log.warning("Alertmanager %s; further failures are not told", failure)
        else:
            _log.info("Alertmanager %s answers", peer.url)
        self._up[place] = up
        self._told(place, peer.url, up)

    def _link(self, *, up: bool, detail: str) -> None:
        if self._linked is not up and self._line.offer(
            (Link(at=self._line.now(), name=_LINK, up=up, detail="" if up else detail),)
        ):
            self._linked = up

    def _advise(self, answers: list[Answer]) -> None:
        """Say once what is odd about the addresses that were given."""
        if self._advised or len(answers) < len(self._peers) or min(each.age for each in answers) < _ACQUAINTED:
            return
        self._advised = True
        members = max(answer.members for answer in answers)
        if members > len(self._peers):
            _log.warning(
                "ALERTMANAGER_URL names %d of the cluster's %d members: what only the others know is not known here",
                len(self._peers),
                members,
            )
        elif len(self._peers) > 1 and min(answer.members for answer in answers) < len(self._peers):
            _log.warning(
                "the Alertmanagers of ALERTMANAGER_URL are no cluster: a silence made at one is not at the others"
            )
