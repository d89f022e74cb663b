"""What the OpenAPI document says of credentials and refusals, at every route alike."""

from typing import Any

from singing_pager.web.access import GRAFANA, Access, Role
from singing_pager.web.auth import GRAFANA_HEADER, GRAFANA_TIME_HEADER
from singing_pager.web.bodies import Refused

__all__ = ["described"]

_Document = dict[str, Any]

_SCHEMES: _Document = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "a token of `singing-pager token create`"},
    "basic": {"type": "http", "scheme": "basic", "description": "the token's name, and the token as password"},
    "grafana": {
        "type": "apiKey",
        "in": "header",
        "name": GRAFANA_HEADER,
        "description": "HMAC-SHA256 of the body in hexadecimal, by the key in AUTH_GRAFANA_SECRET; with the header "
        f"{GRAFANA_TIME_HEADER}, of the time (Unix, seconds), a colon and the body",
    },
}
_REFUSALS = {
    "401": "No credentials, or nobody's.",
    "403": "The token has not the role, or a page of another origin asks.",
    "421": "Asked by a name that is none of the pager's (HTTP_HOSTS).",
    "429": "Too many requests (HTTP_RATE), or too many wrong credentials.",
}
_ANY = "Why it was not done."
_AGAIN = {"Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 0}}}
_REFUSED = {"application/json": {"schema": {"$ref": "#/components/schemas/Refused"}}}


def described(document: _Document, access: Access) -> _Document:
    """Add to a document what the guard does at each route.

    Args:
        document: As FastAPI makes it; changed.
        access: The doors.
    """
    components = document.setdefault("components", {})
    components["securitySchemes"] = _SCHEMES
    schemas = components.setdefault("schemas", {})
    refused = Refused.model_json_schema(ref_template="#/components/schemas/{model}")
    for name, schema in (*refused.pop("$defs").items(), ("Refused", refused)):
        schemas.setdefault(name, schema)
    # FastAPI describes an answer of its own, which nobody gets here
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path, operations in document.get("paths", {}).items():
        for method, operation in operations.items():
            door = access.find(method.upper(), path)
            if door is not None:
                _describe(operation, door.role, path)
    return document


def _describe(operation: _Document, role: Role | None, path: str) -> None:
    answers = operation.setdefault("responses", {})
    if "422" in answers:
        answers["422"] = {"description": "A value is not allowed.", "content": _REFUSED}
    answers["default"] = {"description": _ANY, "content": _REFUSED}
    if role is None:
        operation["security"] = []
        return
    operation["security"] = [{"bearer": []}, {"basic": []}, *([{"grafana": []}] if path == GRAFANA else [])]
    operation["x-role"] = role
    for status, why in _REFUSALS.items():
        answers[status] = {"description": why, "content": _REFUSED}
    answers["429"]["headers"] = _AGAIN
