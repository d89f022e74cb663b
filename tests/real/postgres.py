"""A real PostgreSQL on a free port of the loopback interface."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Self

import psycopg
from broker import eventually, free_port

__all__ = ["PASSWORD", "Postgres"]

PASSWORD = "open sesame"  # noqa: S105 - of a server that lives for a test


class Postgres:
    """A server with a cluster of its own, which can be stopped and started again; a context manager."""

    def __init__(self) -> None:
        self.port = free_port()
        # it will not run as root, and who is not root may not enter pytest's directories
        self._home = Path(tempfile.mkdtemp(prefix="pager-postgres-"))
        self._as: tuple[str, ...] = ()
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self._home, nobody.pw_uid, nobody.pw_gid)
            self._as = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0

    def __enter__(self) -> Self:
        password = self._home / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        words = ["initdb", "-D", f"{self._home}/data", "-U", "pager", "-A", "scram-sha-256", f"--pwfile={password}"]
        self._run(*words, "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def start(self) -> None:
        """Start, and wait until it lets somebody in."""
        words = ["postgres", "-D", f"{self._home}/data", "-p", str(self.port), "-h", "127.0.0.1", "-k", str(self._home)]
        # its own durability is not what is tested
        words += ["-c", "fsync=off", "-c", "full_page_writes=off"]
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen([*self._as, *words], cwd=self._home, stdout=log, stderr=log)
        if not eventually(self._answers, 30):
            raise RuntimeError((self._home / "log").read_text())

    def stop(self) -> None:
        """Stop at once: whoever is connected is cut off."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(15)
            self._process = None

    def database(self, encoding: str = "UTF8") -> str:
        """Make a database, and give its URL."""
        self._databases += 1
        name = f"pager{self._databases}"
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0".encode())
        return f"postgresql://pager:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}/{name}"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._conninfo("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def _conninfo(self, name: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=pager password='{PASSWORD}' dbname={name} connect_timeout=5"

    def _run(self, *words: str) -> None:
        subprocess.run([*self._as, *words], cwd=self._home, check=True, capture_output=True)
