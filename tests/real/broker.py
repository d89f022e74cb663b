"""A real Mosquitto on a free port of the loopback interface."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import psutil

__all__ = ["Broker", "Certificates", "eventually", "free_port"]


def free_port() -> int:
    """Find a port of 127.0.0.1 that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(true: Callable[[], object], patience: float = 10.0) -> bool:
    """Ask until it is so, or patience (in seconds) is at its end; for code that runs in another thread or process."""
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


class Certificates:
    """An authority and what it signed, made by openssl.

    Args:
        home: A directory to keep them in.
    """

    def __init__(self, home: Path) -> None:
        self.authority = home / "ca.crt"
        self._home = home
        self._openssl("req", "-x509", "-days", "2", "-subj", "/CN=test authority", "-out", "ca.crt", *_key("ca"))
        self.server = self.sign("server")
        self.client = self.sign("client")

    def sign(self, name: str) -> tuple[Path, Path]:
        """Make a certificate for 127.0.0.1 and its key."""
        (self._home / f"{name}.ext").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        self._openssl("req", "-subj", f"/CN={name}", "-out", f"{name}.csr", *_key(name))
        authority = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.crt", *authority)
        return self._home / f"{name}.crt", self._home / f"{name}.key"

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self._home, check=True, capture_output=True)


def _key(name: str) -> tuple[str, ...]:
    return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key"


class Broker:
    """A Mosquitto that keeps what it must, and can be killed and started again on the same port.

    Args:
        home: A directory for its configuration and its database.
        passwords: Users and their passwords; without any, nobody has to say who they are.
        certificates: Speak TLS, and ask every client for a certificate.
        lines: Further lines of configuration.
    """

    def __init__(
        self,
        home: Path,
        *,
        passwords: dict[str, str] | None = None,
        certificates: Certificates | None = None,
        lines: Sequence[str] = (),
    ) -> None:
        self.port = free_port()
        self._conf = home / "mosquitto.conf"
        self._log = home / "mosquitto.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._tls: tuple[str, ...] = ()
        # As root, Mosquitto would become a user that may not enter a temporary directory.
        conf = [f"listener {self.port} 127.0.0.1", "user root", "max_queued_messages 10000"]
        # Without it Nagle's algorithm keeps alerts in the broker, where a kill loses them.
        conf.append("set_tcp_nodelay true")
        conf += ["persistence true", f"persistence_location {home}/", "autosave_on_changes true", "autosave_interval 1"]
        # What `listen` waits for, and nothing that a flood would fill a disk with.
        conf += [f"log_type {kind}" for kind in ("subscribe", "error", "warning", "notice", "information")]
        conf.append(f"allow_anonymous {str(not passwords).lower()}")
        for user, password in (passwords or {}).items():
            file = home / "passwords"
            create = () if file.exists() else ("-c",)
            subprocess.run(["mosquitto_passwd", "-b", *create, file, user, password], check=True, capture_output=True)
            file.chmod(0o600)
        if passwords:
            conf.append(f"password_file {home / 'passwords'}")
        if certificates is not None:
            certificate, key = certificates.server
            conf += [f"cafile {certificates.authority}", f"certfile {certificate}", f"keyfile {key}"]
            conf.append("require_certificate true")
            mine, my_key = certificates.client
            self._tls = ("--cafile", str(certificates.authority), "--cert", str(mine), "--key", str(my_key))
        self._conf.write_text("\n".join([*conf, *lines, ""]))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """The process, while it runs."""
        if self._process is None:
            raise RuntimeError("the broker is not running")
        return self._process.pid

    def start(self) -> None:
        """Start, and wait until it listens."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(["mosquitto", "-c", self._conf], stdout=log, stderr=log)
        if not eventually(self._listens) or self._process.poll() is not None:
            raise RuntimeError(f"mosquitto does not listen:\n{self._log.read_text()}")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let it keep its connections and say nothing more."""
        os.kill(self.pid, signal.SIGSTOP)
        assert eventually(lambda: psutil.Process(self.pid).status() == psutil.STATUS_STOPPED)

    def thaw(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def publish(self, topic: str, payload: bytes, *options: str) -> None:
        """Publish with mosquitto_pub and QoS 1, and wait until the broker has it."""
        words = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.port), *self._tls, "-q", "1", "-t", topic]
        # mosquitto_pub reads nothing from an empty standard input.
        how = "-s" if payload else "-n"
        subprocess.run([*words, how, *options], input=payload, check=True, capture_output=True)

    def listen(self, topic_filter: str, count: int, *options: str) -> "subprocess.Popen[str]":
        """Start a mosquitto_sub, subscribed when this returns; it prints `topic payload`, and ends after `count`."""
        name = f"listener-{uuid.uuid4().hex[:8]}"
        words = ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(self.port), *self._tls, "-q", "1", "-V", "5", "-v"]
        listener = subprocess.Popen(
            [*words, "-i", name, "-t", topic_filter, "-C", str(count), "-W", "20", *options],
            stdout=subprocess.PIPE,
            text=True,
        )
        if not eventually(lambda: f" {name} 1 {topic_filter}" in self._log.read_text(errors="replace")):
            listener.kill()
            raise RuntimeError(f"mosquitto_sub does not subscribe:\n{self._log.read_text()[-2000:]}")
        return listener

    def _listens(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            return True
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False
