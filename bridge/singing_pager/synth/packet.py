"""OSC packets as a server takes them: bundles unpacked, messages decoded."""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import unpack_from

from pythonosc.osc_message import OscMessage

__all__ = ["IMMEDIATELY", "Message", "PacketError", "messages"]

IMMEDIATELY = 1
"""The time tag that means now."""
_BUNDLE = b"#bundle\0"
_HEAD = 16
_DEEPEST = 8


class PacketError(Exception):
    """A packet is no OSC."""


@dataclass(frozen=True, slots=True)
class Message:
    """One OSC message: its address, its arguments (arrays as lists), and its bundle's NTP time tag."""

    address: str
    arguments: tuple[object, ...]
    tag: int = IMMEDIATELY


def messages(packet: bytes, tag: int = IMMEDIATELY, depth: int = 0) -> Iterator[Message]:
    """Give the messages of a packet in order; raises PacketError.

    Args:
        packet: A message or a bundle.
        tag: Time tag of the bundle that the packet is in.
        depth: How many bundles the packet is in.
    """
    if not packet.startswith(_BUNDLE):
        yield _message(packet, tag)
        return
    if len(packet) < _HEAD or depth > _DEEPEST:
        raise PacketError("a bundle without a time tag, or bundles in bundles without end")
    own: int = unpack_from(">Q", packet, 8)[0]
    at = _HEAD
    while at < len(packet):
        if at + 4 > len(packet):
            raise PacketError("a bundle ends in the middle of a size")
        size: int = unpack_from(">i", packet, at)[0]
        at += 4
        if size <= 0 or at + size > len(packet):
            raise PacketError("a bundle says that it holds more than it does")
        yield from messages(packet[at : at + size], own, depth + 1)
        at += size


def _message(packet: bytes, tag: int) -> Message:
    try:
        read = OscMessage(packet)
    except Exception as error:  # python-osc lets struct's and codecs' own errors through
        raise PacketError(str(error)) from error
    return Message(read.address, tuple(read.params), tag)
