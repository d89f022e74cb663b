"""How a body becomes events that are played and kept: the one way in for every sender that speaks HTTP."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

import msgspec
from fastapi import Request, Response
from starlette.requests import ClientDisconnect

from singing_pager.engine import Engine
from singing_pager.errors import BodyError, StoreError
from singing_pager.model import AlertChange, Drop, Event, Status
from singing_pager.sources.inbox import Count, Keeper
from singing_pager.web import body

__all__ = ["AGAIN", "Events", "Intake", "Read", "answer", "later"]

Events = Sequence[Event]
Read = Callable[[bytes, float], Awaitable[Events]]
"""Reads a body that arrived at a time; raises BodyError or `body.TooLargeError`."""

AGAIN = 5
"""Seconds after which a sender may try again (`Retry-After`)."""

_log = logging.getLogger("singing_pager.web")


def answer(status: HTTPStatus, **fields: object) -> Response:
    """Answer with a JSON object."""
    return Response(msgspec.json.encode(fields), status_code=status, media_type="application/json")


class Intake:
    """Takes bodies into the engine, and says what is wrong with those that it does not take.

    Args:
        engine: Takes the events.
        keeper: Brings what they change to disk.
        body_limit: Bytes of the largest body.
        count: Told route, result and number of messages that became no event.
    """

    def __init__(self, engine: Engine, *, keeper: Keeper, body_limit: int, count: Count) -> None:
        self._engine = engine
        self._keeper = keeper
        self._body_limit = body_limit
        self._count = count
        self._said: dict[str, str] = {}

    async def take(self, request: Request, route: str, read: Read, *, durable: bool = True) -> Response:
        """Read a request's body, play it and keep it.

        Args:
            request: Its body is not read yet.
            route: What metrics and logs call the way that it came.
            read: Makes events of the body.
            durable: Whether the sender is to know that it is on disk.

        Returns:
            202 when it is played and kept; 503 with `Retry-After` when it is to be sent again: what has sounded is
            known then, and does not sound twice; 400 and 413 when it never will be right.
        """
        try:
            raw_body = await body.read(request, self._body_limit)
            events = await read(raw_body, self._engine.now())
        except (BodyError, body.TooLargeError) as error:
            status = HTTPStatus.BAD_REQUEST if isinstance(error, BodyError) else HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            return self._refuse(str(error), route, status)
        except ClientDisconnect:
            return self._refuse("the sender hung up before the end of the body", route, HTTPStatus.BAD_REQUEST)
        if not self._engine.offer(events):
            self._count(route, Drop.INBOX_FULL, len(events))
            return later("the inbox is full; try again")
        if durable:
            try:
                await self._engine.played()
                await self._keeper.committed()
            except StoreError as error:
                return later(f"it was played, and cannot be kept: {error}; try again")
            if self._engine.core.desk.full and any(self._found_no_room(event) for event in events):
                return later("the desk is full; try again")
        return answer(HTTPStatus.ACCEPTED, ok=True)

    def _found_no_room(self, event: Event) -> bool:
        """Whether an alert is not on the desk that ought to be."""
        if not isinstance(event, AlertChange) or event.fault is not None or event.status is Status.RESOLVED:
            return False
        watchdog = self._engine.core.score.watchdog
        known = self._engine.core.desk.get(event.fingerprint) is not None
        return not known and not (watchdog is not None and watchdog.matches(event.labels))

    def check_number(self, number: int) -> None:
        """See to it that so many alerts of one body may wait; raises `body.TooLargeError`."""
        most = self._engine.capacity
        if number > most:
            raise body.TooLargeError(f"the body has {number} alerts; at most {most} are allowed")

    def left_out(self, route: str, sender: str, number: int, cure: str) -> None:
        """Count and tell alerts that a sender left out of its body."""
        if number > 0:
            self._count(route, Drop.TRUNCATED, number)
            self._tell(route, f"{sender} leaves alerts out; {cure}")

    def _refuse(self, error: str, route: str, status: HTTPStatus) -> Response:
        """Answer why a body is not taken."""
        self._count(route, Drop.UNREADABLE, 1)
        self._tell(route, error)
        return answer(status, ok=False, error=error)

    def _tell(self, route: str, fault: str) -> None:
        """Log what is wrong with a sender; the same again is counted, and not logged."""
        if self._said.get(route) != fault:
            _log.warning("%s: %s; the same again is only counted", route, fault[:200])
            self._said[route] = fault


def later(error: str, **more: object) -> Response:
    """Answer that it is to be tried again."""
    refused = answer(HTTPStatus.SERVICE_UNAVAILABLE, ok=False, error=error, **more)
    refused.headers["retry-after"] = str(AGAIN)
    return refused
