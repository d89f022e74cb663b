"""libsndfile, through soundfile: the classes that are used here, and commands that soundfile has no name for.

The commands go through soundfile's private door to the C library. Where a later soundfile has moved it, they answer
False and all goes on less well: an Opus page then holds a second, a WAV file ends at 4 GB. The tests notice.
"""

from typing import Protocol

import soundfile  # type: ignore[import-untyped]

from singing_pager.sinks.sound.samples import Samples

__all__ = ["ERRORS", "RIFF_WHILE_SHORT", "UPDATE_HEADER", "Writer", "command", "frames", "opus_page", "writer"]

ERRORS: tuple[type[Exception], ...] = (soundfile.SoundFileError, AssertionError)
"""What writing raises: soundfile asserts that all was written."""

UPDATE_HEADER = 0x1060
"""SFC_UPDATE_HEADER_NOW of sndfile.h: write the header as if the file ended here."""
RIFF_WHILE_SHORT = 0x1210
"""SFC_RF64_AUTO_DOWNGRADE: a file of less than 4 GB is an ordinary WAV file, a longer one RF64."""
_OGG_PAGE_LATENCY_MS = 0x1302
"""SFC_SET_OGG_PAGE_LATENCY_MS; heeded for Opus, and not for Vorbis."""


class Target(Protocol):
    """Where a writer's bytes go."""

    def write(self, data: bytes) -> int:
        """Take bytes, and say how many."""

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""

    def tell(self) -> int:
        """Say the place."""


class Writer(Protocol):
    """An open `soundfile.SoundFile`."""

    def write(self, data: Samples) -> None:
        """Encode samples."""

    def close(self) -> None:
        """Finish the file."""


def writer(target: Target, *, rate: int, channels: int, container: str, encoding: str) -> Writer:
    """Begin a sound file; names of formats as libsndfile has them."""
    begun: Writer = soundfile.SoundFile(target, "w", rate, channels, format=container, subtype=encoding)
    return begun


def frames(path: str) -> int:
    """Say how many frames a file holds; raises one of ERRORS when it is no sound file."""
    return int(soundfile.info(path).frames)


def command(file: Writer, number: int, *, flag: bool = True) -> bool:
    """Give a command that takes a flag, or nothing; False when it could not be given."""
    try:
        soundfile._snd.sf_command(file._file, number, soundfile._ffi.NULL, int(flag))  # type: ignore[attr-defined] # noqa: SLF001
    except (AttributeError, TypeError):
        return False
    return True


def opus_page(file: Writer, milliseconds: float) -> bool:
    """Have pages end after so much sound (libsndfile gives at least 50 ms, in packets of 20 ms: 60 ms)."""
    try:
        value = soundfile._ffi.new("double *", milliseconds)  # noqa: SLF001
        soundfile._snd.sf_command(file._file, _OGG_PAGE_LATENCY_MS, value, 8)  # type: ignore[attr-defined] # noqa: SLF001
    except (AttributeError, TypeError):
        return False
    return True
