"""What the pager leans on in Prometheus' words, read at each scrape: journal, engine, watchdog."""

from collections.abc import Callable, Iterator
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

__all__ = ["ChainMetrics", "EngineHealth", "JournalStats"]


class JournalStats(Protocol):
    """How the journal does (`sinks.journal`)."""

    @property
    def pending(self) -> int:
        """Entries that wait for the disk."""

    @property
    def written(self) -> int:
        """Entries that are on disk."""

    @property
    def dropped(self) -> int:
        """Entries that were given up, because too many waited."""

    @property
    def failures(self) -> int:
        """Transactions that failed."""

    @property
    def seconds(self) -> float:
        """How long the last transaction took."""


class EngineHealth(Protocol):
    """How an engine is (`sinks.probe`)."""

    @property
    def synths(self) -> int:
        """Synths that it plays."""

    @property
    def average(self) -> float:
        """Its average load, 1: all of a processor."""

    @property
    def peak(self) -> float:
        """Its peak load."""


class ChainMetrics(Collector):
    """Collects what is known; what is not known has no sample.

    Attributes:
        journal: Gives the journal's numbers; None: there is no journal.
        engine: How the engine was when it last answered, and the seconds that this took; None: it does not answer.
        watchdog: Unix time at which the watchdog last came; None: not yet.
    """

    def __init__(self) -> None:
        self.journal: Callable[[], JournalStats] | None = None
        self.engine: tuple[EngineHealth, float] | None = None
        self.watchdog: float | None = None

    def describe(self) -> Iterator[Metric]:
        """Give the families without asking anybody."""
        yield from _journal(None)
        yield from _engine(None)
        yield _watchdog(None)

    def collect(self) -> Iterator[Metric]:
        """Give the families as they are now."""
        yield from _journal(None if self.journal is None else self.journal())
        yield from _engine(self.engine)
        yield _watchdog(self.watchdog)


def _journal(stats: JournalStats | None) -> Iterator[Metric]:
    pending = GaugeMetricFamily("bridge_journal_pending_entries", "Entries that wait for the disk.")
    written = CounterMetricFamily("bridge_journal_written", "Entries that are on disk.")
    dropped = CounterMetricFamily("bridge_journal_dropped", "Entries that were given up, because too many waited.")
    failures = CounterMetricFamily("bridge_journal_failures", "Transactions that the disk did not take.")
    commit = GaugeMetricFamily("bridge_journal_commit_seconds", "How long the last transaction took.")
    if stats is not None:
        pending.add_metric([], stats.pending)
        written.add_metric([], stats.written)
        dropped.add_metric([], stats.dropped)
        failures.add_metric([], stats.failures)
        commit.add_metric([], stats.seconds)
    yield from (pending, written, dropped, failures, commit)


def _engine(known: tuple[EngineHealth, float] | None) -> Iterator[Metric]:
    synths = GaugeMetricFamily("bridge_engine_synths", "Synths that scsynth plays.")
    load = GaugeMetricFamily("bridge_engine_cpu_ratio", "Load of scsynth, 1: all of a processor.", labels=["kind"])
    ping = GaugeMetricFamily("bridge_engine_ping_seconds", "Round trip of the last question to the engine.")
    if known is not None:
        health, seconds = known
        synths.add_metric([], health.synths)
        load.add_metric(["average"], health.average)
        load.add_metric(["peak"], health.peak)
        ping.add_metric([], seconds)
    yield from (synths, load, ping)


def _watchdog(seen: float | None) -> Metric:
    family = GaugeMetricFamily("bridge_watchdog_seen_seconds", "Unix time at which the watchdog last came.")
    if seen is not None:
        family.add_metric([], seen)
    return family
