"""Buttons, lamps and displays at a real Mosquitto: commands in, desk and summary out; what docs/mqtt.md shows works."""

import asyncio
import contextlib
import json
import re
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Self

import paho.mqtt.client as paho
import pytest
import uvloop
import yaml
from broker import Broker, eventually, free_port
from deskwork import plain_score
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions
from singing_pager.core.pipeline import Core
from singing_pager.engine import Engine
from singing_pager.model import Acknowledge, AlertChange, Command, Drop, Mute, Snooze, State, Status
from singing_pager.sinks.mqtt import Board
from singing_pager.sources.mqtt import Intake
from singing_pager.sources.mqtt import connection as mqtt
from singing_pager.sources.mqtt.commands import Commands, Refusal
from singing_pager.sources.mqtt.panel import Panel
from singing_pager.sources.mqtt.places import Places
from singing_pager.testing import CaptureSink

from bridge import Bridge, alert_body

pytestmark = pytest.mark.needs("mosquitto")

PAGE = (Path(__file__).resolve().parents[2] / "docs/mqtt.md").read_text()
SECRET = "correct horse battery staple"  # noqa: S105 - as docs/mqtt.md has it


class Pager:
    """A bridge's desk at a broker: core, engine, panel and board, without a network but MQTT."""

    def __init__(self, port: int, *, client_id: str = "pager", secret: str = SECRET) -> None:
        self.core = Core(plain_score())
        self.counted: Counter[tuple[str, str]] = Counter()
        self.up = False
        self.heard = CaptureSink()
        sinks: list[Any] = [self.heard]
        self.engine = Engine(self.core, sinks, failed=lambda sink: pytest.fail(f"{sink} failed"))
        broker = mqtt.Broker(host="127.0.0.1", port=port, client_id=client_id)
        intake = Intake(inbox=self.engine, count=self.count, connected=self.connected)
        places = Places()
        self.panel = Panel(broker, places, Commands(secret) if secret else None, intake, self.engine.do)
        self.board = Board(
            self.panel, self.core, places, now=self.engine.now, count=lambda result, n: self.count("", result, n)
        )
        self.panel.show(self.board)
        sinks.append(self.board)

    def count(self, route: str, result: str, n: int, /) -> None:
        """Count messages and publications."""
        self.counted[route, result] += n

    def connected(self, connection: str, /, *, up: bool) -> None:
        """Remember whether the panel is connected."""
        assert connection == "panel"
        self.up = up

    def fires(self, *fingerprints: str, severity: str = "warning", status: Status = Status.FIRING) -> None:
        """Let alerts fire, or end."""
        for start in range(0, len(fingerprints), 1000):
            changes = [
                AlertChange(
                    fingerprint=fingerprint,
                    status=status,
                    labels={"alertname": fingerprint, "severity": severity},
                    at=self.engine.now(),
                    route="/alert",
                )
                for fingerprint in fingerprints[start : start + 1000]
            ]
            assert self.engine.offer(changes)

    @property
    def commands(self) -> list[Command]:
        """The commands that were played, in order."""
        return [event for outcome in self.heard.outcomes if isinstance(event := outcome.event, Command)]


class Wall:
    """A client at the broker that hears everything, as lamps and displays do.

    Attributes:
        retained: What stands there now, as somebody who came later would find it.
        heard: Topic and payload of everything, in order.
    """

    def __init__(self, port: int) -> None:
        self.retained: dict[str, bytes] = {}
        self.heard: list[tuple[str, bytes]] = []
        self.correlated: list[bytes] = []
        self.client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self.client.on_message = self._hear
        self.client.connect("127.0.0.1", port)
        options = SubscribeOptions(qos=1, retainAsPublished=True)
        self.client.on_connect = lambda client, *_: client.subscribe("#", options=options)
        ready: list[bool] = []
        self.client.on_subscribe = lambda *_: ready.append(True)
        self.client.loop_start()
        assert eventually(lambda: ready)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _hear(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload)))
        self.correlated += [getattr(message.properties, "CorrelationData", b"")]
        if message.retain:
            self.retained[message.topic] = bytes(message.payload)
            if not message.payload:
                del self.retained[message.topic]

    def press(self, command: str, *, retain: bool = False, topic: str = "pager/command", **fields: object) -> None:
        """Press a button."""
        payload = json.dumps({"command": command, "secret": SECRET, **fields})
        self.client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(5)

    def shows(self, topic: str, **fields: object) -> bool:
        """Whether what stands there has these fields."""
        return topic in self.retained and fields.items() <= json.loads(self.retained[topic]).items()

    @property
    def results(self) -> list[dict[str, Any]]:
        """The answers to commands."""
        return [json.loads(payload) for topic, payload in self.heard if topic.startswith("pager/result")]

    @property
    def desk(self) -> set[str]:
        """What stands below pager/desk."""
        return {topic.rpartition("/")[2] for topic in list(self.retained) if topic.startswith("pager/desk/")}


async def until(true: Callable[[], object], patience: float = 15.0) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(patience):
        while not true():  # noqa: ASYNC110 - what is waited for happens in other threads and processes
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def running(*pagers: Pager) -> AsyncIterator[None]:
    """Run pagers, from when all are connected."""
    tasks = [asyncio.create_task(pager.panel.run()) for pager in pagers]
    tasks += [asyncio.create_task(pager.engine.tick(0.1)) for pager in pagers]
    try:
        await until(lambda: all(pager.up for pager in pagers))
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert [asyncio.CancelledError] * len(tasks) == [type(each) for each in ended]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker that lets everybody in."""
    with Broker(tmp_path) as running_broker:
        yield running_broker


@pytest.fixture
def wall(broker: Broker) -> Iterator[Wall]:
    """Somebody who hears everything."""
    with Wall(broker.port) as hears:
        yield hears


def play(script: Callable[[], Awaitable[None]]) -> None:
    """Play a script on the loop that the bridge has."""
    uvloop.run(script())  # type: ignore[arg-type]


def test_an_alert_from_its_firing_to_its_end(broker: Broker, wall: Wall) -> None:
    """It stands on the wall while it is active, a button takes it, and the summary follows."""
    pager = Pager(broker.port)

    async def main() -> None:
        async with running(pager):
            await until(lambda: wall.shows("pager/summary", state="ok"))
            pager.fires("f", severity="critical")
            await until(lambda: wall.shows("pager/desk/f", state="firing", name="f"))
            await until(lambda: wall.retained["pager/summary/state"] == b"critical")
            await asyncio.to_thread(wall.press, "ack", fingerprint="f", by="wall button", reason="on it")
            await until(lambda: wall.shows("pager/desk/f", state="acknowledged", by="wall button", reason="on it"))
            await until(lambda: wall.shows("pager/summary", state="ok", firing=0, acknowledged=1))
            pager.fires("f", status=Status.RESOLVED)
            await until(lambda: wall.desk == set())
            await until(lambda: wall.shows("pager/summary", acknowledged=0))

    play(main)
    assert wall.results == [{"ok": True, "alerts": 1}]


def test_mute_shows_and_ends(broker: Broker, wall: Wall) -> None:
    """A button mutes at once, every display says so, and another ends it."""
    pager = Pager(broker.port)

    async def main() -> None:
        async with running(pager):
            await asyncio.to_thread(wall.press, "mute", seconds=600)
            await until(lambda: wall.retained.get("pager/summary/muted") == b"1")
            assert json.loads(wall.retained["pager/summary"])["muted_until"].endswith("Z")
            await asyncio.to_thread(wall.press, "unmute")
            await until(lambda: wall.retained["pager/summary/muted"] == b"0")
            await asyncio.to_thread(wall.press, "unmute")
            await until(lambda: len(wall.results) == 3)

    play(main)
    assert [True, True, False] == [result["ok"] for result in wall.results]


def test_without_the_secret_nothing_happens(broker: Broker, wall: Wall, caplog: pytest.LogCaptureFixture) -> None:
    """A wrong secret is refused, counted, told once, answered a few times; the secret is in nothing that is said."""
    pager = Pager(broker.port)

    async def main() -> None:
        async with running(pager):
            pager.fires("f")
            for number in range(50):
                await asyncio.to_thread(wall.press, "ack", secret=f"guess {number}")
            await asyncio.to_thread(wall.client.publish, "pager/command", b"\xff{", 1)
            await asyncio.to_thread(wall.press, "dance")
            await until(lambda: pager.counted["pager/command", Drop.UNREADABLE] == 2)
            assert pager.core.desk.alerts["f"].state is State.FIRING
            # who knows the secret is heard all the same
            await asyncio.to_thread(wall.press, "ack", by="ann")
            await until(lambda: pager.core.desk.alerts["f"].state is State.ACKNOWLEDGED)

    play(main)
    assert pager.counted["pager/command", Drop.REFUSED] == 50
    assert len(wall.results) < 25
    assert [True] == [result["ok"] for result in wall.results if result["ok"]]
    told = [record.message for record in caplog.records if "not obeyed" in record.message]
    assert len(told) == 2
    said = [payload for topic, payload in wall.heard if topic != "pager/command"]
    assert not any(secret in text for secret in (SECRET, "guess") for text in caplog.messages)
    assert not any(secret in payload for secret in (SECRET.encode(), b"guess") for payload in said)


def test_no_secret_no_commands(broker: Broker, wall: Wall, caplog: pytest.LogCaptureFixture) -> None:
    """Commands are off until there is a secret, and the log says so; the wall shows the desk all the same."""
    caplog.set_level("INFO")
    pager = Pager(broker.port, secret="")

    async def main() -> None:
        async with running(pager):
            await asyncio.to_thread(wall.press, "mute", secret="")
            pager.fires("f")
            await until(lambda: wall.desk == {"f"})

    play(main)
    assert wall.results == []
    assert pager.commands == []
    assert [text for text in caplog.messages if "commands by MQTT are off" in text]


def test_a_retained_command_is_refused(broker: Broker, wall: Wall) -> None:
    """Neither when it comes nor at any connection, or it would mute for ever."""
    pager = Pager(broker.port)

    def refused(times: int) -> bool:
        return pager.counted["pager/command", Drop.REFUSED] == times

    async def main() -> None:
        for connection in (1, 2):
            async with running(pager):
                if connection == 1:
                    await asyncio.to_thread(wall.press, "mute", retain=True)
                await until(partial(refused, connection))

    play(main)
    assert pager.commands == []
    assert "retained" in wall.results[0]["error"]


def test_a_command_is_never_late(broker: Broker, wall: Wall) -> None:
    """The broker keeps none for a bridge that is away, also not one that was published with QoS 1."""
    pager = Pager(broker.port)

    async def main() -> None:
        async with running(pager):
            pass
        await asyncio.to_thread(wall.press, "mute", by="too early")
        async with running(pager):
            await asyncio.to_thread(wall.press, "mute", by="in time")
            await until(lambda: pager.commands)

    play(main)
    assert ["in time"] == [command.by for command in pager.commands]


def test_an_answer_where_it_is_wished(broker: Broker, wall: Wall) -> None:
    """Response topic and correlation data of MQTT 5 are honoured, but only for a topic of answers."""
    pager = Pager(broker.port)

    def ask(topic: str, data: bytes) -> None:
        properties: Any = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ResponseTopic = topic
        properties.CorrelationData = data
        payload = json.dumps({"command": "mute", "secret": SECRET})
        wall.client.publish("pager/command", payload, qos=1, properties=properties).wait_for_publish(5)

    async def main() -> None:
        async with running(pager):
            await asyncio.to_thread(ask, "pager/result/me", b"1")
            await asyncio.to_thread(ask, "alerts/critical", b"2")
            await until(lambda: len(wall.results) == 2)

    play(main)
    answers = [(topic, data) for (topic, _), data in zip(wall.heard, wall.correlated, strict=True) if "result" in topic]
    assert answers == [("pager/result/me", b"1"), ("pager/result", b"2")]
    assert not any(topic.startswith("alerts/") for topic, _ in wall.heard)


def test_a_new_connection_is_told_everything(broker: Broker, wall: Wall) -> None:
    """A broker that has lost what stood there is told it again, and what is over is cleared."""
    pager = Pager(broker.port)

    async def main() -> None:
        async with running(pager):
            pager.fires("a", "b")
            await until(lambda: wall.desk == {"a", "b"})
        await until(lambda: wall.retained["pager/summary/state"] == b"unknown")
        pager.fires("c")
        pager.fires("a", status=Status.RESOLVED)
        broker.publish("pager/desk/b", b"", "-r")
        async with running(pager):
            await until(lambda: wall.desk == {"b", "c"})
            await until(lambda: wall.retained["pager/summary/state"] == b"warning")

    play(main)
    assert not any(topic.startswith("alerts/") for topic, _ in wall.heard)


def test_what_an_earlier_life_left_is_cleared(tmp_path: Path) -> None:
    """Also more of it than the broker sends at once; what another pager shows there is left alone."""
    with Broker(tmp_path, lines=["max_queued_messages 30"]) as broker, Wall(broker.port) as wall:
        before, after = Pager(broker.port), Pager(broker.port)
        other = Pager(broker.port, client_id="other")
        names = [f"f{number}" for number in range(250)]

        async def main() -> None:
            async with running(before, other):
                before.fires(*names)
                other.fires("theirs")
                await until(lambda: wall.desk == {*names, "theirs"})
            after.fires("f7")
            async with running(after):
                await until(lambda: wall.desk == {"f7", "theirs"})

        play(main)


def test_a_killed_bridge_does_not_look_well(broker: Broker, wall: Wall) -> None:
    """The last will says that nobody knows."""
    pager = """
        import sys
        sys.path[:0] = sys.argv[2:]
        import asyncio
        from test_mqtt_desk import Pager, running
        async def main():
            async with running(Pager(int(sys.argv[1]))):
                await asyncio.Event().wait()
        asyncio.run(main())
    """
    here = Path(__file__).parent
    words = [sys.executable, "-c", textwrap.dedent(pager), str(broker.port), str(here), str(here.parent)]
    with subprocess.Popen(words) as process:
        try:
            assert eventually(lambda: wall.retained.get("pager/summary/state") == b"ok", 20)
        finally:
            process.kill()
        assert eventually(lambda: wall.retained["pager/summary/state"] == b"unknown")


def test_a_storm_does_not_hold_up_a_button(tmp_path: Path) -> None:
    """While 2,000 alerts are told in turns a mute is obeyed, and at the end the wall shows what is."""
    names = [f"f{number}" for number in range(2000)]
    with Broker(tmp_path, lines=["autosave_on_changes false"]) as broker, Wall(broker.port) as wall:
        pager = Pager(broker.port)

        async def main() -> None:
            async with running(pager):
                pager.fires(*names)
                await asyncio.to_thread(wall.press, "mute")
                await until(lambda: wall.retained.get("pager/summary/muted") == b"1")
                assert len(wall.desk) < len(names)
                await until(lambda: wall.desk == set(names), 60)
                await until(lambda: wall.shows("pager/summary", state="warning", firing=2000))

        play(main)


def test_a_slow_broker_is_not_flooded(broker: Broker, wall: Wall) -> None:
    """A broker that stands still is given one turn and no more; when it goes on it has the last of each."""
    pager = Pager(broker.port)
    names = [f"f{number}" for number in range(300)]

    async def main() -> None:
        async with running(pager):
            await until(lambda: "pager/summary" in wall.retained and pager.panel.settled)
            broker.freeze()
            try:
                pager.fires(*names)
                await until(lambda: pager.panel.settled is False)
                given = pager.counted["", "published"]
                await asyncio.sleep(1)
                assert pager.counted["", "published"] == given < len(names)
                pager.fires(*names[1:], status=Status.RESOLVED)
            finally:
                broker.thaw()
            await until(lambda: wall.shows("pager/summary", firing=1) and wall.desk == {"f0"})

    play(main)


def test_the_whole_bridge(tmp_path: Path, broker: Broker, wall: Wall) -> None:
    """An alert by HTTP lights the lamp, the button puts it out, and the secret is kept out of what is kept."""
    recording = tmp_path / "recording.jsonl"
    environment = {
        "MQTT_HOST": "127.0.0.1",
        "MQTT_COMMAND_SECRET": SECRET,
        # a filter that matches the commands' topic as well
        "MQTT_METRICS": "#",
        "RECORD": str(recording),
        "SOUND_OUTLET": "off",
        "STORE_URL": f"sqlite:///{tmp_path}/journal.db",
    }
    with Bridge(tmp_path, free_port(), broker.port, environment) as bridge:
        assert eventually(lambda: wall.retained.get("pager/summary/state") == b"ok")
        assert bridge.post("/alert", alert_body("firing", alertname="Disk", severity="critical"))[0] == 202
        assert eventually(lambda: wall.retained["pager/summary/state"] == b"critical")
        wall.press("ack", by="wall button", reason="on it")
        assert eventually(lambda: wall.retained["pager/summary/state"] == b"ok")
        assert wall.results == [{"ok": True, "alerts": 1}]
        assert bridge.metric("bridge_messages_total", route="pager/command", result="accepted") == 1
    assert eventually(lambda: wall.retained["pager/summary/state"] == b"unknown")
    assert "acknowledged critical Disk by wall button: on it" in bridge.log
    for file in tmp_path.iterdir():
        assert SECRET.encode() not in file.read_bytes(), file.name


def test_another_payload_than_text_is_cleared_or_left(broker: Broker, wall: Wall) -> None:
    """What strangers retain under the desk is theirs; nothing that stands there is an alert."""
    pager = Pager(broker.port)
    broker.publish("pager/desk/strange", b"\xff\x00", "-r")

    async def main() -> None:
        async with running(pager):
            pager.fires("a/b+c#")
            await until(lambda: len(wall.desk) == 2)

    play(main)
    assert "strange" in wall.desk
    assert list(pager.core.desk.alerts) == ["a/b+c#"]


# What docs/mqtt.md shows.


def blocks(language: str) -> list[str]:
    """The examples of the page in a language."""
    found = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return [text for known, text in found if known == language]


def esphome() -> dict[str, Any]:
    """The ESPHome example."""
    (text,) = blocks("yaml")
    device: dict[str, Any] = yaml.safe_load(text)
    return device


def messages() -> list[tuple[str, str]]:
    """Every message that the page has somebody publish: its topic and payload."""
    found = [("pager/command", line) for line in "".join(blocks("json")).splitlines()]
    found += re.findall(r"mosquitto_pub .*-t (\S+) -m '(.*)'", PAGE)
    found += re.findall(r"DO Publish (\S+) (\{.*?\}) ENDON", PAGE)
    device = esphome()
    for click in device["binary_sensor"][0]["on_click"]:
        action = click["then"][0]["mqtt.publish_json"]
        fields = re.findall(r'^root\["(\w+)"\] = (.*);$', action["payload"], re.MULTILINE)
        assert len(fields) == len(action["payload"].splitlines())
        payload = "{" + ", ".join(f'"{key}": {value}' for key, value in fields) + "}"
        for name, value in device["substitutions"].items():
            payload = payload.replace(f"${{{name}}}", value)
        found.append((action["topic"], payload))
    return found


def test_the_page_has_every_command_in_it() -> None:
    """The check below is not passed by an empty list: fields, a shell, Tasmota and ESPHome."""
    assert len(messages()) == 10 + 1 + 2 + 2
    assert len({json.loads(payload)["command"] for _, payload in messages()}) == 9


@pytest.mark.parametrize(("topic", "payload"), messages())
def test_what_the_page_publishes_is_read(topic: str, payload: str) -> None:
    """Every payload of the page is a command as it stands."""
    command = Commands(SECRET).read(payload.encode(), at=0, route=topic)
    assert topic == Places().command
    assert not isinstance(command, Refusal), command


def test_what_the_page_publishes_is_obeyed(broker: Broker, wall: Wall) -> None:
    """Every message of the page, sent by mosquitto_pub as it stands, does what the page says."""
    pager = Pager(broker.port)

    async def main() -> None:
        async with running(pager):
            pager.fires("b20a2a3ba4ba3b84")
            for number, (topic, payload) in enumerate(messages(), start=1):
                # there is always something that is firing
                pager.fires(str(number))
                await asyncio.to_thread(broker.publish, topic, payload.encode())
                await until(partial(lambda wanted: len(wall.results) == wanted, number))

    play(main)
    commands = pager.commands
    assert len(messages()) == len(commands)
    kinds = Counter(type(command) for command in commands)
    assert (kinds[Acknowledge], kinds[Mute], kinds[Snooze]) == (4, 5, 1)
    assert [] == [result for result in wall.results if not result["ok"]]


def test_what_the_page_listens_to_is_told(broker: Broker, wall: Wall) -> None:
    """Every topic that a device of the page subscribes to says what the device looks for."""
    (lamp,) = esphome()["text_sensor"]
    looked_for = {re.findall(r'"(\w+)"', each["if"]["condition"]["lambda"])[0] for each in lamp["on_value"]}
    (name, topic, key), *_ = re.findall(r"DO Subscribe (\S+), (\S+), (\S+) ENDON", PAGE)
    tasmota = set(re.findall(rf"ON Event#{name}=(\w+) DO", PAGE))
    pager = Pager(broker.port)
    seen: dict[str, set[str]] = {"esphome": set(), "tasmota": set()}

    def look(state: str) -> bool:
        seen["esphome"].add(wall.retained.get(lamp["topic"], b"").decode())
        seen["tasmota"].add(json.loads(wall.retained.get(topic, b"{}")).get(key, ""))
        return all(state in states for states in seen.values())

    async def main() -> None:
        async with running(pager):
            await until(partial(look, "ok"))
            for severity in ("info", "warning", "critical"):
                pager.fires(severity, severity=severity)
                await until(partial(look, severity))
        await until(partial(look, "unknown"))

    play(main)
    assert {"ok", "info", "warning", "critical", "unknown"} == looked_for
    assert {"ok", "info", "warning", "critical"} == tasmota
    assert looked_for <= seen["esphome"]


def test_the_page_shows_what_is_published(broker: Broker, wall: Wall) -> None:
    """The examples of the summary and of an alert have the fields that there are."""
    examples = [json.loads(text) for text in blocks("") if text.startswith("{")]
    pager = Pager(broker.port)

    async def main() -> None:
        async with running(pager):
            pager.fires("f")
            await until(lambda: wall.desk == {"f"} and wall.shows("pager/summary", firing=1))
            published = [json.loads(wall.retained[topic]) for topic in ("pager/summary", "pager/desk/f")]
            assert [list(each) for each in published] == [list(each) for each in examples]

    play(main)
