"""Tabs of the real bridge: what a page gets, what it can play, and what happens when it takes nothing."""

import contextlib
import http.client
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from broker import eventually, free_port
from singing_pager.synth.server import Server
from singing_pager.web import auth
from singing_pager.web.access import Role
from storming import body
from tabbing import addresses, kinds, time_tag
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from bridge import Bridge, alert_body

pytestmark = pytest.mark.timeout(120)

LISTEN = '{"kind":"listen"}'
QUIET = {"SOUND_OUTLET": "off", "HTTP_RATE": "0"}
RATE = 48_000


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    """A bridge that makes no sound itself."""
    with Bridge(tmp_path, free_port(), environment=QUIET) as running:
        yield running


class Page:
    """A page that keeps all that it is told.

    Attributes:
        frames: What has come.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.frames: list[str | bytes] = []

    def say(self, message: str) -> None:
        """Tell the bridge."""
        self._socket.send(message)

    def until(self, true: Callable[[str | bytes], bool], patience: float = 10.0) -> str | bytes:
        """Take frames until one is as it should be."""
        deadline = time.monotonic() + patience
        while True:
            frame = self._socket.recv(timeout=max(0.01, deadline - time.monotonic()))
            self.frames.append(frame)
            if true(frame):
                return frame

    def told(self, kind: str) -> dict[str, Any]:
        """Take frames until one of a kind."""
        found: dict[str, Any] = json.loads(self.until(lambda frame: kinds([frame]) == [kind]))
        return found

    def for_seconds(self, seconds: float) -> list[str | bytes]:
        """Take what comes within some seconds."""
        before, end = len(self.frames), time.monotonic() + seconds
        with contextlib.suppress(TimeoutError):
            while time.monotonic() < end:
                self.until(lambda _: False, end - time.monotonic())
        return self.frames[before:]

    def boot(self) -> list[bytes]:
        """Take a boot."""
        head = self.told("boot")
        packets = [self._socket.recv(timeout=10) for _ in range(head["packets"])]
        assert all(isinstance(packet, bytes) for packet in packets)
        return [packet for packet in packets if isinstance(packet, bytes)]


@contextlib.contextmanager
def opened(bridge: Bridge, query: str = "", **options: Any) -> Iterator[Page]:  # noqa: ANN401 - websockets' own
    """Open `/ws` as a browser does."""
    url = f"ws://127.0.0.1:{bridge.port}/ws{query}"
    with connect(url, compression=None, max_size=2**24, **options) as socket:
        yield Page(socket)


def sounding(packets: list[bytes], seconds: float = 1.0) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Play packets on the built-in engine, and give what it sounds after a while."""
    engine = Server(seed=1)
    for packet in packets:
        engine.receive(packet)
    engine.render(RATE)
    heard = engine.render(round(seconds * RATE))[:, 0]
    assert not engine.ignored
    return heard


def level(heard: np.ndarray[Any, np.dtype[np.float32]], freq: float) -> float:
    """How strong a tone is in a sound."""
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    freqs = np.fft.rfftfreq(len(heard), 1 / RATE)
    return float(spectrum[np.abs(freqs - freq) < 3].max())


def test_who_comes_late_sounds_like_the_others(bridge: Bridge) -> None:
    """What is held since before the tab came is in its boot: played by an engine, its tone is there."""
    assert 202 == bridge.post("/metric", {"type": "cpu", "value": 0.42})[0]
    with opened(bridge) as page:
        hello, state = page.told("hello"), page.told("state")
        assert abs(hello["now"] - time.time()) < 5
        (cpu,) = [voice for voice in state["voices"] if voice["instrument"] == "cpu"]
        freq = cpu["params"]["freq"]["value"]
        page.say(LISTEN)
        packets = page.boot()
    with_it = sounding(packets)
    without = sounding([packet for packet in packets if packet.startswith(b"/")])
    assert level(with_it, freq) > 10 * level(without, freq)


def test_an_alert_is_heard_and_told(bridge: Bridge) -> None:
    """A bundle that is dated just ahead, its caption, the alert as it is, and the lines of the journal."""
    with opened(bridge) as page:
        page.say(LISTEN)
        page.boot()
        before = time.time()
        bridge.post("/alert", alert_body("firing", alertname="Disk", severity="critical"))
        bundle = page.until(lambda frame: isinstance(frame, bytes) and b"alert_critical" in frame)
        assert isinstance(bundle, bytes)
        assert ["/s_new"] == addresses(bundle)
        assert before + 0.05 - 0.5 < time_tag(bundle) < time.time() + 0.05 + 0.5
        frames = [*page.for_seconds(1.0)]
    told = {kind: json.loads(frame) for kind, frame in zip(kinds(frames), frames, strict=True) if kind != "osc"}
    assert [("Disk", "critical", "firing")] == [
        (alert["name"], alert["severity"], alert["state"]) for alert in told["alerts"]["alerts"]
    ]
    captions = [json.loads(frame) for frame in frames if kinds([frame]) == ["caption"]]
    assert ("Disk", "firing") in [(caption["name"], caption["status"]) for caption in captions]
    lines = [line for frame in frames if kinds([frame]) == ["entries"] for line in json.loads(frame)["entries"]]
    assert {"fired", "sounded"} <= {line["deed"] for line in lines}


def test_three_thousand_alerts_in_one_body_are_a_few_frames(bridge: Bridge) -> None:
    """A storm costs a tab a few states, and in the end it knows how many there are."""
    with opened(bridge) as page:
        page.told("state")
        page.say(LISTEN)
        page.boot()
        assert 202 == bridge.post("/alert", body(0, 3_000))[0]
        frames = page.for_seconds(4.0)
    told = kinds(frames)
    assert told.count("state") <= 5
    assert told.count("alerts") <= 5
    assert len(frames) <= 100
    last = [json.loads(frame) for frame in frames if kinds([frame]) == ["state"]][-1]
    assert (3_000, 500) == (last["total"], len(last["alerts"]))


def test_a_tab_that_takes_nothing_gets_no_backlog(bridge: Bridge) -> None:
    """Whatever happened while it slept, it is told how things are now, and plays no old sound."""
    with opened(bridge, max_queue=1) as page:
        page.told("state")
        page.say(LISTEN)
        page.boot()
        for number in range(10):
            labels = {"alertname": f"Large{number}", "severity": "info", "text": "x" * 100_000}
            assert 202 == bridge.post("/alert", alert_body("firing", **labels))[0]
            # one frame each
            time.sleep(0.15)
        sender = http.client.HTTPConnection("127.0.0.1", bridge.port)
        # no more than it takes: who takes nothing for ten seconds is let go
        for number in range(2_000):
            sender.request("POST", "/metric", json.dumps({"type": "cpu", "value": number % 97 / 97}))
            sender.getresponse().read()
            if number % 100 == 0 and bridge.metric("bridge_tab_dropped_total", reason="full") > 1_000:
                break
        sender.close()
        assert eventually(lambda: bridge.metric("bridge_tab_dropped_total", reason="full") > 1_000)
        before = len(page.frames)
        page.boot()
        state = page.told("state")
        bundles = [frame for frame in page.frames[before:] if isinstance(frame, bytes)]
        assert 10 == state["total"]
        assert len(bundles) < 500
        bridge.post("/metric", {"type": "cpu", "value": 0.999})
        page.until(lambda frame: isinstance(frame, bytes) and b"/n_set" in frame)


def test_tickets_and_origins(tmp_path: Path) -> None:
    """With tokens a ticket opens once; a page of another origin is refused whatever it shows."""
    token, line = auth.create("wall", [Role.LISTEN])
    with Bridge(tmp_path, free_port(), environment={**QUIET, "AUTH_TOKENS": line}) as bridge:
        asked = http.client.HTTPConnection("127.0.0.1", bridge.port)
        asked.request("POST", "/api/ticket", headers={"authorization": f"Bearer {token}"})
        ticket = json.loads(asked.getresponse().read())["ticket"]
        asked.close()
        with opened(bridge, f"?ticket={ticket}") as page:
            assert ("wall", ["listen"]) == ((hello := page.told("hello"))["user"], hello["roles"])
        shown = {"authorization": f"Bearer {token}"}
        for query, headers, expected in (
            (f"?ticket={ticket}", {}, 401),
            ("", {}, 401),
            ("", {**shown, "origin": "https://evil.example"}, 403),
        ):
            with pytest.raises(InvalidStatus) as refused, opened(bridge, query, additional_headers=headers):
                pass
            assert expected == refused.value.response.status_code
        with opened(bridge, additional_headers={**shown, "origin": bridge.url}) as page:
            page.told("hello")


def test_the_bridge_stops_with_a_tab_open(tmp_path: Path) -> None:
    """SIGTERM closes every tab and ends the process at once."""
    with contextlib.ExitStack() as stack:
        bridge = Bridge(tmp_path, free_port(), environment=QUIET)
        with bridge:
            socket = stack.enter_context(connect(f"ws://127.0.0.1:{bridge.port}/ws"))
            sleeper = stack.enter_context(opened(bridge, max_queue=1))
            sleeper.told("hello")
            began = time.monotonic()
        assert time.monotonic() - began < 5
        with contextlib.suppress(ConnectionClosed):
            while True:
                socket.recv(timeout=5)
        assert (1001, "the pager stops") == (socket.close_code, socket.close_reason)
    assert "Traceback" not in bridge.log
    assert "ERROR" not in bridge.log
