"""What listens to triggers: each against a plain loop over samples, voice by voice, in any spans."""

from collections.abc import Iterator

import numpy as np
import pytest
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Signal
from synth.sounding import RATE, noise, play

BLOCKS = 6
TIME = 0.0004
"""Some 19 samples."""


def rough(rows: int, seed: int) -> Signal:
    """Noise that is held for some samples, so that it rises now and then."""
    return np.repeat(noise(rows, BLOCKS * BLOCK // 8, seed), 8, axis=1)


def latched(signal: Signal, trigger: Signal) -> Iterator[float]:
    """Hold."""
    level = last = 0.0
    for value, now in zip(signal, trigger, strict=True):
        level = float(value) if last <= 0 < now else level
        last = now
        yield level


def counted(trigger: Signal, reset: Signal) -> Iterator[float]:
    """Count."""
    count = last = last_reset = 0.0
    for now, back in zip(trigger, reset, strict=True):
        if last_reset <= 0 < back:
            count = 0
        elif last <= 0 < now:
            count += 1
        last, last_reset = now, back
        yield count


def stretched(trigger: Signal) -> Iterator[float]:
    """Make triggers longer."""
    left, last = 0, 0.0
    for now in (trigger[0], *trigger):
        if left:
            left -= 1
        elif last <= 0 < now:
            left = max(int(TIME * RATE + 0.5), 1)
        last = now
        yield float(left > 0)


def swept(trigger: Signal) -> Iterator[float]:
    """Rise."""
    level, last = 0.0, trigger[0]
    for now in trigger:
        level = -last / (now - last) * 3 / RATE if last <= 0 < now else level + 3 / RATE
        last = now
        yield level


def gated(signal: Signal, gate: Signal) -> Iterator[float]:
    """Let through."""
    level = 0.0
    for value, now in zip(signal, gate, strict=True):
        level = float(value) if now > 0 else level
        yield level


@pytest.mark.parametrize("cuts", [(), (1,), (2, 3, 5)])
def test_triggers_are_heard_in_any_spans(cuts: tuple[int, ...]) -> None:
    """The vectorised forms give what a loop over samples gives, for several voices at once."""
    signal, trigger, reset = rough(3, 1), rough(3, 2), rough(3, 3)
    found = {
        "Latch": play("Latch", signal, trigger, cuts=cuts),
        "PulseCount": play("PulseCount", trigger, reset, cuts=cuts),
        "Trig1": play("Trig1", trigger, TIME, cuts=cuts),
        "Sweep": play("Sweep", trigger, 3.0, cuts=cuts),
        "Gate": play("Gate", signal, trigger, cuts=cuts),
    }
    for row in range(3):
        expected = {
            "Latch": list(latched(signal[row], trigger[row])),
            "PulseCount": list(counted(trigger[row], reset[row])),
            "Trig1": list(stretched(trigger[row]))[1:],
            "Sweep": list(swept(trigger[row])),
            "Gate": list(gated(signal[row], trigger[row])),
        }
        for name, values in expected.items():
            assert np.allclose(values, found[name][row], atol=1e-6), name


@pytest.mark.parametrize(
    ("name", "wires"),
    [
        ("ToggleFF", (1,)),
        ("SetResetFF", (2,)),
        ("PulseDivider", (1, 3.0, 0.0)),
        ("Stepper", (2, -2.0, 5.0, 3.0, 1.0)),
        ("Trig", (1, TIME)),
        ("TDelay", (1, TIME)),
        ("Schmidt", (1, -0.2, 0.4)),
        ("Timer", (1,)),
        ("ZeroCrossing", (1,)),
        ("Peak", (2,)),
        ("RunningMin", (2,)),
    ],
)
def test_cuts_change_nothing(name: str, wires: tuple[float, ...]) -> None:
    """A second sounds the same however it is cut into spans, and each voice as if it were alone."""
    signals = [rough(3, seed) for seed in range(int(wires[0]))]
    whole = play(name, *signals, *wires[1:])
    assert np.allclose(whole, play(name, *signals, *wires[1:], cuts=(1, 2, 5)), atol=1e-6)
    for row in range(3):
        assert np.allclose(whole[row], play(name, *(signal[row : row + 1] for signal in signals), *wires[1:])[0])
    assert len(np.unique(whole)) > 1


@pytest.mark.parametrize("rate", [0.013, -0.4, 2.3])
@pytest.mark.parametrize("trigger", [0.0, 1])
def test_a_phasor_goes_round(rate: float, trigger: float) -> None:
    """It stays between its ends, in any spans."""
    signal = rough(2, 5) if trigger else 0.0
    whole = play("Phasor", signal, rate, -0.5, 1.5, 0.25, blocks=BLOCKS)
    cut = play("Phasor", signal, rate, -0.5, 1.5, 0.25, blocks=BLOCKS, cuts=(1, 4))
    assert np.allclose(whole, cut, atol=1e-6)
    if not trigger:
        assert np.allclose((-0.5 + 0.5 + np.arange(BLOCKS * BLOCK) * np.float32(rate)) % 2 - 0.5, whole[0], atol=1e-4)


def test_a_select_holds_its_ends() -> None:
    """Numbers below the first or above the last one take that."""
    index = np.repeat(np.array([[-3, 0.9, 1, 7]], np.float32), BLOCK, axis=1)
    assert [10, 10, 20, 30] == play("Select", index, 10.0, 20.0, 30.0)[0, ::BLOCK].tolist()


def test_a_control_becomes_triggers() -> None:
    """One sample of a period, where it rises."""
    found = play("T2A", np.array([[0, 0.5, 0.7, 0, 2]], np.float32), 3.0, blocks=5)
    places = np.flatnonzero(found[0])
    assert [BLOCK + 3, 4 * BLOCK + 3] == places.tolist()
    assert [0.5, 2] == found[0, places].tolist()


def test_a_signal_becomes_a_control() -> None:
    """The highest of each period's triggers, or its first sample."""
    signal = rough(2, 4)
    periods = signal.reshape(2, BLOCKS, BLOCK)
    assert np.array_equal(np.maximum(periods.max(axis=2), 0), play("T2K", signal, rate=Rate.CONTROL, blocks=BLOCKS))
    assert np.array_equal(periods[:, :, 0], play("A2K", signal, rate=Rate.CONTROL, blocks=BLOCKS))
