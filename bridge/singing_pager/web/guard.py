"""Who comes in: in front of the whole application, one request at a time, before anything of it is read.

In this order: how often, by which name, to which door, from which page, with which token. docs/security.md says why.
"""

import ipaddress
import logging
import math
import time
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from singing_pager.config import Auth, Http
from singing_pager.errors import ConfigError
from singing_pager.web import body, headers
from singing_pager.web.access import GRAFANA, WEBSOCKET, Access, Door, Role
from singing_pager.web.auth import GRAFANA_HEADER, Token, Tokens, grafana_signed
from singing_pager.web.limits import Buckets, client
from singing_pager.web.refusal import ASK, Refusal, RefusedError
from singing_pager.web.tickets import Tickets

__all__ = ["Guard", "check"]

_log = logging.getLogger("singing_pager.web")

_BURST = 10.0
"""Seconds' worth of requests that may come at once."""
_WRONG = 10
"""Wrong credentials that a client may send a minute."""
_MINUTE = 60.0
_SAFE = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""
_PREFLIGHT_AGE = "600"
_LONGEST = 100
"""Characters of what is quoted from a request."""
_DENIAL = "websocket.http.response"
"""What a server calls that it can answer a WebSocket that is not accepted."""
_POLICY = 1008
"""Why a WebSocket is closed where it cannot be answered."""


def check(http: Http, tokens: Tokens) -> None:
    """See to it that what is served to other machines asks for credentials.

    Raises:
        ConfigError: It would not; says how to mend that.
    """
    reached = http.published or http.host
    if len(tokens) or http.insecure or _is_loopback(reached):
        return
    setting = "HTTP_PUBLISHED" if http.published else "HTTP_HOST"
    raise ConfigError(
        f"{setting}: other machines reach {reached or 'every address'}, and nobody has to say who he is; make a token "
        "(singing-pager token create --name alertmanager --role send) and set AUTH_TOKENS or AUTH_TOKENS_FILE, or "
        "serve this machine only (127.0.0.1), or let everybody in (HTTP_INSECURE=true)"
    )


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.lower() == "localhost"
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


class Guard:
    """An ASGI application in front of another.

    The token that came in is `request.state.token`, None where none is asked for, and its name `request.state.user`.
    A WebSocket is a request of the method WEBSOCKET: it is let in before it is accepted, or answered like any other.

    Args:
        app: What is guarded.
        http: Names, origins and the rate.
        auth: Grafana's secret.
        tokens: Who may come in; none at all: everybody, see `check`.
        count: Told of each request that is not let in.
        access: The doors.
        tickets: What opens a WebSocket in the place of a token.
        clock: Seconds of a clock that never jumps back.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        http: Http,
        auth: Auth,
        tokens: Tokens,
        count: Callable[[Refusal], None],
        access: Access | None = None,
        tickets: Tickets | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._access = access or Access()
        self._tokens = tokens
        self._tickets = Tickets() if tickets is None else tickets
        self._count = count
        self._clock = clock
        self._rate = http.rate
        self._requests = Buckets(http.rate, http.rate * _BURST) if http.rate else None
        self._wrong = Buckets(_WRONG / _MINUTE, _WRONG)
        self._told = Buckets(1 / _MINUTE, 1)
        self._names = frozenset({"localhost", http.host.lower(), *(name.lower().rstrip(".") for name in http.hosts)})
        self._origins = frozenset(origin.lower().rstrip("/").encode() for origin in http.origins)
        self._secret = auth.grafana_secret.get_secret_value()
        self._body_limit = http.body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say why not."""
        if scope["type"] != "http":
            scope["method"] = WEBSOCKET
        host = origin = authorization = None
        for name, value in scope["headers"]:
            if name == b"host":
                host = value if host is None else b""
            elif name == b"authorization":
                authorization = value if authorization is None else b""
            elif name == b"origin":
                origin = value
        dressed = headers.dressed(scope, host or b"", self._shared(origin), send)
        token = None
        try:
            door = self._door(scope, host, origin)
            if door.path == GRAFANA and self._secret and (authorization is None or not len(self._tokens)):
                receive = await self._signed(scope, receive)
                user = "grafana"
            elif door.role is None or not len(self._tokens):
                user = ""
            else:
                token = self._token(scope, door, authorization)
                user = token.name
        except RefusedError as refused:
            await self._refuse(refused, scope, receive, dressed)
            return
        state = scope.setdefault("state", {})
        state["user"], state["token"] = user, token
        await self._app(scope, receive, dressed)

    def _door(self, scope: Scope, host: bytes | None, origin: bytes | None) -> Door:
        """Find the door; raises RefusedError when there is none, or it is not to be opened to this page or address."""
        method, path = scope["method"], scope["path"]
        door = self._access.find(method, path)
        if door is not None and door.role is None:
            return door
        self._limit(scope, door)
        name = headers.host_name(host or b"")
        if not name or not (name in self._names or headers.is_address(name)):
            raise RefusedError(
                HTTPStatus.MISDIRECTED_REQUEST,
                f"{name[:_LONGEST]!r} is no name of this pager; allowed: addresses, localhost, those in HTTP_HOSTS",
                Refusal.HOST,
            )
        if origin is not None and method not in _SAFE and self._is_foreign(origin, host or b"", scope["scheme"]):
            raise RefusedError(
                HTTPStatus.FORBIDDEN,
                "a page of another origin asks; allowed: the pager's own and those in HTTP_ORIGINS",
                Refusal.ORIGIN,
            )
        if door is None:
            raise self._nothing(method, path, preflight=origin is not None)
        return door

    def _is_foreign(self, origin: bytes, host: bytes, scheme: str) -> bool:
        own = headers.is_own(origin, host, secure=scheme in {"https", "wss"})
        return not own and origin.lower() not in self._origins

    def _limit(self, scope: Scope, door: Door | None) -> None:
        wait = self._requests.take(_address(scope), self._clock()) if self._requests is not None else 0.0
        if wait:
            sends = door is not None and door.role is Role.SEND
            raise RefusedError(
                # Alertmanager sends again what is answered 5xx, and gives up on 429
                HTTPStatus.SERVICE_UNAVAILABLE if sends else HTTPStatus.TOO_MANY_REQUESTS,
                f"more than {self._rate:g} requests a second (HTTP_RATE); try again",
                Refusal.RATE,
                ("retry-after", str(math.ceil(wait))),
            )

    def _nothing(self, method: str, path: str, *, preflight: bool) -> RefusedError:
        """Say what there is where no door is: an answer, not a refusal, and not counted as one."""
        methods = self._access.methods(path)
        if not methods:
            return RefusedError(HTTPStatus.NOT_FOUND, f"there is nothing at {path}; GET / says what there is")
        if methods == {WEBSOCKET}:
            said, upgrade = f"{path} is a WebSocket", (("upgrade", "websocket"), ("connection", "upgrade"))
            return RefusedError(HTTPStatus.UPGRADE_REQUIRED, said, None, *upgrade)
        allowed = ", ".join(sorted(methods))
        if method == "OPTIONS" and preflight:
            return RefusedError(
                HTTPStatus.NO_CONTENT,
                "",
                None,
                ("access-control-allow-methods", allowed),
                ("access-control-allow-headers", "authorization, content-type"),
                ("access-control-max-age", _PREFLIGHT_AGE),
            )
        said = f"{method} is not allowed here; allowed: {allowed}"
        return RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, said, None, ("allow", allowed))

    def _token(self, scope: Scope, door: Door, authorization: bytes | None) -> Token:
        """Find by which token somebody asks; raises RefusedError when he may not."""
        ticket = _ticket(scope) if door.method == WEBSOCKET else ""
        if ticket:
            token = self._tickets.redeem(ticket)
            if token is None or token not in self._tokens:
                said = "the ticket is not good, or no longer; POST /api/ticket gives another"
                raise self._wrong_credentials(scope, said, Refusal.TICKET)
        elif authorization is None:
            said = "no credentials; allowed: a bearer token, or Basic with a token's name and the token"
            raise RefusedError(HTTPStatus.UNAUTHORIZED, said, Refusal.NOBODY, *ASK)
        else:
            token = self._tokens.holder(authorization)
        if token is None:
            raise self._wrong_credentials(scope, "the credentials are nobody's")
        if door.role not in token.roles:
            said = f"the token {token.name} has not the role {door.role}"
            raise RefusedError(HTTPStatus.FORBIDDEN, said, Refusal.ROLE)
        return token

    async def _signed(self, scope: Scope, receive: Receive) -> Receive:
        """See to it that Grafana signed the body; gives what hands the body out once more."""
        request = Request(scope, receive)
        if GRAFANA_HEADER not in request.headers:
            said = f"no signature ({GRAFANA_HEADER}) and no credentials; allowed: one of them"
            raise RefusedError(HTTPStatus.UNAUTHORIZED, said, Refusal.NOBODY, *ASK)
        try:
            raw_body = await body.read(request, self._body_limit)
        except body.TooLargeError as error:
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error)) from error
        except ClientDisconnect:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "the sender hung up before the end of the body") from None
        if not grafana_signed(self._secret, request.headers, raw_body, time.time()):
            raise self._wrong_credentials(scope, "the signature is wrong, or its time is off (AUTH_GRAFANA_SECRET)")
        return _again(raw_body, receive)

    def _wrong_credentials(self, scope: Scope, said: str, reason: Refusal = Refusal.WRONG) -> RefusedError:
        # who has the right ones is never kept out by whoever guesses beside him: 256 bits are not guessed, only loud
        wait = self._wrong.take(_address(scope), self._clock())
        if not wait:
            return RefusedError(HTTPStatus.UNAUTHORIZED, said, reason, *ASK)
        said = f"more than {_WRONG} wrong credentials a minute; try again later"
        again = ("retry-after", str(math.ceil(wait)))
        return RefusedError(HTTPStatus.TOO_MANY_REQUESTS, said, reason, again)

    def _shared(self, origin: bytes | None) -> tuple[tuple[bytes, bytes], ...]:
        """Headers by which a browser lets a page of another origin read the answer."""
        if not self._origins:
            return ()
        vary = (b"vary", b"origin")
        if origin is None or origin.lower() not in self._origins:
            return (vary,)
        return (
            vary,
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", b"retry-after"),
        )

    async def _refuse(self, refused: RefusedError, scope: Scope, receive: Receive, send: Send) -> None:
        if refused.reason is not None:
            self._count(refused.reason)
            who = _address(scope)
            if not self._told.take(f"{who} {refused.reason}", self._clock()):
                path = scope["path"][:_LONGEST]
                _log.warning("%s %r from %s is refused: %s", scope["method"], path, who or "somebody", refused)
        if scope["type"] == "http" or _DENIAL in scope.get("extensions", {}):
            await refused.response()(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": _POLICY, "reason": ""})


def _address(scope: Scope) -> str:
    known = scope.get("client")
    return client(known[0]) if known else ""


def _again(raw_body: bytes, receive: Receive) -> Receive:
    told: list[Message] = [{"type": "http.request", "body": raw_body, "more_body": False}]

    async def receive_again() -> Message:
        return told.pop() if told else await receive()

    return receive_again


def _ticket(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    return parse_qs(query.decode("latin-1")).get("ticket", [""])[0]
