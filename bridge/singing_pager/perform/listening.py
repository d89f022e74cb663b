"""This machine, heard live: to the sound card, to a file, or both."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

from singing_pager import instruments
from singing_pager.core.pipeline import Core
from singing_pager.engine import Clock, Engine
from singing_pager.errors import PagerError
from singing_pager.model import Outcome, Tick
from singing_pager.perform.alone import heard_alone
from singing_pager.perform.offline import NEAR, RATE
from singing_pager.perform.timeline import TICK, Held
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.sinks.sound.card import Card, CardError
from singing_pager.sinks.sound.files import SoundFile
from singing_pager.sinks.sound.player import BuiltIn
from singing_pager.sinks.sound.stats import Outlet, Stats
from singing_pager.sources.host import HostSource
from singing_pager.sources.host.sampler import Sampler
from singing_pager.synth.server import Server

__all__ = ["Outlets", "SilenceError", "Watch", "built_in", "listen", "opened"]

_log = logging.getLogger("singing_pager")

_FADE = 1.6
"""Seconds that held voices take to fade away."""
_PATIENCE = 5.0
"""Seconds without a new block after which the clock counts."""


class SilenceError(PagerError):
    """The engine did not sound all the time, or its sound did not arrive."""


Watch = Callable[[float, Stats], None]
"""Told how many seconds have sounded, and how the engine is."""


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where the sound goes: a card that is open, a file that is being written, or both."""

    card: Card | None = None
    file: SoundFile | None = None

    @property
    def name(self) -> str:
        """What a person calls them."""
        return " and ".join([*([self.card.name] if self.card else []), *([str(self.file.path)] if self.file else [])])


@contextlib.contextmanager
def opened(path: Path | None, device: str = "") -> Iterator[Outlets]:
    """Open a file, or without one the sound card; closed at the end, the file whole.

    Raises:
        CardError: There is no card, and no file was asked for.
        SoundFileError: The file cannot be written.
    """
    if path is not None:
        with SoundFile(path, rate=RATE) as file:
            yield Outlets(file=file)
        return
    card = Card(device=device)
    try:
        card.open()
    except CardError as error:
        raise CardError(f"{error}; or write a file: -o sound.wav") from error
    yield Outlets(card=card)


def built_in(outlets: Outlets, *, ambience: float = 1.0) -> BuiltIn:
    """Make the built-in engine as a sink, its ambience so much louder than beside alarms (`Scsynth`)."""
    scsynth = Scsynth(instruments.load(), instruments.compiled_path(), ambience=ambience)
    return BuiltIn(scsynth, lambda: Server(rate=RATE), card=outlets.card, recorder=outlets.file, rate=RATE)


async def listen(
    outlets: Outlets,
    *,
    seconds: float | None = None,
    interval: float = 0.1,
    score_path: Path | None = None,
    sampler: Sampler | None = None,
    watch: Watch = lambda _seconds, _stats: None,
) -> None:
    """Sound this machine until the time is over or SIGINT or SIGTERM comes; what is held fades out.

    Args:
        outlets: Where to.
        seconds: How long, fading out included; None: until it is stopped.
        interval: Seconds between two samples of the machine, 0.01 to 10.
        score_path: The score; None: the one that came with the pager.
        sampler: Looks at the machine; None: at all that psutil has, without loopback.
        watch: Told ten times a second.

    Raises:
        ConfigError: The score is wrong.
        SilenceError: The engine failed, the card went away, or the file could not be written any more.
    """
    core = Core(heard_alone(score_path, instruments.load()))
    clock, held, stop = Clock(), _Noting(), asyncio.Event()
    loop = asyncio.get_running_loop()
    with built_in(outlets, ambience=NEAR) as player, contextlib.ExitStack() as stack:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
            stack.callback(loop.remove_signal_handler, number)
        engine = Engine(core, [player, held], failed=lambda name: _log.error("%s failed", name), clock=clock)
        source = HostSource(inbox=engine, count=lambda *_: None, interval=interval, sampler=sampler)
        sounding = _Sounding(player, outlets, watch)
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(source.run()), tasks.create_task(engine.tick(TICK))]
            await sounding.until(inf if seconds is None else seconds - _FADE, stop)
            for task in running:
                task.cancel()
        now = clock()
        player.play([Outcome(Tick(now), now, cues=held.releases)])
        end = seconds if seconds is not None and not stop.is_set() else sounding.seconds + _FADE
        await sounding.until(end, asyncio.Event())
        failures = player.stats().failures
    if failures:
        raise SilenceError(f"the sound failed {failures} times: the engine or where it goes to; the log has why")


class _Sounding:
    """How many seconds have sounded, and whether there is still something that sounds."""

    def __init__(self, player: BuiltIn, outlets: Outlets, watch: Watch) -> None:
        self._player = player
        self._file_only = outlets.card is None
        self._watch = watch
        self._clock = asyncio.get_running_loop().time
        self._frames, self._came = 0, self._clock()

    @property
    def seconds(self) -> float:
        """Seconds of sound; where no more comes the clock counts, so that there is an end."""
        now, frames = self._clock(), self._player.stats().frames
        if frames != self._frames:
            self._frames, self._came = frames, now
        return frames / RATE + max(0.0, now - self._came - _PATIENCE)

    async def until(self, end: float, stop: asyncio.Event) -> None:
        """Wait until so many seconds have sounded, and tell how it is meanwhile."""
        while not stop.is_set() and (done := self.seconds) < end:
            stats = self._player.stats()
            if self._file_only and stats.outlet is Outlet.REST:
                return
            self._watch(done, stats)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(TICK, end - done)):
                    await stop.wait()
        self._watch(min(self.seconds, end), self._player.stats())


class _Noting(Held):
    """A sink that remembers which voices are held."""

    name = "held"

    def play(self, moment: Sequence[Outcome]) -> None:
        """Take note of a moment."""
        for outcome in moment:
            self.note(outcome.cues)
