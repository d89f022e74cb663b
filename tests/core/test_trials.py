"""Sounds that somebody wants to hear, whatever else is."""

import pytest
from deskwork import Desk
from singing_pager.model import Deed, Drop, Hold, Release, Reload, Strike, Test
from singing_pager.testing import START, reading


def wish(instrument: str, *params: float, voice: str = "audition", seconds: float = 3.0) -> Test:
    """Ask for a sound."""
    return Test(at=START, by="ada", instrument=instrument, params=params or None, voice=voice, seconds=seconds)


def test_values_are_those_that_are_asked_for() -> None:
    """A sound is played with the values that are given, brought into their ranges; the defaults without any."""
    desk = Desk()
    (strike,) = desk.feed(wish("alert_info", 900.0, 5.0)).cues
    assert strike == Strike("audition", "alert_info", (900.0, 1.0, 1.0))
    (strike,) = desk.feed(wish("alert_info", voice="")).cues
    assert strike == Strike("test:alert_info", "alert_info", (440.0, 0.5, 1.0))


def test_a_voice_is_moved() -> None:
    """What is held under the same id is moved; its time begins anew, and the journal has one line."""
    desk = Desk()
    desk.feed(wish("cpu", 300.0))
    desk.until(2)
    (hold,) = desk.feed(wish("cpu", 400.0)).cues
    assert isinstance(hold, Hold)
    desk.until(4.5)
    assert [(400.0,)] == [intent.params for intent in desk.core.voices.held]
    desk.until(5.2)
    assert 0 == len(desk.core.voices)
    assert [Deed.TESTED] == desk.deeds()


def test_each_test_without_a_name_is_told() -> None:
    """Who tests an instrument twice stands in the journal twice."""
    desk = Desk()
    desk.feed(wish("cpu", voice=""))
    desk.feed(wish("cpu", voice=""))
    assert [Deed.TESTED, Deed.TESTED] == desk.deeds()


def test_another_instrument_takes_the_place() -> None:
    """Under one id one instrument is held: the other is let go first."""
    desk = Desk()
    desk.feed(wish("cpu"))
    gone, hold = desk.feed(wish("memory")).cues
    assert isinstance(gone, Release)
    assert isinstance(hold, Hold)
    assert ("cpu", "memory") == (gone.instrument, hold.instrument)


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 1e9, float("inf")])
def test_every_trial_ends(seconds: float) -> None:
    """However long it is asked for, after a minute it is over."""
    desk = Desk()
    desk.feed(wish("cpu", seconds=seconds))
    desk.until(60.2, tick=0.5)
    assert 0 == len(desk.core.voices)


def test_what_was_ended_otherwise() -> None:
    """A reload ends what is tried out, and the end of its time finds nothing to end."""
    desk = Desk()
    desk.feed(wish("cpu"))
    desk.feed(Reload(START, desk.core.score))
    assert 0 == len(desk.core.voices)
    desk.until(4)
    assert 1 == sum(isinstance(cue, Release) for outcome in desk.outcomes for cue in outcome.cues)


def test_streams_make_way_and_come_back() -> None:
    """What is tried out has right of way over streams; the one that gave way sounds again afterwards."""
    desk = Desk()
    for number in range(4):
        desk.feed(reading(f"metrics/{number}/cpu", 0.5))
    desk.feed(wish("cpu"))
    assert 4 == len(desk.core.voices)
    desk.until(3.2)
    for number in range(4):
        desk.feed(reading(f"metrics/{number}/cpu", 0.5))
    assert {f"cpu:metrics/{number}/cpu" for number in range(4)} == {each.key for each in desk.core.voices.held}


def test_an_instrument_that_is_not_there() -> None:
    """What the catalogue does not have is refused."""
    assert (Drop.NO_RULE,) == Desk().feed(wish("drums")).drops
