"""What every route of the API does alike: bounded bodies, and refusals that a program can read."""

import re
from collections.abc import Callable, Coroutine, Sequence
from http import HTTPStatus
from inspect import isclass
from typing import Any, get_args

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from singing_pager.errors import PagerError, StoreError
from singing_pager.web import body
from singing_pager.web.intake import answer, later

__all__ = ["RefusalError", "Route"]

_LONGEST = 1000
"""Characters of what is quoted from a request."""

_VALUE = re.compile(r"'([^']*)'")
"""A value in pydantic's list of those that it expects."""

_Answering = Callable[[Request], Coroutine[Any, Any, Response]]


class RefusalError(PagerError):
    """Why a request is not carried out.

    Attributes:
        status: What it is to HTTP.
        allowed: Values that are allowed, where there is a list of them.
        errors: What is wrong in a score, as `bodies.Wrong` has it.
    """

    def __init__(
        self, status: HTTPStatus, said: str, allowed: Sequence[str] = (), errors: Sequence[object] = ()
    ) -> None:
        super().__init__(said)
        self.status = status
        self.allowed = list(allowed)
        self.errors = list(errors)


class Route(APIRoute):
    """A route whose body is bounded and JSON whatever its headers say, and whose every fault is told in one way.

    Attributes:
        limit: Bytes of the largest body: a name, a reason and a number.
    """

    limit = 16_384

    def get_route_handler(self) -> _Answering:
        """Wrap FastAPI's own."""
        inner = super().get_route_handler()

        async def answering(request: Request) -> Response:
            try:
                return await inner(await _bounded(request, self.limit))
            except RefusalError as error:
                found = {"allowed": error.allowed, "errors": error.errors}
                more = {key: values for key, values in found.items() if values}
                return answer(error.status, ok=False, error=str(error), **more)
            except RequestValidationError as error:
                return _invalid(error, self._keys())
            except body.TooLargeError:
                said = f"the body is too large; at most {self.limit} bytes are allowed"
                return answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, ok=False, error=said)
            except ClientDisconnect:
                said = "the sender hung up before the end of the body"
                return answer(HTTPStatus.BAD_REQUEST, ok=False, error=said)
            except StoreError as error:
                return later(f"it is done, and is not on disk: {error}", done=True)

        return answering

    def _keys(self) -> list[str]:
        """Keys of the body, for whoever wrote another."""
        given = self.body_field.field_info.annotation if self.body_field else None
        models = [each for each in (given, *get_args(given)) if isclass(each) and issubclass(each, BaseModel)]
        return [key for model in models for key in model.model_fields]


async def _bounded(request: Request, limit: int) -> Request:
    """Read the body, up to a limit, and call it JSON: `curl -d` says that it is a form."""
    raw_body = await body.read(request, limit)
    if raw_body.isspace():
        raw_body = b""
    headers = [(name, value) for name, value in request.scope["headers"] if name != b"content-type"]
    told = {"type": "http.request", "body": raw_body, "more_body": False}

    async def receive() -> dict[str, Any]:
        return told

    return Request({**request.scope, "headers": [*headers, (b"content-type", b"application/json")]}, receive)


def _invalid(error: RequestValidationError, keys: list[str]) -> Response:
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return answer(HTTPStatus.BAD_REQUEST, ok=False, error="the body is not JSON")
    said = "; ".join(_told(fault) for fault in faults[:5])
    allowed: list[str] = []
    if any(fault["type"] == "extra_forbidden" for fault in faults):
        said += f"; allowed keys: {', '.join(keys)}"
        allowed = keys
    elif len(faults) == 1:
        allowed = _VALUE.findall(faults[0].get("ctx", {}).get("expected", ""))
    more = {"allowed": allowed} if allowed else {}
    return answer(HTTPStatus.UNPROCESSABLE_ENTITY, ok=False, error=said, **more)


def _told(fault: dict[str, Any]) -> str:
    _, *place = fault["loc"]
    where = _quoted(".".join(str(part) for part in place)) or "the body"
    if fault["type"] == "extra_forbidden":
        return f"{where}: there is no such key"
    if fault["type"] == "string_pattern_mismatch":
        return f"{where}: control characters and line ends are not allowed"
    return f"{where}: {_quoted(fault['msg'])}"


def _quoted(text: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:_LONGEST])
