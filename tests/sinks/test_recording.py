"""Recordings of outcomes."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singing_pager.model import Cue, Drop, Hold, Outcome, Release, Reload, Strike, Tick
from singing_pager.sinks import recording
from singing_pager.sinks.recording import RecordingError, RecordingSink, is_recording, read
from singing_pager.testing import START, firing, reading, resolved

CUES: tuple[Cue, ...] = (
    Strike("a", "alert_critical", (880.0, 0.9, 2.0), ("firing", "Hot")),
    Hold("cpu:x", "cpu", (440.5,), 2),
    Release("cpu:x", "cpu", 2),
)
OUTCOMES = [
    Outcome(firing("Hot", severity="critical", lasts=10.0), START, CUES[:1], ("alerts[0]",)),
    Outcome(reading("metrics/cpu", {"value": 0.42}), START + 0.1, CUES[1:2], ("metrics[0]",)),
    Outcome(reading("metrics/odd", "no number"), START + 0.2, drops=(Drop.UNREADABLE,)),
    Outcome(resolved("Hot"), START + 1, CUES[2:]),
    Outcome(Tick(START + 2), START + 2, CUES),
]


def record(path: Path, outcomes: list[Outcome]) -> None:
    """Write a recording."""
    sink = RecordingSink(path)
    sink.play(outcomes)
    sink.close()


@pytest.mark.parametrize("name", ["night.jsonl", "night.jsonl.gz"])
def test_what_was_recorded_is_read(name: str, tmp_path: Path) -> None:
    """Events, cues, rules and drops come back as they were."""
    record(tmp_path / name, OUTCOMES)
    assert is_recording(tmp_path / name)
    assert OUTCOMES == list(read(tmp_path / name))


def test_a_gz_file_is_compressed(tmp_path: Path) -> None:
    """The suffix decides."""
    record(tmp_path / "night.gz", OUTCOMES)
    assert gzip.decompress((tmp_path / "night.gz").read_bytes()).startswith(b'{"singing_pager_recording"')


def test_ticks_that_bring_nothing_about_are_left_out(tmp_path: Path) -> None:
    """A quiet hour takes no room."""
    record(tmp_path / "quiet", [Outcome(Tick(START), START)] * 1000)
    assert [] == list(read(tmp_path / "quiet"))


@pytest.mark.parametrize("name", ["night.jsonl", "night.jsonl.gz"])
def test_a_process_that_is_killed_loses_a_second(name: str, tmp_path: Path) -> None:
    """What is more than a second old is in the file, though it was never closed, and nothing has come since."""
    sink = RecordingSink(tmp_path / name)
    sink.play(OUTCOMES)
    sink.play([Outcome(Tick(START + 3.1), START + 3.1)])
    assert OUTCOMES == list(read(tmp_path / name))
    sink.close()


def test_a_reload_is_written_without_its_score(tmp_path: Path) -> None:
    """What JSON has no form for is left out, the event is not."""
    record(tmp_path / "r", [Outcome(Reload(START, object()), START)])
    assert [Outcome(Reload(START, None), START)] == list(read(tmp_path / "r"))


def test_a_last_line_that_breaks_off_ends_the_recording(tmp_path: Path) -> None:
    """After a crash all but the last outcome is there."""
    path = tmp_path / "crashed"
    record(path, OUTCOMES)
    path.write_bytes(path.read_bytes()[:-10])
    assert OUTCOMES[:-1] == list(read(path))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ":1: is no recording"),
        (b"RIFF....", ":1: is no recording"),
        (b'{"singing_pager_recording": 9}\n', ":1: has version 9; allowed: 1"),
        (b'{"singing_pager_recording": 1}\n{"at": 1}\n', ":2: "),
        (b'{"singing_pager_recording": 1}\n{"event": {"type": "Tick", "at": 1}, "at": "x"}\n', r":2: .*at"),
    ],
)
def test_what_is_no_recording_is_refused(content: bytes, expected: str, tmp_path: Path) -> None:
    """The error names file and line."""
    path = tmp_path / "odd"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=expected) as raised:
        list(read(path))
    assert str(raised.value).startswith(str(path))


def test_a_compressed_recording_that_is_damaged_is_refused(tmp_path: Path) -> None:
    """What cannot be unpacked is told with the file's name, whether one looks at its head or reads it."""
    path = tmp_path / "odd.gz"
    path.write_bytes(gzip.compress(b"")[:10] + b"\xff" * 50)
    for look in (is_recording, lambda odd: list(read(odd))):
        with pytest.raises(RecordingError, match=r"odd\.gz: "):
            look(path)


def test_a_line_that_is_too_long_is_no_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What follows it is not left out without a word."""
    path = tmp_path / "long"
    record(path, OUTCOMES)
    monkeypatch.setattr(recording, "_LONGEST", 100)
    with pytest.raises(RecordingError, match=r"long:2: "):
        list(read(path))


def test_a_folder_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    """A recording that cannot be written does not begin."""
    with pytest.raises(RecordingError, match="No such file"):
        RecordingSink(tmp_path / "no" / "night.jsonl")


@given(stream=st.text(), value=st.floats(allow_nan=False, allow_infinity=False))
def test_whatever_an_event_holds_is_recorded(
    stream: str, value: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Names and values of any kind go in and come out."""
    path = tmp_path_factory.mktemp("recording") / "r"
    outcome = Outcome(reading(stream, value), START)
    record(path, [outcome])
    assert [outcome] == list(read(path))
