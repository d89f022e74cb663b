"""The whole chain on real parts: nothing in this file stands in for a server."""

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from broker import Broker, eventually, free_port
from listening import Take
from prometheus_pair import alertmanager, prometheus
from studio import Studio

from bridge import Bridge, alert_body

pytestmark = [pytest.mark.needs("studio", "mosquitto"), pytest.mark.timeout(240)]

QUIET_SCORE = """
alerts:
  - match: {severity: critical}
    instrument: alert_critical
    repeat: 0
  - match: {severity: warning}
    instrument: alert_warning
    repeat: 0
  - match: {}
    instrument: alert_info
    repeat: 0
metrics:
  - topic: metrics/cpu
    instrument: cpu
    map: {freq: {from: [0, 1], range: [440, 880]}}
    stale_after: 600
ambience: null
heartbeat: {every: 30}
links: {patience: 600}
"""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """JACK, sclang and scsynth, recorded."""
    with Studio(tmp_path_factory.mktemp("studio")) as running:
        yield running


@pytest.fixture
def quiet(tmp_path: Path) -> dict[str, str]:
    """Settings of a bridge without ambience, so that what is recorded is what the test caused."""
    score = tmp_path / "score.yaml"
    score.write_text(QUIET_SCORE)
    return {"SCORE": str(score)}


def heard(take: Take, hertz: float, tolerance: float = 0.01) -> bool:
    """Whether the fundamental of a stretch is a frequency, within 1 %."""
    return bool(take.rms > -60 and abs(take.fundamental() / hertz - 1) <= tolerance)


def comes(studio: Studio, hertz: float) -> bool:
    """Whether a frequency is heard within half a minute."""
    return eventually(lambda: heard(studio.take(1.0), hertz), 30)


@pytest.mark.needs("prometheus", "alertmanager")
def test_a_rule_that_fires_in_prometheus_is_heard_as_the_critical_burst_and_its_resolve_kindly(
    studio: Studio, tmp_path: Path, quiet: dict[str, str]
) -> None:
    """Prometheus, Alertmanager, bridge, sclang and scsynth play ten pulses at 880 Hz, then the sound of the resolve."""
    broker = Broker(tmp_path)
    before = studio.take().seconds
    strikes = "bridge_alerts_total"
    with (
        Bridge(tmp_path, studio.port, broker.port, {**quiet, "MQTT_HOST": "127.0.0.1"}) as bridge,
        alertmanager(tmp_path / "am", f"127.0.0.1:{bridge.port}") as (am, _),
        prometheus(tmp_path / "prom", f"127.0.0.1:{bridge.metrics_port}", am.removeprefix("http://")),
    ):
        assert eventually(lambda: bridge.metric(strikes, severity="critical", status="firing") >= 1, 60)
        studio.take(3.0)
        alarm = studio.take().between(before)
        with broker:
            assert eventually(lambda: bridge.metric(strikes, severity="critical", status="resolved") >= 1, 60)
            kind = studio.take(2.5)

    onsets = [pulse.onset for pulse in alarm.pulses()]
    first = alarm.between(onsets[0] + 0.02, onsets[0] + 0.14)
    assert len(onsets) == 10
    assert heard(first, 880), first.fundamental()
    assert alarm.true_peak <= -1
    assert kind.loudest() < alarm.loudest()
    assert kind.loudest() > -60


def test_a_published_number_moves_the_recorded_pitch(studio: Studio, tmp_path: Path, quiet: dict[str, str]) -> None:
    """`metrics/cpu` at 0.5 sounds at 660 Hz, at 1 at 880 Hz, within 1 %."""
    with (
        Broker(tmp_path) as broker,
        Bridge(tmp_path, studio.port, broker.port, {**quiet, "MQTT_HOST": "127.0.0.1"}) as bridge,
    ):
        assert eventually(lambda: bridge.metric("bridge_mqtt_connected", connection="metrics") == 1)
        for payload, hertz in ((b'{"value": 0.5}', 660.0), (b"1", 880.0), (b'"50%"', 880.0), (b"0.25", 550.0)):
            broker.publish("metrics/cpu", payload)
            assert comes(studio, hertz), (payload, hertz)
            assert hertz == bridge.metric("bridge_stream_value", instrument="cpu", parameter="freq", slot="0")


@pytest.mark.needs("alertmanager")
def test_an_alert_that_arrives_by_every_way_is_heard_once(
    studio: Studio, tmp_path: Path, quiet: dict[str, str]
) -> None:
    """An Alertmanager pair, a retried webhook and MQTT all bring the same alert: one strike."""
    with (
        Broker(tmp_path) as broker,
        Bridge(tmp_path, studio.port, broker.port, {**quiet, "MQTT_HOST": "127.0.0.1"}) as bridge,
        alertmanager(tmp_path / "am1", f"127.0.0.1:{bridge.port}") as (one, cluster),
        alertmanager(tmp_path / "am2", f"127.0.0.1:{bridge.port}", cluster) as (two, _),
    ):
        labels = {"alertname": "DiskFull", "severity": "warning", "instance": "db-1"}
        assert eventually(lambda: bridge.metric("bridge_mqtt_connected", connection="alerts") == 1)
        for url in (one, two):
            _fire(url, labels)
        received = "bridge_alerts_total"
        assert eventually(lambda: bridge.metric(received, severity="warning", status="firing") >= 1, 30)
        for _ in range(2):
            assert bridge.post("/alert", alert_body("firing", **labels))[0] == 202
        alert = {"status": "firing", "labels": labels}
        published = json.dumps({"value": 1, "status": "firing", "alert": alert}).encode()
        broker.publish("alerts/warning", published, "-q", "1")
        assert eventually(lambda: bridge.metric(received, severity="warning", status="firing") >= 4, 30)
        time.sleep(2)  # whatever else the pair may send

        assert bridge.log.count("fired warning DiskFull") == 1
        assert bridge.metric("bridge_cues_total", engine="osc", cue="strike") - _heartbeats(bridge) == 1


def _heartbeats(bridge: Bridge) -> int:
    """Strikes that are heartbeats: the first comes with the start, the next 30 s later."""
    age = time.time() - bridge.metric("process_start_time_seconds")
    return 1 + int(age // 31)


def _fire(url: str, labels: dict[str, str]) -> None:
    """Tell an Alertmanager of an alert, as Prometheus does."""
    body = json.dumps([{"labels": labels, "annotations": {"summary": "93%"}}]).encode()
    request = urllib.request.Request(f"{url}/api/v2/alerts", data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert answer.status == 200


def test_a_bridge_killed_in_mid_alarm_comes_back_and_sounds_again(
    studio: Studio, tmp_path: Path, quiet: dict[str, str]
) -> None:
    """SIGKILL of the bridge: its supervisor starts it again, the next alarm sounds, and no voice is stuck."""
    with Bridge(tmp_path, studio.port, environment=quiet) as bridge:
        bridge.post("/metric", {"type": "cpu", "value": 0.5})
        bridge.post("/alert", alert_body("firing", alertname="First", severity="critical"))
        studio.take(0.5)
        bridge.kill()
        assert eventually(bridge.lives, 20)
        bridge.post("/alert", alert_body("firing", alertname="Second", severity="critical"))
        alarm = studio.take(3.0)
        assert len([pulse for pulse in alarm.pulses() if pulse.length > 0.05]) >= 9

        # the voice of the bridge that died is told nothing more, and ends: within 16 s, by sclang's own rule
        assert eventually(lambda: studio.take(1.0).loudest() < -50, 40)


@pytest.mark.parametrize("victim", ["scsynth", "sclang"])
def test_an_engine_killed_in_mid_alarm_comes_back_and_sounds_again(
    studio: Studio, tmp_path: Path, quiet: dict[str, str], victim: str
) -> None:
    """SIGKILL of scsynth or sclang: its supervisor starts it again, and the held voice and the next alarm sound."""
    with Bridge(tmp_path, studio.port, environment=quiet) as bridge:
        bridge.post("/metric", {"type": "cpu", "value": 1})
        bridge.post("/alert", alert_body("firing", alertname="First", severity="critical"))
        studio.take(0.5)
        studio.kill(getattr(studio.pids, victim))
        studio.wait_for(lambda: studio.ping(1.0) is None or not getattr(studio.pids, victim), f"death of {victim}")
        studio.wait_ready(60)

        deadline = time.monotonic() + 15
        while not heard(studio.take(1.0), 880) and time.monotonic() < deadline:
            bridge.post("/metric", {"type": "cpu", "value": 1})
        assert heard(studio.take(1.0), 880)
        bridge.post("/alert", alert_body("firing", alertname="Second", severity="warning"))
        assert eventually(lambda: "fired warning Second" in bridge.log)
        alarm = studio.take(2.5)
        assert alarm.loudest() > studio.take(1.0).loudest()


def test_sclang_that_dials_in_by_tcp_plays_the_same(tmp_path: Path, quiet: dict[str, str]) -> None:
    """With OSC_PROTOCOL=tcp the bridge listens, sclang dials, and an alarm is heard."""
    port = free_port()
    (tmp_path / "studio").mkdir()
    settings = {**quiet, "OSC_PROTOCOL": "tcp"}
    with (
        Bridge(tmp_path, port, environment=settings) as bridge,
        Studio(tmp_path / "studio", {"BRIDGE_TCP": f"127.0.0.1:{port}"}) as studio,
    ):
        assert eventually(lambda: "dialled in" in bridge.log, 20)
        bridge.post("/alert", alert_body("firing", alertname="ByTcp", severity="critical"))
        alarm = studio.take(3.0)
    assert 10 == len(alarm.pulses())
