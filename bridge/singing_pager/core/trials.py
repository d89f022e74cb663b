"""Sounds that somebody wants to hear, whatever else is: struck ones once, held ones for a while."""

from singing_pager.core.instrument import Catalogue, Kind
from singing_pager.core.rules import Sound
from singing_pager.core.story import Story
from singing_pager.core.voices import Voices
from singing_pager.model import Deed, Drop, Entry, Intent, Priority, Test

__all__ = ["Trials"]

_LONGEST = 60.0
"""Seconds that a trial lasts at most."""


class Trials:
    """Tests of single sounds.

    Args:
        voices: Sound them.
    """

    def __init__(self, voices: Voices) -> None:
        self._voices = voices
        self._until: dict[str, float] = {}

    def test(self, test: Test, catalogue: Catalogue, now: float, story: Story, *, muted: bool) -> None:
        """Let an instrument sound, or say why not; to move a voice that has a name and is held already is no entry."""
        instrument = catalogue.get(test.instrument)
        drop = Drop.NO_RULE if instrument is None else Drop.MUTED if muted else None
        if instrument is None or drop is not None:
            story.drops.append(drop or Drop.NO_RULE)
            return
        given = instrument.params({}) if test.params is None else instrument.clipped(test.params)
        key = test.voice or f"test:{instrument.name}"
        if instrument.kind is Kind.HELD:
            self._hold(test, Intent(key, key, instrument.name, given, Priority.INFO, 2 * _LONGEST), now, story)
            return
        sound = Sound(instrument, given)
        if story.sound(self._voices.strike(sound.intent(key, key, lasts=sound.lasts), now)):
            story.entries.append(_heard(test, now))
        else:
            story.drops.append(Drop.VOICES_FULL)

    def pass_time(self, now: float, story: Story) -> None:
        """End what has been heard for long enough."""
        for key in [key for key, until in self._until.items() if until <= now]:
            self._end(key, story)

    def _hold(self, test: Test, intent: Intent, now: float, story: Story) -> None:
        known = self._held(intent.key)
        if known is not None and known.instrument != intent.instrument:
            self._end(intent.key, story)
            known = None
        if not story.sound(self._voices.hold(intent, now)):
            story.drops.append(Drop.VOICES_FULL)
            return
        self._until[intent.key] = now + min(max(0.0, test.seconds), _LONGEST)
        if known is None or not test.voice:
            story.entries.append(_heard(test, now))

    def _end(self, key: str, story: Story) -> None:
        self._until.pop(key, None)
        if self._held(key) is not None:
            story.cues.append(self._voices.release(key))

    def _held(self, key: str) -> Intent | None:
        return next((intent for intent in self._voices.held if intent.key == key), None)


def _heard(test: Test, now: float) -> Entry:
    return Entry(at=now, deed=Deed.TESTED, subject=test.instrument, by=test.by, heard=test.instrument)
