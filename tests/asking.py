"""Questions to the API, held to what the OpenAPI document says of their answers."""

import json
from typing import Any

from bridging import Bridge
from fastapi.routing import APIRoute
from pydantic import BaseModel
from singing_pager.web import bodies

__all__ = ["ask"]


def ask(bridge: Bridge, method: str, path: str, body: object = None, status: int = 200) -> dict[str, Any]:
    """Ask, see to it that the status is as expected and the answer as the OpenAPI document has it; give it."""
    raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    answered = bridge.ask(method, path, raw)
    assert (answered.status_code, answered.headers["content-type"]) == (status, "application/json"), answered.text
    said: dict[str, Any] = answered.json()
    if status >= 400:
        bodies.Refused.model_validate(said)
        assert said["error"].isprintable()
        assert 10 < len(said["error"]) < 1000
    else:
        model = _model(bridge, method, path)
        if model is not None:
            whole = model.model_validate(said).model_dump(mode="json")
            assert said == whole, "what is answered is what is described, and no more"
    return said


def _model(bridge: Bridge, method: str, path: str) -> type[BaseModel] | None:
    for route in (route for router in bridge.api for route in router.routes):
        assert isinstance(route, APIRoute)
        if method in (route.methods or ()) and route.path_regex.fullmatch(path.partition("?")[0]):
            return route.response_model  # type: ignore[no-any-return]
    raise AssertionError(f"there is no route {method} {path}")
