"""Who comes in: every route and every kind of credentials, names, origins, rates, and what each answer says."""

import asyncio
import base64
import hashlib
import hmac
import logging
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from bridging import BODY_LIMIT, Bridge
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse
from guarded import CLIENT, TOKENS, Guarded, every_route, lines, tabs_of
from singing_pager.config import Auth, Http
from singing_pager.errors import ConfigError
from singing_pager.web import auth, guard
from singing_pager.web.access import GRAFANA, TABLE, WEBSOCKET, Access, Door, Role
from singing_pager.web.auth import Tokens
from singing_pager.web.limits import Buckets, client
from singing_pager.web.refusal import Refusal
from singing_pager.web.server import application
from starlette.routing import WebSocketRoute

ALERT = b'{"alerts": [{"labels": {"alertname": "Good"}}]}'
FOREIGN = "https://evil.example"


def operations() -> Iterator[tuple[str, str]]:
    """Method and path of everything that the application offers, as it tells it itself."""
    for path, methods in every_route().openapi()["paths"].items():
        for method in methods:
            yield method.upper(), path
    yield "GET", "/openapi.json"


SOCKETS = {(door.method, door.path) for door in TABLE if door.method == WEBSOCKET}
"""Doors of WebSockets, of which the document cannot tell; tests/web/test_tabs.py knocks at them."""
FILES = {(door.method, door.path) for door in TABLE if door.path.startswith("/page/")}
"""Doors of the page's files, of which the document does not tell; tests/web/test_page.py asks for them."""

OPERATIONS = sorted(operations())
DOORS = {(door.method, door.path): door.role for door in TABLE}


def there(path: str) -> str:
    """A path that a route of this shape is found by."""
    return path.replace("{fingerprint}", "0123").replace("{name}", "default").replace("{instrument}", "alert_info")


def bearer(token: str) -> dict[str, str]:
    """A header with a token."""
    return {"authorization": f"Bearer {token}"}


def basic(name: str, token: str) -> dict[str, str]:
    """A header with a token's name and the token."""
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{token}".encode()).decode()}


def opens(role: Role | None, needed: Role | None) -> bool:
    """Whether a role opens a door, as docs/security.md says it."""
    return needed is None or role == needed or (role is Role.OPERATE and needed is Role.LISTEN)


def test_every_route_has_a_door_and_every_door_a_route() -> None:
    """A route that is not in the table would be there for nobody, and a row without a route says what is not so."""
    assert OPERATIONS == sorted(DOORS.keys() - SOCKETS - FILES)
    routes = tabs_of(Bridge(with_api=False), Tokens(Auth())).routes().routes
    assert {(WEBSOCKET, route.path) for route in routes if isinstance(route, WebSocketRoute)} == SOCKETS


def test_a_route_without_a_door_is_there_for_nobody() -> None:
    """A route that somebody adds and forgets in the table is shut, whatever token is shown."""
    app = FastAPI()

    @app.get("/forgotten")
    async def forgotten() -> str:
        raise AssertionError

    for role in (None, *Role):
        assert 404 == Guarded(app).ask("GET", "/forgotten", role=role).status_code
    assert 404 == Guarded(app, auth_given={"tokens": []}).ask("GET", "/forgotten").status_code


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_route_and_every_role(method: str, path: str) -> None:
    """With no or wrong credentials 401, with those of a lower role 403, with the right ones what the route answers."""
    guarded = Guarded(every_route())
    needed = DOORS[method, path]
    refused = 401 if needed else 200
    assert refused == guarded.ask(method, there(path)).status_code
    for role in Role:
        name, token = f"{role}er", TOKENS[role]
        for wrong in (bearer(token[:-1]), basic(name, token[:-1]), basic("other", token)):
            assert refused == guarded.ask(method, there(path), headers=wrong).status_code
        for right in (bearer(token), basic(name, token)):
            answered = guarded.ask(method, there(path), headers=right)
            assert opens(role, needed) == (answered.status_code not in {401, 403})
            assert opens(role, needed) or answered.status_code == 403
            assert answered.status_code not in {405, 421, 429, 500}
            assert "there is nothing at" not in answered.text


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_route_asks_for_credentials_where_none_are_set(method: str, path: str) -> None:
    """On loopback without tokens everything is open."""
    answered = Guarded(auth_given={"tokens": []}).ask(method, there(path), client="127.0.0.1")
    assert 200 == answered.status_code


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_head_is_shut_where_get_is(method: str) -> None:
    """HEAD is the same door as GET."""
    guarded = Guarded()
    assert 401 == guarded.ask(method, "/readyz").status_code
    assert 200 == guarded.ask(method, "/readyz", role=Role.LISTEN).status_code
    assert 200 == guarded.ask(method, "/healthz").status_code


def test_credentials_are_asked_for() -> None:
    """A 401 says which credentials are taken, so that a browser asks for them."""
    answered = Guarded().ask("GET", "/")
    expected = ['Bearer realm="singing-pager"', 'Basic realm="singing-pager", charset="UTF-8"']
    assert expected == answered.headers.get_list("www-authenticate")
    assert answered.json() == {
        "ok": False,
        "error": "no credentials; allowed: a bearer token, or Basic with a token's name and the token",
    }


def test_a_role_that_is_too_low_is_named() -> None:
    """A 403 says whose token it is and which role it lacks."""
    answered = Guarded().ask("POST", "/-/reload", role=Role.SEND)
    assert (403, "the token sender has not the role operate") == (answered.status_code, answered.json()["error"])


def test_two_headers_of_credentials_are_none() -> None:
    """A request that shows two tokens shows none: nobody else may read the other one of the two."""
    seen = asyncio.run(_status([(b"authorization", f"Bearer {TOKENS[Role.LISTEN]}".encode())] * 2))
    assert 401 == seen


async def _status(headers: list[tuple[bytes, bytes]], kind: str = "http") -> int:
    """Ask with headers as they are, and give the status, or the code by which a WebSocket is closed."""
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:  # noqa: ANN401 - whatever ASGI sends
        told.append(message)

    scope = {
        "type": kind,
        "method": "GET",
        "scheme": "http",
        "path": "/readyz",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), *headers],
        "client": None,
    }
    await Guarded().app(scope, receive, send)
    return int(told[0].get("status") or told[0]["code"])


def test_a_client_without_an_address() -> None:
    """A server that does not say who asks is served too."""
    assert 200 == asyncio.run(_status([(b"authorization", f"Bearer {TOKENS[Role.LISTEN]}".encode())]))


def test_a_websocket_is_refused() -> None:
    """Where a server cannot answer a WebSocket that is not let in, it is closed."""
    assert 1008 == asyncio.run(_status([], "websocket"))


@pytest.mark.parametrize(("tokens", "expected"), [(None, "sender"), ([], "")], ids=["with a token", "without tokens"])
def test_the_route_learns_who_asks(tokens: list[str] | None, expected: str) -> None:
    """The name of the token is `request.state.user`."""
    app = FastAPI()
    seen: list[str] = []

    @app.post("/alert")
    async def alert(request: Request) -> None:
        seen.append(request.state.user)

    Guarded(app, auth_given={} if tokens is None else {"tokens": tokens}).ask("POST", "/alert", role=Role.SEND)
    assert [expected] == seen


def sign(body: bytes, key: str = "key") -> str:
    """Sign as Grafana does."""
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


SIGNED = {"x-grafana-alerting-signature": sign(ALERT)}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param(SIGNED, 200, id="signed"),
        pytest.param({"x-grafana-alerting-signature": sign(b"")}, 401, id="signed for another body"),
        pytest.param({}, 401, id="neither"),
        pytest.param(bearer(TOKENS[Role.SEND]), 200, id="a token"),
        pytest.param(bearer(TOKENS[Role.LISTEN]), 403, id="a lower token"),
        pytest.param({**bearer("wrong"), **SIGNED}, 401, id="signed, and a wrong token"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_grafana(method: str, headers: dict[str, str], expected: int) -> None:
    """Grafana comes in by its signature or by a token."""
    guarded = Guarded(auth_given={"grafana_secret": "key"})
    assert expected == guarded.ask(method, GRAFANA, ALERT, headers=headers).status_code


def test_a_signature_opens_one_door_only() -> None:
    """A signed body is let in at Grafana's route and nowhere else."""
    assert 401 == Guarded(auth_given={"grafana_secret": "key"}).ask("POST", "/alert", ALERT, headers=SIGNED).status_code


def test_a_signature_means_nothing_without_a_secret() -> None:
    """Where no secret is set, nobody can sign."""
    assert 401 == Guarded().ask("POST", GRAFANA, ALERT, headers=SIGNED).status_code


@pytest.mark.parametrize("headers", [{}, bearer("anything")], ids=["nothing", "a token that means nothing"])
def test_a_secret_asks_for_a_signature_even_where_no_tokens_are_set(headers: dict[str, str]) -> None:
    """Who sets a secret wants signatures: an open desk does not open this door."""
    guarded = Guarded(auth_given={"grafana_secret": "key", "tokens": []})
    assert 401 == guarded.ask("POST", GRAFANA, ALERT, headers=headers).status_code
    assert 200 == guarded.ask("POST", GRAFANA, ALERT, headers=SIGNED).status_code


def test_the_time_of_a_signature_is_that_of_the_world() -> None:
    """A body that was signed with its time, and is sent again later, is refused."""
    guarded = Guarded(auth_given={"grafana_secret": "key"})
    for age, expected in ((0, 200), (3600, 401)):
        at = f"{int(time.time()) - age}"
        signed = {
            "x-grafana-alerting-timestamp": at,
            "x-grafana-alerting-signature": sign(at.encode() + b":" + ALERT),
        }
        assert expected == guarded.ask("POST", GRAFANA, ALERT, headers=signed).status_code


def test_a_signed_body_reaches_the_route() -> None:
    """What the guard has read to check it, the route reads once more, in full."""
    app = FastAPI()
    seen: list[bytes] = []

    @app.post(GRAFANA)
    async def take(request: Request) -> None:
        seen.append(await request.body())
        seen.append(request.state.user.encode())

    Guarded(app, auth_given={"grafana_secret": "key"}).ask("POST", GRAFANA, ALERT, headers=SIGNED)
    assert [ALERT, b"grafana"] == seen


def test_a_signed_body_is_bounded() -> None:
    """The guard reads no more of a body than the limit, which it knows from the settings."""
    guarded = Guarded(auth_given={"grafana_secret": "key"}, http={"body_limit": BODY_LIMIT})
    answered = guarded.ask("POST", GRAFANA, b" " * (BODY_LIMIT + 1), headers=SIGNED)
    assert (413, False) == (answered.status_code, answered.json()["ok"])


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1:8000", "127.0.0.1", "[::1]:8000", "[::1]", "10.1.2.3:80", "localhost:8000", "LOCALHOST"),
        *("pager.lan", "Pager.LAN.:8000", "bridge:8000", "mine.example"),
    ],
)
def test_names_of_the_pager(host: str) -> None:
    """It may be asked by any address, by localhost, its own host and the names in HTTP_HOSTS, with any port."""
    guarded = Guarded(http={"hosts": ["pager.lan", "Bridge."], "host": "mine.example"})
    assert 200 == guarded.ask("GET", "/readyz", role=Role.LISTEN, headers={"host": host}).status_code


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "x", "1.2.3"),
        *("", "[::1", "[evil]", "[]", "[::1]x", "localhost:x", "localhost:80:80", "localhost/"),
    ],
)
def test_names_of_somebody_else(host: str) -> None:
    """A page that lets its own name lead to this machine (DNS rebinding) is not answered, with a token or without."""
    nobody: list[str] = []
    for given in ({}, {"tokens": nobody}):
        guarded = Guarded(auth_given=given)
        answered = guarded.ask("GET", "/readyz", role=Role.LISTEN, headers={"host": host})
        assert (421, [Refusal.HOST]) == (answered.status_code, guarded.refused)
        assert answered.json()["error"].endswith("allowed: addresses, localhost, those in HTTP_HOSTS")


def test_health_is_open_to_all() -> None:
    """Whoever asks by whatever name, however often, is told that the process lives: a limit here would end it."""
    guarded = Guarded(http={"rate": 0.1})
    for _ in range(10):
        answered = guarded.ask("GET", "/healthz", headers={"host": "probe.example", **bearer("wrong")})
        assert 200 == answered.status_code
    assert [] == guarded.refused


@pytest.mark.parametrize(("method", "path"), [each for each in OPERATIONS if each[0] != "GET"])
def test_a_page_of_another_origin_changes_nothing(method: str, path: str) -> None:
    """A browser that sends what a foreign page made it send is refused, on loopback and with its cached password."""
    for origin in (FOREIGN, "null", "http://127.0.0.1:9999", "http://127.0.0.1:8000.evil.example", ""):
        for given, who in (({"tokens": []}, {}), ({}, basic("operateer", TOKENS[Role.OPERATE]))):
            guarded = Guarded(auth_given=given)
            answered = guarded.ask(method, there(path), headers={"origin": origin, **who})
            assert (403, [Refusal.ORIGIN]) == (answered.status_code, guarded.refused)


def test_the_pagers_own_pages_may() -> None:
    """A page that came from the pager itself may change what its user may."""
    answered = Guarded().ask("POST", "/alert", ALERT, role=Role.SEND, headers={"origin": "http://127.0.0.1:8000"})
    assert 200 == answered.status_code


@pytest.mark.parametrize(
    ("url", "origin", "expected"),
    [
        ("https://pager.lan", "https://pager.lan", 200),
        ("https://pager.lan", "http://pager.lan", 403),
        ("https://pager.lan:8000", "http://pager.lan:8000", 403),
        ("http://pager.lan", "http://pager.lan", 200),
        ("http://pager.lan", "https://pager.lan", 200),
    ],
)
def test_a_page_that_came_by_plain_http(url: str, origin: str, expected: int) -> None:
    """Where the pager speaks TLS, a page that came by plain HTTP is foreign; where a proxy may, it is not."""
    guarded = Guarded(http={"hosts": ["pager.lan"]})
    answered = guarded.ask("POST", "/alert", ALERT, role=Role.SEND, url=url, headers={"origin": origin})
    assert expected == answered.status_code


def test_a_foreign_page_cannot_read() -> None:
    """What a foreign page fetches, no header lets it read."""
    answered = Guarded().ask("GET", "/readyz", role=Role.LISTEN, headers={"origin": FOREIGN})
    assert [] == [name for name in answered.headers if name.startswith("access-control")]
    assert "same-origin" == answered.headers["cross-origin-resource-policy"]


def test_an_origin_that_is_listed() -> None:
    """A page of a listed origin may read and change, and its browser is told so."""
    guarded = Guarded(http={"origins": ["https://Wall.example/"]})
    headers = {"origin": "https://wall.example"}
    for method, path, body, role in (("GET", "/readyz", b"", Role.LISTEN), ("POST", "/alert", ALERT, Role.SEND)):
        answered = guarded.ask(method, path, body, role=role, headers=headers)
        assert 200 == answered.status_code
        assert "https://wall.example" == answered.headers["access-control-allow-origin"]
        assert "origin" == answered.headers["vary"]
    assert "access-control-allow-credentials" not in answered.headers
    assert "origin" == guarded.ask("GET", "/readyz", role=Role.LISTEN).headers["vary"]


def test_what_a_browser_asks_first() -> None:
    """The preflight of a listed origin is answered with methods and headers; it carries no credentials."""
    guarded = Guarded(http={"origins": ["https://wall.example"]})
    asked = {"origin": "https://wall.example", "access-control-request-method": "DELETE"}
    answered = guarded.ask("OPTIONS", "/api/mute", headers=asked)
    assert (204, b"") == (answered.status_code, answered.content)
    assert "DELETE, GET, POST" == answered.headers["access-control-allow-methods"]
    assert "authorization, content-type" == answered.headers["access-control-allow-headers"]
    assert "https://wall.example" == answered.headers["access-control-allow-origin"]
    assert [] == guarded.refused


def test_what_a_foreign_browser_asks_first() -> None:
    """The preflight of any other origin is refused."""
    answered = Guarded().ask("OPTIONS", "/api/mute", headers={"origin": FOREIGN})
    assert 403 == answered.status_code
    assert "access-control-allow-origin" not in answered.headers


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("GET", "/nothing", 404, "there is nothing at /nothing; GET / says what there is"),
        ("GET", "/alert/", 404, "there is nothing at /alert/; GET / says what there is"),
        ("GET", "/api/alerts//ack", 404, "there is nothing at /api/alerts//ack; GET / says what there is"),
        ("POST", "/api/alerts/1/eat", 404, "there is nothing at /api/alerts/1/eat; GET / says what there is"),
        ("GET", "/alert", 405, "GET is not allowed here; allowed: POST"),
        ("PUT", "/api/mute", 405, "PUT is not allowed here; allowed: DELETE, GET, POST"),
        ("DELETE", "/api/alerts/1/ack", 405, "DELETE is not allowed here; allowed: POST"),
        ("OPTIONS", "/healthz", 405, "OPTIONS is not allowed here; allowed: GET"),
    ],
)
def test_where_there_is_no_door(method: str, path: str, status: int, error: str) -> None:
    """What is not in the table is answered by the guard, and the application never sees it."""

    async def app(*_: object) -> None:
        raise AssertionError

    answered = Guarded(app).ask(method, path, role=Role.OPERATE)
    assert (status, error) == (answered.status_code, answered.json()["error"])
    assert (status == 405) == ("allow" in answered.headers)


def test_doors_with_a_part_that_differs() -> None:
    """A part in braces stands for one word, and a path without braces goes before."""
    any_one, known = Door("GET", "/a/{x}", Role.LISTEN), Door("GET", "/a/b", None)
    access = Access([any_one, known, Door("PUT", "/{x}/b", Role.OPERATE)])
    assert (known, any_one) == (access.find("GET", "/a/b"), access.find("HEAD", "/a/c"))
    assert None is access.find("GET", "/a/b/c")
    assert {"GET"} == access.methods("/a/c")


def test_the_rate() -> None:
    """A client may send ten seconds' worth at once and then its rate; another one is not touched by that."""
    guarded = Guarded(http={"rate": 2})

    def statuses(number: int, who: str = CLIENT) -> list[int]:
        return [guarded.ask("GET", "/readyz", role=Role.LISTEN, client=who).status_code for _ in range(number)]

    assert [200] * 20 + [429] * 2 == statuses(22)
    answered = guarded.ask("GET", "/readyz")
    assert "more than 2 requests a second (HTTP_RATE); try again" == answered.json()["error"]
    assert "1" == answered.headers["retry-after"]
    assert [Refusal.RATE] * 3 == guarded.refused
    assert [200] == statuses(1, "10.0.0.10")
    guarded.clock.forward(1)
    assert [200, 200, 429] == statuses(3)


def test_a_sender_that_is_too_quick_sends_again() -> None:
    """Alertmanager gives up what is answered 429 and sends again what is answered 503: the limit loses no alert."""
    guarded = Guarded(http={"rate": 0.1})
    for _, path in [door for door in OPERATIONS if DOORS[door] is Role.SEND]:
        guarded.ask("POST", there(path), ALERT, role=Role.SEND)
        answered = guarded.ask("POST", there(path), ALERT, role=Role.SEND)
        assert (503, "10") == (answered.status_code, answered.headers["retry-after"])


def test_no_rate() -> None:
    """With a rate of 0 nobody is held up."""
    guarded = Guarded(http={"rate": 0})
    assert {200} == {guarded.ask("GET", "/readyz", role=Role.LISTEN).status_code for _ in range(50)}


def test_the_default_rate_lets_a_storm_of_alertmanager_through() -> None:
    """100 bodies a second for 30 s are no reason to refuse one."""
    buckets = Buckets(Http().rate, Http().rate * 10)
    assert {0.0} == {buckets.take("am", second + number / 100) for second in range(30) for number in range(100)}


def test_wrong_credentials() -> None:
    """After ten wrong ones within a minute a client hears 429, and the right ones are still let in."""
    guarded = Guarded()

    def statuses(token: str, number: int) -> list[int]:
        return [guarded.ask("GET", "/readyz", headers=bearer(token)).status_code for _ in range(number)]

    assert [401] * 10 + [429] * 5 == statuses("wrong", 15)
    assert [200] == statuses(TOKENS[Role.LISTEN], 1)
    assert [Refusal.WRONG] * 15 == guarded.refused
    assert "6" == guarded.ask("GET", "/readyz", headers=bearer("wrong")).headers["retry-after"]
    guarded.clock.forward(6)
    assert [401, 429] == statuses("wrong", 2)


def test_a_wrong_signature_is_a_wrong_credential() -> None:
    """Guessing signatures is held up as guessing tokens is."""
    guarded = Guarded(auth_given={"grafana_secret": "key"})
    headers = {"x-grafana-alerting-signature": "0" * 64}
    statuses = [guarded.ask("POST", GRAFANA, ALERT, headers=headers).status_code for _ in range(11)]
    assert [401] * 10 + [429] == statuses


def test_a_refusal_is_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """The log says who was refused and why, once a minute for each client and reason, and never the token."""
    guarded = Guarded()
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            guarded.ask("GET", "/readyz", headers=bearer("hunter2"))
        guarded.ask("GET", "/readyz")
        guarded.ask("GET", "/readyz", client="10.0.0.10")
        guarded.clock.forward(60)
        guarded.ask("GET", "/readyz")
    nobody = "no credentials; allowed: a bearer token, or Basic with a token's name and the token"
    expected = [
        "GET '/readyz' from 10.0.0.9 is refused: the credentials are nobody's",
        f"GET '/readyz' from 10.0.0.9 is refused: {nobody}",
        f"GET '/readyz' from 10.0.0.10 is refused: {nobody}",
        f"GET '/readyz' from 10.0.0.9 is refused: {nobody}",
    ]
    assert expected == caplog.messages
    assert "hunter2" not in caplog.text


def test_the_table_of_clients_does_not_grow() -> None:
    """However many clients there are, only so many are remembered; the one that was longest away is forgotten."""
    buckets = Buckets(1, 1, clients=3)
    for name in "abcabcd":
        buckets.take(name, 0.0)
    assert 3 == len(buckets)
    assert [1.0, 0.0] == [buckets.take(name, 0.0) for name in ("d", "a")]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.0.0.9", "10.0.0.9"),
        ("::ffff:10.0.0.9", "10.0.0.9"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_a_client(address: str, expected: str) -> None:
    """A client is an IPv4 address, or the network within which IPv6 addresses are anybody's own choice."""
    assert expected == client(address)


@pytest.mark.parametrize("path", ["/readyz", "/nothing", "/healthz"])
def test_every_answer_has_its_headers(path: str) -> None:
    """No answer, refused or not, is sniffed, framed, kept or told to others."""
    for role in (None, Role.LISTEN):
        headers = Guarded().ask("GET", path, role=role).headers
        assert "nosniff" == headers["x-content-type-options"]
        assert "DENY" == headers["x-frame-options"]
        assert "no-referrer" == headers["referrer-policy"]
        assert "default-src 'none'; frame-ancestors 'none'" == headers["content-security-policy"]
        assert "no-store" == headers["cache-control"]
        assert "server" not in headers
        assert "strict-transport-security" not in headers


def test_a_page_brings_its_own_rules() -> None:
    """What a route says of scripts and of keeping is left as it is."""
    app = FastAPI()

    @app.get("/")
    async def page() -> HTMLResponse:
        return HTMLResponse("", headers={"content-security-policy": "default-src 'self'", "cache-control": "max-age=9"})

    headers = Guarded(app).ask("GET", "/", role=Role.LISTEN).headers
    assert ["default-src 'self'"] == headers.get_list("content-security-policy")
    assert ["max-age=9"] == headers.get_list("cache-control")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://pager.lan", "max-age=31536000"),
        ("http://pager.lan", None),
        ("https://pager.lan:8000", None),
        ("https://localhost", None),
        ("https://10.0.0.1", None),
    ],
)
def test_a_name_keeps_to_tls(url: str, expected: str | None) -> None:
    """A browser keeps to TLS where the whole name is the pager's; beside it others may speak plain HTTP."""
    headers = Guarded(http={"hosts": ["pager.lan"]}).ask("GET", "/healthz", url=url).headers
    assert expected == headers.get("strict-transport-security")


def test_a_route_that_breaks_answers_in_json() -> None:
    """A fault of the pager itself is a 500 in JSON, with its headers; the server that is told of it logs it."""
    app = application(router := APIRouter())

    @router.get("/readyz")
    async def broken() -> None:
        raise RuntimeError("broken")

    transport = httpx.ASGITransport(app=Guarded(app).app, raise_app_exceptions=False)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
            return await browser.get("/readyz", headers=bearer(TOKENS[Role.LISTEN]))

    answered = asyncio.run(ask())
    assert (500, False) == (answered.status_code, answered.json()["ok"])
    assert "nosniff" == answered.headers["x-content-type-options"]
    assert "broken" not in answered.text


@pytest.mark.parametrize(
    ("http", "allowed"),
    [
        ({}, True),
        ({"host": "127.0.0.1"}, True),
        ({"host": "127.8.9.1"}, True),
        ({"host": "::1"}, True),
        ({"host": "::ffff:127.0.0.1"}, True),
        ({"host": "LocalHost"}, True),
        ({"host": "0.0.0.0"}, False),  # noqa: S104 - what a user may write
        ({"host": "::"}, False),
        ({"host": ""}, False),
        ({"host": "192.168.1.5"}, False),
        ({"host": "pager.lan"}, False),
        ({"host": "localhost.evil.example"}, False),
        ({"host": "0.0.0.0", "insecure": True}, True),  # noqa: S104
        ({"host": "0.0.0.0", "published": "127.0.0.1"}, True),  # noqa: S104
        ({"host": "0.0.0.0", "published": "0.0.0.0"}, False),  # noqa: S104
        ({"host": "127.0.0.1", "published": "192.168.1.5"}, False),
    ],
)
def test_what_may_start_without_tokens(http: dict[str, Any], allowed: bool) -> None:  # noqa: FBT001
    """Without tokens the pager serves this machine only, unless the user says otherwise; with tokens anybody."""
    guard.check(Http(**http), Tokens(Auth(tokens=lines())))
    nobody = Tokens(Auth())
    if allowed:
        guard.check(Http(**http), nobody)
        return
    with pytest.raises(ConfigError) as refused:
        guard.check(Http(**http), nobody)
    said = str(refused.value)
    assert said.startswith("HTTP_PUBLISHED: " if http.get("published") else "HTTP_HOST: ")
    for cure in ("singing-pager token create", "AUTH_TOKENS", "127.0.0.1", "HTTP_INSECURE=true"):
        assert cure in said


def test_tokens_are_asked_for_even_when_it_is_insecure() -> None:
    """HTTP_INSECURE excuses from having tokens; those that are set hold."""
    guarded = Guarded(http={"insecure": True, "host": "0.0.0.0"})  # noqa: S104
    assert 401 == guarded.ask("GET", "/readyz").status_code


def test_a_token_that_is_reloaded_comes_in(tmp_path: Any) -> None:  # noqa: ANN401
    """The guard asks the tokens as they are now."""
    file = tmp_path / "tokens"
    file.write_text("\n".join(lines()))
    guarded = Guarded(auth_given={"tokens": [], "tokens_file": str(file)})
    token, line = auth.create("new", [Role.LISTEN])
    assert 401 == guarded.ask("GET", "/readyz", headers=bearer(token)).status_code
    file.write_text(line)
    guarded.tokens.reload()
    assert 200 == guarded.ask("GET", "/readyz", headers=bearer(token)).status_code
