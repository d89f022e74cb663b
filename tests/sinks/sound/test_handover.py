"""Cues on their way to the player's thread."""

from singing_pager.model import Cue, Hold, Mix, Release, Strike
from singing_pager.sinks.sound.handover import Handover

ALARM = Strike("f", "alert_critical", (880.0, 0.9, 2.0))


def hold(voice: str, freq: float = 440.0) -> Hold:
    """A held voice."""
    return Hold(voice, "cpu", (freq,), 0)


def release(voice: str) -> Release:
    """Its end."""
    return Release(voice, "cpu", 0)


def test_in_order() -> None:
    """What is offered is given once, in its order."""
    cues = Handover()
    cues.wake()
    assert cues.take() == []
    given: list[Cue] = [hold("a"), ALARM, hold("a", 441.0), release("a")]
    cues.offer(given[:2])
    cues.offer(given[2:])
    assert given == cues.take()
    assert cues.take() == []


def test_whoever_wakes_hears_the_present() -> None:
    """What is held while the player rests is told at its last values; what was struck is counted as dropped."""
    cues = Handover()
    cues.offer([hold("a"), ALARM, hold("b"), hold("a", 660.0), release("b")])
    cues.wake()
    assert cues.take() == [hold("a", 660.0)]
    assert cues.dropped == {"offline": 1, "outbox_full": 0}


def test_a_rest_forgets_what_was_struck() -> None:
    """What had not been played when the player went to rest is not played when it wakes."""
    cues = Handover()
    cues.wake()
    cues.offer([ALARM, hold("a")])
    cues.rest()
    cues.wake()
    assert cues.take() == [hold("a")]
    assert cues.dropped["offline"] == 1


def test_too_many() -> None:
    """When more comes than may wait, no voice hangs and none is missing: the engine is told afresh."""
    cues = Handover(most=4)
    cues.wake()
    cues.offer([hold("gone"), hold("stays")])
    cues.take()
    cues.offer([ALARM, ALARM, release("gone"), hold("stays", 500.0)])
    cues.offer([ALARM, hold("new")])
    cues.offer([release("nobody"), ALARM])
    assert cues.take() == [release("gone"), hold("stays", 500.0), hold("new"), ALARM]
    assert cues.dropped == {"offline": 0, "outbox_full": 3}
    assert cues.take() == []


def test_the_mix_is_never_lost() -> None:
    """A mute that came while the player rested, or among more than may wait, is told first of all."""
    cues, mute = Handover(most=2), Mix(muted=True)
    cues.offer([hold("a"), mute])
    cues.wake()
    assert cues.take() == [mute, hold("a")]
    cues.offer([Mix(), ALARM])
    cues.offer([ALARM])
    assert cues.take() == [Mix(), hold("a")]
    cues.rest()
    cues.wake()
    assert cues.take() == [Mix(), hold("a")]
    cues.offer([mute, ALARM])
    assert cues.take() == [mute, ALARM]
    assert cues.dropped == {"offline": 0, "outbox_full": 2}
