"""Why a packet did not leave."""

from collections.abc import Callable
from enum import StrEnum

__all__ = ["Count", "Failure"]


class Failure(StrEnum):
    """Why a packet did not leave."""

    REFUSED = "refused"
    """Nobody listens at the port."""
    UNRESOLVED = "unresolved"
    """The host's name has no address."""
    UNREACHABLE = "unreachable"
    """The network does not take it."""
    FULL = "full"
    """The peer, or the socket to it, is too slow."""
    OFFLINE = "offline"
    """No peer is connected."""


Count = Callable[[Failure | None], None]
"""Told the failure of each packet, or None when it left."""
