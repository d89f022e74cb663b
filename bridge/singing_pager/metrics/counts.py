"""Every metric of the bridge, and the sink that counts outcomes."""

import platform
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.process_collector import ProcessCollector

from singing_pager import __version__
from singing_pager.core.figures import OTHER, SEVERITIES, severity_label
from singing_pager.core.instrument import Catalogue
from singing_pager.engine import Engine
from singing_pager.metrics.chain import ChainMetrics, EngineHealth, JournalStats
from singing_pager.metrics.desk import DeskMetrics
from singing_pager.model import (
    AlertChange,
    Command,
    Cue,
    Deed,
    Drop,
    Entry,
    Hold,
    Outcome,
    Reading,
    Release,
    Status,
    Strike,
)

__all__ = ["ACCEPTED", "Instruments"]

ACCEPTED = "accepted"
"""Result of a message that was dropped for no reason."""

_REFUSALS = ("rate", "host", "origin", "nobody", "wrong", "role", "ticket")
"""Why a request is not let in (`web.refusal`)."""
_SILENCES = ("made", "renewed", "removed", "failed", "dropped")
"""What becomes of silences (`sinks.silences`)."""

_BUCKETS = (5e-5, 1e-4, 2e-4, 3e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.125, 0.185, 0.5, 1.0, 2.0, 5.0)
"""Seconds; 0.125 and 0.185 are ITU-R BT.1359's limits for sound that trails sight."""


class Instruments:
    """Every metric of the bridge, in a registry of its own; also the sink that counts outcomes.

    Args:
        catalogue: Names the parameters of held voices.
        clock: The engine's time, for the time from arrival to datagram.
    """

    name = "metrics"

    def __init__(self, catalogue: Catalogue, clock: Callable[[], float]) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.alerts = Counter("bridge_alerts", "Alert changes received.", ["severity", "status"], registry=registry)
        self.messages = Counter("bridge_messages", "Messages received.", ["route", "result"], registry=registry)
        self.cues = Counter("bridge_cues", "Cues that left for an engine.", ["engine", "cue"], registry=registry)
        self.drops = Counter("bridge_drops", "What did not sound, and why.", ["reason"], registry=registry)
        self.osc_sent = Counter("bridge_osc_sent", "OSC packets that left.", registry=registry)
        self.osc_failed = Counter("bridge_osc_failed", "OSC packets that did not leave.", ["reason"], registry=registry)
        self.sink_failures = Counter(
            "bridge_sink_failures", "Moments that a sink failed on.", ["sink"], registry=registry
        )
        self.publications = Counter(
            "bridge_publications", "What was published by MQTT, or why not.", ["result"], registry=registry
        )
        self.stream_value = Gauge(
            "bridge_stream_value",
            "Value of a sounding stream's parameter, in the catalogue's units.",
            ["instrument", "parameter", "slot"],
            registry=registry,
        )
        self.voices = Gauge("bridge_voices", "Held voices that sound.", registry=registry)
        self.active = Gauge("bridge_alerts_active", "Alerts that are firing.", registry=registry)
        self.waiting = Gauge("bridge_inbox_events", "Events that wait for the core.", registry=registry)
        self.mqtt_connected = Gauge("bridge_mqtt_connected", "1 while connected.", ["connection"], registry=registry)
        self.processing = Histogram(
            "bridge_processing_seconds",
            "From the arrival of a message to the datagram that it caused.",
            ["source"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self.entries = Counter("bridge_entries", "What happened, as the journal has it.", ["deed"], registry=registry)
        self.alarms = Counter(
            "bridge_alarms_sounded", "Alarms that were heard for the first time.", ["severity"], registry=registry
        )
        self.repeats = Counter("bridge_alarm_repeats", "Alarms that were heard again.", registry=registry)
        self.link_changes = Counter(
            "bridge_link_changes", "Times that a link of the chain went down or came back.", ["link"], registry=registry
        )
        self.pings = Counter(
            "bridge_engine_pings", "Questions to the engine, by what came of them.", ["result"], registry=registry
        )
        self.refusals = Counter("bridge_http_refused", "Requests that were not let in.", ["reason"], registry=registry)
        self.silences = Counter(
            "bridge_silences", "Silences in Alertmanager, by what became of them.", ["result"], registry=registry
        )
        self.peers = Gauge("bridge_alertmanager_up", "1 while an Alertmanager answers.", ["peer"], registry=registry)
        self._desk = DeskMetrics(clock)
        self._chain = ChainMetrics()
        registry.register(self._desk)
        registry.register(self._chain)
        info = Info("bridge_build", "Version of the bridge and of Python.", registry=registry)
        info.info({"version": __version__, "python": platform.python_version()})
        self._links: dict[str, bool] = {}
        self._refused = self._answered = False
        self._counts: dict[tuple[str, str], Counter] = {}
        for counter, values in (
            (self.drops, Drop),
            (self.entries, Deed),
            (self.alarms, (*SEVERITIES, OTHER)),
            (self.refusals, _REFUSALS),
            (self.silences, _SILENCES),
        ):
            for value in values:
                counter.labels(value)

    def play(self, moment: Sequence[Outcome]) -> None:
        """Count a moment, after the sinks that make sound have had it."""
        now = self._clock()
        messages: dict[tuple[str, str], int] = defaultdict(int)
        alerts: dict[tuple[str, str], int] = defaultdict(int)
        for outcome in moment:
            event = outcome.event
            self._sounding(outcome.cues)
            self._repeats(outcome)
            result = outcome.drops[0] if outcome.drops else ACCEPTED
            if isinstance(event, Reading):
                messages[event.route, result] += event.count
            elif isinstance(event, AlertChange):
                messages[event.route, result] += 1
                alerts[severity_label(event.severity), event.status] += 1
                if Drop.WATCHDOG in outcome.drops and event.status is Status.FIRING:
                    self._chain.watchdog = outcome.at
            elif isinstance(event, Command):
                messages[event.route, result] += 1
            else:
                for drop in outcome.drops:
                    self.drops.labels(drop).inc()
                continue
            if outcome.cues:
                self.processing.labels(_source(event.route)).observe(max(0.0, now - event.at))
        for labels, number in alerts.items():
            self.alerts.labels(*labels).inc(number)
        for (route, result), number in messages.items():
            self.count(route, result, number)
        self._journal([entry for outcome in moment for entry in outcome.entries])

    def watch(self, engine: Engine) -> None:
        """Show the engine's state at every scrape."""
        self.waiting.set_function(lambda: engine.waiting)
        self.voices.set_function(lambda: len(engine.core.voices))
        self.active.set_function(lambda: len(engine.core.desk.alerts))
        self._desk.pager = engine.core

    def watch_journal(self, stats: Callable[[], JournalStats]) -> None:
        """Show the journal's numbers at every scrape."""
        self._chain.journal = stats

    def links(self) -> dict[str, bool]:
        """State of each link that is known, by name; an engine that has never answered is missed by nobody."""
        return {name: up for name, up in self._links.items() if up or name != "osc" or self._answered}

    def count(self, route: str, result: str, messages: int) -> None:
        """Count messages of a route; any result but ACCEPTED is a reason to drop."""
        child = self._counts.get((route, result))
        if child is None:
            child = self._counts[route, result] = self.messages.labels(route, result)
        child.inc(messages)
        if result != ACCEPTED:
            self.drops.labels(result).inc(messages)

    def cue(self, engine: str, kind: str) -> None:
        """Count a cue that left for an engine."""
        self.cues.labels(engine, kind).inc()

    def packet(self, failure: str | None) -> None:
        """Count an OSC packet, and why it did not leave."""
        self._links["osc"] = failure is None and not self._refused
        if failure is None:
            self.osc_sent.inc()
        else:
            self.osc_failed.labels(failure).inc()

    def sink_failed(self, sink: str) -> None:
        """Count a moment that a sink failed on."""
        self.sink_failures.labels(sink).inc()

    def published(self, result: str, messages: int) -> None:
        """Count messages that were published by MQTT, or why they were not."""
        self.publications.labels(result).inc(messages)

    def connected(self, connection: str, up: bool) -> None:  # noqa: FBT001 - it is the gauge's value
        """Show whether a connection to the broker stands."""
        self.mqtt_connected.labels(connection).set(up)
        self._links[f"mqtt {connection}"] = up

    def pinged(self, result: str, health: EngineHealth | None, seconds: float) -> None:
        """Count a question to the engine, and show how it is; None: it did not answer."""
        self.pings.labels(result).inc()
        # a datagram leaves even where nobody listens, and only the next one is told so
        self._refused = result == "refused"
        self._answered |= health is not None
        if self._refused:
            self._links["osc"] = False
        self._chain.engine = None if health is None else (health, seconds)

    def peer(self, place: int, address: str, up: bool) -> None:  # noqa: FBT001 - it is the gauge's value
        """Show whether an Alertmanager answers; by its place in the settings, for an address may hold a password."""
        del address
        self.peers.labels(str(place)).set(up)

    def silenced(self, result: str, silences: int) -> None:
        """Count what became of silences in Alertmanager."""
        self.silences.labels(result).inc(silences)

    def refused(self, reason: str) -> None:
        """Count a request that was not let in."""
        self.refusals.labels(reason).inc()

    def _journal(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        for deed, number in Tally(entry.deed for entry in entries).items():
            self.entries.labels(deed).inc(number)
        heard = (entry.alert for entry in entries if entry.deed is Deed.SOUNDED)
        for severity, number in Tally(severity_label(alert.severity) for alert in heard if alert is not None).items():
            self.alarms.labels(severity).inc(number)
        for entry in entries:
            if entry.deed in {Deed.LINK_DOWN, Deed.LINK_UP}:
                self.link_changes.labels(entry.subject).inc()

    def _repeats(self, outcome: Outcome) -> None:
        """Count alarms beyond those of which the journal says that they were heard for the first time."""
        alarms = sum(isinstance(cue, Strike) and cue.notes[:1] == (Status.FIRING,) for cue in outcome.cues)
        if alarms:
            first = sum(entry.deed is Deed.SOUNDED for entry in outcome.entries)
            self.repeats.inc(max(0, alarms - first))

    def _sounding(self, cues: Sequence[Cue]) -> None:
        for cue in cues:
            match cue:
                case Hold(slot=slot) if slot >= 0:
                    for parameter, value in zip(self._catalogue[cue.instrument].parameters, cue.params, strict=True):
                        self.stream_value.labels(cue.instrument, parameter.name, str(slot)).set(value)
                case Release(slot=slot) if slot >= 0:
                    for parameter in self._catalogue[cue.instrument].parameters:
                        self.stream_value.remove(cue.instrument, parameter.name, str(slot))
                case _:
                    pass


def _source(route: str) -> str:
    """The kind of source that a route belongs to."""
    if route.startswith("/"):
        return "http"
    return "host" if route == "host" else "mqtt"
