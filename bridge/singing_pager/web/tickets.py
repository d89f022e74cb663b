"""Tickets: what a page shows at the door of `/ws`, where a browser sends no credentials of its own."""

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from singing_pager.web.auth import Token

__all__ = ["Tickets"]

_LASTS = 30.0
"""Seconds within which a ticket is to be used."""
_MOST = 1024
"""Tickets that may be out; of more the oldest is no longer good."""


class Tickets:
    """Tickets that are out: 256 random bits, each good once and for half a minute.

    An address, unlike a header, gets into logs and histories; what stands in one is therefore worth nothing afterwards.

    Args:
        clock: Seconds of a clock that never jumps back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._out: OrderedDict[bytes, tuple[float, Token | None]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._out)

    def issue(self, holder: Token | None) -> str:
        """Make a ticket for whoever came in by a token; None: no token was asked for."""
        self._forget()
        ticket = secrets.token_urlsafe(32)
        self._out[_digest(ticket)] = (self._clock() + _LASTS, holder)
        if len(self._out) > _MOST:
            self._out.popitem(last=False)
        return ticket

    def redeem(self, ticket: str) -> Token | None:
        """Take a ticket back, and say whose it was; None: it is not good, or no longer."""
        self._forget()
        _, holder = self._out.pop(_digest(ticket), (0.0, None))
        return holder

    def _forget(self) -> None:
        now = self._clock()
        while self._out and next(iter(self._out.values()))[0] <= now:
            self._out.popitem(last=False)


def _digest(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode("utf-8", "replace")).digest()
