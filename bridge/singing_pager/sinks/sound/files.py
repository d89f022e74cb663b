"""Sound files, written as the sound comes, in memory that does not grow."""

import contextlib
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from singing_pager.errors import PagerError
from singing_pager.sinks.sound import libsndfile
from singing_pager.sinks.sound.samples import Samples

__all__ = ["SUFFIXES", "SoundFile", "SoundFileError"]

SUFFIXES: dict[str, tuple[str, str]] = {
    ".wav": ("RF64", "PCM_24"),
    ".flac": ("FLAC", "PCM_24"),
    ".ogg": ("OGG", "VORBIS"),
    ".opus": ("OGG", "OPUS"),
}
"""Container and encoding by the end of a file's name, in libsndfile's words.

24 bits lie below every converter's own noise, take three quarters of what floats take, and are read by every player.
"""

_AT_ONCE = 65_536
"""Frames that are given to an encoder at once: Vorbis keeps what it gets on the stack."""


class SoundFileError(PagerError):
    """A sound file cannot be written: which, why, and what is there all the same."""


class SoundFile:
    """A sound file that is being written; the end of its name says the format.

    A `.wav` file is an ordinary WAV file of 24 bits as long as it holds less than 4 GB (4 h of stereo at 48 kHz), and
    RF64 from there on. Its header is brought up to date every second: what a crash leaves can be played.

    Args:
        path: Where; a file that is there is replaced.
        rate: Samples a second.
        channels: Channels.

    Raises:
        SoundFileError: The suffix is none of SUFFIXES, or the file cannot be made.
    """

    def __init__(self, path: Path, *, rate: int = 48_000, channels: int = 2) -> None:
        self.path = path
        self.frames = 0
        self._rate = rate
        self._header_at = 0
        form = SUFFIXES.get(path.suffix.lower())
        if form is None:
            raise SoundFileError(
                f"{path}: {path.suffix or 'no suffix'} is no known format; allowed: {', '.join(SUFFIXES)}"
            )
        try:
            self._disk = _Disk(path)
        except OSError as error:
            raise SoundFileError(f"{path}: {error.strerror or error}") from error
        container, encoding = form
        self._wav = path.suffix.lower() == ".wav"
        try:
            self._out: libsndfile.Writer | None = libsndfile.writer(
                self._disk, rate=rate, channels=channels, container=container, encoding=encoding
            )
        except libsndfile.ERRORS as error:
            why = self._disk.why(error)
            self._disk.close()
            raise SoundFileError(f"{path}: {why} ({encoding}, {rate} samples a second, {channels} channels)") from error
        if self._wav:
            libsndfile.command(self._out, libsndfile.RIFF_WHILE_SHORT)

    @property
    def seconds(self) -> float:
        """How much sound has been written."""
        return self.frames / self._rate

    def write(self, block: Samples) -> None:
        """Write a block of (frames, channels); raises SoundFileError, and the file is closed then."""
        if self._out is None:
            raise SoundFileError(f"{self.path}: is closed")
        for at in range(0, len(block), _AT_ONCE):
            part = block[at : at + _AT_ONCE]
            try:
                self._out.write(part)
            except libsndfile.ERRORS as error:
                raise self._broken(self._disk.why(error)) from error
            self.frames += len(part)
            if self._disk.error is not None:
                raise self._broken(self._disk.why(self._disk.error))
        if self._wav and self.frames >= self._header_at + self._rate:
            self._header_at = self.frames
            libsndfile.command(self._out, libsndfile.UPDATE_HEADER)

    def close(self) -> None:
        """Finish the file; raises SoundFileError when its end cannot be written. Again: nothing happens."""
        if self._out is None:
            return
        try:
            self._out.close()
        except libsndfile.ERRORS as error:
            raise self._broken(self._disk.why(error)) from error
        if self._disk.error is not None:
            raise self._broken(self._disk.why(self._disk.error))
        self._out = None
        self._disk.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None:
            self.close()
            return
        if self._out is not None:
            error.add_note(f"{self.path}: {self._rescue()}")

    def _broken(self, why: str) -> SoundFileError:
        return SoundFileError(f"{self.path}: {why}; {self._rescue()}")

    def _rescue(self) -> str:
        """Close what there is as well as may be, and say what that is."""
        self._disk.error = None
        if self._out is not None:
            with contextlib.suppress(*libsndfile.ERRORS):
                self._out.close()
            self._out = None
        self._disk.close()
        try:
            frames = libsndfile.frames(str(self.path))
        except libsndfile.ERRORS:
            return "what the file holds cannot be played"
        if frames > self.frames + _AT_ONCE:
            # FLAC's header says nothing of its length until the end; players play what there is
            return f"the file holds some of the first {self.seconds:.1f} s"
        return f"the file holds the first {frames / self._rate:.1f} s"


class _Disk:
    """A file as libsndfile calls it; what goes wrong is kept, for nothing can be raised through C."""

    def __init__(self, path: Path) -> None:
        self._file = FileIO(path, "wb")
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write all, or as much as there is room for."""
        written = 0
        try:
            while written < len(data):
                written += self._file.write(data[written:])
        except OSError as error:
            self.error = error
        return written

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Say the place."""
        return self._file.tell()

    def why(self, error: Exception) -> str:
        """Say why writing failed: the system's own reason where there is one."""
        return str(error) if self.error is None else self.error.strerror or str(self.error)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
