"""A mute on SuperCollider, measured on what it recorded (tests/real/muting.py says how)."""

import socket
import time
from collections.abc import Iterator

import numpy as np
import pytest
from hearing import RATE, Timed, heard
from listening import Take
from muting import MARK, MUTED, OPEN, check, found
from singing_pager import instruments
from singing_pager.model import Cue, Hold, Mix, Strike
from singing_pager.sinks.osc import packets, to_sclang
from studio import Studio

pytestmark = pytest.mark.needs("studio")

CATALOGUE = instruments.load()
ENCODE = to_sclang(CATALOGUE)
AHEAD = 0.3
"""Seconds that the first bundle is dated ahead: time for it to arrive."""

MUTE, BACK = Mix(muted=True), Mix()


def strike(name: str) -> Strike:
    """A sound at its defaults."""
    return Strike("struck", name, CATALOGUE[name].params({}))


def beat(within: float) -> Strike:
    """A heartbeat that promises the next within so many seconds."""
    return Strike("heartbeat", "heartbeat", (0, within))


class Played:
    """A studio that is told cues as the bridge tells them, at once or at a time."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def play(self, *cues: Cue, at: float | None = None) -> None:
        """Send cues as one moment."""
        for packet in packets([message for cue in cues for message in ENCODE(cue)], at):
            self._socket.sendto(packet, ("127.0.0.1", self.studio.port))

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """A studio with ambience in it."""
    with Studio(tmp_path_factory.mktemp("studio")) as studio:
        made = Played(studio)
        try:
            yield made
        finally:
            made.close()


@pytest.fixture
def recorded(played: Played) -> Played:
    """The studio, not muted and with ambience alone."""
    played.play(BACK, Hold("pump", "cpu", (330.0,), 0), Hold("ram", "memory", (0.5,), 1))
    played.studio.take(until=lambda take: take.seconds > 1.0 and -60.0 < take.between(-0.5).peak < -30.0)
    return played


def test_a_mute_is_digital_silence(recorded: Played) -> None:
    """Amid an alarm over ambience all samples are exactly 0 within 50 ms and stay so, whatever comes, until its end."""
    began = recorded.studio.take().seconds
    at = time.time() + AHEAD
    recorded.play(strike(MARK), at=at)
    recorded.play(MUTE, at=at + MUTED)
    recorded.play(BACK, at=at + OPEN)
    for step in range(20):
        # all of it would sound within the mute, and none of it outlives it but the ambience
        moment = at + MUTED + 0.04 * step
        recorded.play(Hold("pump", "cpu", (300.0 + 10.0 * step,), 0), MUTE, at=moment)
        if step < 3:
            recorded.play(strike("alert_info"), beat(3600.0), at=moment)
    recorded.studio.take(AHEAD + OPEN + 1.0)
    check(found(recorded.studio.take(), max(0.0, began - 0.5)))


def test_a_mute_outlives_scsynth(recorded: Played) -> None:
    """A scsynth that is killed while all is muted comes back muted, its voices silent; when told, it sounds."""
    studio, before = recorded.studio, recorded.studio.pids.scsynth
    recorded.play(MUTE)
    studio.kill(before)
    studio.wait_for(lambda: studio.pids.scsynth not in {0, before}, "new scsynth")
    studio.wait_ready()
    recorded.play(strike("alert_warning"))
    studio.take(2.0)
    whole = studio.take()

    assert studio.ping() is not None
    assert whole.seconds > 1.5
    assert not whole.samples.any()
    recorded.play(BACK)
    assert studio.take(until=lambda take: take.peak > -60.0)


def test_volumes_reach_the_sound(recorded: Played) -> None:
    """A class at volume 0 is silent while another is heard; the master takes both."""
    recorded.play(Mix((1.0, 0.0, 1.0, 1.0, 1.0, 1.0)))
    recorded.studio.take(0.3)
    recorded.play(strike("alert_critical"))
    alone = recorded.studio.take(2.0)
    recorded.play(Mix((0.0, 1.0, 1.0, 1.0, 1.0, 1.0)))

    assert -60.0 < alone.peak < -30.0
    assert recorded.studio.take(until=lambda take: take.seconds > 1.0 and not take.between(-0.3).samples.any())


def test_what_is_no_mix_is_said(recorded: Played) -> None:
    """Bad arguments are refused with a line in the log, and nothing changes."""
    recorded.studio.send("/mix", 1.0, "loud")
    line = "sonify: /mix argument 2 (critical) must be a finite number"
    recorded.studio.wait_for(lambda: line in recorded.studio.log, "complaint")

    assert recorded.studio.take(1.0).between(-0.5).peak > -60.0


def test_a_mute_ends_with_the_bridge(recorded: Played) -> None:
    """When the bridge is gone nobody could end its mute: `lost` is heard."""
    recorded.play(MUTE, beat(0.1))
    heard = recorded.studio.take(until=lambda take: take.between(-0.3).peak > -20.0)

    assert "the mute is over" in recorded.studio.log
    assert silent_for(heard) > 0.5
    recorded.play(beat(3600.0))


def silent_for(take: Take) -> float:
    """Seconds of the longest stretch in which every sample is 0."""
    edges = np.flatnonzero(np.diff(np.concatenate([[1], np.any(take.samples != 0.0, axis=1), [1]])))
    return float(np.max(np.diff(edges), initial=0)) / take.rate


AMBIENT: Timed = (0.0, Hold("pump", "cpu", (330.0,), 0))


@pytest.mark.parametrize(
    ("mute", "hole", "cut", "expected"),
    [(MUTED, (), False, ""), (MUTED + 0.05, (), False, "closing"), (MUTED, (0.6, 0.61), False, "silence"),
     (MUTED, (), True, "closed")],
)  # fmt: skip
def test_a_bad_mute_would_be_found(mute: float, hole: tuple[float, ...], cut: bool, expected: str) -> None:  # noqa: FBT001
    """The check sees a mute that comes late, one that lets something through, and one that clicks."""
    gaps: list[Timed] = [(1.0 + mute + at, (BACK, MUTE)[turn]) for turn, at in enumerate(hole)]
    moments: list[Timed] = [AMBIENT, (1.0, strike(MARK)), (1.0 + mute, MUTE), *gaps, (1.0 + OPEN, BACK)]
    take = heard(moments, 4.0)
    if cut:
        take.samples[round((1.0 + MUTED) * RATE) : round((1.0 + OPEN) * RATE)] = 0.0
    if expected:
        with pytest.raises(AssertionError, match=expected):
            check(found(take))
    else:
        check(found(take))
