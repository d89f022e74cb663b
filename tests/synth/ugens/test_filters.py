"""Filters: what the comparison with scsynth does not show."""

from collections.abc import Callable

import numpy as np
import pytest
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Signal
from synth.sounding import RATE, Wire, noise, play

BLOCKS = 24
FRAMES = BLOCKS * BLOCK
CUTS = (1, 2, 7, 16)

Sound = Callable[[int], Wire]
"""An argument for so many voices."""


def fixed(value: float) -> Sound:
    """Give the same constant to all."""
    return lambda _: value


def own(low: float, high: float) -> Sound:
    """Give each voice its own constant."""
    return lambda rows: np.linspace(low, high, rows, dtype=np.float32)[:, None]


def moving(low: float, high: float, columns: int = BLOCKS) -> Sound:
    """Give each voice its own line, at control rate unless as many columns as samples are asked for."""
    return lambda rows: np.linspace(low, high, rows * columns, dtype=np.float32).reshape(rows, columns)


FILTERS: dict[str, tuple[str, tuple[Sound, ...]]] = {
    "lpf": ("LPF", (fixed(900),)),
    "lpf of its own": ("LPF", (own(200, 2000),)),
    "lpf moved": ("LPF", (moving(200, 2000),)),
    "hpf moved at audio rate": ("HPF", (moving(200, 2000, FRAMES),)),
    "bpf": ("BPF", (moving(200, 2000), fixed(0.3))),
    "brf": ("BRF", (own(200, 2000), moving(0.2, 1))),
    "rlpf": ("RLPF", (moving(200, 2000), own(0.1, 1))),
    "rhpf": ("RHPF", (own(200, 2000), fixed(0.2))),
    "mid eq": ("MidEQ", (own(200, 2000), fixed(0.2), moving(-6, 12))),
    "resonz": ("Resonz", (moving(200, 2000), fixed(0.2))),
    "ringz": ("Ringz", (own(200, 2000), moving(0.01, 0.1))),
    "formlet": ("Formlet", (own(200, 2000), fixed(0.01), moving(0.02, 0.1))),
    "two pole": ("TwoPole", (moving(200, 2000), fixed(0.9))),
    "two zero": ("TwoZero", (moving(200, 2000), fixed(0.9))),
    "sos": ("SOS", (fixed(0.1), fixed(0.2), moving(0, 0.3), own(0.1, 0.9), fixed(-0.3))),
    "sos at audio rate": ("SOS", (*(moving(0, 0.1 * n, FRAMES) for n in range(1, 6)),)),
    "moog": ("MoogFF", (moving(200, 2000), own(0, 4), fixed(0))),
    "moog begun anew": ("MoogFF", (own(200, 2000), moving(0, 4), moving(-1, 1))),
    "one pole": ("OnePole", (moving(-0.9, 0.9),)),
    "one pole at audio rate": ("OnePole", (moving(-0.9, 0.9, FRAMES),)),
    "one zero": ("OneZero", (moving(-0.9, 0.9),)),
    "leak": ("LeakDC", (own(0.9, 0.999),)),
    "integrator": ("Integrator", (moving(0.5, 0.99),)),
    "fos": ("FOS", (fixed(0.3), fixed(0.2), moving(-0.9, 0.9))),
    **{name: (name, ()) for name in ("LPZ1", "HPZ1", "LPZ2", "HPZ2", "BPZ2", "BRZ2", "Slope", "Delay1", "Delay2")},
}


@pytest.mark.parametrize(("name", "arguments"), FILTERS.values(), ids=FILTERS)
def test_spans_may_be_cut_anywhere(name: str, arguments: tuple[Sound, ...]) -> None:
    """A sound in one span is what it is in several."""
    wires = (noise(3, FRAMES), *(argument(3) for argument in arguments))
    whole = play(name, *wires)
    assert np.abs(whole).max() > 0.01
    np.testing.assert_allclose(whole, play(name, *wires, cuts=CUTS), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("name", "arguments"), FILTERS.values(), ids=FILTERS)
def test_voices_are_what_each_is_alone(name: str, arguments: tuple[Sound, ...]) -> None:
    """Voices that sound together do not know of each other, even if one of them has gone mad."""
    source = noise(3, FRAMES)
    wires = (source, *(argument(3) for argument in arguments))
    alone = [play(name, *(_row(wire, row) for wire in wires), blocks=BLOCKS) for row in range(3)]
    np.testing.assert_allclose(np.concatenate(alone), play(name, *wires), rtol=1e-5, atol=1e-5)
    source[0, 100:200:30] = np.nan
    source[0, 700] = np.inf
    mad = play(name, *wires)
    assert not np.isfinite(mad[0]).all()
    np.testing.assert_allclose(np.concatenate(alone[1:]), mad[1:], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("name", "arguments"), FILTERS.values(), ids=FILTERS)
def test_a_voice_may_begin_later(name: str, arguments: tuple[Sound, ...]) -> None:
    """A voice that comes to others is what it would be without them."""
    wires = (noise(3, FRAMES), *(argument(3) for argument in arguments))
    found = play(name, *wires, cuts=CUTS, begins=(0, 7, 2))
    alone = play(name, *(_from(_row(wire, 1), 7) for wire in wires), blocks=BLOCKS - 7)
    np.testing.assert_allclose(alone[0], found[1, 7 * BLOCK :], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("name", "arguments"), FILTERS.values(), ids=FILTERS)
def test_no_filter_stays_mad(name: str, arguments: tuple[Sound, ...]) -> None:
    """What is no number is forgotten with the end of its span, and its voice sounds again."""
    source = noise(3, FRAMES)
    source[0, 100] = np.nan
    found = play(name, source, *(argument(3) for argument in arguments), cuts=(4,))
    assert np.isfinite(found[:, 5 * BLOCK :]).all()


@pytest.mark.parametrize(("name", "arguments"), FILTERS.values(), ids=FILTERS)
def test_control_rate_is_a_rate_of_its_own(name: str, arguments: tuple[Sound, ...]) -> None:
    """At control rate a filter takes and gives a value a period, wherever it is cut."""
    source = noise(2, BLOCKS)
    found = []
    for cuts in ((), CUTS):
        wires = (_slow(argument(2)) for argument in arguments)
        found.append(play(name, source, *wires, rate=Rate.CONTROL, blocks=BLOCKS, cuts=cuts))
    assert (2, BLOCKS) == found[0].shape
    np.testing.assert_allclose(found[0], found[1], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "arguments", "freq", "expected"),
    [
        ("LPF", (1000,), 1000, np.sqrt(0.5)),
        ("LPF", (1000,), 100, 1),
        ("HPF", (1000,), 1000, np.sqrt(0.5)),
        ("HPF", (1000,), 10000, 1),
        ("BPF", (1000, 0.2), 1000, 1),
        ("BPF", (1000, 0.2), 200, 0.042),
        ("BRF", (1000, 0.2), 1000, 0),
        ("RLPF", (1000, 0.2), 1000, 5),
        ("RHPF", (1000, 0.2), 1000, 5),
        ("Resonz", (1000, 0.2), 1000, 1),
        ("MidEQ", (1000, 0.2, 6), 1000, 2),
        ("MoogFF", (1000, 0, 0), 1000, 0.25),
        ("LPZ1", (), 12000, np.sqrt(0.5)),
    ],
)
def test_how_loud_a_frequency_comes_through(
    name: str, arguments: tuple[float, ...], freq: float, expected: float
) -> None:
    """A sine in the steady state is as much louder or softer as the filter's name says."""
    frames = 750 * BLOCK
    sine = np.sin(2 * np.pi * freq / RATE * np.arange(frames))[None, :].astype(np.float32)
    settled = play(name, sine, *arguments)[0, frames // 2 :]
    assert expected == pytest.approx(np.sqrt(2 * np.mean(settled**2)), abs=0.01 + 0.02 * expected)


def test_a_ringing_filter_rings_for_its_time() -> None:
    """After the decay time a struck resonator is 60 dB down."""
    struck = np.zeros((1, 150 * BLOCK), np.float32)
    struck[0, 1] = 1
    found = np.abs(play("Ringz", struck, 1000, 0.1))[0]
    assert 0.001 == pytest.approx(found[4800:4848].max() / found[:50].max(), rel=0.1)


def test_a_tail_ends_in_silence() -> None:
    """What has rung down is 0 and not a number so small that it costs time."""
    struck = np.zeros((1, 400 * BLOCK), np.float32)
    struck[0, 0] = 1
    found = play("RLPF", struck, 500, 0.5, cuts=range(10, 400, 10))
    assert found[0, :1000].any()
    assert not found[0, -64:].any()


def test_a_jump_of_a_coefficient_takes_a_period() -> None:
    """Coefficients go to where a new frequency wants them, in steps of three samples: no click at the change."""
    level = np.ones((1, 8 * BLOCK), np.float32)
    freqs = np.repeat(np.array([[200, 4000]], np.float32), 4, axis=1)
    found = play("BPF", level, freqs, 1.0)
    np.testing.assert_allclose(play("BPF", level, 200.0, 1.0)[0, : 4 * BLOCK + 3], found[0, : 4 * BLOCK + 3], atol=1e-6)


def test_a_signal_of_one_row_serves_all_voices() -> None:
    """An input that is the same for all voices meets an argument that is not."""
    source: Signal = noise(1, FRAMES)
    freqs = np.array([[300], [3000]], np.float32)
    both = play("LPF", source, freqs)
    np.testing.assert_allclose(play("LPF", source, 3000.0)[0], both[1], atol=1e-6)


def _row(wire: Wire, row: int) -> Wire:
    return wire if isinstance(wire, int | float) else wire[row % len(wire) :][:1]


def _from(wire: Wire, period: int) -> Wire:
    if isinstance(wire, int | float) or wire.shape[1] == 1:
        return wire
    return wire[:, period * wire.shape[1] // BLOCKS :]


def _slow(wire: Wire) -> Wire:
    return wire if isinstance(wire, int | float) or wire.shape[1] <= BLOCKS else wire[:, ::BLOCK]
