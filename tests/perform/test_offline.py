"""Cues into samples."""

import struct
from pathlib import Path

import numpy as np
import pytest
from singing_pager import instruments
from singing_pager.model import Cue, Hold, Release, Strike
from singing_pager.perform.offline import RATE, Samples, perform, play_score
from singing_pager.perform.timeline import Moment
from singing_pager.sinks.osc import message
from singing_pager.synth.scsyndef import SynthDefError

CATALOGUE = instruments.load()
RING_OUT = 3.0


def strike(name: str) -> Strike:
    """A struck sound at its defaults."""
    return Strike(name, name, CATALOGUE[name].params({}))


def hold(**values: float) -> Hold:
    """A held voice."""
    return Hold("cpu:x", "cpu", CATALOGUE["cpu"].params(values), 0)


def sound(*moments: tuple[float, Cue], seconds: float, rate: int = RATE) -> Samples:
    """Perform cues at their times."""
    return np.concatenate([*perform([Moment(at, (cue,)) for at, cue in moments], seconds, rate=rate)])


def loud(samples: Samples, start: float, end: float) -> float:
    """The highest level between two seconds."""
    return float(np.abs(samples[round(start * RATE) : round(end * RATE)]).max())


@pytest.mark.parametrize("at", [0.5, 0.501, 0.50037, 1.3])
def test_a_sound_starts_at_its_sample(at: float) -> None:
    """The same sound later is the same samples, so many places further on."""
    early, late = sound((0.0, strike("resolved")), seconds=1.0), sound((at, strike("resolved")), seconds=at + 1.0)
    shift = round(at * RATE)
    assert 0.0 == np.abs(late[:shift]).max()
    np.testing.assert_array_equal(early[:RATE], late[shift : shift + RATE])


def test_held_voices_fade_at_the_end() -> None:
    """What is held sounds to the last second, and then fades to silence without a click."""
    samples = sound((0.0, hold(freq=440.0)), seconds=2.0)
    assert (round((2.0 + RING_OUT) * RATE), 2) == samples.shape
    assert loud(samples, 1.5, 2.0) > 0.01
    assert loud(samples, 4.9, 5.0) == 0.0
    assert np.abs(np.diff(samples, axis=0)).max() < 0.05


def test_a_voice_that_was_released_stays_silent() -> None:
    """The end of the performance does not sound what was over before."""
    samples = sound((0.0, hold()), (0.5, Release("cpu:x", "cpu", 0)), seconds=4.0)
    assert loud(samples, 3.9, 7.0) == 0.0


def test_a_held_voice_moves() -> None:
    """A second cue for the same voice moves it, and starts no other."""
    one = sound((0.0, hold(freq=440.0)), seconds=1.5)
    moved = sound((0.0, hold(freq=440.0)), (0.5, hold(freq=440.0)), seconds=1.5)
    np.testing.assert_array_equal(one, moved)


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_other_rates(rate: int) -> None:
    """The length is that of the rate, to the control period."""
    samples = sound((0.0, strike("alert_info")), seconds=0.5, rate=rate)
    assert pytest.approx((0.5 + RING_OUT) * rate, abs=64) == len(samples)
    assert np.abs(samples).max() > 0.05


def test_captions_are_told_in_time() -> None:
    """Each moment is told when all before it has been rendered, and none that follows."""
    told: list[str] = []
    played = [Moment(0.0, (), "first"), Moment(0.5, (strike("resolved"),), "second")]
    pieces = perform(played, 1.0, tell=lambda moment: told.append(moment.caption))
    first = next(pieces)
    assert (["first"], 24_000) == (told, len(first))
    next(pieces)
    assert ["first", "second"] == told


def test_nothing_gives_silence() -> None:
    """A performance without moments has its length all the same."""
    samples = np.concatenate([*perform([], 0.0)])
    assert (round(RING_OUT * RATE), 0.0) == (len(samples), np.abs(samples).max())


def test_no_synthdefs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pager without its SynthDefs says so; it does not give silence."""
    monkeypatch.setattr(instruments, "compiled_path", lambda: tmp_path / "gone")
    with pytest.raises(SynthDefError, match="gone"):
        next(perform([], 1.0))


def bundle(seconds: float, *messages: bytes) -> bytes:
    """One bundle of a score, with its length in front."""
    content = b"".join(struct.pack(">i", len(each)) + each for each in messages)
    packet = b"#bundle\0" + struct.pack(">Q", round(seconds * 2**32)) + content
    return struct.pack(">i", len(packet)) + packet


def test_a_score_ends_with_its_last_bundle(tmp_path: Path) -> None:
    """A score gives sound up to the time of its last bundle, and says what could not be carried out."""
    path = tmp_path / "score.osc"
    path.write_bytes(
        bundle(0.25, message("/s_new", "alert_info", -1, 0, 0), message("/s_new", "nobody", -1, 0, 0))
        + bundle(1.0, message("/c_set", 0, 0.0))
    )
    ignored: dict[str, int] = {}
    samples = np.concatenate(
        [*play_score(path, channels=1, synthdefs=[instruments.compiled_path()], ignored=ignored.update)]
    )
    assert (RATE, 1) == samples.shape
    assert loud(samples, 0.0, 0.25) == 0.0
    assert loud(samples, 0.25, 1.0) > 0.05
    assert {"no_such_synthdef": 1} == ignored
