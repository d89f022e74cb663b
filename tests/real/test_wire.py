"""What the bridge puts on the wire, caused by real programs and read from a real socket."""

import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from broker import Broker, eventually
from pythonosc.osc_packet import OscPacket

from bridge import Bridge, alert_body

pytestmark = [pytest.mark.needs("mosquitto"), pytest.mark.timeout(120)]

Message = tuple[str, list[object]]


class Ear:
    """A UDP socket that stands where a sound engine would listen."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0)
        self.heard: list[Message] = []

    @property
    def port(self) -> int:
        """Where to send."""
        return int(self._socket.getsockname()[1])

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()

    def on(self, address: str) -> list[list[object]]:
        """Arguments of all messages to an address so far."""
        try:
            while True:
                packet = OscPacket(self._socket.recv(65536))
                self.heard += [(timed.message.address, list(timed.message.params)) for timed in packet.messages]
        except BlockingIOError:
            pass
        return [arguments for heard, arguments in self.heard if heard == address]


@pytest.fixture
def ear() -> Iterator[Ear]:
    """Ears for one test."""
    listening = Ear()
    yield listening
    listening.close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A Mosquitto that keeps what it has promised to keep."""
    with Broker(tmp_path) as running:
        yield running


@pytest.fixture
def bridge(tmp_path: Path, ear: Ear, broker: Broker) -> Iterator[Bridge]:
    """A bridge with its embedded defaults, connected."""
    with Bridge(tmp_path, ear.port, broker.port, {"MQTT_HOST": "127.0.0.1"}) as running:
        assert eventually(lambda: running.metric("bridge_mqtt_connected", connection="metrics") == 1)
        assert eventually(lambda: running.metric("bridge_mqtt_connected", connection="alerts") == 1)
        yield running


@pytest.mark.parametrize(
    ("payload", "hertz"),
    [
        ('{"value": 0.5}', 660.0),
        ("0.5", 660.0),
        ("1", 880.0),
        ('{"value": "0.25"}', 550.0),
        ('"0.75 of all"', 770.0),
        ('{"value": true, "unit": "load"}', 880.0),
        ("-3", 440.0),
        ("1e9", 880.0),
    ],
)
def test_a_published_value_is_on_the_wire_as_the_tutorial_maps_it(
    bridge: Bridge, broker: Broker, ear: Ear, payload: str, hertz: float
) -> None:
    """`mosquitto_pub -t metrics/cpu -m '{"value": 0.5}'` puts `/cpu 660.0` on the wire."""
    subprocess.run(["mosquitto_pub", "-p", str(broker.port), "-t", "metrics/cpu", "-m", payload], check=True)
    assert eventually(lambda: ear.on("/cpu"))
    assert [[hertz, "cpu:metrics/cpu"]] == ear.on("/cpu")
    assert bridge.metric("bridge_messages_total", route="metrics/#", result="accepted") == 1


def test_the_tutorials_metric_webhook_is_played_and_published(bridge: Bridge, broker: Broker, ear: Ear) -> None:
    """`POST /metric` for memory puts volume 0.1 to 1.0 on the wire, is published, and is not taken back in."""
    with broker.listen("metrics/#", 1) as listener:
        assert listener.stdout is not None
        answer = bridge.post("/metric", {"type": "memory", "value": 0.5})
        assert (202, {"ok": True}) == (answer[0], json.loads(answer[1]))
        assert listener.stdout.readline().strip().endswith('{"value":0.5}')
    assert eventually(lambda: ear.on("/memory"))
    assert [pytest.approx(0.55)] == [arguments[0] for arguments in ear.on("/memory")]
    assert eventually(lambda: bridge.metric("bridge_messages_total", route="metrics/#", result="echo") == 1)


def test_severities_sound_as_the_tutorial_has_them(bridge: Bridge, ear: Ear) -> None:
    """Critical 880 Hz, 0.9, 2.0 s; warning 660, 0.7, 1.5; info and anything unknown 440, 0.5, 1.0."""
    for severity in ("critical", "warning", "info", "page", ""):
        bridge.post("/alert", alert_body("firing", alertname=f"A{severity}", severity=severity))
    assert eventually(lambda: len(ear.on("/alert")) == 5)
    expected: list[list[object]] = [
        [880.0, 0.9, 2.0, "critical"],
        [660.0, 0.7, 1.5, "warning"],
        *([[440.0, 0.5, 1.0, "info"]] * 3),
    ]
    for wanted, arguments in zip(expected, ear.on("/alert"), strict=True):
        assert wanted[:3] == pytest.approx(arguments[:3])
        assert wanted[3] == arguments[3]


def test_a_broker_killed_in_mid_stream_loses_no_alert(bridge: Bridge, broker: Broker) -> None:
    """Alerts that a publisher sends with QoS 1, and sends again when it is not answered, all begin once."""
    names = [f"Alert{number:02d}" for number in range(20)]
    fired = bridge.metric("bridge_entries_total", deed="fired")
    for number, name in enumerate(names):
        if number == len(names) // 2:
            broker.kill()
            broker.start()
            assert eventually(lambda: bridge.metric("bridge_mqtt_connected", connection="alerts") == 1, 30)
        payload = json.dumps({"status": "firing", "name": name})
        broker.publish("alerts/warning", payload.encode(), "-q", "1")
    assert eventually(lambda: set(names) <= set(_on_desk(bridge)), 20)
    assert names == sorted(name for name in _on_desk(bridge) if name.startswith("Alert"))
    assert len(names) == bridge.metric("bridge_entries_total", deed="fired") - fired


def _on_desk(bridge: Bridge) -> list[str]:
    """Names of the alerts that are active."""
    return [alert["name"] for alert in json.loads(bridge.get("/api/alerts?limit=1000")[1])["alerts"]]


def test_a_broker_that_nobody_asked_for_is_missed_by_nobody(tmp_path: Path, ear: Ear) -> None:
    """Without MQTT_HOST and without a local broker the pager plays, and raises no alarm about the broker."""
    with Bridge(tmp_path, ear.port) as bridge:
        assert eventually(lambda: "metrics: no broker at localhost" in bridge.log)
        bridge.post("/alert", alert_body("firing", alertname="Alone", severity="info"))
        assert eventually(lambda: ear.on("/alert"))
        assert "bridge_mqtt_connected{" not in bridge.get("/metrics")[1]


def test_an_engine_that_comes_late_is_told_all(tmp_path: Path) -> None:
    """Nobody listens at first: refusals are counted, and what is held is told within seconds of the engine's start."""
    ear = Ear()
    port = ear.port
    ear.close()
    with Bridge(tmp_path, port) as bridge:
        bridge.post("/metric", {"type": "cpu", "value": 0.5})
        assert eventually(lambda: bridge.metric("bridge_osc_failed_total", reason="refused") >= 1)
        late = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        late.bind(("127.0.0.1", port))
        late.settimeout(15)
        with late:
            told: set[str] = set()
            while not {"/cpu", "/ambient"} <= told:
                told |= {timed.message.address for timed in OscPacket(late.recv(65536)).messages}
