"""How often a client may: a bucket of tokens for each, in a table that does not grow."""

import ipaddress
from collections import OrderedDict
from functools import lru_cache

__all__ = ["Buckets", "client"]

_CLIENTS = 4096
"""Clients that are remembered; whoever has been away longest is forgotten first, and finds a full bucket again."""
_NETWORK = 64
"""Bits of an IPv6 address that name a client: the rest he gives himself."""


class Buckets:
    """A bucket for each client, that fills at a rate and holds a burst.

    Args:
        rate: Tokens a second.
        burst: Tokens of a full bucket.
        clients: Clients that are remembered.
    """

    def __init__(self, rate: float, burst: float, clients: int = _CLIENTS) -> None:
        self._rate = rate
        self._burst = burst
        self._clients = clients
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._left)

    def take(self, client: str, now: float) -> float:
        """Take a token at a time; gives 0, or the seconds until there is one when the bucket is empty."""
        left, at = self._left.get(client, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        granted = left >= 1
        self._left[client] = (left - 1 if granted else left, now)
        self._left.move_to_end(client)
        if len(self._left) > self._clients:
            self._left.popitem(last=False)
        return 0.0 if granted else (1 - left) / self._rate


@lru_cache(_CLIENTS)
def client(address: str) -> str:
    """Name the client that an address belongs to: an IPv4 address, or the network of an IPv6 address."""
    try:
        given = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(given, ipaddress.IPv4Address):
        return str(given)
    if given.ipv4_mapped is not None:
        return str(given.ipv4_mapped)
    return str(ipaddress.ip_network((given, _NETWORK), strict=False))
