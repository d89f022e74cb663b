"""The formats of the live stream."""

from itertools import pairwise
from struct import unpack_from

import numpy as np
import pytest
from singing_pager.sinks.sound import libsndfile
from singing_pager.sinks.sound.encoders import ENCODERS, Encoder, Format, Opus, Wav
from sounding import RATE, decoded, pitch, tone

BLOCK = 1024


def encoded(encoder: Encoder, seconds: float, *, level: float = 0.25) -> list[bytes]:
    """Encode a tone block by block."""
    sound = tone(seconds, level=level)
    return [encoder.encode(sound[at : at + BLOCK]) for at in range(0, len(sound) - BLOCK, BLOCK)]


def pages(data: bytes) -> list[tuple[int, int]]:
    """Flags and granule position of each Ogg page."""
    found, at = [], 0
    while at < len(data):
        assert data[at : at + 4] == b"OggS"
        found.append((data[at + 5], unpack_from("<q", data, at + 6)[0]))
        segments = data[at + 26]
        at += 27 + segments + sum(data[at + 27 : at + 27 + segments])
    return found


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("first", [0, 40])
def test_whoever_joins_hears(form: Format, first: int) -> None:
    """The head and whatever pieces follow, from any piece on, are the tone."""
    encoder = ENCODERS[form](RATE, 2)
    pieces = encoded(encoder, 2.0)
    encoder.close()
    heard = decoded(encoder.head + b"".join(pieces[first:]))
    assert len(heard) >= (2.0 - 0.2) * RATE - first * BLOCK
    assert pitch(heard[4800:]) == pytest.approx(440.0, abs=1.0)
    assert np.abs(heard[4800:]).max() == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("level", [0.0, 0.25])
def test_opus_is_never_long_in_coming(level: float) -> None:
    """Pages are whole, none holds more than 60 ms, and each leaves as soon as it is full; of silence too."""
    encoder = Opus(RATE, 2)
    pieces = encoded(encoder, 2.0, level=level)
    ends = [position for _, position in pages(b"".join(pieces))]
    assert max(later - earlier for earlier, later in pairwise(ends)) <= 0.06 * RATE
    fed = 0
    for piece in pieces:
        fed += BLOCK
        if piece:
            assert fed - pages(piece)[-1][1] <= 0.05 * RATE
    encoder.close()


def test_the_head_of_opus() -> None:
    """The head is the two header pages (RFC 7845), and no page of sound is continued from one before."""
    encoder = Opus(RATE, 2)
    pieces = encoded(encoder, 0.5)
    encoder.close()
    assert [(2, 0), (0, 0)] == pages(encoder.head)
    assert [flags for flags, _ in pages(b"".join(pieces))] == [0] * len(pages(b"".join(pieces)))
    assert (b"OpusHead" in encoder.head, b"OpusTags" in encoder.head) == (True, True)


def test_wav_has_no_delay() -> None:
    """Each block leaves at once, as 16-bit integers; what is beyond full scale is clipped."""
    encoder = Wav(RATE, 2)
    assert len(encoder.head) == 44
    assert unpack_from("<4h", encoder.encode(np.array([[1.0, -1.0], [3.0, -3.0]], np.float32))) == (
        *(32767, -32767),
        *(32767, -32767),
    )


def test_commands_reach_libsndfile() -> None:
    """The private door of soundfile is where it was; should it move, the stream's pages grow to a second."""

    class Other:
        def write(self, data: object) -> None:
            """Be no sound file."""

        def close(self) -> None:
            """Be no sound file."""

    assert not libsndfile.command(Other(), libsndfile.UPDATE_HEADER)
    assert not libsndfile.opus_page(Other(), 40.0)
