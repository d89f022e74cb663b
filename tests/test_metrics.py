"""What the pager tells Prometheus about itself."""

import asyncio
import threading
from collections.abc import Iterable
from typing import NamedTuple, get_args

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from singing_pager import instruments, score
from singing_pager.core.fingerprint import fingerprint
from singing_pager.core.pipeline import Core
from singing_pager.engine import Engine
from singing_pager.metrics import ACCEPTED, SEVERITIES, Instruments, severity_label
from singing_pager.model import (
    STRIPS,
    Acknowledge,
    Alert,
    Command,
    Deed,
    Drop,
    Entry,
    Event,
    Link,
    Meeting,
    Mix,
    Mute,
    Outcome,
    Play,
    Reload,
    Silenced,
    Snooze,
    State,
    Strike,
    Survey,
    Test,
    Tick,
    Unacknowledge,
    Volume,
)
from singing_pager.sinks.journal import JournalStats
from singing_pager.sinks.probe import Health, Result
from singing_pager.sinks.transport import Failure
from singing_pager.testing import START, FakeClock, firing, reading, resolved
from singing_pager.web.refusal import Refusal

CATALOGUE = instruments.load()


def metrics(clock: FakeClock | None = None) -> Instruments:
    """Make the metrics of a bridge of its own."""
    return Instruments(CATALOGUE, clock or FakeClock())


def played(events: Iterable[Event], counts: Instruments | None = None) -> Instruments:
    """Play events through a real core, one moment each, and count them."""
    counts = counts or metrics()
    engine = Engine(Core(score.load(None, CATALOGUE)), [counts], failed=counts.sink_failed, clock=FakeClock())
    counts.watch(engine)

    async def offered() -> None:
        # what does not fit into the engine's slice of time is played in the loop's next turn
        for event in events:
            assert engine.offer([event])
        while engine.waiting:  # noqa: ASYNC110
            await asyncio.sleep(0)

    asyncio.run(offered())
    return counts


class Pager(NamedTuple):
    """A pager that somebody watches."""

    engine: Engine
    counts: Instruments
    clock: FakeClock

    def do(self, *events: Event, seconds: float = 0.0) -> None:
        """Play events, time, and a tick."""
        for event in events:
            self.counts.play([self.engine.core.feed(event, self.clock())])
        self.clock.forward(seconds)
        self.counts.play([self.engine.core.feed(Tick(self.clock()), self.clock())])


@pytest.fixture
def pager() -> Pager:
    """A pager with the default score."""
    clock = FakeClock()
    counts = metrics(clock)
    engine = Engine(Core(score.load(None, CATALOGUE)), [counts], failed=counts.sink_failed, clock=clock)
    counts.watch(engine)
    return Pager(engine, counts, clock)


def samples(counts: Instruments) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Read what a scrape would read."""
    text = generate_latest(counts.registry).decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(counts: Instruments, name: str, **labels: str) -> float | None:
    """One sample, or None where there is none."""
    return samples(counts).get((name, tuple(sorted(labels.items()))))


def total(counts: Instruments, name: str) -> float:
    """Sum a metric over all its labels."""
    return sum(found for (sample, _), found in samples(counts).items() if sample == name)


def test_names_and_help() -> None:
    """Every metric has our prefix or the process collector's, a sentence of help, and a base unit."""
    counts = played([firing("A"), reading("metrics/cpu", 0.5)])
    families = list(text_string_to_metric_families(generate_latest(counts.registry).decode()))
    assert [family.name for family in families if not family.name.startswith(("bridge_", "process_"))] == []
    ours = [family for family in families if family.name.startswith("bridge_")]
    assert len(ours) >= 10
    for family in ours:
        assert family.documentation.endswith(".")
        assert not family.name.endswith(("_ms", "_milliseconds", "_us", "_kb", "_minutes", "_percent"))
        if family.type == "histogram":
            assert family.name.endswith("_seconds")


def test_alerts_by_severity_and_status() -> None:
    """Each change of an alert is counted; severities that nobody thought of count as one."""
    counts = played(
        [
            firing("A", severity="critical"),
            firing("A", severity="critical"),
            resolved("A", severity="critical"),
            firing("B", severity="page"),
            firing("C"),
        ]
    )
    name = "bridge_alerts_total"
    assert value(counts, name, severity="critical", status="firing") == 2
    assert value(counts, name, severity="critical", status="resolved") == 1
    assert value(counts, name, severity="other", status="firing") == 2
    assert value(counts, "bridge_alerts_active") == 2


def test_messages_by_route_and_result() -> None:
    """Each message is accepted or dropped for one reason, and a reading counts for all that it stands for."""
    counts = played(
        [
            firing("A"),
            firing("A"),
            reading("metrics/cpu", 0.5, before=[1, 2]),
            reading("metrics/cpu", "?"),
            reading("elsewhere", 1),
        ]
    )
    name = "bridge_messages_total"
    assert value(counts, name, route="/alert", result=ACCEPTED) == 1
    assert value(counts, name, route="/alert", result="already_firing") == 1
    assert value(counts, name, route="metrics/#", result=ACCEPTED) == 3
    assert value(counts, name, route="metrics/#", result="no_value") == 1
    assert value(counts, name, route="metrics/#", result="no_rule") == 1


def test_messages_are_accepted_or_dropped() -> None:
    """All messages together are the accepted ones and the dropped ones."""
    events = [
        event for number in range(50) for event in (firing(str(number)), firing("A"), reading("metrics/cpu", "?"))
    ]
    counts = played(events)
    counts.count("/alert", Drop.UNREADABLE, 3)
    counts.count("metrics/#", Drop.CONFLATED, 40)
    accepted = sum(
        found
        for (sample, labels), found in samples(counts).items()
        if sample == "bridge_messages_total" and ("result", ACCEPTED) in labels
    )
    assert total(counts, "bridge_messages_total") == 193
    assert total(counts, "bridge_messages_total") == accepted + total(counts, "bridge_drops_total")


@pytest.mark.parametrize("event", [Tick(START), Reload(START, None)], ids=["tick", "reload"])
def test_faults_of_our_own_are_counted(event: Event) -> None:
    """A drop of what is no message has its counter, too."""
    counts = metrics()
    counts.play([Outcome(event, START, drops=(Drop.INTERNAL,))])
    assert value(counts, "bridge_drops_total", reason="internal") == 1


def test_every_reason_is_there_from_the_start() -> None:
    """A rate over a reason to drop works before the first drop."""
    counts = metrics()
    for reason in Drop:
        assert value(counts, "bridge_drops_total", reason=reason) == 0


def test_sounding_streams() -> None:
    """What a held voice sounds is shown by instrument, parameter and place, until it ends."""
    counts = played([reading("metrics/cpu", 0.5), reading("metrics/memory", 0.5)])
    name = "bridge_stream_value"
    assert value(counts, name, instrument="cpu", parameter="freq", slot="0") == 660
    assert value(counts, name, instrument="memory", parameter="vol", slot="1") == pytest.approx(0.55)
    assert value(counts, "bridge_voices") == 2
    clock = FakeClock()
    engine = Engine(Core(score.load(None, CATALOGUE)), [counts], failed=counts.sink_failed, clock=clock)
    engine.offer([reading("metrics/cpu", 0.25)])
    assert value(counts, name, instrument="cpu", parameter="freq", slot="0") == 550
    clock.forward(60)
    engine.offer([Tick(clock())])
    assert value(counts, name, instrument="cpu", parameter="freq", slot="0") is None


def test_processing_time() -> None:
    """The time from arrival to datagram is told for what sounded, by the kind of its source."""
    clock = FakeClock()
    counts = metrics(clock)
    line = Core(score.load(None, CATALOGUE))
    events = (firing("A"), reading("metrics/cpu", 0.5), reading("x", 1), reading("metrics/memory", 0.5, route="host"))
    outcomes = [line.feed(event, START) for event in events]
    clock.forward(0.003)
    counts.play(outcomes)
    name = "bridge_processing_seconds"
    assert value(counts, f"{name}_count", source="http") == 1
    assert value(counts, f"{name}_count", source="mqtt") == 1
    assert value(counts, f"{name}_count", source="host") == 1
    assert value(counts, f"{name}_sum", source="http") == pytest.approx(0.003, abs=1e-5)
    assert value(counts, f"{name}_bucket", source="http", le="0.005") == 1
    assert value(counts, f"{name}_bucket", source="http", le="0.002") == 0
    bounds = sorted(
        float(dict(labels)["le"])
        for sample, labels in samples(counts)
        if sample == f"{name}_bucket" and ("source", "http") in labels
    )
    assert (bounds[0], bounds[-2]) == (5e-05, 5.0)


def test_packets_and_links() -> None:
    """OSC packets are counted by what became of them; the last one tells whether the link stands."""
    counts = metrics()
    counts.pinged(Result.ALIVE, Health(alive=True, synths=7, average=0.05, peak=0.2), 0.003)
    counts.packet(None)
    counts.packet(Failure.REFUSED)
    assert value(counts, "bridge_osc_sent_total") == 1
    assert value(counts, "bridge_osc_failed_total", reason="refused") == 1
    counts.connected("alerts", up=True)
    assert value(counts, "bridge_mqtt_connected", connection="alerts") == 1
    assert counts.links() == {"osc": False, "mqtt alerts": True}
    counts.connected("alerts", up=False)
    assert value(counts, "bridge_mqtt_connected", connection="alerts") == 0


def test_the_way_to_an_engine_stands_where_questions_are_not_refused() -> None:
    """Datagrams leave where nobody listens, too; of an engine that has never answered nobody says that it is away."""
    counts = metrics()
    counts.packet(None)
    counts.pinged(Result.REFUSED, None, 0.0)
    counts.packet(None)
    assert {} == counts.links()
    counts.pinged(Result.NO_ANSWER, None, 3.0)  # as of a program that takes OSC and answers nothing
    counts.packet(None)
    assert {"osc": True} == counts.links()
    counts.pinged(Result.ALIVE, Health(alive=True, synths=7, average=0.05, peak=0.2), 0.003)
    counts.pinged(Result.REFUSED, None, 0.0)
    counts.packet(None)
    assert {"osc": False} == counts.links()


def test_cues_and_sinks() -> None:
    """Cues are counted by engine and kind, failures by sink."""
    counts = metrics()
    counts.cue("osc", "strike")
    counts.sink_failed("osc")
    assert value(counts, "bridge_cues_total", engine="osc", cue="strike") == 1
    assert value(counts, "bridge_sink_failures_total", sink="osc") == 1


def test_build_info() -> None:
    """The version is a label."""
    (labels,) = [labels for sample, labels in samples(metrics()) if sample == "bridge_build_info"]
    assert [name for name, _ in labels] == ["python", "version"]


def test_labels_are_bounded() -> None:
    """Ten thousand severities, names and streams make no more series than a few of each."""
    counts = metrics()
    played((firing(f"A{number}", severity=f"s{number}", host=f"h{number}") for number in range(10_000)), counts)
    played((reading(f"metrics/pump{number}/cpu", number) for number in range(10_000)), counts)
    assert total(counts, "bridge_messages_total") == 20_000
    assert len(samples(counts)) < 1000


@pytest.mark.parametrize("severity", [*SEVERITIES, "page", "", "CRITICAL"])
def test_severities_are_a_closed_set(severity: str) -> None:
    """A severity is one of ours, however it is spelled, or other."""
    assert severity_label(severity) == (severity.lower() if severity.lower() in SEVERITIES else "other")


def test_the_desk_by_state_and_severity(pager: Pager) -> None:
    """Every active alert is in one state and one severity; every pair has a sample."""
    name = "bridge_desk_alerts"
    taken = fingerprint({"alertname": "B", "severity": "critical"})
    pager.do(firing("A", severity="critical"), firing("B", severity="critical"), firing("C", severity="page"))
    pager.do(Acknowledge(at=START, by="ada", fingerprint=taken))
    assert value(pager.counts, name, state="firing", severity="critical") == 1
    assert value(pager.counts, name, state="acknowledged", severity="critical") == 1
    assert value(pager.counts, name, state="firing", severity="other") == 1
    assert total(pager.counts, name) == value(pager.counts, "bridge_alerts_active") == 3
    assert sum(sample == name for sample, _ in samples(pager.counts)) == 4 * 4


def test_what_the_journal_has(pager: Pager) -> None:
    """Every deed is counted, from the start on; first alarms by severity, and every further one."""
    again = Play(at=START, by="ada", fingerprint=fingerprint({"alertname": "A", "severity": "critical"}))
    pager.do(firing("A", severity="critical"), seconds=1)
    pager.do(firing("B"), again, again, seconds=1)
    assert value(pager.counts, "bridge_entries_total", deed="fired") == 2
    assert value(pager.counts, "bridge_alarms_sounded_total", severity="critical") == 1
    assert value(pager.counts, "bridge_alarms_sounded_total", severity="other") == 1
    assert value(pager.counts, "bridge_alarm_repeats_total") == 2
    for deed in Deed:
        assert value(pager.counts, "bridge_entries_total", deed=deed) is not None


def test_an_alarm_that_repeats_by_itself(pager: Pager) -> None:
    """Strikes of an alarm beyond the first are repeats, however many alerts an outcome sounds."""
    alarm = Strike("f", "alert_critical", (), ("firing", "A"))
    alert = Alert(fingerprint="f", labels={}, state=State.FIRING, since=START, changed=START, route="/alert")
    first = Entry(at=START, deed=Deed.SOUNDED, alert=alert, heard="alert_critical")
    kind = Strike("f", "resolved", (), ("resolved", "A"))
    pager.counts.play([Outcome(Tick(START), START, cues=(alarm, kind), entries=(first,))])
    assert value(pager.counts, "bridge_alarm_repeats_total") == 0
    pager.counts.play([Outcome(Tick(START), START, cues=(alarm, alarm), entries=(first,))])
    pager.counts.play([Outcome(Tick(START), START, cues=(alarm, kind))])
    assert value(pager.counts, "bridge_alarm_repeats_total") == 2


def test_what_people_have_set(pager: Pager) -> None:
    """Mute with its end, meeting mode and the level of each strip are shown."""
    assert value(pager.counts, "bridge_muted") == value(pager.counts, "bridge_meeting") == 0
    assert value(pager.counts, "bridge_muted_until_seconds") is None
    pager.do(Mute(at=START, by="ada", seconds=60), Meeting(at=START, by="ada", seconds=60))
    pager.do(Volume(at=START, by="ada", strip="warning", level=0.25))
    assert value(pager.counts, "bridge_muted") == value(pager.counts, "bridge_meeting") == 1
    assert value(pager.counts, "bridge_muted_until_seconds") == START + 60
    levels = {strip: value(pager.counts, "bridge_volume_ratio", strip=strip) for strip in STRIPS}
    assert levels == {**dict.fromkeys(STRIPS, 1), "warning": 0.25}
    assert value(pager.counts, "bridge_messages_total", route="/api", result=ACCEPTED) == 3


def test_links(pager: Pager) -> None:
    """Each link shows whether it stands; what was told to be down, and back, is counted."""
    assert total(pager.counts, "bridge_link_up") == 0
    pager.do(Link(at=START, name="engine", up=False, detail="scsynth is silent"), seconds=60)
    assert value(pager.counts, "bridge_link_up", link="engine") == 0
    assert value(pager.counts, "bridge_link_changes_total", link="engine") == 1
    pager.do(Link(at=START, name="engine", up=True), seconds=60)
    assert value(pager.counts, "bridge_link_up", link="engine") == 1
    assert value(pager.counts, "bridge_link_changes_total", link="engine") == 2


def test_flood_and_key_figures(pager: Pager) -> None:
    """The key figures are those of the core's report, and a flood shows while it lasts."""
    assert value(pager.counts, "bridge_flood") == 0
    for number in range(30):
        pager.do(firing(f"A{number}", severity="critical"), seconds=1)
    pager.do(Acknowledge(at=START, by="ada"))
    report = pager.engine.core.kpi.report(pager.clock(), pager.engine.core.desk)
    assert report.flooding
    assert value(pager.counts, "bridge_flood") == 1
    for period, figure in (("last", report.last), ("average", report.average), ("worst", report.worst)):
        assert value(pager.counts, "bridge_kpi_alarms", period=period) == figure.value > 2
    assert value(pager.counts, "bridge_kpi_flood_ratio") == report.flood.value > 0
    assert value(pager.counts, "bridge_kpi_flood_seconds") == report.flood_seconds > 0
    assert value(pager.counts, "bridge_kpi_top_sources_ratio") == report.top.value > 0
    assert value(pager.counts, "bridge_kpi_chattering_alerts") == 0
    assert value(pager.counts, "bridge_kpi_stale_alerts") == 0
    assert value(pager.counts, "bridge_kpi_severity_ratio", severity="critical") == 1
    assert value(pager.counts, "bridge_kpi_acknowledge_seconds", quantile="0.5") == report.acknowledge.median
    assert value(pager.counts, "bridge_kpi_acknowledge_seconds", quantile="0.9") == report.acknowledge.p90
    pager.clock.forward(86_400)
    assert value(pager.counts, "bridge_kpi_stale_alerts") == 30


def test_the_journal_is_watched() -> None:
    """What waits, what is on disk, what was given up, what failed and how long it takes; nothing without a journal."""
    counts = metrics()
    assert [name for name, _ in samples(counts) if name.startswith("bridge_journal")] == []
    stats = JournalStats(pending=1, written=2, dropped=3, commits=4, failures=5, seconds=0.006, up=True)
    counts.watch_journal(lambda: stats)
    assert value(counts, "bridge_journal_pending_entries") == 1
    assert value(counts, "bridge_journal_written_total") == 2
    assert value(counts, "bridge_journal_dropped_total") == 3
    assert value(counts, "bridge_journal_failures_total") == 5
    assert value(counts, "bridge_journal_commit_seconds") == 0.006


def test_the_engine_that_is_asked() -> None:
    """Questions are counted apart from cues; an engine that does not answer has no load."""
    counts = metrics()
    counts.pinged(Result.ALIVE, Health(alive=True, synths=7, average=0.05, peak=0.2), 0.003)
    assert value(counts, "bridge_engine_synths") == 7
    assert value(counts, "bridge_engine_cpu_ratio", kind="average") == 0.05
    assert value(counts, "bridge_engine_cpu_ratio", kind="peak") == 0.2
    assert value(counts, "bridge_engine_ping_seconds") == 0.003
    counts.pinged(Result.NO_ANSWER, None, 3.0)
    assert value(counts, "bridge_engine_synths") is None
    assert value(counts, "bridge_engine_ping_seconds") is None
    assert value(counts, "bridge_engine_pings_total", result="alive") == 1
    assert value(counts, "bridge_engine_pings_total", result="no_answer") == 1
    assert total(counts, "bridge_osc_sent_total") == total(counts, "bridge_cues_total") == 0


def test_the_watchdog_is_seen() -> None:
    """The time of the watchdog's last firing is shown; neither its resolve nor any other alert is it."""
    counts = metrics()
    counts.play([Outcome(firing("A"), START), Outcome(resolved("Watchdog"), START, drops=(Drop.WATCHDOG,))])
    assert value(counts, "bridge_watchdog_seen_seconds") is None
    counts.play([Outcome(firing("Watchdog"), START + 5, drops=(Drop.WATCHDOG,))])
    assert value(counts, "bridge_watchdog_seen_seconds") == START + 5


def test_alertmanagers_and_silences() -> None:
    """Peers are told apart by their place, for an address may hold a password; silences are counted by result."""
    counts = metrics()
    counts.peer(0, "http://me:secret@am-0", up=True)
    counts.peer(1, "http://me:secret@am-1", up=False)
    counts.silenced("made", 2)
    assert value(counts, "bridge_alertmanager_up", peer="0") == 1
    assert value(counts, "bridge_alertmanager_up", peer="1") == 0
    assert value(counts, "bridge_silences_total", result="made") == 2
    assert "secret" not in generate_latest(counts.registry).decode()


def test_requests_that_were_not_let_in() -> None:
    """Every reason to refuse a request is there from the start."""
    counts = metrics()
    counts.refused(Refusal.RATE)
    refusals = {reason: value(counts, "bridge_http_refused_total", reason=reason) for reason in Refusal}
    assert refusals == {**dict.fromkeys(Refusal, 0), Refusal.RATE: 1}


EVENTS: tuple[Event, ...] = (
    Acknowledge(at=START, by="ada"),
    Unacknowledge(at=START, by="ada", fingerprint="f"),
    Snooze(at=START, by="ada", seconds=60),
    Mute(at=START, by="ada", seconds=60),
    Meeting(at=START, by="ada", seconds=60),
    Volume(at=START, by="ada", strip="master", level=0.5),
    Test(at=START, by="ada", instrument="resolved"),
    Play(at=START, by="ada", fingerprint="f"),
    Survey(at=START, alerts=()),
    Silenced(at=START, fingerprint="f", silence="s"),
    Link(at=START, name="engine", up=True),
)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_is_counted(event: Event, pager: Pager) -> None:
    """Whatever comes, and a mix among the cues, is counted; commands are messages of their route."""
    pager.counts.play([Outcome(event, START, cues=(Mix(),), drops=(Drop.NOT_ACTIVE,))])
    assert value(pager.counts, "bridge_drops_total", reason="not_active") == 1
    counted = total(pager.counts, "bridge_messages_total")
    assert counted == (type(event) in get_args(Command))
    pager.do(event)


def test_a_scrape_while_the_desk_changes(pager: Pager) -> None:
    """Scrapes on a thread of their own and the loop do not disturb each other."""
    failures: list[Exception] = []
    over = threading.Event()

    def scrape() -> None:
        while not over.is_set():
            try:
                generate_latest(pager.counts.registry)
            except Exception as error:  # noqa: BLE001 - whatever it is, the test fails
                failures.append(error)

    thread = threading.Thread(target=scrape)
    thread.start()
    try:
        for number in range(1500):
            pager.do(
                firing(f"A{number}", severity="critical"), Link(at=START, name=f"l{number % 60}", up=bool(number % 2))
            )
            if number >= 100:
                pager.do(resolved(f"A{number - 100}", severity="critical"), seconds=1)
    finally:
        over.set()
        thread.join()
    assert failures == []
