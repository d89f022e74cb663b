"""The desk, the mixer and the key figures in Prometheus' words, read at each scrape."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from singing_pager.core.figures import OTHER, SEVERITIES, Report, severity_label
from singing_pager.core.kpi import Kpi
from singing_pager.model import STRIPS, Alert, Controls, Link, State

__all__ = ["Desk", "DeskMetrics", "Pager"]


class Desk(Protocol):
    """What is active."""

    @property
    def alerts(self) -> Mapping[str, Alert]:
        """By fingerprint."""


class Pager(Protocol):
    """The core, as it is shown: only ever read, for the loop goes on meanwhile."""

    @property
    def desk(self) -> Desk:
        """What is active."""

    @property
    def controls(self) -> Controls:
        """What people have set."""

    @property
    def links(self) -> Mapping[str, Link]:
        """The last that is known of each link of the chain."""

    @property
    def kpi(self) -> Kpi:
        """The key figures."""

    @property
    def flooding(self) -> bool:
        """Whether one sound stands for all alarms."""


class DeskMetrics(Collector):
    """Collects what a core says on the thread of the scrape, so that no alert waits for it.

    Args:
        clock: The engine's time.

    Attributes:
        pager: The core; None: there is none yet, and every family is empty.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.pager: Pager | None = None

    def describe(self) -> Iterator[Metric]:
        """Give the families without asking the core."""
        yield from _state(None)
        yield from _figures(None)

    def collect(self) -> Iterator[Metric]:
        """Give the families as they are now."""
        pager = self.pager
        yield from _state(pager)
        yield from _figures(None if pager is None else pager.kpi.report(self._clock(), pager.desk))


def _state(pager: Pager | None) -> Iterator[Metric]:
    desk = GaugeMetricFamily(
        "bridge_desk_alerts", "Alerts on the desk, by state and severity.", labels=["state", "severity"]
    )
    flood = GaugeMetricFamily("bridge_flood", "1 while one sound stands for all alarms.")
    muted = GaugeMetricFamily("bridge_muted", "1 while nothing may sound.")
    until = GaugeMetricFamily("bridge_muted_until_seconds", "Unix time at which the mute ends by itself.")
    meeting = GaugeMetricFamily("bridge_meeting", "1 in meeting mode.")
    volume = GaugeMetricFamily("bridge_volume_ratio", "Level of each strip of the mixer.", labels=["strip"])
    links = GaugeMetricFamily("bridge_link_up", "1 while a link of the chain stands.", labels=["link"])
    if pager is not None:
        # each copy is made in one step of the interpreter: the loop goes on meanwhile
        alerts, known, controls = tuple(pager.desk.alerts.values()), tuple(pager.links.values()), pager.controls
        found = Counter((alert.state, severity_label(alert.severity)) for alert in alerts)
        for state in State:
            for severity in (*SEVERITIES, OTHER) if state is not State.RESOLVED else ():
                desk.add_metric([state, severity], found[state, severity])
        flood.add_metric([], pager.flooding)
        muted.add_metric([], controls.muted)
        if controls.muted_until is not None:
            until.add_metric([], controls.muted_until)
        meeting.add_metric([], controls.meeting_until is not None)
        for strip, level in zip(STRIPS, controls.levels, strict=True):
            volume.add_metric([strip], level)
        for link in known:
            links.add_metric([link.name], link.up)
    yield from (desk, flood, muted, until, meeting, volume, links)


def _figures(report: Report | None) -> Iterator[Metric]:
    alarms = GaugeMetricFamily(
        "bridge_kpi_alarms",
        "Alarms in ten minutes: the last ten, on average and the worst ten of the last 24 h.",
        labels=["period"],
    )
    flood = GaugeMetricFamily("bridge_kpi_flood_ratio", "Share of the last 24 h in flood.")
    flood_seconds = GaugeMetricFamily("bridge_kpi_flood_seconds", "Time in flood in the last 24 h.")
    top = GaugeMetricFamily(
        "bridge_kpi_top_sources_ratio", "Share of the ten alerts that fire most in all that fired in the last 24 h."
    )
    chattering = GaugeMetricFamily(
        "bridge_kpi_chattering_alerts", "Alerts that fired three times within a minute in the last 24 h."
    )
    stale = GaugeMetricFamily("bridge_kpi_stale_alerts", "Alerts that have been active for longer than 24 h.")
    mix = GaugeMetricFamily(
        "bridge_kpi_severity_ratio", "Share of each severity in the alarms of the last 24 h.", labels=["severity"]
    )
    acknowledge = GaugeMetricFamily(
        "bridge_kpi_acknowledge_seconds",
        "From firing to acknowledgement in the last 24 h.",
        labels=["quantile"],
    )
    if report is not None:
        for period, figure in (("last", report.last), ("average", report.average), ("worst", report.worst)):
            alarms.add_metric([period], figure.value)
        flood.add_metric([], report.flood.value)
        flood_seconds.add_metric([], report.flood_seconds)
        top.add_metric([], report.top.value)
        chattering.add_metric([], report.chattering.count)
        stale.add_metric([], report.stale.count)
        for severity, share in report.mix.items():
            mix.add_metric([severity], share)
        for quantile, seconds in (("0.5", report.acknowledge.median), ("0.9", report.acknowledge.p90)):
            if seconds is not None:
                acknowledge.add_metric([quantile], seconds)
    yield from (alarms, flood, flood_seconds, top, chattering, stale, mix, acknowledge)
