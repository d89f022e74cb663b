"""Sound files."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from listening import Take
from singing_pager.sinks.sound.files import SUFFIXES, SoundFile, SoundFileError
from singing_pager.sinks.sound.samples import Samples
from sounding import RATE, decoded, pitch, tone


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".WAV"])
def test_what_is_written_can_be_heard(suffix: str, tmp_path: Path) -> None:
    """Every format gives the tone back, at its length."""
    path = tmp_path / f"tone{suffix}"
    with SoundFile(path) as file:
        for block in np.array_split(tone(1.0), 7):
            file.write(block)
    heard = decoded(path.read_bytes())
    assert RATE == pytest.approx(len(heard), abs=1)
    assert pitch(heard) == pytest.approx(440.0, abs=1.0)
    assert file.seconds == 1.0


def test_a_wav_file_is_exact_to_24_bits(tmp_path: Path) -> None:
    """Levels come back as they were, and what is beyond full scale is clipped, not folded."""
    path = tmp_path / "steps.wav"
    steps = np.array([[0.5, -0.25], [1.5, -1.5], [2.0**-20, 0.0]], np.float32)
    with SoundFile(path) as file:
        file.write(steps)
    assert np.abs(Take.read(path).samples - np.clip(steps, -1, 1)).max() <= 2.0**-23


def test_a_short_wav_file_is_an_ordinary_one(tmp_path: Path) -> None:
    """RF64 is for more than 4 GB only."""
    path = tmp_path / "short.wav"
    with SoundFile(path) as file:
        file.write(tone(0.1))
    assert path.read_bytes()[:4] == b"RIFF"


def test_a_crash_leaves_what_was_written(tmp_path: Path) -> None:
    """The header of a WAV file that was never closed tells of all but the last second."""
    path = tmp_path / "crash.wav"
    file = SoundFile(path)
    for _ in range(25):
        file.write(tone(0.1))
    assert len(decoded(path.read_bytes())) >= 1.5 * RATE
    file.close()


def test_a_large_block(tmp_path: Path) -> None:
    """A long array is taken in pieces: Vorbis would not survive it."""
    path = tmp_path / "long.ogg"
    with SoundFile(path, channels=1) as file:
        file.write(np.zeros((RATE * 20, 1), np.float32))
    assert len(decoded(path.read_bytes())) == RATE * 20


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.mp4", "a.mp4: .mp4 is no known format; allowed: .wav, .flac, .ogg, .opus"),
        ("a", "a: no suffix is no known format; allowed: .wav, .flac, .ogg, .opus"),
        ("no/such/a.wav", "no/such/a.wav: No such file or directory"),
    ],
)
def test_what_cannot_be_written(name: str, expected: str, tmp_path: Path) -> None:
    """A wrong name is refused with what would be right."""
    with pytest.raises(SoundFileError) as refused:
        SoundFile(tmp_path / name)
    assert f"{tmp_path}/{expected}" == str(refused.value)


def test_a_rate_that_the_format_has_not(tmp_path: Path) -> None:
    """What libsndfile refuses is refused with the path and the format."""
    with pytest.raises(SoundFileError, match=r"a\.opus: .*OPUS, 44100 samples a second, 2 channels"):
        SoundFile(tmp_path / "a.opus", rate=44_100)


@contextmanager
def little_room(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes: to the writer, a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def fill(file: SoundFile, block: Samples, then: Callable[[], object] = lambda: None) -> None:
    """Write a block again and again, and do something else after the first."""
    for _ in range(100):
        file.write(block)
        then()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk(suffix: str, tmp_path: Path) -> None:
    """The fault names the file, the system's reason and what is there all the same; the file is closed."""
    path = tmp_path / f"full{suffix}"
    file = SoundFile(path)
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (RATE, 2)).astype(np.float32)
    with little_room(60_000), pytest.raises(SoundFileError) as failed:
        fill(file, noise)
    said = str(failed.value)
    assert said.startswith(f"{path}: File too large; ")
    if "holds the first" in said:
        seconds = float(said.rsplit(" ", 2)[1])
        assert seconds == pytest.approx(len(decoded(path.read_bytes())) / RATE, abs=0.06)
    else:
        assert ("some of the first" in said, suffix) == (True, ".flac")
    with pytest.raises(SoundFileError, match="is closed"):
        file.write(noise)
    file.close()


def test_a_full_disk_leaves_a_wav_file_that_plays(tmp_path: Path) -> None:
    """Of a WAV file everything that found room is there."""
    path = tmp_path / "full.wav"
    with little_room(300_000), pytest.raises(SoundFileError, match=r"holds the first 1\.0 s"), SoundFile(path) as file:
        fill(file, tone(0.1))
    assert pitch(decoded(path.read_bytes())) == pytest.approx(440.0, abs=1.0)


def test_a_fault_elsewhere_tells_of_the_file(tmp_path: Path) -> None:
    """Whatever ends a recording, its error says what the file holds."""
    path = tmp_path / "half.flac"
    with pytest.raises(ZeroDivisionError) as failed, SoundFile(path) as file:
        fill(file, tone(0.5), lambda: 1 // 0)
    assert failed.value.__notes__ == [f"{path}: the file holds the first 0.5 s"]
