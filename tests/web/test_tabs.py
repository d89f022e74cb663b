"""`/ws` on real sockets: who comes in, what a page may say, and how a connection ends."""

import asyncio
import base64
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from bridging import Bridge
from guarded import TOKENS, lines, tabs_of
from singing_pager.config import Auth, Http
from singing_pager.sinks.browser import Tab
from singing_pager.sinks.browser.stats import Closing
from singing_pager.testing import FakeClock, firing
from singing_pager.web.access import Role
from singing_pager.web.auth import Token, Tokens
from singing_pager.web.guard import Guard
from singing_pager.web.refusal import Refusal
from singing_pager.web.server import Server, application, bind
from singing_pager.web.tabs import routes
from singing_pager.web.tickets import Tickets
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

HOST = "127.0.0.1"
LISTENER = f"Bearer {TOKENS[Role.LISTEN]}"


class House:
    """A guarded bridge with tabs on a free port.

    Attributes:
        bridge: The engine, whose clock stands still.
        tabs: Everything that serves tabs.
        tokens: Who may come in.
        refused: Every refusal.
        port: Where it listens.
    """

    def __init__(
        self, *, tokens: list[str] | None = None, http: Mapping[str, Any] | None = None, patience: float = 10.0
    ) -> None:
        self.bridge = Bridge(with_api=False)
        auth = Auth(tokens=lines() if tokens is None else tokens)
        self.tokens = Tokens(auth)
        self.tabs = tabs_of(self.bridge, self.tokens)
        self.refused: list[Refusal] = []
        tabs = routes(self.tabs.sink, self.tabs.tickets, clock=self.bridge.clock, patience=patience)
        self._guard = Guard(
            application(tabs),
            http=Http(**(http or {})),
            auth=auth,
            tokens=self.tokens,
            tickets=self.tabs.tickets,
            count=self.refused.append,
        )
        self.port = 0

    def open(self, talk: Callable[[], Awaitable[None]]) -> None:
        """Serve while somebody talks."""

        async def run() -> None:
            bound = bind(HOST, 0, "HTTP_PORT")
            self.port = bound.getsockname()[1]
            server = Server(self._guard, bound)
            tasks = [asyncio.create_task(server.run_here()), asyncio.create_task(self.tabs.sink.run())]
            try:
                async with asyncio.timeout(30):
                    await talk()
            finally:
                self.tabs.close()
                server.should_exit = True
                await tasks[0]
                tasks[1].cancel()
                await asyncio.gather(tasks[1], return_exceptions=True)

        asyncio.run(run())

    def connect(self, headers: Mapping[str, str] | None = None, query: str = "", **options: Any) -> connect:  # noqa: ANN401 - websockets' own
        """Knock at `/ws` as a listener, unless headers say otherwise."""
        given = {"Authorization": LISTENER} if headers is None else dict(headers)
        return connect(f"ws://{HOST}:{self.port}/ws{query}", additional_headers=given, compression=None, **options)

    async def status(self, headers: Mapping[str, str] | None = None, query: str = "") -> int:
        """Status of the answer to a handshake; 101 where it succeeds."""
        try:
            async with self.connect(headers, query):
                return 101
        except InvalidStatus as error:
            return error.response.status_code

    @property
    def tab(self) -> Tab:
        """The only tab."""
        (tab,) = self.tabs.sink.tabs
        return tab


async def told(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next frame of a kind."""
    while True:
        frame = await socket.recv()
        if isinstance(frame, str):
            found: dict[str, Any] = json.loads(frame)
            if found["kind"] == kind:
                return found


async def ended(socket: ClientConnection) -> tuple[int, str]:
    """Read to the end; code and reason by which the connection was closed."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            await socket.recv()
    return socket.close_code or 0, socket.close_reason or ""


def test_a_page_is_greeted() -> None:
    """First who it is and what it may, then everything there is."""
    house = House()

    async def talk() -> None:
        house.bridge.engine.offer([firing("Disk", severity="critical")])
        async with house.connect() as socket:
            hello, state = json.loads(await socket.recv()), json.loads(await socket.recv())
        assert ("hello", "listener", ["listen"]) == (hello["kind"], hello["user"], hello["roles"])
        assert (house.bridge.clock(), 0.05) == (hello["now"], hello["latency"])
        assert ("state", 1, ["Disk"]) == (state["kind"], state["total"], [alert["name"] for alert in state["alerts"]])
        wanted = {"kind", "at", "alerts", "total", "controls", "links", "voices", "flooding", "quiet"}
        assert wanted == state.keys()

    house.open(talk)


def test_without_tokens_everybody_may_everything() -> None:
    """On loopback the page is told that it may operate."""
    house = House(tokens=[])

    async def talk() -> None:
        async with house.connect({}) as socket:
            assert ("", ["listen", "operate", "send"]) == (
                (hello := await told(socket, "hello"))["user"],
                hello["roles"],
            )

    house.open(talk)


def basic(role: Role) -> str:
    """Credentials as a browser sends them."""
    return "Basic " + base64.b64encode(f"{role}er:{TOKENS[role]}".encode()).decode()


@pytest.mark.parametrize(
    ("headers", "expected", "reason"),
    [
        pytest.param({"Authorization": LISTENER}, 101, None, id="a token"),
        pytest.param({"Authorization": basic(Role.LISTEN)}, 101, None, id="Basic"),
        pytest.param({"Authorization": basic(Role.OPERATE)}, 101, None, id="a higher token"),
        pytest.param({}, 401, Refusal.NOBODY, id="nothing"),
        pytest.param({"Authorization": LISTENER[:-1]}, 401, Refusal.WRONG, id="a wrong token"),
        pytest.param({"Authorization": basic(Role.SEND)}, 403, Refusal.ROLE, id="a token of another role"),
        pytest.param(
            {"Authorization": LISTENER, "Origin": "https://evil.example"}, 403, Refusal.ORIGIN, id="a foreign page"
        ),
        pytest.param({"Authorization": LISTENER, "Origin": "null"}, 403, Refusal.ORIGIN, id="a page of nowhere"),
        pytest.param({"Authorization": LISTENER, "Origin": "https://wall.example"}, 101, None, id="a listed origin"),
        pytest.param({"Authorization": LISTENER, "Host": "evil.example"}, 421, Refusal.HOST, id="a foreign name"),
    ],
)
def test_who_comes_in(headers: dict[str, str], expected: int, reason: Refusal | None) -> None:
    """A handshake is a request: it is let in, or answered with what is wrong, before there is a connection."""
    house = House(http={"origins": ["https://wall.example"]})

    async def talk() -> None:
        assert expected == await house.status(headers)
        assert ([] if reason is None else [reason]) == house.refused

    house.open(talk)


def test_the_pagers_own_page_comes_in_and_a_foreign_one_does_not_even_without_tokens() -> None:
    """A page of another origin cannot listen in by the browser of somebody on this machine."""
    house = House(tokens=[])

    async def talk() -> None:
        assert 101 == await house.status({"Origin": f"http://{HOST}:{house.port}"})
        assert 403 == await house.status({"Origin": f"http://{HOST}:1"})

    house.open(talk)


def test_how_often() -> None:
    """Handshakes count as requests."""
    house = House(http={"rate": 0.1})

    async def talk() -> None:
        assert [101, 429] == [await house.status() for _ in range(2)]
        assert [Refusal.RATE] == house.refused

    house.open(talk)


def ask(house: House, path: str, head: str = "") -> Awaitable[bytes]:
    """Ask over plain HTTP, and give all that is answered."""

    async def exchange() -> bytes:
        reader, writer = await asyncio.open_connection(HOST, house.port)
        writer.write(
            f"{path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: {LISTENER}\r\nConnection: close\r\n{head}\r\n".encode()
        )
        answered = await reader.read()
        writer.close()
        return answered

    return exchange()


def test_a_refusal_is_dressed(caplog: pytest.LogCaptureFixture) -> None:
    """What refuses a handshake keeps browsers to the same rules as any other answer, and is no fault in the log."""
    house = House()

    async def talk() -> None:
        with pytest.raises(InvalidStatus) as refused:
            await house.connect({})
        response = refused.value.response
        assert "nosniff" == response.headers["x-content-type-options"]
        assert 2 == len(response.headers.get_all("www-authenticate"))
        assert not json.loads(response.body or b"")["ok"]

    house.open(talk)
    assert ["WARNING"] == [record.levelname for record in caplog.records]


def test_what_is_no_handshake() -> None:
    """A plain GET is told to upgrade, and a WebSocket at another path that there is none."""
    house = House()

    async def talk() -> None:
        answered = await ask(house, "GET /ws")
        assert b" 426 " in answered.partition(b"\r\n")[0]
        assert b"upgrade: websocket" in answered.lower()
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://{HOST}:{house.port}/alert", additional_headers={"Authorization": LISTENER})
        assert 405 == refused.value.response.status_code

    house.open(talk)


async def ticket(house: House) -> str:
    """Ask for a ticket."""
    answered = await ask(house, "POST /api/ticket", "Content-Length: 0\r\n")
    return str(json.loads(answered.partition(b"\r\n\r\n")[2])["ticket"])


def test_a_ticket_opens_once(caplog: pytest.LogCaptureFixture) -> None:
    """A page whose browser sends no credentials with a handshake shows a ticket; the second time it is refused."""
    house = House()

    async def talk() -> None:
        given = await ticket(house)
        async with house.connect({}, f"?ticket={given}") as socket:
            assert "listener" == (await told(socket, "hello"))["user"]
        assert 401 == await house.status({}, f"?ticket={given}")
        assert 401 == await house.status({}, "?ticket=invented")
        assert [Refusal.TICKET] * 2 == house.refused
        assert given not in caplog.text

    with caplog.at_level(logging.INFO):
        house.open(talk)


def test_a_ticket_is_good_for_half_a_minute() -> None:
    """What was never used is worth nothing afterwards, and is forgotten."""
    clock = FakeClock()
    tickets = Tickets(clock)
    who = Token("wall", frozenset({Role.LISTEN}), b"")
    first, second = tickets.issue(who), tickets.issue(who)
    clock.forward(29.9)
    assert who is tickets.redeem(first)
    clock.forward(0.2)
    assert tickets.redeem(second) is None
    assert 0 == len(tickets)


def test_tickets_are_bounded() -> None:
    """Of too many the oldest is no longer good."""
    tickets = Tickets(FakeClock())
    who = Token("wall", frozenset({Role.LISTEN}), b"")
    issued = [tickets.issue(who) for _ in range(1025)]
    assert 1024 == len(tickets)
    assert [None, who] == [tickets.redeem(issued[0]), tickets.redeem(issued[-1])]


def test_a_ticket_dies_with_its_token() -> None:
    """Who is no longer known does not come in by what he was given before."""
    house = House()

    async def talk() -> None:
        stranger = house.tabs.tickets.issue(Token("gone", frozenset({Role.LISTEN}), b"x" * 32))
        assert 401 == await house.status({}, f"?ticket={stranger}")

    house.open(talk)


def test_a_tab_dies_with_its_token() -> None:
    """When tokens are read again, tabs that came in by one that is gone are closed, and no other."""
    house = House()

    async def talk() -> None:
        async with house.connect() as socket:
            await told(socket, "state")
            house.tabs.reload()
            house.tab.who = Token("gone", frozenset({Role.LISTEN}), b"x" * 32)
            house.tabs.reload()
            assert Closing.REVOKED.value == await ended(socket)

    house.open(talk)


def test_a_ping_is_answered_with_times() -> None:
    """A page measures its clock by what it sent, and when that came and went."""
    house = House()

    async def talk() -> None:
        async with house.connect() as socket:
            await socket.send('{"kind":"ping","t0":12.5}')
            now = house.bridge.clock()
            assert {"kind": "pong", "t0": 12.5, "t1": now, "t2": now} == await told(socket, "pong")

    house.open(talk)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "null",
        "[]",
        "{",
        '{"kind":7}',
        '{"kind":"shout"}',
        '{"kind":"ping","t0":"x"}',
        b'{"kind":"listen"}',
        b"\xff",
    ],
)
def test_what_a_page_may_not_say_is_ignored(said: str | bytes) -> None:
    """Whatever else it says is counted, and the tab lives on."""
    house = House()

    async def talk() -> None:
        async with house.connect() as socket:
            await socket.send(said)
            await socket.send('{"kind":"ping","t0":1}')
            await told(socket, "pong")
            assert (1, 0) == (house.tabs.sink.stats.ignored, house.tabs.sink.stats.listening)

    house.open(talk)


def test_a_page_that_chatters_is_not_heeded() -> None:
    """Of a hundred messages at once some twenty are heeded; the others are counted."""
    house = House()

    async def talk() -> None:
        async with house.connect() as socket:
            for _ in range(100):
                await socket.send('{"kind":"resync"}')
            while house.tabs.sink.stats.ignored < 70:  # noqa: ASYNC110 - what is awaited has no event
                await asyncio.sleep(0.01)

    house.open(talk)


def test_a_message_that_is_too_long_ends_the_connection() -> None:
    """A page has nothing to say that takes more than four kilobytes."""
    house = House()

    async def talk() -> None:
        async with house.connect() as socket:
            await socket.send('{"kind":"' + "x" * 5000 + '"}')
            assert 1009 == (await ended(socket))[0]
        while house.tabs.sink.tabs:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    house.open(talk)


def test_listening_and_rest() -> None:
    """A page whose engine is up gets a boot, and after it has gone no sound."""
    house = House()

    async def talk() -> None:
        async with house.connect() as socket:
            await socket.send('{"kind":"listen"}')
            boot = await told(socket, "boot")
            packets = [await socket.recv() for _ in range(boot["packets"])]
            assert all(isinstance(packet, bytes) for packet in packets)
            assert 1 == house.tabs.sink.stats.listening
            await socket.send('{"kind":"resync"}')
            await told(socket, "boot")
            await told(socket, "state")
            await socket.send('{"kind":"rest"}')
            await socket.send('{"kind":"ping","t0":1}')
            await told(socket, "pong")
            assert 0 == house.tabs.sink.stats.listening

    house.open(talk)


def test_one_tab_too_many() -> None:
    """It is told to try again later, and counted."""
    house = House(http={"rate": 0})

    async def talk() -> None:
        sockets = [await house.connect() for _ in range(32)]
        async with house.connect() as socket:
            assert (1013, "32 tabs are connected already; at most 32 may") == await ended(socket)
        assert 1 == house.tabs.sink.stats.closed[Closing.FULL]
        for socket in sockets:
            await socket.close()
        async with house.connect() as socket:
            await told(socket, "hello")

    house.open(talk)


def test_a_tab_that_takes_nothing_is_closed() -> None:
    """A page that reads nothing is thrown out when patience is at its end, and what it did not take is given up."""
    house = House(patience=0.2)

    async def talk() -> None:
        async with house.connect(max_queue=1) as socket:
            await told(socket, "hello")
            tab = house.tab
            while tab.closing is None:
                tab.tell('{"kind":"entries","entries":"' + "x" * 100_000 + '"}')
                await asyncio.sleep(0.001)
            assert Closing.STUCK is tab.closing
            while house.tabs.sink.tabs:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            # as soon as it reads again, it learns why
            assert Closing.STUCK.value == await ended(socket)

    house.open(talk)


def test_a_stuck_tab_does_not_keep_the_server() -> None:
    """The server stops, though a page takes nothing of what it is told last."""
    house = House()

    async def talk() -> None:
        async with house.connect(max_queue=1) as socket:
            await told(socket, "hello")
            for _ in range(200):
                house.tab.tell('{"kind":"entries","entries":"' + "x" * 100_000 + '"}')
            await asyncio.sleep(0.1)
            house.tabs.close()
            began = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began < 15

    house.open(talk)


def test_a_tab_that_hangs_up_leaves_nothing_behind() -> None:
    """Whether it says good-bye or not."""
    house = House()

    async def talk() -> None:
        socket = await house.connect()
        await told(socket, "state")
        socket.transport.abort()
        async with house.connect() as other:
            await told(other, "state")
        while house.tabs.sink.tabs:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    house.open(talk)
