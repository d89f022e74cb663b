"""One tab: the translator of its engine, and a bounded queue of what it is told.

What it is to play waits as cues and becomes commands when it leaves: so what was struck too long ago is left out, and
what is held stays right however late it comes.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

import msgspec

from singing_pager.model import Cue, Strike
from singing_pager.sinks.browser.stage import Stage
from singing_pager.sinks.browser.stats import Closing, Lost, Stats
from singing_pager.sinks.osc import packets
from singing_pager.sinks.scsynth import Scsynth

__all__ = ["Frame", "Tab"]

Frame = str | bytes
"""JSON for the page, or an OSC packet for its engine."""

_MOST = 1024
"""Frames that may wait."""
_MOST_CHARACTERS = 16_000_000
"""Characters of JSON that may wait; what all tabs are told is in memory once."""
_LATE = 1.0
"""Seconds after its time at which a struck sound is left out, but for critical alarms that are not past: a burst of old
alarms tells nobody anything."""


@dataclass(frozen=True, slots=True)
class _Boot:
    """The stage is to be set."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """Cues and the Unix time at which they are to be heard."""

    cues: Sequence[Cue]
    when: float


class Tab:
    """A page that is connected.

    All of it belongs to the event loop.

    Args:
        scsynth: Translates cues for the engine of this page.
        stage: What sounds now.
        who: By what it came in; whoever made it knows.
        caption: Makes the caption of a sound that is struck at a Unix time.
        clock: The engine's time.
        renew: Told that this tab wants the whole state.
        stats: Where everything is counted.

    Attributes:
        who: By what it came in.
        listening: Whether its engine runs.
        wants_state: Whether it is to be told everything.
        closing: Why it is closed; None: it is not.
    """

    def __init__(
        self,
        scsynth: Scsynth,
        stage: Stage,
        *,
        who: object,
        caption: Callable[[Strike, float], str],
        clock: Callable[[], float],
        renew: Callable[[], None],
        stats: Stats,
    ) -> None:
        self.who = who
        self.listening = False
        self.wants_state = True
        self.closing: Closing | None = None
        self._scsynth = scsynth
        self._stage = stage
        self._caption = caption
        self._clock = clock
        self._renew = renew
        self._stats = stats
        self._waiting: deque[str | _Moment | _Boot] = deque()
        self._characters = 0
        self._lapsed = False
        self._some = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def tell(self, frame: str) -> None:
        """Leave JSON for the page."""
        if self._room(len(frame)):
            self._characters += len(frame)
            self._put(frame)

    def play(self, cues: Sequence[Cue], when: float) -> None:
        """Leave cues for its engine, to be heard at a Unix time."""
        if self.listening and self._room():
            self._put(_Moment(cues, when))

    def listen(self) -> None:
        """Its engine has come up: set its stage, then play."""
        self.listening = True
        if not any(isinstance(waiting, _Boot) for waiting in self._waiting):
            self._put(_Boot())

    def rest(self) -> None:
        """Its engine is gone: play nothing more."""
        self.listening = False

    def resync(self) -> None:
        """Tell it everything anew."""
        self.wants_state = True
        self._renew()
        if self.listening:
            self.listen()

    def ignored(self) -> None:
        """Count a message of the page that was not heeded."""
        self._stats.ignored += 1

    def end(self, closing: Closing) -> None:
        """Close it: what waits is not told any more."""
        if self.closing is None:
            self.closing = closing
            self._stats.closed[closing] += 1
            self._clear()
            self._some.set()

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Give what it is told, for ever, until it is closed."""
        while self.closing is None:
            if self._lapsed:
                self._lapsed = False
                self.resync()
            while self._waiting and not self._lapsed:
                for frame in self._taken(self._waiting.popleft()):
                    yield frame
                    self._stats.frames += 1
            if not self._lapsed and not self._waiting and self.closing is None:
                self._some.clear()
                await self._some.wait()

    def _room(self, characters: int = 0) -> bool:
        """Whether there is room; where there is none, what waits is thrown away, and the tab is told anew later."""
        if self._lapsed:
            self._stats.lost[Lost.FULL] += 1
            return False
        full = len(self._waiting) >= _MOST or (self._characters and self._characters + characters > _MOST_CHARACTERS)
        if full:
            self._stats.lost[Lost.FULL] += len(self._waiting) + 1
            self._clear()
            self._lapsed = True
            self._some.set()
        return not full

    def _put(self, thing: str | _Moment | _Boot) -> None:
        self._waiting.append(thing)
        self._some.set()

    def _clear(self) -> None:
        self._waiting.clear()
        self._characters = 0

    def _taken(self, thing: str | _Moment | _Boot) -> Sequence[Frame]:
        match thing:
            case str():
                self._characters -= len(thing)
                return (thing,)
            case _ if not self.listening:
                return ()
            case _Boot():
                return self._boot()
            case _Moment(cues, when):
                return self._bundles(cues, when)

    def _boot(self) -> Sequence[Frame]:
        self._scsynth.encode(self._stage.mix)
        boot = self._scsynth.boot()
        missed = self._missed()
        # alarms that sound the same and begin together are one alarm
        struck = {(strike.instrument, strike.params): strike for strike in missed}
        sounding: list[Cue] = [*self._stage.held.values(), *struck.values()]
        told = (*boot, *packets([message for cue in sounding for message in self._scsynth.encode(cue)], None))
        head = msgspec.json.encode({"kind": "boot", "packets": len(told)}).decode()
        return (head, *told, *(self._caption(strike, self._clock()) for strike in missed))

    def _missed(self) -> list[Strike]:
        """Fresh critical alarms that a new stage cuts off, or that never arrived; not those that are still to come."""
        coming = [cue for moment in self._waiting if isinstance(moment, _Moment) for cue in moment.cues]
        return [strike for strike in self._stage.fresh(self._clock()) if not any(strike is cue for cue in coming)]

    def _bundles(self, cues: Sequence[Cue], when: float) -> Sequence[Frame]:
        now = self._clock()
        if now > when + _LATE:
            fresh = self._stage.fresh(now)
            left = [cue for cue in cues if not isinstance(cue, Strike) or any(cue is strike for strike in fresh)]
            self._stats.lost[Lost.LATE] += len(cues) - len(left)
            cues, when = left, now
        return tuple(packets([message for cue in cues for message in self._scsynth.encode(cue)], when))
