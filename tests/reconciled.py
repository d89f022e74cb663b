"""A pager's line, its reconciliation and its silences, beside Alertmanagers in memory; time stands still."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from alertmanagers import Fake, peers_of
from singing_pager import instruments, score
from singing_pager.core.pipeline import Core
from singing_pager.core.rules import Score
from singing_pager.engine import Engine, Sink
from singing_pager.model import Acknowledge, Alert, AlertChange, Command, Entry, Outcome, Status
from singing_pager.sinks.silences import Silences
from singing_pager.sources.alertmanager.reconciliation import Reconciliation
from singing_pager.sources.alertmanager.union import Terms
from singing_pager.testing import CaptureSink, FakeClock

__all__ = ["Scene", "until"]


@lru_cache
def _score() -> Score:
    return score.load(None, instruments.load())


async def until(true: Callable[[], object]) -> None:
    """Give others turns until it is so."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - there is no event for everything
            await asyncio.sleep(0)


class Scene:
    """Made inside of a running loop.

    Args:
        count: How many Alertmanagers there are.
        terms: Which alerts are begun here, which peers are believed.
        seconds: Length of a silence.
    """

    def __init__(self, count: int = 1, *, terms: Terms | None = None, seconds: float = 900.0) -> None:
        self.clock = FakeClock()
        self.fakes = [Fake(self.clock) for _ in range(count)]
        self.fake = self.fakes[0]
        self.peers = peers_of(*self.fakes)
        self.heard = CaptureSink()
        self.states: list[tuple[int, str, bool]] = []
        self.counted: Counter[str] = Counter()
        self.pokes = 0
        self.begin(terms, seconds)

    def begin(self, terms: Terms | None = None, seconds: float = 900.0, restored: Sequence[Alert] = ()) -> None:
        """Begin as a new process would, with the desk as an earlier one left it."""
        sinks: list[Sink] = [self.heard]
        core = Core(_score())
        self.engine = Engine(core, sinks, failed=self.fail, clock=self.clock)
        self.silences = Silences(
            self.engine, core.desk, self.peers, seconds=seconds, count=self._count, poke=self._poke
        )
        sinks.append(self.silences)
        core.restore(restored, None, self.clock.now)
        self.reconciliation = Reconciliation(
            self.engine,
            self.peers,
            silencer=self.silences,
            terms=terms or Terms(grace=0),
            interval=3600,
            told=lambda place, url, up: self.states.append((place, url, up)),
        )

    def fail(self, sink: str) -> None:
        """No sink may fail."""
        raise AssertionError(sink)

    def _count(self, result: str, number: int) -> None:
        self.counted[result] += number

    def _poke(self) -> None:
        self.pokes += 1

    @property
    def entries(self) -> list[Entry]:
        """What the journal would say."""
        return [entry for outcome in self.heard.outcomes for entry in outcome.entries]

    def fire(self, **labels: str) -> str:
        """Have an alert fire in every Alertmanager, whose webhook comes; gives its fingerprint."""
        for fake in self.fakes:
            key = fake.fire(labels)
        change = AlertChange(fingerprint=key, status=Status.FIRING, labels=labels, at=self.clock.now, route="/alert")
        self.engine.offer((change,))
        return key

    def alert(self, key: str) -> Alert:
        """An alert of the desk."""
        found = self.engine.core.desk.get(key)
        assert found is not None
        return found

    def acknowledge(self, key: str, by: str = "ann", reason: str = "mine") -> Outcome:
        """Take an alert."""
        return self.do(Acknowledge(at=self.clock.now, by=by, fingerprint=key, reason=reason))

    def do(self, command: Command) -> Outcome:
        """Obey."""
        return self.engine.do(command)

    async def settle(self) -> None:
        """Let every request that is due be made."""
        running = asyncio.create_task(self.silences.run())
        for _ in range(200):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def reconcile(self) -> bool:
        """Reconcile a moment later, and let what follows from it be done."""
        self.clock.forward(0.01)
        answered = await self.reconciliation.reconcile()
        await self.settle()
        return answered
