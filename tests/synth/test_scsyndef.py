"""Reading compiled SynthDefs."""

import contextlib
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singing_pager import instruments
from singing_pager.synth.graph import prepare
from singing_pager.synth.scsyndef import Rate, SynthDefError, parse, read
from synthdefs import compiled, passing, synthdef, tone, ugen

GOOD = compiled(tone(), passing())


def test_what_was_written_is_read() -> None:
    """A SynthDef is the same before it is written and after it is read."""
    expected = [tone("a"), synthdef("b", [ugen("Control", Rate.CONTROL)], {"x": 0.5}, {"b.loud": (2.0,)})]
    assert expected == parse(compiled(*expected))


def test_every_synthdef_of_the_pager_can_be_played() -> None:
    """All that sclang has compiled of ours is read, and needs no UGen that the engine does not have."""
    files = sorted(instruments.compiled_path().glob("*.scsyndef"))
    assert {*instruments.load(), "mix", "safety"} == {
        prepare(one).synthdef.name for file in files for one in read(file)
    }


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "is no compiled SynthDef"),
        (b"RIFF" + GOOD[4:], "is no compiled SynthDef"),
        (b"SCgf" + struct.pack(">ih", 1, 1), "has format version 1; allowed: 2"),
        (GOOD[:-3], "in the middle of a SynthDef"),
        (GOOD[:10] + b"\x04tone" + struct.pack(">i", -5), "a count of -5"),
        (compiled(synthdef("x", [ugen("SinOsc", Rate.AUDIO, (3, 0))])), "a SinOsc that takes what is not there"),
        (compiled(synthdef("x", [ugen("SinOsc", Rate.AUDIO, (0, 0))])), "a SinOsc that takes what is not there"),
    ],
)
def test_a_broken_file_is_refused_with_the_reason(data: bytes, expected: str, tmp_path: Path) -> None:
    """The error names the file and says what is wrong with it."""
    path = tmp_path / "broken.scsyndef"
    path.write_bytes(data)
    with pytest.raises(SynthDefError, match=expected) as raised:
        list(read(path))
    assert str(raised.value).startswith(str(path))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A missing file is no SynthDef, and no other error."""
    with pytest.raises(SynthDefError, match=r"gone\.scsyndef: No such file"):
        list(read(tmp_path / "gone.scsyndef"))


@given(st.binary(max_size=60), st.integers(0, len(GOOD)))
def test_whatever_a_file_holds_only_synthdef_error_is_raised(junk: bytes, place: int) -> None:
    """Bytes of any kind are read, or refused."""
    with contextlib.suppress(SynthDefError):
        parse(GOOD[:place] + junk + GOOD[place + len(junk) :])


def test_an_unknown_ugen_is_refused_by_name() -> None:
    """The error names every UGen that is missing, and the SynthDef."""
    strange = synthdef("strange", [ugen("PV_Magic", Rate.CONTROL), ugen("Antenna", Rate.AUDIO)])
    with pytest.raises(SynthDefError, match="'strange' needs Antenna, PV_Magic"):
        prepare(strange)
