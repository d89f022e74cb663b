"""The live stream's formats: a head that every listener gets first, and pieces that can be joined at any time."""

from collections.abc import Callable
from enum import StrEnum
from struct import pack
from typing import Protocol

from singing_pager.sinks.sound import libsndfile
from singing_pager.sinks.sound.samples import Samples, pcm16

__all__ = ["ENCODERS", "Encoder", "Format", "Opus", "Wav"]

_PAGE = b"OggS"
_PAGE_HEAD = 27
_LATENCY = 40.0
"""Milliseconds of an Opus page that are asked for; libsndfile makes 60 of them, the least that it makes."""


class Format(StrEnum):
    """What a listener may ask for."""

    WAV = "wav"
    OGG = "ogg"

    @property
    def media_type(self) -> str:
        """What HTTP calls it."""
        return "audio/wav" if self is Format.WAV else "audio/ogg; codecs=opus"


class Encoder(Protocol):
    """Encodes one run of sound for everybody who listens to it."""

    @property
    def head(self) -> bytes:
        """What stands before the first piece, whichever piece is the first; known after the first `encode`."""

    def encode(self, block: Samples) -> bytes:
        """Give what is ready after this block, whole pieces only; it may be nothing."""

    def close(self) -> None:
        """Let go of what the encoder holds."""


class Wav:
    """16-bit PCM behind a header of unknown length: nothing to compute, no delay, 1.5 Mbit/s of stereo at 48 kHz.

    The two lengths in the header are the largest there are; RFC 2361 knows no other way, and players read on.
    """

    def __init__(self, rate: int, channels: int) -> None:
        unknown = 0xFFFF_FFFF
        form = pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * channels * 2, channels * 2, 16)
        self.head = pack("<4sI4s", b"RIFF", unknown, b"WAVE") + form + pack("<4sI", b"data", unknown)

    def encode(self, block: Samples) -> bytes:
        """Give the block."""
        return pcm16(block)

    def close(self) -> None:
        """Hold nothing, let go of nothing."""


class Opus:
    """Ogg Opus (RFC 7845) of about 120 kbit/s in pages of 60 ms.

    Vorbis would be the other codec in Ogg, but libsndfile writes its pages only when they hold 4 kB: 0.3 s of sound,
    and many seconds of silence (docs/decisions/0008).
    """

    def __init__(self, rate: int, channels: int) -> None:
        self.head = b""
        self._pipe = _Pipe()
        self._out = libsndfile.writer(self._pipe, rate=rate, channels=channels, container="OGG", encoding="OPUS")
        libsndfile.opus_page(self._out, _LATENCY)

    def encode(self, block: Samples) -> bytes:
        """Give the pages that this block has filled."""
        self._out.write(block)
        pages = self._pipe.take()
        if not self.head:
            end = _end_of_head(pages)
            self.head, pages = pages[:end], pages[end:]
        return pages

    def close(self) -> None:
        """Let go of the encoder."""
        self._out.close()
        self._pipe.take()


ENCODERS: dict[Format, Callable[[int, int], Encoder]] = {Format.WAV: Wav, Format.OGG: Opus}
"""Make an encoder for so many samples a second and channels."""


class _Pipe:
    """A file that is only ever written on, and empties itself."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def write(self, data: bytes) -> int:
        self._parts.append(data)
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go nowhere: libsndfile asks for the end when it opens, which is where we are."""
        del offset, whence
        return self._at

    def tell(self) -> int:
        return self._at

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def _end_of_head(pages: bytes) -> int:
    """Where the header pages end: those whose granule position is 0 (RFC 7845, section 3)."""
    at = 0
    while pages.startswith(_PAGE, at) and pages[at + 6 : at + 14] == bytes(8):
        segments = pages[at + 26]
        at += _PAGE_HEAD + segments + sum(pages[at + _PAGE_HEAD : at + _PAGE_HEAD + segments])
    return at
