"""The engines that a recording can be played on; a real scsynth is in tests/real/test_scsynth_direct.py."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from math import inf

import pytest
from broker import free_port
from pythonosc.osc_packet import OscPacket
from singing_pager.engine import Sink
from singing_pager.model import Hold, Strike
from singing_pager.perform import engines
from singing_pager.perform.engines import EngineError
from singing_pager.perform.replay import replay
from singing_pager.perform.timeline import Moment
from singing_pager.sinks.sound.card import Card, CardError
from sounding import PortAudio

PLAYED = [
    Moment(0.0, (Hold("cpu:x", "cpu", (440.0,), 0),)),
    Moment(0.1, (Strike("f", "alert_critical", (880.0, 0.9, 2.0), ("firing", "A")),)),
]


def play(reaching: AbstractAsyncContextManager[Sink], *, speed: float = inf) -> None:
    """Play to an engine."""

    async def run() -> None:
        async with reaching as sink:
            await replay(PLAYED, sink, speed=speed)

    asyncio.run(run())


@pytest.fixture
def ear() -> Iterator[socket.socket]:
    """A UDP socket where sclang would listen."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5)
        yield listening


def test_sclang_is_told_as_by_the_bridge(ear: socket.socket) -> None:
    """Cues, and the releases at the end, travel as the bridge's own OSC does."""
    play(engines.sclang("127.0.0.1", ear.getsockname()[1]))
    packets = [OscPacket(ear.recv(65536)) for _ in range(3)]
    heard = [(timed.message.address, list(timed.message.params)) for packet in packets for timed in packet.messages]
    assert ("/cpu", [440.0, "cpu:x"]) == heard[0]
    assert ("/alert", [880.0, pytest.approx(0.9), 2.0, "critical", "f", "firing", "A"]) == heard[1]
    assert ("/release", ["cpu:x"]) == heard[2]


def test_nobody_listens() -> None:
    """Where no sclang is, the end says so: silence is not taken for health."""
    with pytest.raises(EngineError, match=r"sclang at 127\.0\.0\.1:\d+ did not take every packet: .*refused"):
        play(engines.sclang("127.0.0.1", free_port()), speed=1.0)


def test_a_host_that_has_no_address() -> None:
    """A name that leads nowhere is an error."""
    with pytest.raises(EngineError, match="did not take every packet: 3 unresolved"):
        play(engines.sclang("nowhere.invalid", 57120))


def test_no_scsynth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no scsynth answers, the error says how to start one."""
    monkeypatch.setattr(engines, "_WITHIN", 0.2)
    port = free_port()
    with pytest.raises(EngineError, match=rf"no scsynth answers at 127\.0\.0\.1:{port} by TCP \(scsynth -t {port}\)"):
        play(engines.scsynth("127.0.0.1", port))


def test_no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no card is, nothing is played."""

    def absent(_: Card) -> None:
        raise CardError("there is no sound card")

    monkeypatch.setattr(Card, "open", absent)
    with pytest.raises(CardError, match="there is no sound card"):
        play(engines.card(""))


def test_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in engine plays on the card that was named, and lets go of it at the end."""
    audio = PortAudio()
    monkeypatch.setattr(engines, "Card", partial(Card, module=audio))
    monkeypatch.setattr(engines, "_RING_OUT", 0.1)
    play(engines.card("Speak"))
    (stream,) = audio.streams
    assert ("Speak", False) == (stream.settings["device"], stream.active)
