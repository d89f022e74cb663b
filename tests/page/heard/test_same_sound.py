"""One score, played by the tab, by the built-in engine and by scsynth itself: the same sound."""

from __future__ import annotations

import dataclasses
import json
import re
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from listening import Take
from page.browsing import RATE, Recording, start
from singing_pager import instruments
from singing_pager.model import Cue, Hold, Mix, Release, Strike
from singing_pager.sinks.osc import packets
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.synth.server import Server
from studio import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page, WebSocketRoute

pytestmark = [pytest.mark.needs("chromium", "studio"), pytest.mark.timeout(120)]

CATALOGUE = instruments.load()
SECONDS = 16.0
_AHEAD = 1.0
"""Seconds before its time at which a bundle is sent: what is compared is the engine, not the network..."""
_ONE_CLOCK = """
const told = AudioContext.prototype.getOutputTimestamp;
AudioContext.prototype.getOutputTimestamp = function () {
  const { contextTime, performanceTime } = told.call(this);
  if (contextTime > 0) this.began ??= performanceTime - 1000 * contextTime;
  return { contextTime, performanceTime: contextTime > 0 ? this.began + 1000 * contextTime : performanceTime };
};
"""
"""...nor a card that stands still while the machine does: its clock is taken as it was at first."""
_LEAD = 1.4
"""Seconds from the beginning of the recording to the score's."""


def strike(name: str, **params: float) -> Strike:
    """Make a sound that ends by itself."""
    return Strike(name, name, CATALOGUE[name].params(params))


def hold(name: str, **params: float) -> Hold:
    """Make or move a voice."""
    return Hold(name, name, CATALOGUE[name].params(params), 0)


SCORE: tuple[tuple[float, Cue], ...] = (
    (0.2, strike("alert_critical")),
    (3.0, hold("cpu", freq=440.0)),
    (4.1003, hold("cpu", freq=660.0)),
    (5.0, hold("temperature", brightness=0.2)),
    (5.4, hold("temperature", brightness=0.8)),
    (5.5, Release("cpu", "cpu", 0)),
    (7.4, Release("temperature", "temperature", 0)),
    (9.5007, strike("alert_info")),
    (10.8, Mix((0.5, 1.0, 1.0, 1.0, 1.0, 1.0))),
    (11.0011, strike("resolved")),
    (12.8, Mix()),
    (12.9, hold("cpu", freq=300.0)),
    (13.4013, strike("alert_critical", freq=500.0, dur=1.8)),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Heard:
    """What is measured of a take: onsets in seconds after the first, fundamentals in Hz, levels in dB."""

    onsets: dict[str, float]
    fundamentals: dict[str, float]
    levels: dict[str, float]


def pieces(cues: Iterator[tuple[float, Cue]]) -> tuple[list[bytes], list[tuple[float, list[bytes]]]]:
    """What an engine is told: the stage, and each moment's messages."""
    scsynth = Scsynth(CATALOGUE, instruments.compiled_path())
    boot = list(scsynth.boot())
    return boot, [(at, list(scsynth.encode(cue))) for at, cue in cues]


def by_scsynth(directory: Path) -> Take:
    """Play it on scsynth."""
    boot, moments = pieces(iter(SCORE))
    told = [(0.0, packet) for packet in boot if not packet.startswith(b"/sync")]
    told += [(at, message) for at, messages in moments for message in messages]
    return render(told, SECONDS, directory, instruments.compiled_path())


def by_ours() -> Take:
    """Play it on the built-in engine."""
    boot, moments = pieces(iter(SCORE))
    server = Server(rate=RATE, channels=2)
    for packet in boot:
        server.receive(packet)
    for at, messages in moments:
        for packet in packets(messages, at):
            # the built-in engine begins at the beginning of NTP's time
            server.receive(packet[:8] + round(at * 2**32).to_bytes(8, "big") + packet[16:])
    return Take(server.render(round(SECONDS * RATE)).astype(np.float64), RATE)


class Desk:
    """The other end of a page's line: sets its stage, and sends what it is told to."""

    def __init__(self, page: Page) -> None:
        self._boot, self.moments = pieces(iter(SCORE))
        self._socket: WebSocketRoute | None = None
        page.route_web_socket(re.compile(r"/ws\?"), self._opened)

    def play(self, messages: list[bytes], when: float) -> None:
        """Send bundles with the bridge's time."""
        assert self._socket is not None
        for packet in packets(messages, when):
            self._socket.send(packet)

    def _opened(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        socket.on_message(self._said)
        self._tell(kind="hello", version="0", run="1", now=time.time(), latency=0.05, user="", roles=[])

    def _said(self, text: str | bytes) -> None:
        assert self._socket is not None
        now = time.time()
        match json.loads(text):
            case {"kind": "ping", "t0": t0}:
                self._tell(kind="pong", t0=t0, t1=now, t2=now)
            case {"kind": "listen"}:
                self._tell(kind="boot", packets=len(self._boot))
                for packet in self._boot:
                    self._socket.send(packet)
            case said:
                pytest.fail(f"the page says {said}")

    def _tell(self, **frame: object) -> None:
        assert self._socket is not None
        self._socket.send(json.dumps(frame))


def by_page(context: BrowserContext) -> Heard:
    """Play it on the engine of a page, each bundle a little before its time, as it comes over the line; measure it."""
    context.add_init_script(_ONE_CLOCK)
    page = context.new_page()
    desk = Desk(page)
    page.goto("/")
    start(page)
    # the measure of how the clocks differ has had its first second
    page.wait_for_timeout(1500)
    tape = Recording(page)
    beginning = time.time() + _LEAD
    for at, messages in desk.moments:
        page.wait_for_timeout(max(0.0, 1000 * (beginning + at - _AHEAD - time.time())))
        desk.play(messages, beginning + at)
    take = tape.until(SECONDS + _LEAD)
    return measured(take, tape.unix)


def measured(take: Take, heard: Callable[[float], float]) -> Heard:
    """Measure a take: onsets after the first, by when they are heard; the rest in stretches that begin at an onset.

    Args:
        take: A recording.
        heard: Says when what is at some second of it is heard: a card's clock stops while a machine is too busy.
    """
    loud = np.flatnonzero(np.abs(take.mono) > 10 ** (-55 / 20))
    begun = np.concatenate([loud[:1], loud[1:][np.diff(loud) > 0.55 * RATE]]) / RATE
    names = ("critical", "voices", "info", "resolved", "cpu again")
    found = dict(zip(names, begun.tolist(), strict=True))
    parts = {
        "critical": ("critical", 0.0, 0.12),
        "cpu": ("voices", 0.15, 0.5),
        "cpu moved": ("voices", 1.05, 1.4),
        "temperature": ("voices", 3.4, 3.8),
        "info": ("info", 0.0, 0.2),
        "resolved at half": ("resolved", 0.05, 0.6),
        "cpu again": ("cpu again", 0.0, 0.15),
        "critical over cpu": ("cpu again", 0.22, 0.31),
    }
    takes = {name: take.between(found[of] + start, found[of] + end) for name, (of, start, end) in parts.items()}
    first = heard(found["critical"])
    return Heard(
        onsets={name: heard(at) - first for name, at in found.items()},
        fundamentals={name: part.fundamental() for name, part in takes.items() if name != "temperature"},
        levels={name: part.rms for name, part in takes.items()} | {"loudest": take.loudest(), "peak": take.peak},
    )


def test_the_tab_the_built_in_engine_and_scsynth_sound_alike(
    visited: tuple[BrowserContext, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Onsets are the same within 10 ms, fundamentals within 1 %, levels within 1 dB."""
    expected = measured(by_scsynth(tmp_path), _as_it_is)
    for name, found in (("built-in engine", measured(by_ours(), _as_it_is)), ("tab", by_page(visited[0]))):
        with capsys.disabled():
            apart = {key: round(1000 * (found.onsets[key] - at), 2) for key, at in expected.onsets.items()}
            louder = {key: round(found.levels[key] - level, 2) for key, level in expected.levels.items()}
            print(f"\n{name} beside scsynth: onsets (ms) {apart}, levels (dB) {louder}")  # noqa: T201 - figures to read
        assert expected.onsets == pytest.approx(found.onsets, abs=0.01)
        assert expected.fundamentals == pytest.approx(found.fundamentals, rel=0.01)
        assert expected.levels == pytest.approx(found.levels, abs=1.0)


def _as_it_is(seconds: float) -> float:
    return seconds
