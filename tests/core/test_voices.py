"""Who may sound."""

from math import inf

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from singing_pager.core.rules import Limits
from singing_pager.core.voices import Voices
from singing_pager.model import Cue, Drop, Hold, Intent, Priority, Release, Strike
from singing_pager.testing import START

CRITICAL, _, WARNING, INFO, AMBIENCE = Priority


def tone(key: str, value: float = 0.5, priority: Priority = AMBIENCE, lasts: float = 60.0) -> Intent:
    """Make what ought to sound for a stream."""
    return Intent(key, key, "memory", (value,), priority, lasts)


def alarm(key: str, priority: Priority, lasts: float = 2.0) -> Intent:
    """Make an alarm that ends by itself."""
    return Intent(key, key, "alert_info", (440.0, 0.5, lasts), priority, lasts)


def test_a_voice_begins_and_follows() -> None:
    """A first value begins a voice, a new one moves it, the same one says nothing."""
    voices = Voices(Limits())
    assert (Hold("a", "memory", (0.5,), 0),) == voices.hold(tone("a"), START)
    assert voices.hold(tone("a"), START + 1) == ()
    assert (Hold("a", "memory", (0.6,), 0),) == voices.hold(tone("a", 0.6), START + 2)
    assert [tone("a", 0.6)] == list(voices.held)
    assert len(voices) == 1


def test_slots_are_the_least_that_are_free() -> None:
    """Each held voice has a place of its own, and a place that is left is taken first."""
    voices = Voices(Limits(held=3))
    for key in "abc":
        voices.hold(tone(key), START)
    assert Release("b", "memory", 1) == voices.release("b")
    assert (Hold("d", "memory", (0.5,), 1),) == voices.hold(tone("d"), START)


def test_the_first_keeps_its_place_among_equals() -> None:
    """A thousand streams do not take turns at a few voices."""
    voices = Voices(Limits(held=2))
    voices.hold(tone("a"), START)
    voices.hold(tone("b"), START)
    found = {voices.hold(tone(f"c{number}"), START + number) for number in range(100)}
    assert {Drop.VOICES_FULL} == found
    assert [intent.key for intent in voices.held] == ["a", "b"]


def test_a_newcomer_with_right_of_way_takes_the_lowest_place() -> None:
    """The voice with the least right of way gives way, among equals the one that was heard longest ago."""
    voices = Voices(Limits(held=3))
    voices.hold(tone("w", priority=WARNING), START)
    voices.hold(tone("old"), START)
    voices.hold(tone("new"), START + 1)
    voices.hold(tone("old", 0.6), START + 2)
    expected = (Release("new", "memory", 2), Hold("i", "memory", (0.5,), 2))
    assert expected == voices.hold(tone("i", priority=INFO), START + 3)
    expected = (Release("old", "memory", 1), Hold("c", "memory", (0.5,), 1))
    assert expected == voices.hold(tone("c", priority=CRITICAL), START + 3)
    assert Drop.VOICES_FULL is voices.hold(tone("late", priority=INFO), START + 4)


def test_the_ambience_has_a_place_of_its_own() -> None:
    """What stands for no stream is held beside the streams and never gives way."""
    voices = Voices(Limits(held=1))
    drone = Intent("ambience", "", "ambient", (220.0, 0.5), AMBIENCE, inf)
    assert (Hold("ambience", "ambient", (220.0, 0.5), -1),) == voices.hold(drone, START)
    assert (Hold("a", "memory", (0.5,), 0),) == voices.hold(tone("a"), START)
    expected = (Release("a", "memory", 0), Hold("w", "memory", (0.5,), 0))
    assert expected == voices.hold(tone("w", priority=WARNING), START)
    assert voices.stale(START + 1e9)[1:] == ()


def test_staleness() -> None:
    """A voice is stale when its stream has been silent for its own time; the same value counts as heard."""
    voices = Voices(Limits())
    voices.hold(tone("short", lasts=10), START)
    voices.hold(tone("long", lasts=60), START)
    voices.hold(tone("short", lasts=10), START + 5)
    assert voices.stale(START + 14.9) == ()
    assert tuple(intent.key for intent in voices.stale(START + 15)) == ("short",)
    assert tuple(intent.key for intent in voices.stale(START + 60)) == ("short", "long")


def test_refresh() -> None:
    """A held voice's whole state is repeated when it has not been told for a while; a change counts as told."""
    voices = Voices(Limits(refresh=5))
    voices.hold(tone("a"), START)
    voices.hold(tone("b"), START)
    voices.hold(tone("b", 0.6), START + 3)
    assert voices.refresh(START + 4.9) == ()
    assert (Hold("a", "memory", (0.5,), 0),) == voices.refresh(START + 5)
    assert (Hold("b", "memory", (0.6,), 1),) == voices.refresh(START + 8)
    assert (Hold("a", "memory", (0.5,), 0),) == voices.refresh(START + 10)


def test_struck_voices_have_a_limit() -> None:
    """So many alarms sound at once; one that has ended makes room."""
    voices = Voices(Limits(struck=2))
    assert (Strike("a", "alert_info", (440.0, 0.5, 2.0)),) == voices.strike(alarm("a", INFO), START)
    assert (Strike("b", "alert_info", (440.0, 0.5, 2.0)),) == voices.strike(alarm("b", INFO), START + 1)
    assert Drop.VOICES_FULL is voices.strike(alarm("c", INFO), START + 1.9)
    assert (Strike("c", "alert_info", (440.0, 0.5, 2.0)),) == voices.strike(alarm("c", INFO), START + 2)


@pytest.mark.parametrize("newcomer", [CRITICAL, WARNING])
def test_an_alarm_with_right_of_way_always_sounds(newcomer: Priority) -> None:
    """An outranked alarm plays on, but no longer counts."""
    voices = Voices(Limits(struck=1))
    voices.strike(alarm("i", INFO), START)
    assert (Strike("n", "alert_info", (440.0, 0.5, 2.0)),) == voices.strike(alarm("n", newcomer), START)
    assert Drop.VOICES_FULL is voices.strike(alarm("i", INFO), START)


def test_releasing_what_does_not_sound() -> None:
    """Only a voice that sounds can be released."""
    with pytest.raises(KeyError):
        Voices(Limits()).release("a")


def test_narrower_limits() -> None:
    """Where fewer may sound than before, those in the places that are gone are known."""
    voices = Voices(Limits(held=3))
    for key in "abc":
        voices.hold(tone(key), START)
    voices.limits = Limits(held=1)
    assert [intent.key for intent in voices.beyond()] == ["b", "c"]


KEYS = st.sampled_from("abcdefgh")


class Listener(RuleBasedStateMachine):
    """What an engine hears of held voices, whatever streams do."""

    def __init__(self) -> None:
        super().__init__()
        self.voices = Voices(Limits(held=3, struck=2, refresh=5))
        self.now = START
        self.sounding: dict[str, Hold] = {}

    def hear(self, cues: tuple[Cue, ...]) -> None:
        """Follow cues as an engine does."""
        for cue in cues:
            if isinstance(cue, Hold):
                self.sounding[cue.voice] = cue
            elif isinstance(cue, Release):
                gone = self.sounding.pop(cue.voice)
                assert gone.slot == cue.slot

    @rule(key=KEYS, value=st.sampled_from([0.1, 0.2]), priority=st.sampled_from(Priority), lasts=st.just(30.0))
    def hold(self, key: str, value: float, priority: Priority, lasts: float) -> None:
        """A stream has a value."""
        result = self.voices.hold(tone(key, value, priority, lasts), self.now)
        if isinstance(result, Drop):
            ranks = [intent.priority.rank for intent in self.voices.held if intent.lasts != inf]
            assert len(ranks) == 3
            assert max(ranks) <= priority.rank
        else:
            self.hear(result)
            assert (value,) == self.sounding[key].params

    @rule()
    def drone(self) -> None:
        """The ambience is held."""
        result = self.voices.hold(tone("drone", lasts=inf), self.now)
        assert not isinstance(result, Drop)
        self.hear(result)

    @rule(seconds=st.sampled_from([0.1, 5, 20, 40]))
    def wait(self, seconds: float) -> None:
        """Time passes; what is stale is released, the rest refreshed."""
        self.now += seconds
        for intent in self.voices.stale(self.now):
            self.hear((self.voices.release(intent.key),))
        before = dict(self.sounding)
        self.hear(self.voices.refresh(self.now))
        assert before == self.sounding

    @precondition(lambda self: self.sounding)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        """A voice is ended."""
        self.hear((self.voices.release(data.draw(st.sampled_from(sorted(self.sounding)))),))

    @invariant()
    def every_voice_is_held_or_released(self) -> None:
        """What the engine hears is what the voices hold, no more and no less."""
        assert {intent.key: intent.params for intent in self.voices.held} == {
            key: cue.params for key, cue in self.sounding.items()
        }

    @invariant()
    def never_more_than_the_limit(self) -> None:
        """No more streams sound than may, each in a place of its own."""
        slots = [cue.slot for cue in self.sounding.values() if cue.voice != "drone"]
        assert len(slots) <= 3
        assert sorted(set(slots)) == sorted(slots)
        assert set(slots) <= {0, 1, 2}


Listener.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestListener = Listener.TestCase
