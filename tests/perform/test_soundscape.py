"""Values into samples."""

from pathlib import Path

import numpy as np
import pytest
import singing_pager
from singing_pager.errors import ConfigError
from singing_pager.perform.offline import Samples
from singing_pager.perform.soundscape import soundscape
from sounding import pitch

RATE = 48_000


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """The score that came with the pager, without its ambience: the signature is all that sounds."""
    path = tmp_path / "alone.yaml"
    own = Path(singing_pager.__file__).with_name("default_score.yaml").read_text()
    path.write_text(own + "\nambience: null\n")
    return path


def steady(score_path: Path | None = None, **given: float) -> Samples:
    """Four seconds of a machine on which nothing changes."""
    values = {"cpu": 0.3, "network": 0.0, "memory": 0.5, "anomaly": 0.0} | given
    return soundscape([values] * 40, score_path=score_path)


def rms(samples: Samples) -> float:
    """The level of what is held, when it has come up."""
    return float(np.sqrt(np.mean(np.square(samples[2 * RATE : 4 * RATE], dtype=np.float64))))


@pytest.mark.parametrize(
    ("count", "interval", "rate", "frames"),
    [(10, 0.1, 48_000, 192_000), (4, 0.5, 48_000, 240_000), (10, 0.1, 44_100, 176_400), (0, 0.1, 48_000, 144_000)],
)
def test_the_shape(count: int, interval: float, rate: int, frames: int) -> None:
    """As long as the values and 3 s, in stereo, within full scale."""
    values = [{"cpu": 0.5, "network": 0.5, "memory": 1.0, "anomaly": 0.2}] * count
    samples = soundscape(values, interval=interval, rate=rate)
    assert (2, np.dtype(np.float32)) == (samples.shape[1], samples.dtype)
    assert pytest.approx(frames, abs=64) == len(samples)
    assert np.abs(samples).max() < 1.0


def test_more_memory_is_louder(alone: Path) -> None:
    """Memory is level."""
    levels = [rms(steady(alone, memory=memory)) for memory in (0.0, 0.5, 1.0)]
    assert levels[0] > 0.001
    assert levels[1] > 1.3 * levels[0]
    assert levels[2] > 1.3 * levels[1]


def test_more_cpu_is_higher(alone: Path) -> None:
    """CPU is pitch, from 200 to 800 Hz in equal ratios."""
    for cpu, hertz in ((0.0, 200.0), (0.5, 400.0), (1.0, 800.0)):
        assert pytest.approx(hertz, rel=0.02) == pitch(steady(alone, cpu=cpu)[2 * RATE : 4 * RATE])


def test_the_same_values_sound_the_same() -> None:
    """Without an anomaly there is no chance in the signature: twice the same values are twice the same samples."""
    np.testing.assert_allclose(steady(), steady(), atol=1e-6)


def test_it_rings_out() -> None:
    """After the last value the tone fades to silence."""
    samples = steady()
    assert np.abs(samples[4 * RATE - 4800 : 4 * RATE]).max() > 0.003
    assert 0.0 == np.abs(samples[-480:]).max()


def test_a_score_of_ones_own(tmp_path: Path) -> None:
    """Another score makes another sound of the same values; a faulty one is told."""
    path = tmp_path / "score.yaml"
    path.write_text(
        "metrics:\n"
        "  - stream: host.signature\n"
        "    path: cpu\n"
        "    instrument: cpu\n"
        "    map: {freq: {from: [0, 1], range: [330, 330.5]}}\n"
        "ambience: null\n"
    )
    values = [{"cpu": 0.3, "network": 0.0, "memory": 0.5, "anomaly": 0.0}] * 40
    assert pytest.approx(330.0, abs=2.0) == pitch(soundscape(values, score_path=path)[2 * RATE : 4 * RATE])
    path.write_text("metrics: 7\n")
    with pytest.raises(ConfigError, match=r"score\.yaml:1"):
        soundscape(values, score_path=path)
