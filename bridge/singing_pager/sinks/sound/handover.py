"""Cues on their way from the event loop to the player's thread."""

import threading
from collections import Counter
from collections.abc import Sequence

from singing_pager.model import Cue, Drop, Hold, Mix, Release, Strike

__all__ = ["Handover"]

_MOST = 4096
"""Cues that may wait: far more than sound in the time of a block."""


class Handover:
    """A bounded queue of cues that also knows which voices are held, and the mix.

    Neither is ever lost: while the player rests, and after more cues than may wait, it is told afresh how the mix is
    and what is held, and only what was struck is dropped.

    Args:
        most: Cues that may wait.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._waiting: list[Cue] = []
        self._held: dict[str, Hold] = {}
        self._sounding: dict[str, Hold] = {}
        self._mix: tuple[Mix, ...] = ()
        self._awake = False
        self._afresh = False
        self._dropped: Counter[str] = Counter({Drop.OFFLINE: 0, Drop.OUTBOX_FULL: 0})

    @property
    def dropped(self) -> dict[str, int]:
        """Struck cues that did not sound, by reason."""
        return dict(self._dropped)

    def offer(self, cues: Sequence[Cue]) -> None:
        """Leave cues, from any thread."""
        with self._lock:
            for cue in cues:
                match cue:
                    case Hold(voice=voice):
                        self._held[voice] = cue
                    case Release(voice=voice):
                        self._held.pop(voice, None)
                    case Mix():
                        self._mix = (cue,)
                    case _:
                        pass
            if not self._awake:
                self._drop(Drop.OFFLINE, cues)
            elif len(self._waiting) + len(cues) > self._most:
                self._drop(Drop.OUTBOX_FULL, self._waiting)
                self._drop(Drop.OUTBOX_FULL, cues)
                self._waiting.clear()
                self._afresh = True
            else:
                self._waiting.extend(cues)

    def wake(self) -> None:
        """Begin with an engine that knows of nothing."""
        with self._lock:
            self._awake = self._afresh = True
            self._sounding.clear()

    def rest(self) -> None:
        """Play nothing until `wake`."""
        with self._lock:
            self._awake = False
            self._drop(Drop.OFFLINE, self._waiting)
            self._waiting.clear()

    def take(self) -> list[Cue]:
        """Give what the engine is to be told now, in order."""
        with self._lock:
            cues, self._waiting = self._waiting, []
            if self._afresh:
                gone = [Release(hold.voice, hold.instrument, hold.slot) for hold in self._sounding.values()]
                struck = [cue for cue in cues if isinstance(cue, Strike)]
                silenced = [cue for cue in gone if cue.voice not in self._held]
                cues = [*self._mix, *silenced, *self._held.values(), *struck]
                self._afresh = False
        for cue in cues:
            match cue:
                case Hold(voice=voice):
                    self._sounding[voice] = cue
                case Release(voice=voice):
                    self._sounding.pop(voice, None)
                case _:
                    pass
        return cues

    def _drop(self, reason: Drop, cues: Sequence[Cue]) -> None:
        self._dropped[reason] += sum(isinstance(cue, Strike) for cue in cues)
