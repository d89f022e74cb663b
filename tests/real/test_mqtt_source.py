"""Both connections to a real Mosquitto."""

import asyncio
import contextlib
import json
import logging
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
import uvloop
from broker import Broker, Certificates, eventually
from singing_pager.model import AlertChange, Drop, Event, Reading, Status
from singing_pager.sources.mqtt import Intake, Interest, Pace
from singing_pager.sources.mqtt import connection as mqtt
from singing_pager.sources.mqtt.alerts import AlertSource
from singing_pager.sources.mqtt.metrics import MetricSource
from singing_pager.sources.mqtt.topics import Routes

T = TypeVar("T")

pytestmark = pytest.mark.needs("mosquitto")


class Ears:
    """An inbox that remembers, and everything else that a source is told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.counted: Counter[tuple[str, str]] = Counter()
        self.up: dict[str, bool] = {}
        self.has_room = True

    def offer(self, events: Sequence[Event]) -> bool:
        """Take all, or nothing."""
        if self.has_room:
            self.events.extend(events)
        return self.has_room

    def now(self) -> float:
        """Tell the time."""
        return time.time()

    def count(self, route: str, result: str, n: int) -> None:
        """Count what did not become an event."""
        self.counted[route, result] += n

    def connected(self, connection: str, /, *, up: bool) -> None:
        """Remember what is up."""
        self.up[connection] = up

    @property
    def intake(self) -> Intake:
        """What a source is given."""
        return Intake(inbox=self, count=self.count, connected=self.connected)

    @property
    def readings(self) -> list[Reading]:
        """The readings, in order."""
        return [event for event in self.events if isinstance(event, Reading)]

    @property
    def alerts(self) -> list[AlertChange]:
        """The alert changes, in order."""
        return [event for event in self.events if isinstance(event, AlertChange)]

    @property
    def names(self) -> list[str]:
        """The names of the alerts, in order."""
        return [alert.name for alert in self.alerts]


def metric_source(
    at: mqtt.Broker, ears: Ears, *subscriptions: str, spared: Sequence[str] = (), wants_all: bool = False
) -> MetricSource:
    """Make a source of readings."""
    interest = Interest(wants_all=lambda _topic: wants_all, prompt=lambda _topic: False)
    return MetricSource(at, Routes(subscriptions or ["metrics/#"], spared=spared), ears.intake, interest, Pace())


def alert_source(at: mqtt.Broker, ears: Ears, *subscriptions: str) -> AlertSource:
    """Make a source of alerts that counts lost publications as dropped at no route."""
    lost = partial(ears.count, "", Drop.OFFLINE)
    return AlertSource(at, Routes(subscriptions or ["alerts/#"]), ears.intake, lost)


async def until(true: Callable[[], object], patience: float = 15.0) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(patience):
        while not true():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.005)


def only(found: Sequence[T]) -> T:
    """Give the one that there is."""
    (one,) = found
    return one


@contextlib.asynccontextmanager
async def running(ears: Ears, *sources: AlertSource | MetricSource) -> AsyncIterator[None]:
    """Run sources, from when all are connected."""
    tasks = [asyncio.create_task(source.run()) for source in sources]
    try:
        await until(lambda: len(ears.up) == len({type(source) for source in sources}) and all(ears.up.values()))
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
def at(broker: Broker) -> mqtt.Broker:
    """How to reach it."""
    return mqtt.Broker(host="127.0.0.1", port=broker.port, client_id="pager")


METRICS = {
    b'{"value": 0.42}': {"value": 0.42},
    b"0.42": 0.42,
    b" 7 ": 7,
    b"true": True,
    b"null": None,
    b'"text"': "text",
    b"93%": "93%",
    b"ON": "ON",
    b"1.2e3 ms": "1.2e3 ms",
    b"": "",
    b'{"sensor": {"temperature": [21.5]}}': {"sensor": {"temperature": [21.5]}},
    "21 \N{DEGREE SIGN}C".encode(): "21 \N{DEGREE SIGN}C",
}


def test_each_shape_of_a_reading(at: mqtt.Broker, broker: Broker) -> None:
    """A number, JSON and text arrive as what they are; what is not UTF-8 arrives with its fault."""
    ears = Ears()

    async def main() -> None:
        async with running(ears, metric_source(at, ears)):
            for place, payload in enumerate(METRICS):
                await asyncio.to_thread(broker.publish, f"metrics/{place}/cpu", payload)
            await asyncio.to_thread(broker.publish, "metrics/bad", b"\xff\xfe")
            await asyncio.to_thread(broker.publish, "metrics/long", b"1" * 100_000)
            await until(lambda: len(ears.readings) == len(METRICS) + 2)

    uvloop.run(main())
    good = ears.readings[:-2]
    assert list(METRICS.values()) == [reading.data for reading in good]
    assert {("metrics/#", 1, None)} == {(reading.route, reading.count, reading.fault) for reading in good}
    assert [f"metrics/{place}/cpu" for place in range(len(METRICS))] == [reading.stream for reading in good]
    for bad in ears.readings[-2:]:
        assert bad.fault is Drop.UNREADABLE
        assert bad.detail


ALERTMANAGERS_FINGERPRINT = "b20a2a3ba4ba3b84"
ALERTMANAGERS = {
    "value": 1,
    "status": "firing",
    "alert": {
        "status": "firing",
        "labels": {"alertname": "DiskFull", "severity": "warning"},
        "startsAt": "2026-08-22T08:00:00Z",
        "fingerprint": ALERTMANAGERS_FINGERPRINT,
    },
}


def test_each_shape_of_an_alert(at: mqtt.Broker, broker: Broker) -> None:
    """Numbers, text, nothing, a device's words and Alertmanager's alert object all become alert changes."""
    ears = Ears()
    payloads = [
        (b'{"value": 0.42}', "alerts/critical", Status.FIRING, 10.0),
        (b"0.42", "alerts/critical", Status.FIRING, 10.0),
        (b"Freezer door open", "Freezer door open", Status.FIRING, 10.0),
        (b"", "alerts/critical", Status.FIRING, 10.0),
        (b'{"status": "resolved", "name": "Door", "value": 0}', "Door", Status.RESOLVED, None),
        (json.dumps(ALERTMANAGERS).encode(), "DiskFull", Status.FIRING, None),
    ]

    async def main() -> None:
        async with running(ears, alert_source(at, ears)):
            for payload, *_ in payloads:
                await asyncio.to_thread(broker.publish, "alerts/critical", payload)
            await asyncio.to_thread(broker.publish, "alerts/critical", b'{"status": ')
            await until(lambda: len(ears.alerts) == len(payloads) + 1)

    uvloop.run(main())
    expected = [(name, status, lasts) for _, name, status, lasts in payloads]
    assert expected == [(alert.name, alert.status, alert.lasts) for alert in ears.alerts[:-1]]
    severities = ["critical"] * 5 + ["warning"]
    assert severities == [alert.severity for alert in ears.alerts[:-1]]
    assert ears.alerts[5].fingerprint == ALERTMANAGERS_FINGERPRINT
    assert ears.alerts[6].fault is Drop.UNREADABLE
    assert {"alerts/#"} == {alert.route for alert in ears.alerts}


def test_overlapping_filters_play_once(at: mqtt.Broker, broker: Broker) -> None:
    """Mosquitto sends a copy for each filter that matches: that of the first filter counts."""
    ears = Ears()

    async def main() -> None:
        metrics = metric_source(
            at, ears, "$share/choir/metrics/#", "metrics/+/cpu", "metrics/a/#", "#", spared=["alerts/#"]
        )
        alerts = alert_source(at, ears, "alerts/#", "alerts/critical", "alerts/+")
        async with running(ears, metrics, alerts):
            for topic in ("metrics/a/cpu", "metrics/a/memory", "metrics/b/memory", "zigbee/door", "alerts/critical"):
                await asyncio.to_thread(broker.publish, topic, b"1")
            await asyncio.to_thread(broker.publish, "alerts/info", b"1")
            await until(lambda: len(ears.alerts) == 2 and len(ears.readings) == 4)
            # Whatever else was to come has come when this has.
            await asyncio.to_thread(broker.publish, "metrics/last", b"1")
            await until(lambda: ears.readings[-1].stream == "metrics/last")

    uvloop.run(main())
    expected = [
        ("metrics/a/cpu", "metrics/+/cpu"),
        ("metrics/a/memory", "metrics/a/#"),
        ("metrics/b/memory", "#"),
        ("zigbee/door", "#"),
        ("metrics/last", "#"),
    ]
    assert expected == [(reading.stream, reading.route) for reading in ears.readings]
    expected = [("alerts/critical", "alerts/#"), ("alerts/info", "alerts/#")]
    assert expected == [(alert.name, alert.route) for alert in ears.alerts]
    assert {1} == {reading.count for reading in ears.readings}
    # The filter # brings our own status too.
    assert {("#", Drop.ECHO)} == set(ears.counted)


def test_a_shared_subscription(at: mqtt.Broker, broker: Broker) -> None:
    """Two replicas in one group hear each message once between them."""
    first, second = Ears(), Ears()

    async def main() -> None:
        one = metric_source(replace(at, client_id="one"), first, "$share/choir/metrics/#")
        two = metric_source(replace(at, client_id="two"), second, "$share/choir/metrics/#")
        async with running(first, one), running(second, two):
            for place in range(20):
                await asyncio.to_thread(broker.publish, f"metrics/{place}", b"1")
            await until(lambda: len(first.readings) + len(second.readings) >= 20)

    uvloop.run(main())
    streams = Counter(reading.stream for reading in first.readings + second.readings)
    assert {f"metrics/{place}": 1 for place in range(20)} == dict(streams)
    assert first.readings
    assert second.readings
    assert {"metrics/#"} == {reading.route for reading in first.readings + second.readings}


@pytest.mark.parametrize("prefix", ["", "$share/choir/"])
def test_what_the_pager_publishes_does_not_come_back(at: mqtt.Broker, broker: Broker, prefix: str) -> None:
    """Neither connection plays what the alerts' connection published, by No Local or by its origin."""
    ears = Ears()

    async def main() -> None:
        alerts = alert_source(at, ears, f"{prefix}alerts/#")
        async with running(ears, alerts, metric_source(at, ears, f"{prefix}metrics/#")):
            listener = broker.listen("#", 5)
            await asyncio.to_thread(lambda: eventually(lambda: listener.poll() is None, 0.5))
            assert alerts.publish("alerts/info", lambda: b"ours", qos=1) is None
            assert alerts.publish("metrics/ours", lambda: b"1", qos=0) is None
            await until(lambda: ears.counted["metrics/#", Drop.ECHO] == 1)
            await asyncio.to_thread(broker.publish, "alerts/info", b"theirs")
            await asyncio.to_thread(broker.publish, "metrics/theirs", b"1")
            await until(lambda: ears.alerts and ears.readings)
            listener.kill()
            await asyncio.to_thread(listener.communicate)

    uvloop.run(main())
    assert only(ears.readings).stream == "metrics/theirs"
    assert only(ears.alerts).annotations == {"summary": "theirs"}
    assert (1 if prefix else 0) == ears.counted["alerts/#", Drop.ECHO]


def test_a_user_and_a_password(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The right password lets both connections in; a wrong one is told in words, once, and never printed."""
    caplog.set_level(logging.INFO)
    ears, refused = Ears(), Ears()
    with Broker(tmp_path, passwords={"pager": "sesame"}) as broker:
        right = mqtt.Broker(host="127.0.0.1", port=broker.port, username="pager", password="sesame")  # noqa: S106
        wrong = replace(right, client_id="thief", password="open barley")  # noqa: S106

        async def main() -> None:
            async with running(ears, alert_source(right, ears), metric_source(right, ears)):
                pass
            sources = (alert_source(wrong, refused), metric_source(wrong, refused))
            tasks = [asyncio.create_task(source.run()) for source in sources]
            await until(lambda: sum("not authorized" in text for text in caplog.messages) == 2)
            await asyncio.sleep(1)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        uvloop.run(main())
    assert not any(refused.up.values())
    assert [
        f"{name}: no broker at 127.0.0.1:{broker.port}: the broker refused us: not authorized; going on without it"
        for name in ("alerts", "metrics")
    ] == sorted(text for text in caplog.messages if "refused" in text)
    assert "barley" not in caplog.text


@pytest.mark.needs("openssl")
def test_tls_with_certificates_on_both_sides(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Both connections show their certificate and check the broker's; one that is not trusted is told in words."""
    certificates = Certificates(tmp_path)
    (tmp_path / "other").mkdir()
    others = Certificates(tmp_path / "other")
    ears = Ears()
    with Broker(tmp_path, certificates=certificates) as broker:
        certificate, key = certificates.client
        right = mqtt.Broker(
            host="127.0.0.1",
            port=broker.port,
            tls=True,
            ca_file=certificates.authority,
            cert_file=certificate,
            key_file=key,
        )
        wrong = replace(right, client_id="stranger", ca_file=others.authority)

        async def main() -> None:
            async with running(ears, alert_source(right, ears), metric_source(right, ears)):
                await asyncio.to_thread(broker.publish, "metrics/a", b"1")
                await asyncio.to_thread(broker.publish, "alerts/info", b"x" * 50_000)
                await until(lambda: len(ears.events) == 2)
            tasks = [
                asyncio.create_task(each.run()) for each in (alert_source(wrong, ears), metric_source(wrong, ears))
            ]
            await until(lambda: sum("certificate is not trusted" in text for text in caplog.messages) == 2)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        uvloop.run(main())


def test_status_and_last_will(at: mqtt.Broker, broker: Broker) -> None:
    """The status is retained: online while the pager is there, offline when it went, and when it was killed."""
    pager = """
        import asyncio, sys
        from singing_pager.sources.mqtt import Intake, connection
        from singing_pager.sources.mqtt.alerts import AlertSource
        from singing_pager.sources.mqtt.topics import Routes
        broker = connection.Broker(host="127.0.0.1", port=int(sys.argv[1]), client_id="pager")
        intake = Intake(inbox=None, count=print, connected=lambda *_, **__: None)
        asyncio.run(AlertSource(broker, Routes(["alerts/#"]), intake, print).run())
    """
    ears = Ears()
    with broker.listen("pager/status/#", 4) as listener:

        async def main() -> None:
            async with running(ears, alert_source(at, ears)):
                pass

        uvloop.run(main())
        with subprocess.Popen([sys.executable, "-c", textwrap.dedent(pager), str(broker.port)]) as process:
            assert listener.stdout is not None
            lines = [listener.stdout.readline().strip() for _ in range(3)]
            process.send_signal(signal.SIGKILL)
        lines.append(listener.stdout.readline().strip())
        listener.wait()
    assert [f"pager/status/pager {state}" for state in ("online", "offline", "online", "offline")] == lines
    with broker.listen("pager/status/pager", 1) as late:
        assert late.communicate()[0].strip() == "pager/status/pager offline"


def test_alerts_wait_at_the_broker_while_the_pager_is_away(at: mqtt.Broker, broker: Broker) -> None:
    """The session outlives the connection: what was published meanwhile comes, in order."""
    ears = Ears()

    async def main() -> None:
        async with running(ears, alert_source(at, ears)):
            pass
        for place in range(30):
            await asyncio.to_thread(broker.publish, "alerts/info", b'{"status": "firing", "name": "a%d"}' % place)
        ears.up.clear()
        async with running(ears, alert_source(at, ears)):
            await until(lambda: len(ears.alerts) >= 30)

    uvloop.run(main())
    assert [f"a{place}" for place in range(30)] == ears.names


def test_a_full_inbox_loses_no_alert(at: mqtt.Broker, broker: Broker) -> None:
    """What the inbox refuses is not acknowledged, waits, and is not played twice after a reconnection."""
    ears = Ears()

    async def main() -> None:
        ears.has_room = False
        async with running(ears, alert_source(at, ears)):
            for place in range(25):
                await asyncio.to_thread(broker.publish, "alerts/info", b'{"status": "firing", "name": "a%d"}' % place)
            await asyncio.sleep(0.2)
            assert ears.events == []
            broker.kill()
            await until(lambda: not ears.up["alerts"])
            broker.start()
            await until(lambda: ears.up["alerts"])
            await asyncio.sleep(0.2)
            ears.has_room = True
            await until(lambda: len(ears.alerts) >= 25)
            await asyncio.to_thread(broker.publish, "alerts/info", b'{"status": "firing", "name": "last"}')
            await until(lambda: "last" in ears.names)

    uvloop.run(main())
    assert [*(f"a{place}" for place in range(25)), "last"] == ears.names


def test_a_killed_pager_loses_no_alert_that_it_acknowledged(broker: Broker, tmp_path: Path) -> None:
    """What the broker has an acknowledgement of is on disk, however often the pager is killed in mid-stream."""
    pager = """
        import asyncio, os, signal, sys, time
        from singing_pager.sources.mqtt import Intake, connection
        from singing_pager.sources.mqtt.alerts import AlertSource
        from singing_pager.sources.mqtt.topics import Routes

        class Store:
            def __init__(self, port, kept, most):
                self.port, self.kept, self.most = int(port), kept, int(most)
                self.pending, self.done = [], []

            def offer(self, events):
                self.pending += [event.name for event in events]
                self.most -= len(events)
                if self.most <= 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return True

            now = staticmethod(time.time)

            def connected(self, connection, *, up):
                if up and not self.most:
                    os.kill(os.getpid(), signal.SIGKILL)

            async def played(self):
                await asyncio.sleep(0)

            def when_committed(self, done):
                self.done.append(done)
                if len(self.done) == 1:
                    asyncio.get_running_loop().call_later(0.2, self.commit)

            def commit(self):
                with open(self.kept, "a") as file:
                    file.write("".join(name + " " for name in self.pending))
                    file.flush()
                    os.fsync(file)
                pending, self.pending = self.pending, []
                done, self.done = self.done, []
                for each in done:
                    each()

            async def main(self):
                intake = Intake(
                    inbox=self, count=print, connected=self.connected, played=self.played, keeper=self
                )
                broker = connection.Broker(host="127.0.0.1", port=self.port, client_id="pager")
                await AlertSource(broker, Routes(["alerts/#"]), intake, print).run()

        asyncio.run(Store(*sys.argv[1:]).main())
    """
    kept = tmp_path / "kept"
    kept.touch()
    names = [f"a{place}" for place in range(400)]
    words = [sys.executable, "-c", textwrap.dedent(pager), str(broker.port), str(kept)]

    def live(alerts: int) -> None:
        """Let a pager live until it has taken so many alerts; with none, until it is connected."""
        ended = subprocess.run([*words, str(alerts)], check=False, timeout=20)
        assert -signal.SIGKILL == ended.returncode

    # from the first connection on the broker keeps what comes for a pager that is away
    live(0)
    flood = "".join(f'{{"status": "firing", "name": "{name}"}}\n' for name in names).encode()
    publish = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(broker.port), "-q", "1", "-l", "-t", "alerts/info"]
    subprocess.run(publish, input=flood, check=True)
    for alerts in (30, 130, 110):
        live(alerts)
    with subprocess.Popen([*words, "1000000"]) as process:
        try:
            eventually(lambda: set(names) == set(kept.read_text().split()))
        finally:
            process.kill()
    assert set(names) == set(kept.read_text().split())


def test_a_broker_killed_in_mid_stream_loses_no_alert(at: mqtt.Broker, broker: Broker) -> None:
    """Publishers that ask for an acknowledgement and try again are all heard, however often the broker is killed."""
    ears = Ears()

    def heard_more_than(count: int) -> bool:
        return len(set(ears.names)) > count

    def publish(places: range) -> None:
        for place in places:
            payload = b'{"status": "firing", "name": "a%d"}' % place
            while True:
                with contextlib.suppress(subprocess.CalledProcessError):
                    broker.publish("alerts/info", payload)
                    break

    async def main() -> None:
        async with running(ears, alert_source(at, ears), metric_source(at, ears)):
            for start in (0, 25, 50, 75):
                # Mosquitto acknowledges before it saves: what waits for an absent pager at the kill may be lost.
                await until(lambda: all(ears.up.values()))
                stream = asyncio.create_task(asyncio.to_thread(publish, range(start, start + 25)))
                if start in (25, 50):
                    await until(partial(heard_more_than, start + 5))
                    broker.kill()
                    await until(lambda: not ears.up["alerts"])
                    broker.start()
                await stream
            await until(lambda: len(set(ears.names)) == 100)
            await until(lambda: all(ears.up.values()))
            await asyncio.to_thread(broker.publish, "metrics/a", b"1")
            await until(lambda: ears.readings)

    uvloop.run(main())
    assert {f"a{place}" for place in range(100)} == set(ears.names)


def test_a_broker_that_falls_silent_is_given_up(
    at: mqtt.Broker, broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    """A broker that keeps its connections and says nothing is found out, and heard again when it speaks."""
    ears = Ears()
    at = replace(at, keepalive=1)

    async def main() -> None:
        async with running(ears, alert_source(at, ears), metric_source(at, ears)):
            broker.freeze()
            await until(lambda: not any(ears.up.values()))
            broker.thaw()
            await until(lambda: all(ears.up.values()))
            await asyncio.to_thread(broker.publish, "metrics/a", b"1")
            await asyncio.to_thread(broker.publish, "alerts/info", b"1")
            await until(lambda: ears.readings and ears.alerts)

    uvloop.run(main())
    assert "metrics: no broker at" in caplog.text
    assert "the broker was silent for 2 s" in caplog.text


@pytest.mark.parametrize("wants_all", [False, True])
def test_every_message_of_a_flood_is_counted_once(at: mqtt.Broker, broker: Broker, *, wants_all: bool) -> None:
    """20,000 messages as fast as they come: each is in a reading's count or counted as conflated."""
    ears = Ears()
    each = 10_000
    values = "".join(f'{{"value": {place}}}\n' for place in range(each)).encode()

    def flood(topic: str) -> None:
        words = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(broker.port), "-l", "-t", topic]
        subprocess.run(words, input=values, check=True)

    def total() -> int:
        return sum(reading.count for reading in ears.readings) + ears.counted.total()

    async def main() -> None:
        async with running(ears, metric_source(at, ears, wants_all=wants_all)):
            await asyncio.gather(*(asyncio.to_thread(flood, f"metrics/{name}/cpu") for name in "ab"))
            await until(lambda: total() >= 2 * each)

    uvloop.run(main())
    assert 2 * each == total()
    for name in "ab":
        last = [reading for reading in ears.readings if reading.stream == f"metrics/{name}/cpu"][-1]
        assert {"value": each - 1} == last.data
    if wants_all:
        heard = [value for r in ears.readings if "/a/" in r.stream for value in map(number, (*r.before, r.data))]
        assert sorted(set(heard)) == heard
        assert len(heard) > len([reading for reading in ears.readings if "/a/" in reading.stream])


def number(data: object) -> int:
    """Give the value of `{"value": …}`."""
    assert isinstance(data, dict)
    value = data["value"]
    assert isinstance(value, int)
    return value


def test_retained_messages_are_first_values(at: mqtt.Broker, broker: Broker) -> None:
    """A retained reading is a first value, and a retained alert plays as what it says."""
    ears = Ears()
    broker.publish("metrics/a", b"1", "-r")
    broker.publish("alerts/critical", b'{"status": "firing", "name": "Fire"}', "-r")

    async def main() -> None:
        async with running(ears, alert_source(at, ears), metric_source(at, ears)):
            await until(lambda: ears.readings and ears.alerts)

    uvloop.run(main())
    assert only(ears.readings).data == 1
    assert (only(ears.alerts).name, only(ears.alerts).lasts) == ("Fire", None)


@pytest.mark.parametrize(("optional", "level"), [(True, logging.INFO), (False, logging.WARNING)])
def test_no_broker(caplog: pytest.LogCaptureFixture, *, optional: bool, level: int) -> None:
    """Without a broker both connections say so once and go on; what is published then is told to be offline."""
    caplog.set_level(logging.INFO)
    ears = Ears()
    nowhere = mqtt.Broker(host="127.0.0.1", port=1, optional=optional)

    async def main() -> None:
        alerts = alert_source(nowhere, ears)
        tasks = [asyncio.create_task(source.run()) for source in (alerts, metric_source(nowhere, ears))]
        await asyncio.sleep(1)
        assert alerts.publish("alerts/info", lambda: b"1", qos=1) is Drop.OFFLINE
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    uvloop.run(main())
    text = "no broker at 127.0.0.1:1: connection refused; going on without it"
    expected = [
        ("singing_pager.mqtt.alerts", level, f"alerts: {text}"),
        ("singing_pager.mqtt.metrics", level, f"metrics: {text}"),
    ]
    assert expected == sorted(caplog.record_tuples)
    assert not any(ears.up.values())
