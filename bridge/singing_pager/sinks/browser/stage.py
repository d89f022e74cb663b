"""What sounds now: the held voices, the mix, and alarms that are hardly over; for an engine that has just come."""

from collections.abc import Iterable, Mapping

from singing_pager.core.instrument import Catalogue
from singing_pager.core.rules import Sound
from singing_pager.model import Cue, Hold, Mix, Priority, Release, Strike

__all__ = ["Stage"]

_FRESH = 5.0
"""Seconds after its end for which a critical alarm is still struck where it may have been missed; then it is past."""
_MOST = 64
"""Alarms that are kept: far more than anybody can tell apart."""


class Stage:
    """The last word of each held voice, of the mix, and of each critical alarm that is not past.

    Bounded, for the core holds a bounded number of voices.

    Args:
        catalogue: Says what is critical, and how long it lasts.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.mix = Mix()
        self._catalogue = catalogue
        self._held: dict[str, Hold] = {}
        self._alarms: dict[str, tuple[Strike, float]] = {}

    @property
    def held(self) -> Mapping[str, Hold]:
        """The held voices, by their ids."""
        return self._held

    def fresh(self, now: float) -> list[Strike]:
        """Critical alarms that are not past, oldest first: an engine that is set anew is to sound them again."""
        return [strike for strike, past in self._alarms.values() if now < past]

    def take(self, cues: Iterable[Cue], now: float) -> bool:
        """Take in what engines are told; says whether that was of a held voice."""
        held = False
        for cue in cues:
            match cue:
                case Hold(voice=voice):
                    self._held[voice] = cue
                    held = True
                case Release(voice=voice):
                    self._held.pop(voice, None)
                    held = True
                case Mix():
                    self.mix = cue
                case Strike():
                    self._struck(cue, now)
        return held

    def forget(self, voice: str) -> None:
        """Strike an alarm no more: somebody has it, or it is over."""
        self._alarms.pop(voice, None)

    def _struck(self, strike: Strike, now: float) -> None:
        instrument = self._catalogue[strike.instrument]
        if instrument.priority is not Priority.CRITICAL:
            return
        self.forget(strike.voice)
        if len(self._alarms) >= _MOST:
            self.forget(next(iter(self._alarms)))
        self._alarms[strike.voice] = strike, now + Sound(instrument, strike.params).lasts + _FRESH
