"""What the pager tells Prometheus about itself."""

import asyncio
from collections.abc import Iterable

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from singing_pager import instruments, score
from singing_pager.core.pipeline import Core
from singing_pager.engine import Engine
from singing_pager.metrics import ACCEPTED, SEVERITIES, Instruments, severity_label
from singing_pager.model import Drop, Event, Outcome, Reload, Tick
from singing_pager.sinks.transport import Failure
from singing_pager.testing import START, FakeClock, firing, reading, resolved

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
    outcomes = [line.feed(event, START) for event in (firing("A"), reading("metrics/cpu", 0.5), reading("x", 1))]
    clock.forward(0.003)
    counts.play(outcomes)
    name = "bridge_processing_seconds"
    assert value(counts, f"{name}_count", source="http") == 1
    assert value(counts, f"{name}_count", source="mqtt") == 1
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
    counts.packet(None)
    counts.packet(Failure.REFUSED)
    assert value(counts, "bridge_osc_sent_total") == 1
    assert value(counts, "bridge_osc_failed_total", reason="refused") == 1
    counts.connected("alerts", up=True)
    assert value(counts, "bridge_mqtt_connected", connection="alerts") == 1
    assert counts.links() == {"osc": False, "mqtt alerts": True}
    counts.connected("alerts", up=False)
    assert value(counts, "bridge_mqtt_connected", connection="alerts") == 0


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
    """A severity is one of ours, or other."""
    assert severity_label(severity) == (severity if severity in SEVERITIES else "other")
