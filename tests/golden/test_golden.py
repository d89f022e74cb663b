"""The built-in engine beside scsynth: the same score goes through both, and the same sound comes out."""

from __future__ import annotations

import functools
import operator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from golden.compiled import used
from golden.engines import RATE, Recordings, compile_synthdefs, ours, played
from golden.limits import EXCEPTIONS, limit
from golden.noises import DRAWS, HELD, NOISES, Noise
from golden.residual import AUDIBLE, colour, residual, rms, unlike
from golden.scores import CASES, COMPILED, RANDOM, SETTINGS, SMALL, Case
from scipy import stats

if TYPE_CHECKING:
    from golden.residual import Colour

pytestmark = pytest.mark.needs("studio")

ENGINE = Path(__file__).parents[2] / "docs" / "engine.md"

BOTH = ("ar", "kr")
UGENS = {
    name: rates
    for names, rates in (
        ("SinOsc LFSaw LFTri LFPulse LFCub Impulse VarSaw SyncSaw FSinOsc", BOTH),
        ("Saw Pulse Blip", ("ar",)),
        ("WhiteNoise PinkNoise BrownNoise LFNoise0 LFNoise1 LFNoise2 Dust", BOTH),
        ("Rand ExpRand IRand LinRand NRand", ("ir",)),
        ("EnvGen Line XLine DC", BOTH),
        ("Linen A2K T2K LagControl TrigControl", ("kr",)),
        ("K2A T2A AudioControl", ("ar",)),
        ("Control", ("ir", "kr")),
        ("Lag Lag2 Lag3 LagUD Lag2UD Lag3UD VarLag Ramp Decay Decay2 LeakDC OnePole OneZero", BOTH),
        ("LPF HPF BPF RLPF RHPF Resonz Ringz MoogFF", BOTH),
        ("CombN CombL CombC AllpassN AllpassL AllpassC DelayN DelayL DelayC", BOTH),
        ("FreeVerb Limiter Compander", ("ar",)),
        ("CheckBadValues Sanitize Clip Fold Wrap LinExp", BOTH),
        ("Select Latch Trig Trig1 ToggleFF Sweep Phasor Demand TDuty", BOTH),
        ("Dseq Dser Drand", ("dr",)),
        ("Pan2 Balance2 XFade2 In Out ReplaceOut", BOTH),
        ("OffsetOut", ("ar",)),
        ("Sum3 Sum4 MulAdd", BOTH),
    )
    for name in names.split()
}
"""What must be compared, and at which rates."""


@pytest.fixture(scope="session")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled SynthDefs of these tests, with the product's own beside them."""
    return compile_synthdefs(tmp_path_factory.mktemp("golden") / "synthdefs")


@pytest.fixture(scope="session")
def recordings(definitions: Path) -> Recordings:
    """What scsynth plays."""
    return Recordings(definitions.parent / "theirs", definitions, CASES)


# The table


def test_every_synthdef_is_compared(definitions: Path) -> None:
    """What is compiled is played by some score, and the product's own too."""
    played_by_some = {name for case in (*CASES, *DRAWS) for name in case.synthdefs}
    played_by_some |= {noise.synthdef for noise in NOISES}
    assert {path.stem for path in definitions.glob("*.scsyndef")} - played_by_some == {
        "g_draw_pinknoise",
        "g_draw_brownnoise",
    }
    assert {path.stem for path in COMPILED.glob("*.scsyndef")} <= played_by_some


def test_the_table_is_in_order() -> None:
    """No case is there twice, and no control is set of a SynthDef that is not there."""
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))
    assert set(SETTINGS) <= set(SMALL)
    assert set(EXCEPTIONS) <= {*names, *RANDOM}


def test_every_ugen_is_compared(definitions: Path) -> None:
    """Each UGen is exercised at each rate that it has."""
    expected = {f"{name}.{rate}" for name, rates in UGENS.items() for rate in rates}
    assert expected - used(definitions.glob("g_*.scsyndef")) == set()


def test_exceptions_are_explained() -> None:
    """The documentation has the reason of every case that need not keep the limit."""
    text = " ".join(ENGINE.read_text(encoding="utf-8").split()) if EXCEPTIONS else ""
    assert [name for name, reason in EXCEPTIONS.items() if reason not in text] == []


# Sounds that are the same at each run


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_sounds_as_on_scsynth(
    case: Case, definitions: Path, recordings: Recordings, residuals: dict[str, tuple[float, float]]
) -> None:
    """What is left when one engine is taken from the other is at most −90 dB of the sound."""
    theirs = recordings.take(case)
    assert (rms(theirs) < AUDIBLE) is case.silent
    apart = residual(ours(case, definitions), theirs)
    residuals[case.name] = (apart, limit(case.name))
    assert apart <= limit(case.name)


# Sounds that are different at each run


def _colour(noise: Noise, definitions: Path, *, built_in: bool) -> Colour:
    case = noise.case()
    takes = (
        ours(case, definitions, seed=take) if built_in else played(case.moments, case.seconds, definitions)
        for take in range(noise.takes)
    )
    return functools.reduce(operator.add, (colour(take, RATE, noise.period, noise.frame) for take in takes))


@pytest.mark.parametrize("noise", NOISES, ids=lambda noise: noise.name)
def test_noise_has_the_same_colour(noise: Noise, definitions: Path, colours: dict[str, tuple[float, float]]) -> None:
    """Every third of an octave is within 1 dB of scsynth's, and the envelope within 1.5 dB."""
    theirs = _colour(noise, definitions, built_in=False)
    assert theirs.frames.max() > 0.0
    mine = _colour(noise, definitions, built_in=True)
    bands = float(unlike(mine.bands, theirs.bands, -40.0).max())
    envelope = float(unlike(mine.frames, theirs.frames, -25.0).max())
    colours[noise.name] = (bands, envelope)
    assert bands <= 1.0
    assert envelope <= 1.5


@pytest.mark.parametrize("case", DRAWS, ids=lambda case: case.name)
def test_random_values_are_spread_alike(case: Case, definitions: Path) -> None:
    """Values that are drawn one after the other have scsynth's distribution."""
    theirs = played(case.moments, case.seconds, definitions)
    mine = ours(case, definitions, seed=1)
    there, here = (sound[HELD * 3 // 4 :: HELD].ravel() for sound in (theirs, mine))
    assert len(np.unique(there)) > 1
    # scsynth draws anew each time: the exact method gives up at some of its draws
    assert stats.ks_2samp(here, there, method="asymp").pvalue > 1e-6
