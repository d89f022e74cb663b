"""The configuration of the servers around the bridge, judged by those servers' own programs."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
import yaml
from paho.mqtt.enums import CallbackAPIVersion
from singing_pager.sources.mqtt.commands import Commands, Refusal

ROOT = Path(__file__).parents[1]
PASSWORD = "s e$c:r'et"  # noqa: S105 - a password that quoting would spoil


def program(name: str) -> str:
    """Path of a server's program; the test is skipped where there is none, and fails under CI."""
    found = shutil.which(name)
    if found is None and "CI" in os.environ:
        pytest.fail(f"{name} should be installed by scripts/test-packages")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def run(*command: str, **options: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401 - subprocess.run's own
    """What a program answers, within half a minute."""
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30, **options)


prometheus = pytest.mark.needs("prometheus")
alertmanager = pytest.mark.needs("alertmanager")
mosquitto = pytest.mark.needs("mosquitto")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param("promtool check config prometheus/prometheus.yml", marks=prometheus),
        pytest.param("promtool check rules prometheus/alerts.yml", marks=prometheus),
        pytest.param("promtool test rules prometheus/tests/alerts_test.yml", marks=prometheus),
        pytest.param("amtool check-config alertmanager/alertmanager.yml", marks=alertmanager),
    ],
)
def test_the_program_accepts_its_configuration(command: str) -> None:
    """Prometheus' and Alertmanager's own checks pass."""
    name, *arguments = command.split()
    answer = run(program(name), *arguments, cwd=ROOT)

    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_every_alert_rule_has_unit_tests() -> None:
    """Each rule is held by a test that it fires and by one that it does not."""
    groups = yaml.safe_load((ROOT / "prometheus/alerts.yml").read_text())["groups"]
    cases = yaml.safe_load((ROOT / "prometheus/tests/alerts_test.yml").read_text())["tests"]
    rules = {(rule["alert"], rule["labels"]["severity"]) for group in groups for rule in group["rules"]}
    checks = [check for case in cases for check in case["alert_rule_test"]]
    fires = {(check["alertname"], alert["exp_labels"]["severity"]) for check in checks for alert in check["exp_alerts"]}
    quiet = {check["alertname"] for check in checks if not check["exp_alerts"]}

    assert rules == fires
    assert {name for name, _ in rules} == quiet


def test_every_alert_rule_says_what_the_bridge_and_people_need() -> None:
    """A severity that has a sound, and a summary, a description and a value."""
    groups = yaml.safe_load((ROOT / "prometheus/alerts.yml").read_text())["groups"]
    for rule in (rule for group in groups for rule in group["rules"]):
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert set(rule["annotations"]) == {"summary", "description", "value"}
        assert rule["annotations"]["value"] == "{{ $value }}"


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Broker:
    """A running Mosquitto with our configuration.

    Attributes:
        inside: Port that is never published.
        outside: Port for those with a password.
        websockets: The same for browsers.
        log: What it has said.
    """

    inside: int
    outside: int
    websockets: int
    log: Path

    def publish(self, port: int, topic: str, *login: str) -> bool:
        """Whether the broker took a message that must be acknowledged."""
        command = ["-h", "127.0.0.1", "-p", str(port), "-V", "5", "-q", "1", "-r", "-t", topic, "-m", "7", *login]
        answer = run(program("mosquitto_pub"), *command)
        return answer.returncode == 0 and "Not authorized" not in answer.stdout + answer.stderr

    def read(self, port: int, topic: str, *login: str) -> str:
        """The first message under a topic, or nothing within a second."""
        command = ["-h", "127.0.0.1", "-p", str(port), "-V", "5", "-t", topic, "-C", "1", "-W", "1", *login]
        return run(program("mosquitto_sub"), *command).stdout.strip()


def start(place: Path, environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], Broker]:
    """Run start.sh on a copy of our files whose ports and paths are free ones of this machine."""
    broker = Broker(free_port(), free_port(), free_port(), place / "log")
    moved = {"/run/mosquitto": f"{place}/run", "/mosquitto/": f"{place}/"}
    for theirs, ours in ((1883, broker.inside), (1884, broker.outside), (9001, broker.websockets)):
        moved[f"listener {theirs}"] = f"listener {ours} 127.0.0.1"
    for directory in ("config", "data", "run"):
        (place / directory).mkdir(parents=True, exist_ok=True)
    for source in (ROOT / "mosquitto").iterdir():
        text = source.read_text()
        for shipped, here in moved.items():
            text = text.replace(shipped, here)
        if os.getuid() == 0:  # root would become another user, who may not read our files
            text = text.replace("per_listener_settings true", "per_listener_settings true\nuser root")
        (place / "config" / source.name).write_text(text)
    path = f"{Path(program('mosquitto')).parent}:{os.environ.get('PATH', '')}"
    with broker.log.open("wb") as log:
        process = subprocess.Popen(
            ["sh", str(place / "config/start.sh")], env={"PATH": path, **environment}, stdout=log, stderr=log
        )
    for _ in range(100):
        if process.poll() is not None or "running" in broker.log.read_text():
            break
        time.sleep(0.05)
    assert process.poll() is None, broker.log.read_text()
    return process, broker


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a broker and wait for its end."""
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker with one login from the environment and three from the volume, of which one commands and one watches."""
    place = tmp_path_factory.mktemp("broker")
    (place / "data").mkdir()
    for create, name, password in (("-c", "boiler", "hot"), ("", "button", "red"), ("", "lamp", "dim")):
        run(program("mosquitto_passwd"), *create.split(), "-b", str(place / "data/users"), name, password)
    operators = {"MQTT_OPERATORS": "button other", "MQTT_WATCHERS": "lamp"}
    process, broker = start(place, {"MQTT_USERNAME": "ann", "MQTT_PASSWORD": PASSWORD} | operators)
    yield broker
    stop(process)


@pytest.fixture(scope="module")
def locked_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker of which nobody has set a password."""
    process, broker = start(tmp_path_factory.mktemp("locked"), {})
    yield broker
    stop(process)


ANN = ("-u", "ann", "-P", PASSWORD)


@mosquitto
def test_an_outsider_without_a_password_gets_nothing(broker: Broker) -> None:
    """Neither writing nor reading, by either published port."""
    assert broker.publish(broker.inside, "metrics/secret")
    assert broker.read(broker.inside, "metrics/secret") == "7"

    assert not broker.publish(broker.outside, "metrics/cpu")
    assert not broker.publish(broker.outside, "metrics/cpu", "-u", "ann")
    assert not broker.publish(broker.outside, "metrics/cpu", "-u", "ann", "-P", "wrong")
    assert not broker.publish(broker.outside, "metrics/cpu", "-u", "pager", "-P", PASSWORD)
    assert broker.read(broker.outside, "metrics/secret") == ""


@mosquitto
@pytest.mark.parametrize("login", [ANN, ("-u", "boiler", "-P", "hot")], ids=["from .env", "from the volume"])
def test_a_device_with_the_password_is_let_in(broker: Broker, login: tuple[str, ...]) -> None:
    """It publishes alerts and metrics, and the inside hears them."""
    for topic in ("metrics/boiler/temperature", "alerts/critical"):
        assert broker.publish(broker.outside, topic, *login)
        assert broker.read(broker.inside, topic) == "7"
        assert broker.read(broker.outside, topic, *login) == "7"


@mosquitto
def test_a_device_writes_only_what_the_list_grants(broker: Broker) -> None:
    """It cannot pose as a pager, nor use topics of its own that nobody granted, nor read the broker's own figures."""
    assert not broker.publish(broker.outside, "pager/status/singing-pager", *ANN)
    assert not broker.publish(broker.outside, "elsewhere", *ANN)
    assert broker.read(broker.outside, "$SYS/broker/version", *ANN) == ""


BUTTON = ("-u", "button", "-P", "red")
LAMP = ("-u", "lamp", "-P", "dim")


@mosquitto
def test_commands_are_for_those_who_are_named(broker: Broker) -> None:
    """Only an operator writes them; nobody outside reads them, for each carries the secret."""
    assert not broker.publish(broker.outside, "pager/command", *ANN)
    assert not broker.publish(broker.outside, "pager/command", *LAMP)
    assert broker.publish(broker.outside, "pager/command", *BUTTON)
    assert broker.read(broker.inside, "pager/command") == "7"
    for login in (ANN, LAMP, BUTTON):
        assert broker.read(broker.outside, "pager/command", *login) == ""


@mosquitto
@pytest.mark.parametrize("topic", ["pager/summary", "pager/summary/state", "pager/desk/f", "pager/result"])
def test_lamps_read_what_the_pager_shows_and_write_nothing(broker: Broker, topic: str) -> None:
    """A display has what it shows, and can raise no alarm."""
    assert broker.publish(broker.inside, topic)
    for login in (ANN, LAMP, BUTTON):
        assert broker.read(broker.outside, topic, *login) == "7"
        assert not broker.publish(broker.outside, topic, *login)
    for written in ("alerts/critical", "metrics/cpu"):
        assert not broker.publish(broker.outside, written, *LAMP)


@mosquitto
@pytest.mark.parametrize("login", [(), ANN], ids=["without a name", "with the bridge's name"])
def test_the_inside_needs_no_password_but_has_a_list(broker: Broker, login: tuple[str, ...]) -> None:
    """The bridge publishes its status and reads the broker's figures; unheard-of topics stay shut."""
    assert broker.publish(broker.inside, "pager/status/singing-pager", *login)
    assert broker.read(broker.inside, "pager/status/singing-pager", *login) == "7"
    assert "mosquitto" in broker.read(broker.inside, "$SYS/broker/version", *login)
    assert not broker.publish(broker.inside, "elsewhere", *login)


def upgrade(port: int) -> str:
    """Status line of the answer to a WebSocket handshake that asks for MQTT."""
    request = (
        "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: mqtt\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(request.encode())
        return connection.recv(4096).decode(errors="replace").splitlines()[0]


@mosquitto
def test_browsers_are_served(broker: Broker) -> None:
    """The WebSocket listener speaks MQTT."""
    assert "101" in upgrade(broker.websockets)


@mosquitto
def test_browsers_need_the_password_too(broker: Broker) -> None:
    """A WebSocket client without the password is refused, one with it is let in."""

    def connect(password: str | None) -> bool:
        reasons: list[bool] = []
        client = mqtt.Client(CallbackAPIVersion.VERSION2, transport="websockets", protocol=mqtt.MQTTv5)
        client.on_connect = lambda _client, _data, _flags, reason, _properties: reasons.append(not reason.is_failure)
        if password:
            client.username_pw_set("ann", password)
        client.connect("127.0.0.1", broker.websockets)
        deadline = time.monotonic() + 5
        while not reasons and time.monotonic() < deadline:
            client.loop(0.1)
        client.disconnect()
        client.loop(0.1)
        return reasons == [True]

    assert connect(PASSWORD)
    assert not connect("wrong")
    assert not connect(None)


@mosquitto
def test_without_a_password_in_env_nobody_comes_in_and_the_log_says_how(locked_broker: Broker) -> None:
    """No default login exists."""
    for login in ((), ("-u", "pager"), ("-u", "pager", "-P", "")):
        assert not locked_broker.publish(locked_broker.outside, "metrics/cpu", *login)
    assert locked_broker.publish(locked_broker.inside, "metrics/cpu")
    assert "admit nobody. Set MQTT_PASSWORD in .env" in locked_broker.log.read_text()


@mosquitto
def test_the_broker_has_nothing_to_complain_of(broker: Broker) -> None:
    """No warning at start, and the password stands nowhere in its log."""
    log = broker.log.read_text().replace("Warning: Mosquitto should not be run as root/administrator.", "")

    assert "warning" not in log.lower()
    assert "error" not in log.lower()
    assert PASSWORD not in log


def flow() -> list[dict[str, Any]]:
    """The nodes of the Node-RED flow."""
    nodes: list[dict[str, Any]] = json.loads((ROOT / "nodered/flows.json").read_text())
    return nodes


def test_the_flow_is_wired() -> None:
    """Ids are unique, every wire and tab exists, and every MQTT node names the one broker node."""
    nodes = {node["id"]: node for node in flow()}
    broker = [node for node in nodes.values() if node["type"] == "mqtt-broker"]

    assert len(nodes) == len(flow())
    assert len(broker) == 1
    assert (broker[0]["broker"], broker[0]["port"], broker[0]["protocolVersion"]) == ("mosquitto", "1883", "5")
    for node in nodes.values():
        assert nodes[node["z"]]["type"] == "tab" if "z" in node else node["type"] in {"tab", "mqtt-broker"}
        assert {wire for port in node.get("wires", []) for wire in port} <= set(nodes)
        if node["type"] in {"mqtt in", "mqtt out"}:
            assert node["broker"] == broker[0]["id"]


def test_the_flow_needs_no_palette() -> None:
    """Only nodes that every Node-RED has."""
    core = {"tab", "comment", "inject", "debug", "mqtt in", "mqtt out", "mqtt-broker"}

    assert {node["type"] for node in flow()} <= core


def test_the_flow_shows_and_plays() -> None:
    """Alerts, metrics and pagers are seen; the buttons publish what a device would."""
    nodes = {node["id"]: node for node in flow()}
    listeners = [node for node in nodes.values() if node["type"] == "mqtt in"]
    seen = {node["topic"] for node in listeners if nodes[node["wires"][0][0]]["tostatus"]}
    played = [
        (node["topic"], json.loads(node["payload"]))
        for node in nodes.values()
        if node["type"] == "inject" and node["payloadType"] == "json"
    ]

    assert seen == {"alerts/#", "metrics/#", "pager/status/#", "pager/summary", "pager/desk/#", "pager/result"}
    assert played == [
        ("alerts/critical", {"status": "firing", "name": "Node-RED test", "value": 1}),
        ("alerts/critical", {"status": "resolved", "name": "Node-RED test", "value": 0}),
        ("metrics/cpu", {"value": 0.5}),
    ]
    assert {nodes[node["wires"][0][0]]["type"] for node in nodes.values() if node["type"] == "inject"} == {"mqtt out"}


def test_the_flow_commands_the_pager() -> None:
    """Its buttons say what the bridge reads, with the secret of the environment; none is retained or kept."""
    nodes = {node["id"]: node for node in flow()}
    buttons = [node for node in nodes.values() if node["type"] == "inject" and node["payloadType"] == "jsonata"]
    asked = []
    for button in buttons:
        payload = button["payload"].replace('$env("MQTT_COMMAND_SECRET")', '"sesame"')
        command = Commands("sesame").read(payload.encode(), at=0, route=button["topic"])
        assert not isinstance(command, Refusal), command
        asked.append(type(command).__name__)
        out = nodes[button["wires"][0][0]]
        assert (button["topic"], out["retain"], out["expiry"]) == ("pager/command", "false", "10")

    assert asked == ["Acknowledge", "Mute", "Mute", "Test"]


def settings(place: Path, **environment: str) -> dict[str, Any]:
    """What nodered/settings.js gives Node-RED in an environment."""
    script = "console.log(JSON.stringify(require(process.argv[1])))"
    known = {"PATH": os.environ.get("PATH", ""), "NODERED_DATA": str(place)}
    node = Path(sys.executable).with_name("node")
    answer = run(str(node), "-e", script, str(ROOT / "nodered/settings.js"), env=known | environment)
    assert answer.returncode == 0, answer.stderr
    given: dict[str, Any] = json.loads(answer.stdout)
    return given


def test_the_shipped_flow_is_laid_out_and_edits_are_kept(tmp_path: Path) -> None:
    """A copy that nobody touched follows the shipped one; an edited one stays; the secret stays the same."""
    laid_out = tmp_path / "flows.json"
    first = settings(tmp_path)
    assert laid_out.read_bytes() == (ROOT / "nodered/flows.json").read_bytes()

    laid_out.write_text("[]")
    assert settings(tmp_path)["credentialSecret"] == first["credentialSecret"]
    assert laid_out.read_text() == "[]"

    laid_out.unlink()
    settings(tmp_path)
    assert laid_out.read_bytes() == (ROOT / "nodered/flows.json").read_bytes()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"BIND": "127.0.0.1"}, {}),
        ({"BIND": "0.0.0.0"}, {"httpAdminRoot": False}),  # noqa: S104 - what a user may write in .env
        ({"BIND": "192.168.1.5", "NODERED_PASSWORD": "x"}, {"adminAuth": {"type": "credentials"}}),
        ({"BIND": "127.0.0.1", "NODERED_PASSWORD": "x"}, {"adminAuth": {"type": "credentials"}}),
    ],
    ids=["loopback", "open, no password", "open, password", "loopback, password"],
)
def test_the_editor_is_never_open_to_the_network(tmp_path: Path, environment: dict[str, str], expected: object) -> None:
    """It runs code: from another machine it opens with a password or not at all."""
    given = settings(tmp_path, **environment)

    assert {key: given[key] for key in ("httpAdminRoot", "adminAuth") if key in given} == expected
