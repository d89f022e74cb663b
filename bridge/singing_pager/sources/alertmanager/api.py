"""Alertmanager's API v2: every peer of a cluster is asked, one of them told."""

import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeVar

import httpx

from singing_pager import __version__
from singing_pager.errors import ConfigError
from singing_pager.sources.alertmanager.answers import Silence
from singing_pager.sources.alertmanager.peer import AlertmanagerError, Peer

__all__ = ["AlertmanagerError", "Peer", "Peers"]

T = TypeVar("T")


class Peers:
    """The peers of one cluster; an asynchronous context manager.

    Args:
        urls: Their addresses; a name and a password in one of them are for that one.
        username: Of the rest, for Basic authentication; empty: none.
        password: Its password.
        token: Bearer token; empty: none.
        ca_file: Certificates to trust, in place of the system's; empty: the system's.
        timeout: Seconds that one request may take.
        transport: In place of the network, in tests.

    Raises:
        ConfigError: An address is none, or the certificates cannot be read.
    """

    def __init__(
        self,
        urls: Sequence[str],
        *,
        username: str = "",
        password: str = "",
        token: str = "",
        ca_file: str = "",
        timeout: float = 5.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        headers = {"User-Agent": f"singing-pager/{__version__}", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        addresses = [_checked(url) for url in urls]
        secure = bool(ca_file) or any(url.scheme == "https" for url in addresses)
        self._client = httpx.AsyncClient(
            headers=headers,
            verify=_trusted(ca_file) if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            timeout=timeout,
            trust_env=False,  # a proxy or a login of the environment would be a setting from elsewhere
            transport=transport,
        )
        auth = httpx.BasicAuth(username, password) if username else None
        self._peers = [
            Peer(self._client, url, httpx.BasicAuth(url.username, url.password) if url.userinfo else auth, timeout)
            for url in addresses
        ]
        self._first = 0

    async def __aenter__(self) -> Self:
        """Nothing is connected yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._client.aclose()

    def __len__(self) -> int:
        return len(self._peers)

    def __iter__(self) -> Iterator[Peer]:
        return iter(self._peers)

    async def make(self, silence: Silence) -> str:
        """Make or change a silence at the first peer that answers; the cluster tells it to the others.

        Raises:
            AlertmanagerError: None answers, or one would not.
        """
        return await self._one(lambda peer: peer.make(silence))

    async def expire(self, silence: str) -> None:
        """End a silence at the first peer that answers; raises AlertmanagerError."""
        await self._one(lambda peer: peer.expire(silence))

    async def _one(self, tell: Callable[[Peer], Awaitable[T]]) -> T:
        """Tell peers in turn, beginning with the last that answered."""
        failures: list[AlertmanagerError] = []
        for number in range(len(self._peers)):
            place = (self._first + number) % len(self._peers)
            try:
                told = await tell(self._peers[place])
            except AlertmanagerError as error:
                if error.refused:
                    raise
                failures.append(error)
            else:
                self._first = place
                return told
        raise AlertmanagerError("; ".join(map(str, failures)))


def _checked(text: str) -> httpx.URL:
    with suppress(httpx.InvalidURL, UnicodeError):
        url = httpx.URL(text)
        if url.scheme in {"http", "https"} and url.host and not url.query and not url.fragment:
            return url
    shown = text.rpartition("@")[2]
    raise ConfigError(f"ALERTMANAGER_URL: {shown!r} is no address; allowed: http(s)://host:port and a path prefix")


def _trusted(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        reason = error.strerror or error
        raise ConfigError(
            f"ALERTMANAGER_CA_FILE: {ca_file}: {reason}; a file of certificates (PEM) is needed"
        ) from error
