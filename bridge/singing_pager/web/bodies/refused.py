"""What an answer holds that says no, and with which statuses a route may say it."""

from typing import Any, Literal

from pydantic import BaseModel, Field

__all__ = ["Refused", "Wrong", "refusals"]


class Wrong(BaseModel):
    """One thing that is wrong in a text."""

    line: int = Field(description="counted from 1")
    column: int | None = Field(description="counted from 1; null: not known")
    key: str = Field(description="the path of the key, such as metrics[0].map.freq; empty: not known")
    message: str = Field(description="what is wrong, and what is allowed")


class Refused(BaseModel):
    """It was not done, or is not on disk."""

    ok: Literal[False]
    error: str = Field(description="what is wrong, and what is allowed")
    allowed: list[str] = Field(default=[], description="values that are allowed, where there is a list of them")
    errors: list[Wrong] = Field(default=[], description="what is wrong in a score, where it is a score")
    done: bool = Field(default=False, description="whether it was done nevertheless, and only cannot be kept")


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Tell the OpenAPI document with which statuses a route may refuse (`web.openapi` puts the schema beside them)."""
    # by reference, not by model: FastAPI would build a validator for each, half a second's worth of them
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refused"}}}
    return {status: {"description": _WHY[status], "content": content} for status in statuses}


_WHY = {
    400: "It can never be right: no JSON, or not what is read here.",
    404: "There is none by this name.",
    409: "Not as things are now.",
    413: "The body is too large.",
    422: "A value is not allowed.",
    503: "Not now, or not on disk: try again.",
}
