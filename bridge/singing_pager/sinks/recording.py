"""Recordings: outcomes in a file, one JSON object a line, to be heard and asked again.

The first line says what the file is; each further one is an `Outcome` (see `model`): event, time, cues, rules, drops.
Files whose name ends in `.gz` are compressed.
"""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, cast

import msgspec

from singing_pager.errors import PagerError
from singing_pager.model import Outcome, Tick

__all__ = ["RecordingError", "RecordingSink", "is_recording", "read"]

_VERSION = 1
_LONGEST = 1 << 24
"""Bytes of a line that is read: more than 10,000 alerts' worth of one outcome."""


_FLUSH = 1.0
"""Seconds of the pager's clock after which what was written is brought to the file."""


class RecordingError(PagerError):
    """A recording cannot be written or read."""


class _Head(msgspec.Struct):
    singing_pager_recording: int


class RecordingSink:
    """Writes every outcome to a file; ticks that bring nothing about are left out.

    Args:
        path: The file; one that is there is written anew.

    Raises:
        RecordingError: It cannot be written.
    """

    name = "recording"

    def __init__(self, path: Path) -> None:
        self._encoder = msgspec.json.Encoder(enc_hook=_nothing)
        self._flushed = 0.0
        try:
            self._file = _open(path, "wb")
            self._file.write(self._encoder.encode(_Head(_VERSION)) + b"\n")
        except OSError as error:
            raise RecordingError(f"{path}: {error.strerror or error}") from error

    def play(self, moment: Sequence[Outcome]) -> None:
        """Write the outcomes of one moment; raises OSError when the disk does not take them."""
        for outcome in moment:
            if outcome.cues or not isinstance(outcome.event, Tick):
                self._file.write(self._encoder.encode(outcome) + b"\n")
        # ticks come through here too: of a quiet night no more than a second is lost with the process
        if moment and moment[-1].at >= self._flushed + _FLUSH:
            self._flushed = moment[-1].at
            self._file.flush()

    def close(self) -> None:
        """Bring what is left to the file; raises RecordingError when the disk does not take it."""
        try:
            self._file.close()
        except OSError as error:
            raise RecordingError(f"the end of the recording is lost: {error.strerror or error}") from error


def is_recording(path: Path) -> bool:
    """Whether a file is a recording of the pager; raises RecordingError when it cannot be read."""
    try:
        with _open(path, "rb") as file:
            return b'"singing_pager_recording"' in file.readline(200)
    except (OSError, EOFError, zlib.error) as error:
        raise RecordingError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def read(path: Path) -> Iterator[Outcome]:
    """Give the outcomes of a recording, as they were written; raises RecordingError with file and line.

    A last line that breaks off, as a crash leaves it, ends the recording.
    """
    decoder = msgspec.json.Decoder(Outcome)
    try:
        with _open(path, "rb") as file:
            _check_head(path, file.readline(_LONGEST))
            for number, line in enumerate(iter(lambda: file.readline(_LONGEST), b""), 2):
                try:
                    yield decoder.decode(line)
                except msgspec.MsgspecError as error:
                    if not line.endswith(b"\n") and len(line) < _LONGEST:
                        return
                    raise RecordingError(f"{path}:{number}: {error}; an outcome is needed") from error
    except EOFError:
        return
    except (OSError, zlib.error) as error:
        raise RecordingError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def _check_head(path: Path, line: bytes) -> None:
    try:
        head = msgspec.json.decode(line, type=_Head)
    except msgspec.MsgspecError as error:
        raise RecordingError(f"{path}:1: is no recording of the pager: {error}") from error
    if head.singing_pager_recording != _VERSION:
        raise RecordingError(f"{path}:1: has version {head.singing_pager_recording}; allowed: {_VERSION}")


def _open(path: Path, mode: str) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, mode))
    return path.open(mode)


def _nothing(_: object) -> None:
    """What JSON has no form for, such as the score of a `Reload`, is left out."""
