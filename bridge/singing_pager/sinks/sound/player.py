"""The built-in engine as a sink: takes cues, renders in a thread of its own, feeds the outlets."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from math import inf
from types import TracebackType
from typing import Protocol, Self

import numpy as np

from singing_pager.backoff import full_jitter
from singing_pager.errors import PagerError
from singing_pager.model import Outcome
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.sinks.sound.card import Card, CardError
from singing_pager.sinks.sound.handover import Handover
from singing_pager.sinks.sound.meter import Meter
from singing_pager.sinks.sound.pace import Pace
from singing_pager.sinks.sound.samples import Recorder, Samples
from singing_pager.sinks.sound.stats import Outlet, Stats
from singing_pager.sinks.sound.stream import Broadcast

__all__ = ["BuiltIn", "Renderer"]

_log = logging.getLogger("singing_pager.sound")

_CLAIM = 0.25
"""Seconds after which a player whose card wants nothing looks whether the card is still there."""
_MOST_SAID = 50
"""Faults that are logged; whatever is new after so many is only counted."""
_LONGEST_PAUSE = 5.0
"""Seconds between attempts to begin anew, at most."""
_LONGEST_RETRY = 30.0
"""Seconds between attempts to have a lost card back, at most."""


class Renderer(Protocol):
    """An engine: `synth.server.Server`."""

    @property
    def ignored(self) -> Counter[str]:
        """Commands that could not be carried out, by reason."""

    def receive(self, packet: bytes) -> None:
        """Take a command."""

    def render(self, frames: int) -> Samples:
        """Give the next samples."""


class BuiltIn:
    """Plays cues on an engine in this process, and hands its sound to the outlets.

    With neither card nor listener nor recorder it rests: nothing is rendered, held voices are remembered, and whoever
    begins to listen hears them at once. What was struck while nobody could hear it is not struck later.

    The card sets the pace; without one the clock does. An engine that is too slow skips time, so that sound is never
    late by more than a fraction of a second.

    Args:
        scsynth: Translates cues; only the player's thread uses it.
        engine: Makes an engine: at each waking, and after a fault.
        card: An open sound card, or None; the player closes it.
        broadcast: The live stream, or None.
        recorder: Keeps what sounds, or None; one that fails is given up.
        rate: Samples a second.
        block: Frames rendered at a time; with a card, the card's.
        count: Told the engine's name and the kind of each cue that was played; from the player's thread.
        clock: Seconds, by a clock that never jumps.
    """

    name = "built-in"

    def __init__(
        self,
        scsynth: Scsynth,
        engine: Callable[[], Renderer],
        *,
        card: Card | None = None,
        broadcast: Broadcast | None = None,
        recorder: Recorder | None = None,
        rate: int = 48_000,
        block: int = 1024,
        count: Callable[[str, str], None] = lambda _engine, _kind: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._scsynth = scsynth
        self._make = engine
        self._card = card
        self._broadcast = broadcast
        self._recorder = recorder
        self._block = card.block if card is not None else block
        self._count = count
        self._clock = clock
        self._cues = Handover()
        self._meter = Meter(rate)
        self._pace = Pace(self._block / rate, clock)
        self._engine: Renderer | None = None
        self._change = threading.Condition()
        self._stopping = False
        self._frames = 0
        self._rendered = -inf
        self._skipped = 0
        self._ignored: Counter[str] = Counter()
        self._failures = 0
        self._said: set[str] = set()
        self._attempts = 0
        self._retry = inf
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
        if broadcast is not None:
            broadcast.changed = self._notify

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopping = True
        self._notify()
        self._thread.join()
        if self._card is not None:
            self._card.close()

    def play(self, moment: Sequence[Outcome]) -> None:
        """Leave a moment's cues for the next block."""
        cues = [cue for outcome in moment for cue in outcome.cues]
        if cues:
            self._cues.offer(cues)

    def stats(self) -> Stats:
        """Say how it is, from any thread."""
        card, broadcast = self._card, self._broadcast
        with self._change:
            ignored = self._ignored + (Counter() if self._engine is None else self._engine.ignored.copy())
        return Stats(
            outlet=self._outlet(),
            frames=self._frames,
            render_age=self._clock() - self._rendered,
            underruns={
                "card": 0 if card is None else card.underruns,
                "engine": self._skipped,
                "stream": 0 if broadcast is None else broadcast.lost,
            },
            callback_age=None if card is None else card.age,
            now=self._meter.now,
            ever=self._meter.ever,
            listeners=0 if broadcast is None else broadcast.listeners,
            cut={} if broadcast is None else dict(broadcast.dropped),
            dropped=self._cues.dropped,
            ignored=ignored,
            failures=self._failures,
        )

    def _outlet(self) -> Outlet:
        if self._card is not None and self._card.alive:
            return Outlet.CARD
        if self._broadcast is not None and self._broadcast.listeners:
            return Outlet.STREAM
        return Outlet.REST if self._recorder is None else Outlet.FILE

    def _idle(self) -> bool:
        return self._outlet() is Outlet.REST

    def _notify(self) -> None:
        with self._change:
            self._change.notify_all()

    def _run(self) -> None:
        failed = 0
        while not self._stopping:
            frames = self._frames
            try:
                if self._idle():
                    self._rest()
                else:
                    self._perform()
            except Exception as error:  # noqa: BLE001 - silence must not pass for health: it is counted, and tried again
                self._failed("the built-in engine failed and begins anew", error)
                failed = failed + 1 if self._frames == frames else 0
                wait = full_jitter(failed, cap=_LONGEST_PAUSE) if failed else 0.0
                with self._change:
                    self._change.wait_for(lambda: self._stopping, wait)
        self._leave()

    def _rest(self) -> None:
        """Wait until somebody would hear."""
        self._cues.rest()
        self._leave()
        self._meter.rest()
        if self._broadcast is not None:
            self._broadcast.rest()
        while not self._stopping and self._idle():
            self._mind_card()
            wait = None if self._card is None else max(0.0, min(self._retry - self._clock(), _LONGEST_RETRY))
            with self._change:
                self._change.wait_for(lambda: self._stopping or not self._idle(), wait)

    def _perform(self) -> None:
        """Play until nobody hears."""
        engine = self._wake()
        while not self._stopping and not self._idle():
            self._mind_card()
            card = self._card if self._card is not None and self._card.alive else None
            if not self._due(card):
                continue
            self._tell(engine)
            block = engine.render(self._block)
            if not self._meter.take(block):
                self._failed("the built-in engine gave what is no number; it is silenced")
                block = np.zeros_like(block)
            if card is not None:
                card.put(block)
            if self._broadcast is not None:
                self._broadcast.put(block)
            self._record(block)
            self._frames += len(block)
            self._rendered = self._clock()

    def _wake(self) -> Renderer:
        """Set the stage anew; what is held is held again."""
        self._leave()
        engine = self._make()
        for packet in self._scsynth.boot():
            engine.receive(packet)
        self._engine = engine
        self._cues.wake()
        self._pace.start()
        return engine

    def _leave(self) -> None:
        """Let go of the engine, keeping what it has counted."""
        with self._change:
            engine, self._engine = self._engine, None
            if engine is not None:
                self._ignored += engine.ignored

    def _due(self, card: Card | None) -> bool:
        """Wait until a block is wanted; False when none was for a while."""
        if card is not None:
            return card.claim(_CLAIM)
        time.sleep(self._pace.wait())
        self._skipped += not self._pace.step()
        return True

    def _tell(self, engine: Renderer) -> None:
        for cue in self._cues.take():
            try:
                for message in self._scsynth.encode(cue):
                    engine.receive(message)
            except Exception as error:  # noqa: BLE001 - a bad cue stops no other
                self._failed("a cue could not be played", error)
            else:
                self._count(self.name, type(cue).__name__.lower())

    def _record(self, block: Samples) -> None:
        if self._recorder is None:
            return
        try:
            self._recorder.write(block)
        except PagerError as error:
            self._recorder = None
            self._failures += 1
            _log.error("nothing more is recorded: %s", error)

    def _mind_card(self) -> None:
        """Notice that the card has gone, and try to have it back."""
        card = self._card
        if card is None or card.alive:
            return
        if self._retry == inf:
            self._failures += 1
            _log.error("the sound card %s plays no more; it is tried again", card.name)
            card.close()
            self._pace.start()
        elif self._clock() >= self._retry:
            try:
                card.open()
            except CardError as error:
                _log.debug("%s", error)
            else:
                _log.info("the sound card %s plays again", card.name)
                self._attempts, self._retry = 0, inf
                return
        else:
            return
        self._attempts += 1
        self._retry = self._clock() + 1.0 + full_jitter(self._attempts, cap=_LONGEST_RETRY - 1.0)

    def _failed(self, what: str, error: Exception | None = None) -> None:
        """Count a fault, and log the first of its kind."""
        self._failures += 1
        kind = f"{what} {error!r:.500}"
        if kind not in self._said and len(self._said) < _MOST_SAID:
            self._said.add(kind)
            _log.error("%s; the same again is only counted", what, exc_info=error)
