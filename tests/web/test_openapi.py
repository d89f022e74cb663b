"""The OpenAPI document and the application, held to each other by schemathesis through a real server and the guard."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import requests
import schemathesis
from bridging import Bridge
from guarded import TOKENS, Guarded, every_route
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from singing_pager.web import auth
from singing_pager.web.access import GRAFANA, TABLE, Role
from singing_pager.web.server import Server, bind

DOCUMENT: dict[str, Any] = every_route().openapi()
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CONFIG = SchemathesisConfig.from_dict(
    {"generation": {"max-examples": 10, "deterministic": True, "database": "none", "allow-x00": True}}
)

# the sound has no end, and without an engine its routes answer 503: tests/web/test_listen.py has them
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT, config=CONFIG).exclude(path_regex="^/listen")


THERE = {"fingerprint": "0123456789abcdef", "instrument": "alert_info", "name": "default"}
"""What the parts of a path may be, for something to be there."""
ALERT: Any = {"alerts": [{"fingerprint": THERE["fingerprint"], "labels": {"alertname": "Hot"}}]}


class Asked(NamedTuple):
    """A server, and one who may do everything there.

    Attributes:
        url: Where it is.
        session: Keeps its connection, and shows a token.
    """

    url: str
    session: requests.Session

    def hold(self, case: Case[Any]) -> None:
        """Send what was made up, and hold the answer to the document."""
        case.call_and_validate(base_url=self.url, session=self.session, checks=CHECKS)


@pytest.fixture(scope="module")
def asked() -> Iterator[Asked]:
    """Every route behind its guard, in a thread, with an alert on the desk."""
    token, line = auth.create("all", [Role.SEND, Role.OPERATE])
    app = every_route(Bridge(journal=lambda _: ()))
    bound = bind("127.0.0.1", 0, "HTTP_PORT")
    server = Server(Guarded(app, auth_given={"tokens": [line]}, http={"rate": 0}).app, bound)
    thread = threading.Thread(target=lambda: asyncio.run(server.run_here()))
    thread.start()
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    try:
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {token}"
            assert 202 == session.post(f"{url}/alert", json=ALERT, timeout=20).status_code
            yield Asked(url, session)
    finally:
        server.should_exit = True
        thread.join(20)


@SCHEMA.parametrize()
def test_every_operation_is_as_it_is_documented(case: Case[Any], asked: Asked) -> None:
    """Whatever is sent, it is answered as the document says, and never with a 5xx."""
    asked.hold(case)


@SCHEMA.include(path_regex=r"\{").parametrize()
def test_every_operation_on_what_is_there(case: Case[Any], asked: Asked) -> None:
    """The same, of an alert that is on the desk, an instrument that there is, and a webhook that the score knows."""
    case.path_parameters = {name: THERE[name] for name in case.path_parameters or {}}
    asked.hold(case)


OPERATIONS = [(path, method, told) for path, known in DOCUMENT["paths"].items() for method, told in known.items()]
ROLES = {(door.path, door.method.lower()): door.role for door in TABLE}


@pytest.mark.parametrize(("path", "method", "told"), OPERATIONS, ids=[f"{each[1]} {each[0]}" for each in OPERATIONS])
def test_every_operation_says_what_it_asks_for(path: str, method: str, told: dict[str, Any]) -> None:
    """The document has the credentials and the role of each operation, and each refusal of the guard with its shape."""
    role = ROLES[path, method]
    schemes = [name for each in told["security"] for name in each]
    if role is None:
        assert [] == schemes
        return
    assert ["bearer", "basic", *(["grafana"] if path == GRAFANA else [])] == schemes
    assert role == told["x-role"]
    for status in ("401", "403", "421", "429", "default"):
        refused = told["responses"][status]["content"]["application/json"]["schema"]
        assert {"$ref": "#/components/schemas/Refused"} == refused


def test_the_schemes_are_described() -> None:
    """The document says how each kind of credentials is given."""
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert {"bearer", "basic", "grafana"} == set(schemes)
    assert "x-grafana-alerting-signature" == schemes["grafana"]["name"]


def test_the_document_holds_no_answer_that_nobody_gets() -> None:
    """FastAPI's own answer to what is invalid is not ours."""
    assert "ValidationError" not in str(DOCUMENT)


def test_the_document_is_for_those_who_may_listen() -> None:
    """The document itself stands behind the guard too."""
    guarded = Guarded(every_route())
    assert 401 == guarded.ask("GET", "/openapi.json").status_code
    answered = guarded.ask("GET", "/openapi.json", headers={"authorization": f"Bearer {TOKENS[Role.LISTEN]}"})
    assert DOCUMENT == answered.json()
