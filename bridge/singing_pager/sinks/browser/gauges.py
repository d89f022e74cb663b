"""The tabs' metrics, read at each scrape."""

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from singing_pager.sinks.browser.stats import Stats

__all__ = ["TabMetrics"]


class TabMetrics(Collector):
    """Collects what `stats` says.

    Args:
        stats: Gives the numbers.
    """

    def __init__(self, stats: Callable[[], Stats]) -> None:
        self._stats = stats

    def describe(self) -> Iterator[Metric]:
        """Give the families without asking anybody."""
        return _families(Stats())

    def collect(self) -> Iterator[Metric]:
        """Give the families as they are now."""
        return _families(self._stats())


def _families(stats: Stats) -> Iterator[Metric]:
    tabs = GaugeMetricFamily("bridge_tabs", "Browser tabs, by what they do.", labels=["state"])
    tabs.add_metric(["connected"], stats.connected)
    tabs.add_metric(["listening"], stats.listening)
    yield tabs
    frames = CounterMetricFamily("bridge_tab_frames", "Frames that tabs have taken.")
    frames.add_metric([], stats.frames)
    yield frames
    dropped = CounterMetricFamily("bridge_tab_dropped", "What did not reach a tab, and why.", labels=["reason"])
    for reason, number in stats.lost.items():
        dropped.add_metric([reason], number)
    yield dropped
    closed = CounterMetricFamily("bridge_tabs_closed", "Tabs that the pager closed, and why.", labels=["reason"])
    for why, number in stats.closed.items():
        closed.add_metric([why.name.lower()], number)
    yield closed
    ignored = CounterMetricFamily("bridge_tab_messages_ignored", "Messages of tabs that say nothing or come too often.")
    ignored.add_metric([], stats.ignored)
    yield ignored
