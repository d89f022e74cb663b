"""HTTPS by certificate files."""

import ssl
from pathlib import Path

from singing_pager.config import Http
from singing_pager.errors import ConfigError

__all__ = ["renew", "secured"]

_BOTH = "HTTP_CERT_FILE, HTTP_KEY_FILE"


def secured(http: Http) -> ssl.SSLContext | None:
    """Read certificate and key; None: plain HTTP is served.

    Raises:
        ConfigError: One of them is missing or no PEM, or they do not belong together.
    """
    if not http.cert_file and not http.key_file:
        return None
    if not (http.cert_file and http.key_file):
        missing, given = ("HTTP_CERT_FILE", "HTTP_KEY_FILE") if http.key_file else ("HTTP_KEY_FILE", "HTTP_CERT_FILE")
        raise ConfigError(f"{missing}: is not set, and {given} is; allowed: both or none")
    for setting, file in (("HTTP_CERT_FILE", http.cert_file), ("HTTP_KEY_FILE", http.key_file)):
        try:
            Path(file).read_bytes()
        except OSError as error:
            raise ConfigError(f"{setting}: {file}: {error.strerror or error}") from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    _load(context, http)
    return context


def renew(context: ssl.SSLContext, http: Http) -> None:
    """Read certificate and key again, for connections from now on; raises ConfigError and changes nothing."""
    if secured(http) is None:
        raise ConfigError(f"{_BOTH}: are not set any more")
    _load(context, http)


def _load(context: ssl.SSLContext, http: Http) -> None:
    def no_password() -> str:
        # OpenSSL would ask the terminal
        raise _LockedError

    try:
        context.load_cert_chain(http.cert_file, http.key_file, no_password)
    except _LockedError:
        raise ConfigError(f"HTTP_KEY_FILE: {http.key_file}: has a pass phrase; allowed: a key without one") from None
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise ConfigError(f"{_BOTH}: the key does not belong to the certificate") from error
        raise ConfigError(
            f"{_BOTH}: {http.cert_file}, {http.key_file}: not a certificate and its key in PEM ({error.reason})"
        ) from error


class _LockedError(Exception):
    """A key asks for its pass phrase."""
