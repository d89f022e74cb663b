"""The client of Alertmanager's API v2: what it sends, what it takes, what it says when it cannot."""

import asyncio
import base64
import ssl
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from alertmanagers import Fake, peers_of
from broker import Certificates
from msgspec.structs import replace
from singing_pager.errors import ConfigError
from singing_pager.sources.alert import rfc3339
from singing_pager.sources.alertmanager import peer as module
from singing_pager.sources.alertmanager.answers import Answer, Matcher, Silence
from singing_pager.sources.alertmanager.api import AlertmanagerError, Peers
from singing_pager.testing import START, FakeClock

SILENCE = Silence(
    matchers=(Matcher("alertname", "DiskFull"),),
    starts_at="2026-08-22T08:00:00.000Z",
    ends_at="2099-08-22T08:00:00.000Z",
    created_by="ann",
    comment="at work",
)


def ask(peers: Peers) -> Answer:
    """Ask the first peer."""

    async def ask() -> Answer:
        async with peers:
            return await next(iter(peers)).ask(START)

    return asyncio.run(ask())


def test_an_answer() -> None:
    """Alerts, silences, how long it has been up and how many there are come from three requests."""
    fake = Fake(FakeClock(), age=90)
    fake.members = 2
    key = fake.fire({"alertname": "DiskFull"})
    silence = fake.silence({"alertname": "DiskFull"})
    answer = ask(peers_of(fake))
    assert ([key], [silence], 90.0, 2) == (list(answer.alerts), list(answer.silences), answer.age, answer.members)
    assert [("GET", "status"), ("GET", "silences"), ("GET", "alerts")] == fake.requests


def test_every_alert_is_asked_for() -> None:
    """Whatever the server's defaults are."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url.query, "ascii"))
        return httpx.Response(200, json={"uptime": ""} if request.url.path.endswith("status") else [])

    ask(Peers(["http://am"], transport=httpx.MockTransport(answer)))
    assert "active=true&silenced=true&inhibited=true&unprocessed=true" in asked


@pytest.mark.parametrize("date", [{}, {"Date": "yesterday"}])
def test_one_that_does_not_say_what_time_it_is(date: dict[str, str]) -> None:
    """Its age is reckoned by our own time then."""

    def answer(request: httpx.Request) -> httpx.Response:
        status = {"uptime": "2027-01-15T07:59:00Z"}
        return httpx.Response(200, json=status if request.url.path.endswith("status") else [], headers=date)

    assert ask(Peers(["http://am"], transport=httpx.MockTransport(answer))).age == 60.0


def test_one_that_does_not_say_since_when_it_runs() -> None:
    """It counts as just started: it proves nothing."""
    fake = Fake(FakeClock())
    fake.answers["GET", "status"] = lambda _: httpx.Response(200, json={"uptime": "soon"})
    assert ask(peers_of(fake)).age == 0.0


BASIC = "Basic " + base64.b64encode(b"ann:s:crt").decode()


@pytest.mark.parametrize(
    ("url", "settings", "expected"),
    [
        pytest.param("http://am", {}, None, id="nobody"),
        pytest.param("http://am", {"username": "ann", "password": "s:crt"}, BASIC, id="name and password"),
        pytest.param("http://am", {"token": "t0ken"}, "Bearer t0ken", id="token"),
        pytest.param(
            "http://ann:s%3Acrt@am", {"username": "bob", "password": "x"}, BASIC, id="the address has its own"
        ),
    ],
)
def test_who_we_are(url: str, settings: dict[str, str], expected: str | None) -> None:
    """Every request says it."""
    seen: set[str | None] = set()

    def answer(request: httpx.Request) -> httpx.Response:
        seen.add(request.headers.get("Authorization"))
        return httpx.Response(200, json={"uptime": ""} if request.url.path.endswith("status") else [])

    ask(Peers([url], transport=httpx.MockTransport(answer), **settings))  # type: ignore[arg-type]
    assert {expected} == seen


@pytest.mark.parametrize("url", ["http://am0:9093/prefix", "http://am0:9093/prefix/"])
def test_a_prefix_of_paths(url: str) -> None:
    """An Alertmanager behind a proxy has one (`--web.route-prefix`)."""
    paths: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        return httpx.Response(200, json={"uptime": ""} if request.url.path.endswith("status") else [])

    ask(Peers([url], transport=httpx.MockTransport(answer)))
    assert ["/prefix/api/v2/status", "/prefix/api/v2/silences", "/prefix/api/v2/alerts"] == paths


def failing(answer: Callable[[httpx.Request], httpx.Response]) -> str:
    """What is said of an Alertmanager that answers so, whose address has a password in it."""
    with pytest.raises(AlertmanagerError) as failed:
        ask(Peers(["http://ann:hush@am:9093/am"], transport=httpx.MockTransport(answer)))
    return str(failed.value)


def away(_: httpx.Request) -> httpx.Response:
    """Refuse the connection."""
    raise httpx.ConnectError("All connection attempts failed")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(away, "http://am:9093/am: All connection attempts failed", id="away"),
        pytest.param(
            lambda _: httpx.Response(401, text="no\n"),
            "http://am:9093/am: answered GET status with 401 Unauthorized: 'no'",
            id="not let in",
        ),
        pytest.param(
            lambda _: httpx.Response(302, headers={"Location": "http://else"}),
            "http://am:9093/am: answered GET status with 302 Found: ''",
            id="sent elsewhere: credentials do not follow",
        ),
        pytest.param(
            lambda _: httpx.Response(200, text="<html>"),
            "http://am:9093/am: /api/v2/status is not what Alertmanager answers: JSON is malformed: "
            "invalid character (byte 0)",
            id="no JSON",
        ),
        pytest.param(
            lambda _: httpx.Response(200, content=b'{"uptime": "\xff"}'),
            "http://am:9093/am: /api/v2/status is not what Alertmanager answers: 'utf-8' codec can't decode byte 0xff"
            " in position 0: invalid start byte",
            id="not UTF-8",
        ),
        pytest.param(
            lambda request: httpx.Response(200, json={"uptime": ""} if "status" in request.url.path else [{}]),
            "http://am:9093/am: /api/v2/silences is not what Alertmanager answers: Object missing required field"
            " `matchers`",
            id="other JSON",
        ),
    ],
)
def test_what_is_said_of_a_failure(answer: Callable[[httpx.Request], httpx.Response], expected: str) -> None:
    """One sentence that names the peer and what is wrong, and not the password."""
    assert expected == failing(answer)


def test_an_answer_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more is read than an answer may hold."""
    monkeypatch.setattr(module, "_LARGEST", 1000)
    expected = "http://am:9093/am: answered GET status with more than 1000 bytes"
    assert expected == failing(lambda _: httpx.Response(200, content=b" " * 1001))


def test_one_that_takes_the_connection_and_says_nothing() -> None:
    """A request has its time."""

    async def ask() -> str:
        silent = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
        port = silent.sockets[0].getsockname()[1]
        async with silent, Peers([f"http://127.0.0.1:{port}"], timeout=0.05) as peers:
            with pytest.raises(AlertmanagerError) as failed:
                await next(iter(peers)).ask(START)
        return str(failed.value).partition(": ")[2]

    assert asyncio.run(ask()) == "no answer within 0.05 s"


def test_a_real_connection_that_is_refused() -> None:
    """The reason of the operating system is not needed to see who is away."""

    async def ask() -> str:
        gone = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
        port = gone.sockets[0].getsockname()[1]
        gone.close()
        async with Peers([f"http://127.0.0.1:{port}"]) as peers:
            with pytest.raises(AlertmanagerError) as failed:
                await next(iter(peers)).ask(START)
        return str(failed.value).partition(": ")[2]

    assert asyncio.run(ask()) == "All connection attempts failed"


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("trusted", [True, False])
def test_https_with_an_authority_of_ones_own(tmp_path: Path, trusted: bool) -> None:  # noqa: FBT001
    """Only who is named by a certificate that we trust is asked."""
    certificates = Certificates(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificates.server)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        status = b"status" in await reader.readuntil(b"\r\n\r\n")
        body = b'{"uptime": ""}' if status else b"[]"
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        writer.close()
        await writer.wait_closed()

    async def ask() -> Answer:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        authority = certificates.authority if trusted else other.authority
        async with server, Peers([f"https://127.0.0.1:{port}"], ca_file=str(authority)) as peers:
            return await next(iter(peers)).ask(START)

    (tmp_path / "other").mkdir()
    other = Certificates(tmp_path / "other")
    if trusted:
        assert {} == asyncio.run(ask()).alerts
    else:
        with pytest.raises(AlertmanagerError, match="certificate verify failed"):
            asyncio.run(ask())


def make(peers: Peers, silence: Silence = SILENCE) -> str:
    """Make a silence."""
    return asyncio.run(_make(peers, silence))


async def _make(peers: Peers, silence: Silence) -> str:
    async with peers:
        return await peers.make(silence)


def test_a_silence_is_made_at_one_peer() -> None:
    """The cluster tells the others."""
    fakes = [Fake(FakeClock()), Fake(FakeClock())]
    assert make(peers_of(*fakes)) == "silence-0"
    made = fakes[0].silences["silence-0"]
    assert ("ann", "at work", [{"name": "alertname", "value": "DiskFull", "isRegex": False, "isEqual": True}]) == (
        made["createdBy"],
        made["comment"],
        made["matchers"],
    )
    assert {} == fakes[1].silences


def test_a_dead_peer_is_passed_over_and_the_living_one_remembered() -> None:
    """A silence goes to whoever takes it, and the next one there at once."""
    fakes = [Fake(FakeClock()), Fake(FakeClock())]
    fakes[0].down = True

    async def twice() -> None:
        async with peers_of(*fakes) as peers:
            await peers.make(SILENCE)
            await peers.expire("silence-0")

    asyncio.run(twice())
    assert ([("POST", "silences")], [("POST", "silences"), ("DELETE", "silence/silence-0")]) == (
        fakes[0].requests,
        fakes[1].requests,
    )


def test_a_proxy_before_a_dead_peer_is_passed_over() -> None:
    """5xx is no word of Alertmanager's own."""
    fakes = [Fake(FakeClock()), Fake(FakeClock())]
    fakes[0].answers["POST", "silences"] = lambda _: httpx.Response(502, text="bad gateway")
    assert make(peers_of(*fakes)) == "silence-0"


def test_what_one_refuses_all_refuse() -> None:
    """A refusal is not carried from peer to peer."""
    fakes = [Fake(FakeClock()), Fake(FakeClock())]
    past = replace(SILENCE, ends_at=rfc3339(START - 1))
    with pytest.raises(AlertmanagerError, match=r"400 Bad Request: .*in the past") as failed:
        make(peers_of(*fakes), past)
    assert (failed.value.refused, failed.value.unknown, []) == (True, False, fakes[1].requests)


def test_a_silence_that_it_does_not_know() -> None:
    """Alertmanager says so with 404, or with 500 and words."""
    fake = Fake(FakeClock())

    async def end() -> None:
        async with peers_of(fake) as peers:
            await peers.expire("gone/../away")

    with pytest.raises(AlertmanagerError) as failed:
        asyncio.run(end())
    assert (True, True) == (failed.value.refused, failed.value.unknown)


def test_when_nobody_answers_all_are_named() -> None:
    """The sentence has every peer."""
    fakes = [Fake(FakeClock()), Fake(FakeClock())]
    fakes[0].down = fakes[1].down = True
    with pytest.raises(AlertmanagerError) as failed:
        make(peers_of(*fakes))
    expected = "http://am0:9093: All connection attempts failed; http://am1:9093: All connection attempts failed"
    assert expected == str(failed.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("am:9093", "am:9093"),
        ("ftp://am", "ftp://am"),
        ("http://", "http://"),
        ("http://am?x=1", "http://am?x=1"),
        ("http://am#x", "http://am#x"),
        ("https://ann:hush@am:port", "am:port"),
    ],
)
def test_what_is_no_address(url: str, shown: str) -> None:
    """It is an error of the settings, which shows no password."""
    with pytest.raises(ConfigError) as failed:
        Peers([url])
    expected = f"ALERTMANAGER_URL: {shown!r} is no address; allowed: http(s)://host:port and a path prefix"
    assert expected == str(failed.value)


def test_certificates_that_cannot_be_read(tmp_path: Path) -> None:
    """It is an error of the settings, which names the file."""
    file = tmp_path / "ca.pem"
    with pytest.raises(ConfigError, match=r"^ALERTMANAGER_CA_FILE: .*ca\.pem: No such file"):
        Peers(["https://am"], ca_file=str(file))
    file.write_text("no certificate")
    with pytest.raises(ConfigError, match=r"^ALERTMANAGER_CA_FILE: .*ca\.pem: .*certificates \(PEM\) is needed"):
        Peers(["https://am"], ca_file=str(file))
    assert issubclass(ssl.SSLError, OSError)
