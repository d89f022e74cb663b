"""Cues as OSC messages: one address per instrument, a moment as one bundle."""

from collections.abc import Callable, Iterator, Sequence
from math import isfinite
from typing import Any, Protocol

from pythonosc.parsing import osc_types

from singing_pager.core.instrument import Catalogue
from singing_pager.model import Cue, Hold, Mix, Outcome, Release, Strike

__all__ = ["LARGEST", "Encoder", "OscSink", "Transport", "message", "osc_arg", "packets", "to_sclang"]

LARGEST = 8192
"""Bytes of the largest packet: what sclang and scsynth take from a datagram without trouble."""

_INT32 = range(-(2**31), 2**31)
_FLOAT32_MAX = 3.4028234663852886e38
_LONGEST_TEXT = 1024

_WRITE: dict[str, Callable[[Any], bytes]] = {
    "i": osc_types.write_int,
    "f": osc_types.write_float,
    "s": osc_types.write_string,
    "b": osc_types.write_blob,
}
_BUNDLE = osc_types.write_string("#bundle")

Encoder = Callable[[Cue], Sequence[bytes]]
"""The OSC messages by which an engine is told of a cue."""


class Transport(Protocol):
    """Something that carries packets to an engine, without ever blocking or raising."""

    def send(self, packet: bytes) -> bool:
        """Hand over one OSC packet; False when it could not leave."""


def osc_arg(value: object) -> tuple[str, int | float | str | bytes]:
    """Give the type tag and value of an argument; the only door to the wire.

    scsynth's reader stumbles over every tag but these four, and sclang reads unknown ones as characters.

    Returns:
        `i` with an int32, `f` with a finite float32, `s` with a text without NUL, cut to 1024 bytes of UTF-8, or `b`
        with bytes.

    Raises:
        ValueError: A number is not finite or does not fit, or a blob is empty.
        TypeError: The value is none of these; NumPy's own scalars are none, but for `float64`, which is a float.
    """
    match value:
        case bool():
            return "i", int(value)
        case int():
            if value not in _INT32:
                raise ValueError(f"{value} does not fit an int32")
            return "i", value
        case float():
            if not isfinite(value) or abs(value) > _FLOAT32_MAX:
                raise ValueError(f"{value} is no finite float32")
            return "f", value
        case str():
            # whatever people put into labels and topics, the packet still fits and still travels
            raw = value.replace("\0", "").encode("utf-8", "replace")[:_LONGEST_TEXT]
            return "s", raw.decode("utf-8", "ignore")
        case bytes():
            if not value:
                raise ValueError("a blob has at least one byte")
            return "b", value
        case _:
            raise TypeError(f"a {type(value).__name__} cannot travel by OSC; allowed: int, float, str, bytes")


def message(address: str, *args: object) -> bytes:
    """Build an OSC message; raises what `osc_arg` raises.

    python-osc's builder takes seven times as long, for it reads back what it has written.
    """
    tagged = [osc_arg(arg) for arg in args]
    tags = "".join(tag for tag, _ in tagged)
    head = osc_types.write_string(address) + osc_types.write_string(f",{tags}")
    return head + b"".join(_WRITE[tag](value) for tag, value in tagged)


def to_sclang(catalogue: Catalogue) -> Encoder:
    """Encode cues as `sonify.scd` takes them: the instrument's parameters, the voice id, then notes; or the mix."""

    def encode(cue: Cue) -> tuple[bytes, ...]:
        match cue:
            case Release(voice):
                return (message("/release", voice),)
            case Strike() | Hold():
                instrument = catalogue[cue.instrument]
                severity = (instrument.severity,) if instrument.severity else ()
                notes = cue.notes if isinstance(cue, Strike) else ()
                return (message(instrument.address, *cue.params, *severity, cue.voice, *notes),)
            case Mix(levels, muted):
                return (message("/mix", *levels, int(muted)),)

    return encode


def packets(messages: Sequence[bytes], when: float | None) -> Iterator[bytes]:
    """Pack the messages of one moment: alone as it is, several as a bundle, more than fits as several bundles.

    Args:
        messages: In the order in which they are to be played.
        when: Unix time of the bundles' time tag; None: at once.
    """
    if when is None and len(messages) == 1:
        yield messages[0]
        return
    tag = osc_types.write_date(osc_types.IMMEDIATELY if when is None else when)
    head = _BUNDLE + tag
    bundle = head
    for content in messages:
        element = osc_types.write_int(len(content)) + content
        if len(bundle) > len(head) and len(bundle) + len(element) > LARGEST:
            yield bundle
            bundle = head
        bundle += element
    if len(bundle) > len(head):
        yield bundle


class OscSink:
    """Plays the cues of each moment on one engine.

    Args:
        encode: Makes an engine's messages of a cue.
        transport: Carries them.
        latency: Seconds that bundles are dated ahead of `clock`; 0: play at once.
        clock: Unix time as the engine's host has it.
        count: Told the engine's name and the kind of each cue that left.
    """

    name = "osc"

    def __init__(
        self,
        encode: Encoder,
        transport: Transport,
        *,
        latency: float,
        clock: Callable[[], float],
        count: Callable[[str, str], None],
    ) -> None:
        self._encode = encode
        self._transport = transport
        self._latency = latency
        self._clock = clock
        self._count = count

    def play(self, moment: Sequence[Outcome]) -> None:
        """Send what the moment's cues say, as one bundle where it is more than one message.

        With a latency the mix leaves by itself and is played at once: a mute does not wait.
        """
        cues = [cue for outcome in moment for cue in outcome.cues]
        if self._latency:
            self._send([cue for cue in cues if isinstance(cue, Mix)], None)
            self._send([cue for cue in cues if not isinstance(cue, Mix)], self._clock() + self._latency)
        else:
            self._send(cues, None)

    def _send(self, cues: Sequence[Cue], when: float | None) -> None:
        messages = [encoded for cue in cues for encoded in self._encode(cue)]
        left = True
        for packet in packets(messages, when):
            left = self._transport.send(packet) and left
        if left:
            for cue in cues:
                self._count(self.name, type(cue).__name__.lower())
