"""Live sound in the bridge's process: the engine in a thread beside one in a process of its own.

Four held voices and the drone, one of them moved ten times a second, into an outlet that the clock paces; how late is a
loop woken that wants to be woken each millisecond, and what CPU does it all take?
"""

import asyncio
import time
from collections.abc import Callable

import psutil
import uvloop
from machine import described
from singing_pager import instruments
from singing_pager.model import Hold, Outcome, Tick
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.sinks.sound.player import BuiltIn, Renderer
from singing_pager.sinks.sound.remote import Workshop
from singing_pager.sinks.sound.tape import Tape
from singing_pager.synth.server import Server

SECONDS = 15.0
TURNS = 3
VOICES = ("ambient", "cpu", "memory", "network", "signature")
SETTLED = 3.0


def cpu() -> float:
    """CPU seconds of this process, and of its children that are still there."""
    own = psutil.Process()
    times = [process.cpu_times() for process in (own, *own.children(recursive=True))]
    return sum(taken.user + taken.system for taken in times)


async def watched(make: Callable[[], Renderer] | None) -> tuple[float, float, int]:
    """How late the loop is woken (p99, ms), the CPU share of one core, and how often the engine was too slow."""
    catalogue = instruments.load()
    if make is None:
        return await asleep()
    scsynth = Scsynth(catalogue, instruments.compiled_path())
    with BuiltIn(scsynth, make, recorder=Tape(1.0)) as player:

        def hold(name: str, slot: int, **params: float) -> None:
            now = time.time()
            cue = Hold(name, name, catalogue[name].params(params), slot)
            player.play([Outcome(Tick(now), now, cues=(cue,))])

        for slot, name in enumerate(VOICES):
            hold(name, slot)
        await asyncio.sleep(SETTLED)
        before = player.stats().underruns["engine"]
        moving = asyncio.create_task(moved(hold))
        late, share, _ = await asleep()
        moving.cancel()
        return late, share, player.stats().underruns["engine"] - before


async def moved(hold: Callable[..., None]) -> None:
    """Move a voice ten times a second."""
    step = 0
    while True:
        step += 1
        hold("signature", 4, freq=300.0 + step % 100, rate=2.0)
        await asyncio.sleep(0.1)


async def asleep() -> tuple[float, float, int]:
    """Want to be woken each millisecond."""
    late: list[float] = []
    began, used = time.monotonic(), cpu()
    while time.monotonic() - began < SECONDS:
        asked = time.perf_counter()
        await asyncio.sleep(0.001)
        late.append((time.perf_counter() - asked - 0.001) * 1e3)
    return sorted(late)[int(len(late) * 0.99)], (cpu() - used) / (time.monotonic() - began), 0


def main() -> None:
    """Take turns."""
    print(described())
    print(f"five held voices live; {TURNS} turns of {SECONDS:g} s")
    with Workshop() as workshop:
        ways: dict[str, Callable[[], Renderer] | None] = {
            "no sound": None,
            "in a thread": Server,
            "in a process of its own": workshop.engine,
        }
        for _ in range(TURNS):
            for way, make in ways.items():
                late, share, slow = uvloop.run(watched(make))
                print(f"  {way:<24} loop late p99 {late:5.2f} ms, CPU {share:4.0%} of a core, too slow {slow} times")


if __name__ == "__main__":
    main()
