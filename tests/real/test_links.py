"""The link to the engine, on real engines that are frozen and killed."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broker import free_port
from singing_pager import instruments
from singing_pager.sinks.osc import packets
from singing_pager.sinks.probe import SCLANG, SCSYNTH, Health, Probe
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.sinks.transport import TcpDialled, TcpListening, Udp
from studio import Studio

pytestmark = [pytest.mark.needs("studio"), pytest.mark.timeout(180)]

HOST = "127.0.0.1"
EVERY, WITHIN = 0.1, 2.0
"""Seconds: asked as often as may be, and waited for as the bridge does: sclang gives scsynth 1.75 s."""


class Watched:
    """A probe, and what it tells."""

    def __init__(self, name: str, probe: Callable[["Watched"], Probe]) -> None:
        self.name = name
        self.links: list[tuple[bool, str]] = []
        self.health: Health | None = None
        self.seconds = 0.0
        self.probe = probe(self)

    def link(self, name: str, up: bool, detail: str) -> None:  # noqa: FBT001 - as it is called
        """Keep it."""
        assert name == "engine"
        self.links.append((up, detail))

    def show(self, _result: str, health: Health | None, seconds: float) -> None:
        """Keep it."""
        self.health, self.seconds = health, seconds

    async def said(self, *links: tuple[bool, str]) -> None:
        """Wait until exactly this was told of the link since the last time."""
        try:
            async with asyncio.timeout(30):
                while len(self.links) < len(links):  # noqa: ASYNC110 - the engine is another process
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{self.name}: {self.links}, not {links}") from None
        assert list(links) == self.links, self.name
        self.links.clear()


@pytest.fixture(scope="module")
def port() -> int:
    """Where sclang dials."""
    return free_port()


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Studio]:
    """JACK, sclang and scsynth; sclang listens on UDP, and dials by TCP."""
    with Studio(tmp_path_factory.mktemp("studio"), {"BRIDGE_TCP": f"{HOST}:{port}"}) as running:
        yield running


def test_sclang_and_its_scsynth(studio: Studio, port: int) -> None:
    """Each fault is told once, with what is known of it, and so is its end; by datagrams and by TCP."""

    async def watch() -> None:
        udp, tcp = Udp(HOST, studio.port, print), TcpListening(HOST, port, print)
        await udp.start()
        await tcp.start()
        by_udp = Watched("udp", lambda it: Probe(udp, SCLANG, link=it.link, show=it.show, every=EVERY, within=WITHIN))
        by_tcp = Watched("tcp", lambda it: Probe(tcp, SCLANG, link=it.link, show=it.show, every=EVERY, within=WITHIN))
        running = [asyncio.create_task(work) for work in (udp.run(), tcp.run(), by_udp.probe.run(), by_tcp.probe.run())]
        both = (by_udp, by_tcp)

        async def said(*links: tuple[bool, str]) -> None:
            for watched in both:
                await watched.said(*links)

        try:
            await said((True, ""))
            for watched in both:
                assert watched.health is not None
                assert 0 < watched.seconds < WITHIN
                assert 0 < watched.health.synths < 100

            # sclang's own keeper ends a scsynth that hangs, and starts another
            studio.kill(studio.pids.scsynth, signal.SIGSTOP)
            await said((False, "scsynth is silent"), (True, ""))

            frozen = studio.pids.sclang
            studio.kill(frozen, signal.SIGSTOP)
            await said((False, "sclang does not answer"))
            studio.kill(frozen, signal.SIGCONT)
            await said((True, ""))

            studio.kill(studio.pids.sclang)
            await by_tcp.said((False, "sclang has hung up"), (True, ""))
            await by_udp.said((False, "connection refused: sclang does not listen"), (True, ""))
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    asyncio.run(watch())


def test_a_bare_scsynth(studio: Studio, tmp_path: Path) -> None:
    """A scsynth that is dialled is asked by the connection that carries the cues."""

    async def watch() -> None:
        translate = Scsynth(instruments.load(), instruments.compiled_path())
        dialled = TcpDialled(HOST, place, print, greet=lambda: packets(translate.boot(), None))
        bare = Watched(
            "scsynth", lambda it: Probe(dialled, SCSYNTH, link=it.link, show=it.show, every=EVERY, within=0.5)
        )
        running = [asyncio.create_task(work) for work in (dialled.run(), bare.probe.run())]
        try:
            await bare.said((True, ""))
            assert bare.health is not None
            assert bare.health.synths > 0
            scsynth.send_signal(signal.SIGSTOP)
            await bare.said((False, "scsynth does not answer"))
            scsynth.send_signal(signal.SIGCONT)
            await bare.said((True, ""))
            scsynth.kill()
            await bare.said((False, "scsynth has hung up"))
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    place = free_port()
    environment = {**os.environ, "JACK_DEFAULT_SERVER": studio.environment["JACK_SERVER"], "JACK_NO_START_SERVER": "1"}
    with (
        (tmp_path / "scsynth.log").open("wb") as log,
        subprocess.Popen(
            ["scsynth", "-t", str(place), "-R", "0", "-D", "0"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        ) as scsynth,
    ):
        try:
            asyncio.run(watch())
        finally:
            scsynth.kill()
