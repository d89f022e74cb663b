"""Binary OSC scores."""

import struct
from pathlib import Path

import pytest
from singing_pager.synth.score_file import ScoreFileError, is_score, read


def bundle(seconds: float, content: bytes = b"/x\0\0,\0\0\0") -> bytes:
    """One bundle with its length in front."""
    packet = b"#bundle\0" + struct.pack(">Qi", round(seconds * 2**32), len(content)) + content
    return struct.pack(">i", len(packet)) + packet


def test_bundles_are_given_with_their_times(tmp_path: Path) -> None:
    """Each bundle comes with its time tag, in the order of the file."""
    path = tmp_path / "score.osc"
    path.write_bytes(bundle(0) + bundle(1.5) + bundle(1.5))
    assert is_score(path)
    assert [0, round(1.5 * 2**32), round(1.5 * 2**32)] == [tag for tag, _ in read(path)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"hello, world!", "byte 0: no whole bundle"),
        (b"\0\0", "byte 0: no whole bundle"),
        (bundle(0) + bundle(1)[:-1], f"byte {len(bundle(0))}: no whole bundle"),
        (bundle(0) + struct.pack(">i", -5), "no whole bundle"),
        (bundle(0) + struct.pack(">i", 2**31 - 1), "no whole bundle"),
        (bundle(2) + bundle(1), "the time goes back"),
    ],
)
def test_what_is_no_score_is_refused(content: bytes, expected: str, tmp_path: Path) -> None:
    """The error names the file, the byte and the fault."""
    path = tmp_path / "score.osc"
    path.write_bytes(content)
    with pytest.raises(ScoreFileError, match=expected) as raised:
        list(read(path))
    assert str(raised.value).startswith(str(path))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A missing file is told as such."""
    with pytest.raises(ScoreFileError, match=r"gone\.osc: No such file"):
        is_score(tmp_path / "gone.osc")
