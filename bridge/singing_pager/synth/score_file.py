"""Binary OSC scores as `scsynth -N` takes them: bundles with their length in front, their time counted from 0."""

from collections.abc import Iterator
from pathlib import Path
from struct import unpack

from singing_pager.errors import PagerError

__all__ = ["ScoreFileError", "is_score", "read"]

_HEAD = b"#bundle\0"
_LONGEST = 1 << 30
"""Bytes of the longest bundle that scsynth reads."""
_SHORTEST = 16


class ScoreFileError(PagerError):
    """A file is no binary OSC score."""


def is_score(path: Path) -> bool:
    """Whether a file begins as a binary OSC score does; raises ScoreFileError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(12)[4:] == _HEAD
    except OSError as error:
        raise ScoreFileError(f"{path}: {error.strerror or error}") from error


def read(path: Path) -> Iterator[tuple[int, bytes]]:
    """Give the bundles of a score: time tag (NTP's fixed point, 2**32 a second, from 0) and packet.

    Raises:
        ScoreFileError: The file cannot be read, breaks off, or goes back in time.
    """
    try:
        with path.open("rb") as file:
            last, at = 0, 0
            while raw := file.read(4):
                size = unpack(">i", raw)[0] if len(raw) == len(b"size") else 0
                packet = file.read(size) if _SHORTEST <= size <= _LONGEST else b""
                if not packet.startswith(_HEAD) or len(packet) < size:
                    raise ScoreFileError(f"{path}: byte {at}: no whole bundle with its length in front")
                tag: int = unpack(">Q", packet[8:16])[0]
                if tag < last:
                    raise ScoreFileError(f"{path}: byte {at}: the time goes back; bundles stand in the order of time")
                yield tag, packet
                last, at = tag, at + 4 + size
    except OSError as error:
        raise ScoreFileError(f"{path}: {error.strerror or error}") from error
