"""How to reach the broker: where, as whom, by which certificates, and when to try again."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from singing_pager.errors import ConfigError
from singing_pager.sources.mqtt.topics import publishable

__all__ = ["Broker", "in_words"]

_SHORT = 0xFFFF
_LONG = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """The broker and who we are to it.

    Attributes:
        host: Name or address.
        port: TCP port.
        client_id: Of the alerts' connection; the metrics' appends `-metrics`. Also the last level of the status topic.
        username: Of the password, or nothing.
        password: Kept out of every log.
        tls: Speak TLS, with the system's authorities unless `ca_file` says others.
        ca_file: Certificate authorities, PEM.
        cert_file: Our own certificate, PEM.
        key_file: Its key, PEM; without it the certificate's file holds the key.
        keepalive: Seconds of silence after which the broker is asked whether it lives.
        session_expiry: Seconds for which the broker keeps alerts for us while we are away.
        optional: Nobody asked for this broker: that it is away is no warning.
    """

    host: str = "localhost"
    port: int = 1883
    client_id: str = "singing-pager"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    keepalive: int = 30
    session_expiry: int = 3600
    optional: bool = False

    def __post_init__(self) -> None:
        """Refuse what no broker could take.

        Raises:
            ConfigError: A value is outside what MQTT allows.
        """
        if not publishable(self.client_id) or "/" in self.client_id:
            raise ConfigError(f"mqtt client_id {self.client_id!r}: it may not be empty nor hold /, +, # or NUL")
        if not 1 <= self.port <= _SHORT:
            raise ConfigError(f"mqtt port {self.port}: 1 to 65535 are allowed")
        if not 1 <= self.keepalive <= _SHORT:
            raise ConfigError(f"mqtt keepalive {self.keepalive}: 1 to 65535 seconds are allowed")
        if not 0 <= self.session_expiry <= _LONG:
            raise ConfigError(f"mqtt session_expiry {self.session_expiry}: 0 to 4294967295 seconds are allowed")

    @property
    def address(self) -> str:
        """Host and port, for a log."""
        return f"{self.host}:{self.port}"

    @property
    def status_topic(self) -> str:
        """Where `online` or `offline` stands, retained."""
        return f"pager/status/{self.client_id}"

    def tls_context(self) -> ssl.SSLContext | None:
        """Build the context of TLS, or None without TLS.

        Raises:
            ConfigError: A file is missing or is not what it should be.
        """
        if not self.tls:
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except OSError as wrong:
            raise ConfigError(f"mqtt ca_file {self.ca_file}: {in_words(wrong)}") from None
        if self.cert_file is not None:
            for key, file in (("cert_file", self.cert_file), ("key_file", self.key_file)):
                if file is not None and not file.is_file():
                    raise ConfigError(f"mqtt {key} {file}: no such file")
            try:
                # A key with a passphrase must not stop the start by asking for it.
                context.load_cert_chain(self.cert_file, self.key_file, password="")
            except OSError as wrong:
                files = f"{self.cert_file} with key {self.key_file or self.cert_file}"
                raise ConfigError(f"mqtt cert_file {files}: {in_words(wrong)}") from None
        elif self.key_file is not None:
            raise ConfigError(f"mqtt key_file {self.key_file}: there is no cert_file to go with it")
        return context


def in_words(wrong: BaseException) -> str:
    """Say an error without its address or number, so that the same fault reads the same.

    >>> in_words(ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 1883)")), in_words(TimeoutError())
    ('connection refused', 'no answer in time')
    """
    match wrong:
        case TimeoutError():
            return "no answer in time"
        case ConnectionRefusedError():
            return "connection refused"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {wrong.verify_message}"
        case ssl.SSLError():
            return f"TLS: {(wrong.reason or str(wrong)).lower().replace('_', ' ')}"
        case OSError() if wrong.strerror:
            return wrong.strerror.lower()
        case _:
            return str(wrong) or type(wrong).__name__
