"""How to reach the broker, and what is said of it."""

import errno
import logging
import ssl
from pathlib import Path

import pytest
from singing_pager.errors import ConfigError
from singing_pager.sources.mqtt.connection import Broker, in_words
from singing_pager.sources.mqtt.notice import Notice
from singing_pager.sources.mqtt.rhythm import Rhythm


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"client_id": ""}, "client_id ''"),
        ({"client_id": "a/b"}, "client_id 'a/b'"),
        ({"client_id": "a#"}, "client_id 'a#'"),
        ({"port": 0}, "port 0: 1 to 65535"),
        ({"keepalive": 0}, "keepalive 0"),
        ({"session_expiry": -1}, "session_expiry -1"),
    ],
)
def test_a_wrong_setting(setting: dict[str, object], words: str) -> None:
    """A setting that no broker takes is refused with its name and what is allowed."""
    with pytest.raises(ConfigError, match=words):
        Broker(**setting)  # type: ignore[arg-type]


def test_the_password_is_not_shown() -> None:
    """No log of the settings holds the password."""
    assert "sesame" not in repr(Broker(password="sesame"))  # noqa: S106


def test_no_tls() -> None:
    """Without TLS there is no context."""
    assert Broker().tls_context() is None
    assert isinstance(Broker(tls=True).tls_context(), ssl.SSLContext)


def test_wrong_certificate_files(tmp_path: Path) -> None:
    """A file that is missing, or is no certificate, is told by its setting and its name."""
    missing = tmp_path / "missing.pem"
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("nothing\n")
    for broker, words in [
        (Broker(tls=True, ca_file=missing), "ca_file .*missing.pem: no such file"),
        (Broker(tls=True, ca_file=wrong), "ca_file .*wrong.pem: TLS"),
        (Broker(tls=True, cert_file=missing), "cert_file .*missing.pem: no such file"),
        (Broker(tls=True, cert_file=wrong, key_file=missing), "key_file .*missing.pem: no such file"),
        (Broker(tls=True, cert_file=wrong), "cert_file .*wrong.pem.*: "),
        (Broker(tls=True, key_file=wrong), "there is no cert_file"),
    ]:
        with pytest.raises(ConfigError, match=words):
            broker.tls_context()


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (TimeoutError(), "no answer in time"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 1883)"), "connection refused"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "network is unreachable"),
        (OSError("odd"), "odd"),
        (ValueError(), "ValueError"),
    ],
)
def test_an_error_in_words(wrong: BaseException, expected: str) -> None:
    """The same fault reads the same, without numbers and addresses."""
    assert expected == in_words(wrong)


def test_a_notice_is_said_once_per_change(caplog: pytest.LogCaptureFixture) -> None:
    """A line is logged when it differs from the last of its subject."""
    caplog.set_level(logging.INFO)
    notice = Notice(logging.getLogger("test"))
    for text in ("away", "away", "there", "there", "away"):
        notice.say(logging.INFO, text)
        notice.say(logging.INFO, "forbidden", "subscription")
    expected = ["away", "forbidden", "there", "away"]
    assert expected == caplog.messages


def test_a_quiet_bus_is_read_at_once() -> None:
    """Messages at a leisurely rate, and a small burst, never make the bus busy."""
    rhythm = Rhythm(leak=1_000, burst=20)
    assert not any(rhythm.busy(1, now=place / 500) for place in range(1_000))
    assert not rhythm.busy(15, now=10)


def test_a_flood_is_read_in_ticks_until_it_is_over() -> None:
    """A flood makes the bus busy at once and stays so; some ticks after its end the bus is quiet."""
    rhythm = Rhythm(leak=1_000, burst=20)
    assert all(rhythm.busy(40, now=1 + place * 0.002) for place in range(100))
    assert not rhythm.busy(1, now=1.3)
