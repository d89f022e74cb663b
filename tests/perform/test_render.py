"""Files into sound files."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile  # type: ignore[import-untyped]
from singing_pager import instruments
from singing_pager.errors import PagerError
from singing_pager.model import Cue, Hold, Mix, Outcome, Release, Strike, Tick
from singing_pager.perform.render import RenderError, length, recorded, render, save
from singing_pager.perform.timeline import Moment
from singing_pager.sinks.osc import message, packets
from singing_pager.sinks.recording import RecordingSink
from singing_pager.sinks.sound.files import SUFFIXES
from singing_pager.testing import START

CATALOGUE = instruments.load()
INFO = Strike("a", "alert_info", CATALOGUE["alert_info"].params({}), ("firing", "A"))


def recording(path: Path, *cues: tuple[float, Cue]) -> Path:
    """Write a recording of cues at their seconds."""
    sink = RecordingSink(path)
    sink.play([Outcome(Tick(START + at), START + at, (cue,)) for at, cue in cues])
    sink.close()
    return path


def score(path: Path, *bundles: tuple[float, tuple[bytes, ...]]) -> Path:
    """Write a score as sclang's `Score.write` does: bundles with their length in front."""
    with path.open("wb") as file:
        for at, messages in bundles:
            (packet,) = packets(messages, at - 2_208_988_800)  # a score's time begins where NTP's does
            file.write(len(packet).to_bytes(4, "big") + packet)
    return path


def sound(path: Path) -> npt.NDArray[np.float64]:
    """What a file holds."""
    samples, _ = soundfile.read(path, always_2d=True)
    return np.asarray(samples, np.float64)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_recording(suffix: str, tmp_path: Path) -> None:
    """A recording becomes a file of its length and 3 s, in each format, with the alarm at its time."""
    file = recording(tmp_path / "night.jsonl", (0.0, Release("x", "cpu", 0)), (1.0, INFO), (1.5, INFO))
    told: list[float] = []
    ignored = render(file, tmp_path / f"night{suffix}", progress=told.append)
    heard = sound(tmp_path / f"night{suffix}")
    assert {} == ignored
    assert pytest.approx(4.5, abs=0.01) == len(heard) / 48_000
    assert np.abs(heard[:47_500]).max() < 0.01
    assert np.abs(heard[48_000:60_000]).max() > 0.1
    assert pytest.approx(4.5, abs=0.01) == told[-1]
    assert sorted(told) == told


@pytest.mark.parametrize("name", ["score.osc", "night.jsonl", "anything"])
def test_a_score_is_known_by_what_it_holds(name: str, tmp_path: Path) -> None:
    """A binary OSC score is played whatever it is called, up to its last bundle."""
    played = message("/s_new", "alert_info", -1, 0, 0, "freq", 440.0)
    file = score(tmp_path / name, (0.5, (played,)), (2.0, (message("/c_set", 0, 0.0),)))
    ignored = render(file, tmp_path / "score.wav", synthdefs=[instruments.compiled_path()])
    heard = sound(tmp_path / "score.wav")
    assert {} == ignored
    assert 96_000 == len(heard)
    assert 0.0 == np.abs(heard[:24_000]).max()
    assert np.abs(heard).max() > 0.1


def test_what_a_score_needs_may_be_missing(tmp_path: Path) -> None:
    """Without its SynthDefs a score is silent, and each command that was ignored is told by its reason."""
    played = message("/s_new", "alert_info", -1, 0, 0)
    file = score(tmp_path / "s", (0.0, (played, played)), (0.1, (message("/b_alloc", 0, 512),)), (1.0, (played,)))
    ignored = render(file, tmp_path / "s.wav")
    assert {"no_such_synthdef": 3, "unknown_command": 1} == ignored
    assert 0.0 == np.abs(sound(tmp_path / "s.wav")).max()


def test_one_synthdef_of_its_own(tmp_path: Path) -> None:
    """`synthdefs` takes a file as well as a folder."""
    file = score(tmp_path / "s", (0.0, (message("/s_new", "alert_info", -1, 0, 0),)), (0.5, (message("/sync", 1),)))
    render(file, tmp_path / "s.wav", synthdefs=[instruments.compiled_path() / "alert_info.scsyndef"])
    assert np.abs(sound(tmp_path / "s.wav")).max() > 0.1


@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
def test_the_rate(rate: int, tmp_path: Path) -> None:
    """The file has the rate that was asked for."""
    render(recording(tmp_path / "r", (0.0, INFO)), tmp_path / "r.wav", rate=rate)
    assert rate == soundfile.info(tmp_path / "r.wav").samplerate


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is neither a recording of the pager nor a binary OSC score"),
        (b"RIFF1234WAVEfmt ", "is neither a recording of the pager nor a binary OSC score"),
        (b'{"singing_pager_recording": 2}\n', ":1: has version 2; allowed: 1"),
        (b'{"singing_pager_recording": 1}\nno\n', ":2: "),
        (b"\0\0\0\x14#bundle\0" + bytes(8), "byte 0: no whole bundle"),
    ],
)
def test_what_is_neither(content: bytes, expected: str, tmp_path: Path) -> None:
    """The error names the file and what is wrong with it, and nothing is written."""
    file = tmp_path / "odd"
    file.write_bytes(content)
    for ask in (lambda: length(file), lambda: render(file, tmp_path / "odd.wav")):
        with pytest.raises(PagerError, match=expected) as raised:
            ask()
        assert str(raised.value).startswith(str(file))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file is told as such."""
    with pytest.raises(PagerError, match=r"gone: No such file"):
        length(tmp_path / "gone")


def test_a_mute_is_rendered(tmp_path: Path) -> None:
    """What was muted is silent in the file, and what came after it is not."""
    cues = ((0.0, INFO), (0.2, Mix(muted=True)), (1.0, INFO), (2.0, Mix()), (2.1, INFO))
    render(recording(tmp_path / "night.jsonl", *cues), tmp_path / "night.wav")
    heard = sound(tmp_path / "night.wav")
    assert np.abs(heard[:9_600]).max() > 0.1
    assert not heard[12_000:96_000].any()
    assert np.abs(heard[100_800:]).max() > 0.1


@pytest.mark.parametrize(
    ("cue", "expected"),
    [
        (Strike("a", "theremin", (440.0,)), "plays 'theremin', which this pager does not have"),
        (Hold("a", "cpu", (), 0), "gives cpu 0 values; it takes freq"),
        (Strike("a", "stale", (1.0, 2.0, 3.0)), "gives stale 3 values; it takes freq, vol"),
        (Mix((1.0, 0.5)), "gives the mix 2 levels; it takes master, critical, speech, warning, info, ambience"),
    ],
)
def test_a_recording_of_another_catalogue(cue: Cue, expected: str, tmp_path: Path) -> None:
    """What this pager cannot play is named."""
    file = recording(tmp_path / "other", (0.0, cue))
    with pytest.raises(RenderError, match=expected) as raised:
        list(recorded(file))
    assert str(raised.value).startswith(str(file))


def test_a_recording_begins_with_its_first_outcome(tmp_path: Path) -> None:
    """Times are counted from the first outcome, and outcomes without cues are no moments."""
    file = tmp_path / "r"
    sink = RecordingSink(file)
    sink.play([Outcome(Tick(START), START), Outcome(Tick(START + 2), START + 2, (INFO,))])
    sink.play([Outcome(Tick(START + 2.5), START + 2.5, (INFO,))])
    sink.close()
    assert [Moment(0.0, (INFO,)), Moment(0.5, (INFO,))] == list(recorded(file))
    assert 0.5 == length(file)


@pytest.mark.parametrize(("content", "expected"), [((), 0.0), (((3.0, INFO),), 0.0), (((3.0, INFO), (4.5, INFO)), 1.5)])
def test_the_length_of_a_recording(content: tuple[tuple[float, Cue], ...], expected: float, tmp_path: Path) -> None:
    """From the first outcome to the last."""
    assert expected == length(recording(tmp_path / "r", *content))


def test_the_length_of_a_score(tmp_path: Path) -> None:
    """Up to the last bundle."""
    sync = (message("/sync", 0),)
    assert pytest.approx(7.25) == length(score(tmp_path / "s", (1.0, sync), (7.25, sync)))


def test_saving_pieces(tmp_path: Path) -> None:
    """Pieces are written in their order, and progress is told in seconds."""
    told: list[float] = []
    pieces = [np.full((4800, 2), level, np.float32) for level in (0.25, 0.5)]
    save(pieces, tmp_path / "p.wav", progress=told.append)
    assert [0.1, 0.2] == told
    np.testing.assert_array_equal(np.concatenate(pieces), sound(tmp_path / "p.wav"))
