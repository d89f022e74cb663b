"""HTTPS with certificates that openssl made, on real sockets."""

import asyncio
import contextlib
import ssl
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from guarded import TOKENS, Guarded
from singing_pager.config import Http
from singing_pager.errors import ConfigError
from singing_pager.web import tls
from singing_pager.web.access import Role
from singing_pager.web.server import Server, bind

pytestmark = pytest.mark.needs("openssl")

T = TypeVar("T")
ASK = {"authorization": f"Bearer {TOKENS[Role.LISTEN]}"}


def openssl(*arguments: str) -> None:
    """Run openssl."""
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=30)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with two certificates for localhost, their keys, one of the keys locked, and what is no PEM."""
    place = tmp_path_factory.mktemp("tls")
    for name in ("one", "two"):
        openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", str(place / f"{name}.key"), "-out", str(place / f"{name}.pem")),
        )
    openssl("ec", "-in", str(place / "one.key"), "-aes256", "-passout", "pass:hush", "-out", str(place / "locked.key"))
    (place / "text").write_text("hello\n")
    return place


def settings(place: Path, cert: str = "one.pem", key: str = "one.key") -> Http:
    """Settings with a certificate and a key; an empty name: not set."""
    return Http(cert_file=str(place / cert) if cert else "", key_file=str(place / key) if key else "")


def served(context: ssl.SSLContext | None, talk: Callable[[int], Awaitable[T]]) -> T:
    """Serve behind a guard on a free port while somebody talks to it."""

    async def run() -> T:
        bound = bind("127.0.0.1", 0, "HTTP_PORT")
        port: int = bound.getsockname()[1]
        server = Server(Guarded(http={"hosts": ["pager.lan"]}).app, bound, context)
        task = asyncio.create_task(server.run_here())
        try:
            async with asyncio.timeout(20):
                return await talk(port)
        finally:
            server.should_exit = True
            await task

    return asyncio.run(run())


async def ask(port: int, trusted: Path, host: str = "localhost") -> httpx.Response:
    """Ask over TLS, on a connection of its own, and trust one certificate only."""
    context = ssl.create_default_context(cafile=str(trusted))
    async with httpx.AsyncClient(verify=context, trust_env=False) as client:
        return await client.get(f"https://localhost:{port}/readyz", headers={**ASK, "host": host})


def test_https(made: Path) -> None:
    """With certificate and key the pager speaks TLS, asks for the same tokens, and tells browsers to stay with it."""
    context = tls.secured(settings(made))
    answered = served(context, lambda port: ask(port, made / "one.pem", "pager.lan"))
    assert 200 == answered.status_code
    assert "max-age=31536000" == answered.headers["strict-transport-security"]
    assert "server" not in answered.headers


def test_no_certificate_no_tls(made: Path) -> None:
    """Without them it speaks plain HTTP."""
    assert tls.secured(settings(made, "", "")) is None


def test_a_certificate_that_nobody_trusts(made: Path) -> None:
    """Who trusts another certificate does not talk to it, and the next one is served."""

    async def talk(port: int) -> int:
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await ask(port, made / "two.pem")
        return (await ask(port, made / "one.pem")).status_code

    assert 200 == served(tls.secured(settings(made)), talk)


def test_plain_http_at_a_port_that_speaks_tls(made: Path) -> None:
    """A client that does not speak TLS gets nothing, and the next one is served."""

    async def talk(port: int) -> int:
        async with httpx.AsyncClient(trust_env=False) as client:
            with pytest.raises(httpx.TransportError):
                await client.get(f"http://localhost:{port}/readyz", headers=ASK)
        return (await ask(port, made / "one.pem")).status_code

    assert 200 == served(tls.secured(settings(made)), talk)


def test_what_is_too_old(made: Path) -> None:
    """TLS before 1.2 is not spoken."""
    context = tls.secured(settings(made))
    assert context is not None
    assert ssl.TLSVersion.TLSv1_2 == context.minimum_version


def test_a_certificate_is_renewed(made: Path) -> None:
    """A new certificate serves those who connect from then on, without a restart."""
    context = tls.secured(settings(made))
    assert context is not None

    async def talk(port: int) -> tuple[int, int]:
        before = await ask(port, made / "one.pem")
        tls.renew(context, settings(made, "two.pem", "two.key"))
        return before.status_code, (await ask(port, made / "two.pem")).status_code

    assert (200, 200) == served(context, talk)


def test_a_certificate_that_cannot_be_renewed(made: Path) -> None:
    """A renewal that went wrong changes nothing."""
    context = tls.secured(settings(made))
    assert context is not None

    async def talk(port: int) -> int:
        for wrong in (settings(made, "two.pem"), settings(made, "", "")):
            with contextlib.suppress(ConfigError):
                tls.renew(context, wrong)
                pytest.fail("it was renewed")
        return (await ask(port, made / "one.pem")).status_code

    assert 200 == served(context, talk)


@pytest.mark.parametrize(
    ("cert", "key", "expected"),
    [
        ("one.pem", "", "HTTP_KEY_FILE: is not set, and HTTP_CERT_FILE is; allowed: both or none"),
        ("", "one.key", "HTTP_CERT_FILE: is not set, and HTTP_KEY_FILE is; allowed: both or none"),
        ("none.pem", "one.key", "HTTP_CERT_FILE: {place}/none.pem: No such file or directory"),
        ("one.pem", "none.key", "HTTP_KEY_FILE: {place}/none.key: No such file or directory"),
        ("one.pem", "two.key", "HTTP_CERT_FILE, HTTP_KEY_FILE: the key does not belong to the certificate"),
        ("one.pem", "locked.key", "HTTP_KEY_FILE: {place}/locked.key: has a pass phrase; allowed: a key without one"),
        ("text", "one.key", "HTTP_CERT_FILE, HTTP_KEY_FILE: {place}/text, {place}/one.key: not a certificate and its"),
        ("one.pem", "text", "HTTP_CERT_FILE, HTTP_KEY_FILE: {place}/one.pem, {place}/text: not a certificate and its"),
    ],
)
def test_files_that_are_wrong(made: Path, cert: str, key: str, expected: str) -> None:
    """What is missing, does not fit or is locked is told with the setting that names it."""
    with pytest.raises(ConfigError) as refused:
        tls.secured(settings(made, cert, key))
    assert str(refused.value).startswith(expected.format(place=made))
