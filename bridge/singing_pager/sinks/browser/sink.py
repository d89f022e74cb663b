"""The sink that serves every tab: sound at once, news gathered, the whole state to whoever has come."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Collection, Container, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import msgspec

from singing_pager.core.instrument import Catalogue
from singing_pager.errors import BusyError
from singing_pager.model import Cue, Entry, Outcome, State, Strike
from singing_pager.sinks.browser.news import News
from singing_pager.sinks.browser.stage import Stage
from singing_pager.sinks.browser.stats import Closing, Stats
from singing_pager.sinks.browser.tab import Tab
from singing_pager.sinks.scsynth import Scsynth

__all__ = ["LATENCY", "BrowserSink", "Teller"]

_log = logging.getLogger("singing_pager.browser")

LATENCY = 0.05
"""Seconds that what a tab plays is dated ahead: a hop through a browser's event loop and its audio thread."""
_TABS = 32
"""Tabs that may be connected at once."""
_GATHER = 0.1
"""Seconds for which news is gathered."""
_SHARE = 4.0
"""How much longer than a telling took the loop rests from it: news never has more than a fifth of the time."""
_LOOK = 1.0
"""Seconds after which what no outcome tells of is looked at: links, the end of quiet hours. And between two states."""
_VOICES = 0.25
"""Seconds between two tellings of the voices."""


class Teller(Protocol):
    """Puts the desk into the frames of the page (`web.frames`); each is made once, for all tabs."""

    async def state(self) -> str:
        """Everything, as it was when this was called."""

    async def alerts(self, fingerprints: Collection[str]) -> str:
        """Alerts that have changed."""

    def entries(self, entries: Sequence[Entry]) -> str:
        """Lines of the journal."""

    def standing(self) -> Sequence[str]:
        """What is told whenever it is not as it was: a frame each, in the same order at each call."""

    def voices(self) -> str:
        """The held voices, and why they sound."""

    def anomaly(self, at: float, value: float) -> str:
        """How unlike itself this machine is."""


class BrowserSink:
    """Plays on every tab that listens, and tells every tab that is connected.

    With no tab it remembers what sounds, and does nothing else. All of it belongs to the event loop.

    Args:
        scsynth: Makes a translator for the engine of a tab.
        catalogue: Says what instruments are.
        teller: Makes the frames of the news.
        known: Fingerprints of the alerts that are on the desk.
        clock: The engine's time.
        count: Told the engine's name and the kind of each cue that was left for a tab that listens.
        failed: Told this sink's name when news could not be told.
        most: Tabs at once.
    """

    name = "browser"

    def __init__(
        self,
        scsynth: Callable[[], Scsynth],
        catalogue: Catalogue,
        teller: Teller,
        *,
        known: Container[str],
        clock: Callable[[], float],
        count: Callable[[str, str], None],
        failed: Callable[[str], None],
        most: int = _TABS,
    ) -> None:
        self._scsynth = scsynth
        self._catalogue = catalogue
        self._teller = teller
        self._known = known
        self._clock = clock
        self._count = count
        self._failed = failed
        self._most = most
        self._stage = Stage(catalogue)
        self._news = News()
        self._tabs: list[Tab] = []
        self._closed = False
        self._wanted = asyncio.Event()
        self._standing: Sequence[str] = ()
        self._voices = ""
        self._next_state = self._next_voices = self._next_anomaly = 0.0
        self._said: set[str] = set()
        self._stats = Stats()

    @property
    def tabs(self) -> Sequence[Tab]:
        """Every tab that is connected."""
        return tuple(self._tabs)

    @property
    def stats(self) -> Stats:
        """How it does."""
        listening = sum(tab.listening for tab in self.tabs)
        return replace(self._stats, connected=len(self._tabs), listening=listening)

    @contextlib.contextmanager
    def join(self, who: object = None) -> Iterator[Tab]:
        """Serve a tab until it leaves.

        Args:
            who: By what it came in.

        Raises:
            BusyError: There are as many tabs as there may be, or the pager stops.
        """
        if self._closed:
            raise BusyError("the pager is about to stop")
        if len(self._tabs) >= self._most:
            self._stats.closed[Closing.FULL] += 1
            raise BusyError(f"{len(self._tabs)} tabs are connected already; at most {self._most} may")
        renew = self._wanted.set
        tab = Tab(
            self._scsynth(),
            self._stage,
            who=who,
            caption=self._caption,
            clock=self._clock,
            renew=renew,
            stats=self._stats,
        )
        if not self._tabs:
            # what was gathered for tabs that have left since is in the state
            self._news = News()
        self._tabs.append(tab)
        renew()
        try:
            yield tab
        finally:
            self._tabs.remove(tab)

    def close(self) -> None:
        """Let every tab go, so that the server can stop."""
        self._closed = True
        self.dismiss(lambda _: True, Closing.GOING)

    def dismiss(self, meant: Callable[[Tab], bool], why: Closing) -> None:
        """Close tabs."""
        for tab in self._tabs:
            if meant(tab):
                tab.end(why)

    def play(self, moment: Sequence[Outcome]) -> None:
        """Leave a moment's cues for every tab that listens, and remember what is to be told."""
        now = self._clock()
        held = self._set(moment, now)
        if not self._tabs:
            return
        cues = [cue for outcome in moment for cue in outcome.cues]
        if cues:
            self._sound(cues, now + LATENCY)
        self._news.voices = self._news.voices or held
        if self._news.take(moment, self._known) or held:
            self._wanted.set()

    async def run(self) -> None:
        """Tell the tabs what is new, until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK if self._tabs else None):
                    await self._wanted.wait()
            self._wanted.clear()
            began = time.monotonic()
            try:
                await self._tell()
            except Exception as error:  # noqa: BLE001 - bad news stops neither the sound nor the pager
                self._stumbled(error)
            await asyncio.sleep(max(_GATHER, _SHARE * (time.monotonic() - began)))

    def _set(self, moment: Sequence[Outcome], now: float) -> bool:
        """Keep the stage as it is now; says whether a held voice has changed."""
        held = False
        for outcome in moment:
            held = self._stage.take(outcome.cues, now) or held
            for entry in outcome.entries:
                if entry.alert is not None and entry.alert.state is not State.FIRING:
                    self._stage.forget(entry.alert.fingerprint)
        return held

    def _sound(self, cues: Sequence[Cue], when: float) -> None:
        heard = False
        captions = [self._caption(cue, when) for cue in cues if isinstance(cue, Strike)]
        for tab in self._tabs:
            heard = heard or tab.listening
            tab.play(cues, when)
            for caption in captions:
                tab.tell(caption)
        if heard:
            for cue in cues:
                self._count(self.name, type(cue).__name__.lower())

    def _caption(self, strike: Strike, when: float) -> str:
        instrument = self._catalogue[strike.instrument]
        status, name, *_ = (*strike.notes, "", "")
        told = {
            "kind": "caption",
            "at": when,
            "instrument": strike.instrument,
            "voice": strike.voice,
            "name": name,
            "severity": instrument.severity,
            "status": status,
            "help": instrument.help,
        }
        return msgspec.json.encode(told).decode()

    async def _tell(self) -> None:
        """Tell what has been gathered; what comes meanwhile is for the next time, so nothing is told out of order."""
        news, now = self._news, self._clock()
        whole = news.many and now >= self._next_state
        self._news = self._left_over(news, now, whole=whole)
        newcomers = [tab for tab in self._tabs if whole or tab.wants_state]
        others = [tab for tab in self._tabs if tab not in newcomers]
        standing = self._teller.standing() if self._tabs else ()
        for tab in newcomers:
            tab.wants_state = False
        if newcomers:
            self._next_state, self._voices = now + _LOOK, ""
            state = await self._teller.state()
            _tell(newcomers, state)
        frames = [frame for frame in standing if frame not in self._standing]
        self._standing = standing
        if news.alerts and others:
            frames.append(await self._teller.alerts(news.alerts))
        _tell(others, *frames)
        if news.entries:
            _tell(self._tabs, self._teller.entries(news.entries))
        self._tell_seldom(news, now)
        if self._news.voices:
            self._wanted.set()

    def _left_over(self, news: News, now: float, *, whole: bool) -> News:
        """What is not told yet, though it has been gathered."""
        left = News()
        left.many = news.many and not whole
        left.voices = news.voices and now < self._next_voices
        left.anomaly = news.anomaly if now < self._next_anomaly else None
        return left

    def _tell_seldom(self, news: News, now: float) -> None:
        if news.voices and now >= self._next_voices:
            self._next_voices = now + _VOICES
            voices = self._teller.voices()
            if voices != self._voices:
                self._voices = voices
                _tell(self._tabs, voices)
        if news.anomaly is not None and now >= self._next_anomaly:
            self._next_anomaly = now + _LOOK
            _tell(self._tabs, self._teller.anomaly(*news.anomaly))

    def _stumbled(self, error: Exception) -> None:
        self._failed(self.name)
        kind = repr(error)[:200]
        for tab in self._tabs:
            tab.wants_state = True
        if kind not in self._said and len(self._said) < _TABS:
            self._said.add(kind)
            _log.error("tabs could not be told; the same again is only counted", exc_info=error)


def _tell(tabs: Sequence[Tab], *frames: str) -> None:
    for tab in tabs:
        for frame in frames:
            tab.tell(frame)
