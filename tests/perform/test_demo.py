"""The demo."""

import numpy as np
import numpy.typing as npt
import pytest
from singing_pager import instruments
from singing_pager.model import Hold, Release, Strike
from singing_pager.perform import demo
from singing_pager.perform.offline import RATE, perform
from singing_pager.perform.timeline import Moment

CATALOGUE = instruments.load()


@pytest.fixture(scope="module")
def script() -> list[Moment]:
    """All moments of the demo."""
    return list(demo.script())


def test_moments_stand_in_order(script: list[Moment]) -> None:
    """Nothing comes before what was before it, and all of it in 57 s."""
    times = [moment.at for moment in script]
    assert sorted(times) == times
    assert (0.0, 57.0) == (times[0], demo.SECONDS)
    assert 0.0 <= times[-1] <= demo.SECONDS


def test_captions_tell_the_story(script: list[Moment]) -> None:
    """Fifteen captions, from healthy to failing and back, then each sound by its name."""
    told = [(moment.at, moment.caption.split(":")[0]) for moment in script if moment.caption]
    assert [(0.0, "Healthy"), (24.0, "Failing"), (30.0, "Healthy again, and under it, one by one, what the pager")] == [
        told[0],
        (told[4][0], told[4][1].split(".")[0]),
        (told[5][0], told[5][1].removesuffix(" has to say")),
    ]
    assert 15 == len(told)


def test_every_alarm_and_earcon_is_heard(script: list[Moment]) -> None:
    """Each struck sound of the catalogue is struck at its caption, and announced by nothing else."""
    struck = {name for name, instrument in CATALOGUE.items() if instrument.kind == "struck"}
    played = {cue.instrument: moment.at for moment in script for cue in moment.cues if isinstance(cue, Strike)}
    assert struck == set(played)
    captions = [moment.at for moment in script if moment.caption]
    assert all(any(abs(at - told) < 0.1 for told in captions) for at in played.values()), played


def test_alarms_go_through_the_whole_line(script: list[Moment]) -> None:
    """A severity's alarm sounds as the default score has it, with its alert's name."""
    (critical,) = [
        cue
        for moment in script
        for cue in moment.cues
        if isinstance(cue, Strike) and cue.instrument == "alert_critical"
    ]
    assert ((880.0, 0.9, 2.0), "Demo") == (critical.params, critical.notes[-1])


def anomaly(script: list[Moment], at: float) -> float:
    """The signature's anomaly at some second."""
    place = CATALOGUE["signature"].index("anomaly")
    return [
        cue.params[place]
        for moment in script
        for cue in moment.cues
        if moment.at <= at and isinstance(cue, Hold) and cue.instrument == "signature"
    ][-1]


@pytest.mark.parametrize(
    ("at", "low", "high"), [(6.0, 0.0, 0.0), (12.0, 0.0, 0.2), (20.0, 0.3, 0.7), (29.9, 0.9, 1.0), (32.0, 0.0, 0.0)]
)
def test_from_consonant_to_dissonant(script: list[Moment], at: float, low: float, high: float) -> None:
    """The anomaly rises from none to all of it in half a minute, and is gone when the machine is healthy again."""
    assert low <= anomaly(script, at) <= high


def test_the_voice_is_held_to_the_end(script: list[Moment]) -> None:
    """The signature is never released within the demo: there is always a tone under it."""
    assert not [cue for moment in script for cue in moment.cues if isinstance(cue, Release)]


def test_it_sounds_wrong_when_it_fails(script: list[Moment]) -> None:
    """The spectrum of the failing machine is flatter, noise that is, than that of the healthy one."""
    samples = np.concatenate([*perform([moment for moment in script if moment.at < 30], 30.0)])
    healthy, failing = flatness(samples[2 * RATE : 5 * RATE, 0]), flatness(samples[26 * RATE : 29 * RATE, 0])
    assert failing > 10 * healthy


def flatness(sound: npt.NDArray[np.float32]) -> float:
    """Geometric by arithmetic mean of the power spectrum from 100 Hz to 5 kHz: 1 for white noise, 0 for a tone."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    bins = np.fft.rfftfreq(len(sound), 1 / RATE)
    power = power[(bins > 100) & (bins < 5000)] + 1e-20
    return float(np.exp(np.log(power).mean()) / power.mean())
