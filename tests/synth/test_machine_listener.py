"""A machine that has heard the earcons only where it was quiet names them in pink noise as strong as they are."""

import numpy as np
import pytest
from hearing import RATE
from machine_listener import (
    COUNT,
    EARCONS,
    LESSONS,
    Listener,
    Sound,
    confusion,
    examined,
    pink,
    recording,
    sounding,
    sounds,
)
from scipy import signal


@pytest.fixture(scope="module")
def listener() -> Listener:
    """A listener that has learned from clean sounds."""
    return Listener(list(sounds(LESSONS, seed=1)))


@pytest.fixture(scope="module")
def played() -> list[Sound]:
    """Sounds of which none was a lesson."""
    return list(sounds(COUNT, seed=2))


@pytest.fixture(scope="module")
def noisy(listener: Listener, played: list[Sound]) -> list[tuple[str, str]]:
    """What was played at 0 dB, and what the machine said."""
    return examined(listener, played, 0.0)


@pytest.mark.parametrize("word", EARCONS)
def test_an_earcon_is_named_in_noise(noisy: list[tuple[str, str]], word: str) -> None:
    """At 0 dB to pink noise, at any pitch, length, level and time, at least 98 of 100 are named right."""
    right = [answer == word for played, answer in noisy if played == word]
    assert len(right) == COUNT
    assert sum(right) >= 0.98 * COUNT, f"\n{confusion(noisy)}"


def test_an_earcon_is_named_where_it_is_quiet(listener: Listener, played: list[Sound]) -> None:
    """Without noise each is named right."""
    said = examined(listener, played[::5], None)
    assert all(word == answer for word, answer in said), f"\n{confusion(said)}"


def test_where_nothing_can_be_heard_nothing_is_known(listener: Listener, played: list[Sound]) -> None:
    """At −30 dB the machine guesses: it does not know an earcon by anything but its sound."""
    said = examined(listener, played[::5], -30.0)
    assert sum(word == answer for word, answer in said) < 0.3 * len(said), f"\n{confusion(said)}"


def test_noise_has_the_power_of_the_sound() -> None:
    """0 dB means the mean power of the sound from when to when it is heard."""
    tone = np.zeros(3 * RATE)
    tone[RATE : 2 * RATE] = 0.5 * np.sin(np.arange(RATE) * (2 * np.pi * 15_000 / RATE))
    heard = sounding(tone)
    recorded = [recording(Sound("tone", tone), np.random.default_rng(4), ratio) for ratio in (None, 0.0, -6.0)]
    clean, equal, loud = (np.sum(samples**2) for samples in recorded)

    assert (RATE, 2 * RATE) == pytest.approx((heard.start, heard.stop), abs=RATE // 500)
    assert equal == pytest.approx(clean * 6, rel=0.05)  # one second of tone, and noise for five
    assert loud == pytest.approx(clean * (1 + 5 * 10**0.6), rel=0.05)


def test_pink_noise_is_pink() -> None:
    """It has the same power in every octave, and no two are the same."""
    chance = np.random.default_rng(5)
    noises = [pink(20 * RATE, chance) for _ in range(2)]
    lines, density = signal.welch(noises[0], RATE, nperseg=1 << 15)
    octaves = [density[(lines >= low) & (lines < 2 * low)].sum() for low in (40, 160, 640, 2560, 9000)]

    assert 1.0 == pytest.approx(np.mean(noises[0] ** 2))
    assert np.ones(5) == pytest.approx(octaves / np.mean(octaves), abs=0.2)
    assert 0.0 == pytest.approx(np.mean(noises[0] * noises[1]), abs=0.05)
