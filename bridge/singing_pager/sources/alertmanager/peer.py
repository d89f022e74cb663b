"""One Alertmanager, asked by its API v2."""

import asyncio
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import quote

import httpx
import msgspec

from singing_pager.errors import PagerError
from singing_pager.sources.alert import unix_time
from singing_pager.sources.alertmanager.answers import Answer, Known, Silence

__all__ = ["AlertmanagerError", "Peer"]

T = TypeVar("T")

_LARGEST = 1 << 26
"""Bytes of an answer that is read: more than 50,000 alerts."""
_AT_A_STRETCH = 200
"""Alerts decoded before others have a turn."""
_SHOWN = 200
"""Characters of a refusal that are shown."""
_ALERTS = "alerts?active=true&silenced=true&inhibited=true&unprocessed=true"


class AlertmanagerError(PagerError):
    """An Alertmanager does not answer, or not as it should; the sentence names it.

    Attributes:
        refused: It has answered that it will not: what was asked is not done.
        unknown: Because it does not know the silence.
    """

    def __init__(self, sentence: str, *, refused: bool = False, unknown: bool = False) -> None:
        super().__init__(sentence)
        self.refused = refused
        self.unknown = unknown


class _Cluster(msgspec.Struct):
    peers: list[msgspec.Raw] = []


class _Status(msgspec.Struct):
    uptime: str
    cluster: _Cluster = msgspec.field(default_factory=_Cluster)


class _Made(msgspec.Struct):
    id: str = msgspec.field(name="silenceID")


class Peer:
    """One Alertmanager.

    Args:
        client: Sends requests.
        url: Its address, with the prefix of its paths where it has one.
        auth: Name and password.
        timeout: Seconds that one request may take.
    """

    def __init__(self, client: httpx.AsyncClient, url: httpx.URL, auth: httpx.Auth | None, timeout: float) -> None:
        self._client = client
        self._auth = auth
        self._timeout = timeout
        # without the password: whoever reads the log is not to read that
        self.url = str(url.copy_with(userinfo=b"", query=None, fragment=None)).rstrip("/")

    async def ask(self, now: float) -> Answer:
        """Ask for all that it knows.

        Args:
            now: Unix time, for one that does not say what time it is.

        Raises:
            AlertmanagerError: It does not answer, or not as it should.
        """
        status, date = await self._get("status", _Status)
        date, started = date or now, unix_time(status.uptime)
        silences = await self._many("silences", Silence)
        alerts = await self._many(_ALERTS, Known)
        return Answer(
            alerts={alert.fingerprint: alert for alert in alerts},
            silences={silence.id: silence for silence in silences},
            age=max(0.0, date - started) if started else 0.0,
            members=len(status.cluster.peers),
        )

    async def make(self, silence: Silence) -> str:
        """Make a silence, or change the one of its id; gives its id, which may be a new one.

        Raises:
            AlertmanagerError: It would not, or nobody knows.
        """
        answer, _ = await self._send("POST", "silences", silence.written())
        return self._decoded("silences", answer, _Made).id

    async def expire(self, silence: str) -> None:
        """End a silence, which may have ended already; raises AlertmanagerError."""
        await self._send("DELETE", f"silence/{quote(silence, safe='')}")

    async def _get(self, path: str, kind: type[T]) -> tuple[T, float]:
        """What is at a path, and what time it is there."""
        body, date = await self._send("GET", path)
        return self._decoded(path, body, kind), date

    async def _many(self, path: str, kind: type[T]) -> list[T]:
        """A list, giving way to others after every few."""
        found: list[T] = []
        for raw in (await self._get(path, list[msgspec.Raw]))[0]:
            found.append(self._decoded(path, raw, kind))
            if len(found) % _AT_A_STRETCH == 0:
                await asyncio.sleep(0)
        return found

    def _decoded(self, path: str, body: bytes | msgspec.Raw, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise AlertmanagerError(
                f"{self.url}: /api/v2/{path.partition('?')[0]} is not what Alertmanager answers: {error}"
            ) from error

    async def _send(self, method: str, path: str, content: bytes | None = None) -> tuple[bytes, float]:
        url = f"{self.url}/api/v2/{path}"
        headers = {"Content-Type": "application/json"} if content is not None else {}
        body = bytearray()
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._client.stream(method, url, content=content, headers=headers, auth=self._auth) as answer,
            ):
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > _LARGEST:
                        raise AlertmanagerError(f"{self.url}: answered {method} {path} with more than {_LARGEST} bytes")
        except TimeoutError:
            raise AlertmanagerError(f"{self.url}: no answer within {self._timeout:g} s") from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise AlertmanagerError(f"{self.url}: {error or type(error).__name__}") from error
        if not answer.is_success:
            said = bytes(body[:_SHOWN]).decode(errors="replace").strip()
            unknown = answer.status_code == httpx.codes.NOT_FOUND or "silence not found" in said
            raise AlertmanagerError(
                f"{self.url}: answered {method} {path.partition('?')[0]} with {answer.status_code}"
                f" {answer.reason_phrase}: {said!r}",
                # what stands before a dead peer answers with 5xx; another peer may take it
                refused=unknown or answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR,
                unknown=unknown,
            )
        return bytes(body), _date(answer)


def _date(answer: httpx.Response) -> float:
    """What time it is at the peer; 0 where it does not say."""
    with suppress(ValueError, KeyError):
        return parsedate_to_datetime(answer.headers["Date"]).timestamp()
    return 0.0
