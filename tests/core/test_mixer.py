"""The mixer: what people set, and how it ends by itself."""

import math

import pytest
from deskwork import Desk
from singing_pager.core.mixer import LONGEST
from singing_pager.model import Command, Controls, Deed, Drop, Meeting, Mix, Mute, Test, Tick, Volume
from singing_pager.testing import START


def mixes(desk: Desk) -> list[Mix]:
    """What engines were told."""
    return [cue for outcome in desk.outcomes for cue in outcome.cues if isinstance(cue, Mix)]


def test_a_mute_is_told_at_once_and_ends_by_itself() -> None:
    """Engines hear of it in the same moment; the journal has who and why."""
    desk = Desk()
    outcome = desk.feed(Mute(at=START, by="ada", seconds=60, reason="a call"))
    assert [Mix(muted=True)] == [cue for cue in outcome.cues if isinstance(cue, Mix)]
    assert [(Deed.MUTED, "ada", "a call")] == [(entry.deed, entry.by, entry.reason) for entry in outcome.entries]
    desk.until(61)
    assert Mix() == mixes(desk)[-1]
    assert Deed.UNMUTED in desk.deeds()
    assert not desk.core.controls.muted


def test_what_was_changed_is_told_again_and_again() -> None:
    """A datagram that is lost heals itself: every five seconds, but only when somebody has touched the mixer."""
    desk = Desk()
    desk.until(12)
    assert [] == mixes(desk)
    desk.feed(Volume(at=desk.now, by="ada", strip="warning", level=0.5))
    desk.until(23)
    assert 3 == len(mixes(desk))
    assert {Mix((1.0, 1.0, 1.0, 0.5, 1.0, 1.0))} == set(mixes(desk))


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (Mute(at=START, by="", seconds=0), Drop.NOT_ACTIVE),
        (Meeting(at=START, by="", seconds=0), Drop.NOT_ACTIVE),
        (Volume(at=START, by="", strip="drums", level=0.5), Drop.REFUSED),
        (Volume(at=START, by="", strip="master", level=1.5), Drop.REFUSED),
        (Volume(at=START, by="", strip="master", level=math.nan), Drop.REFUSED),
        (Test(at=START, by="", instrument="drums"), Drop.NO_RULE),
    ],
)
def test_what_cannot_be_done_is_said(command: Command, expected: Drop) -> None:
    """A command that makes no sense changes nothing."""
    desk = Desk()
    outcome = desk.feed(command)
    assert ((expected,), ()) == (outcome.drops, outcome.entries)
    assert Controls() == desk.core.controls


def test_no_mute_is_longer_than_a_day() -> None:
    """Nobody is to find a silent pager a week later."""
    desk = Desk()
    desk.feed(Mute(at=START, by="ada", seconds=1e9))
    assert START + LONGEST == desk.core.controls.muted_until


def test_what_was_set_outlives_a_restart() -> None:
    """A muted pager that is restarted is muted still, and tells its engines so."""
    desk = Desk().restored((), Controls(muted_until=START + 60, muted_by="ada"))
    outcome = desk.feed(Tick(START))
    assert Mix(muted=True) in outcome.cues
    desk.until(61)
    assert not desk.core.controls.muted


def test_the_test_of_a_held_voice_ends() -> None:
    """A held instrument is tested for three seconds, and then let go."""
    desk = Desk()
    desk.feed(Test(at=START, by="ada", instrument="cpu"))
    assert ["test:cpu"] == [intent.key for intent in desk.core.voices.held]
    desk.until(4)
    assert () == desk.core.voices.held
