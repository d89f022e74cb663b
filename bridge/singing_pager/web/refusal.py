"""Why a request is not let in, and how that is answered."""

from enum import StrEnum
from http import HTTPStatus

from starlette.responses import Response

from singing_pager.errors import PagerError
from singing_pager.web.intake import answer

__all__ = ["ASK", "Refusal", "RefusedError"]

Fields = tuple[tuple[str, str], ...]

ASK: Fields = (
    ("www-authenticate", 'Bearer realm="singing-pager"'),
    ("www-authenticate", 'Basic realm="singing-pager", charset="UTF-8"'),
)
"""Header fields that say which credentials are taken."""


class Refusal(StrEnum):
    """Why a request was not let in, as metrics count it."""

    RATE = "rate"
    HOST = "host"
    ORIGIN = "origin"
    NOBODY = "nobody"
    WRONG = "wrong"
    ROLE = "role"
    TICKET = "ticket"


class RefusedError(PagerError):
    """A request that the application does not see.

    Attributes:
        status: What it is to HTTP.
        reason: What is counted and logged; None: nothing, it was answered and not refused.
        fields: Further header fields of the answer.
    """

    def __init__(self, status: HTTPStatus, said: str, reason: Refusal | None = None, *fields: tuple[str, str]) -> None:
        super().__init__(said)
        self.status = status
        self.reason = reason
        self.fields = fields

    def response(self) -> Response:
        """Make the answer."""
        response = answer(self.status, ok=False, error=str(self)) if str(self) else Response(status_code=self.status)
        for name, value in self.fields:
            response.headers.append(name, value)
        return response
