"""What every answer says to a browser, and to whom it belongs."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from starlette.types import Message, Scope, Send

__all__ = ["dressed", "host_name", "is_address", "is_own"]

_Header = tuple[bytes, bytes]

_ALWAYS: tuple[_Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_UNLESS_GIVEN: tuple[_Header, ...] = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
"""A page brings rules of its own."""
_STARTS = frozenset({"http.response.start", "websocket.http.response.start"})
_LONGEST = 300
"""Bytes of a Host header: a name has 253 at most, and longer ones are not remembered."""
_STRICT: _Header = (b"strict-transport-security", b"max-age=31536000")


def dressed(scope: Scope, host: bytes, extra: Iterable[_Header], send: Send) -> Send:
    """Make a `send` that adds to every answer what browsers are to keep to.

    Args:
        scope: Of the request.
        host: Its Host header.
        extra: Further headers.
        send: Takes the answer.
    """
    added = (*_ALWAYS, *extra, _STRICT) if _keeps_to_tls(scope, host) else (*_ALWAYS, *extra)

    async def send_dressed(message: Message) -> None:
        if message["type"] in _STARTS:
            given = message["headers"]
            names = {name for name, _ in given}
            message["headers"] = [*given, *added, *(each for each in _UNLESS_GIVEN if each[0] not in names)]
        await send(message)

    return send_dressed


def _keeps_to_tls(scope: Scope, host: bytes) -> bool:
    # the rule holds for every port of a name: where we have not the whole name, the neighbours may not speak TLS
    return (
        scope["scheme"] in {"https", "wss"}
        and b":" not in host
        and host != b"localhost"
        and not is_address(host_name(host))
    )


def host_name(host: bytes) -> str:
    """Take the name out of a Host header: in small letters, without its port; empty when it is none."""
    return _host_name(host) if len(host) <= _LONGEST else ""


@lru_cache(1024)
def _host_name(host: bytes) -> str:
    name = host.decode("latin-1").lower()
    if name.startswith("["):
        name, bracket, port = name[1:].partition("]")
        port = port.removeprefix(":") if port.startswith(":") or not port else "none"
        name = name if bracket and ":" in name else ""
    else:
        name, _, port = name.partition(":")
    return "" if port and not (port.isascii() and port.isdecimal()) else name.removesuffix(".")


@lru_cache(1024)
def is_address(name: str) -> bool:
    """Tell whether a name is an IP address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_own(origin: bytes, host: bytes, *, secure: bool) -> bool:
    """Tell whether a web origin is the one that is asked: the same name and port, and no plain HTTP where we speak TLS.

    Where we do not, a proxy may: the scheme says nothing then.
    """
    scheme, _, name = origin.lower().partition(b"://")
    return name == host.lower() and (scheme == b"https" or not secure)
