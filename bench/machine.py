"""What the benchmarks share: servers on free ports of 127.0.0.1, and a look at the machine."""

import contextlib
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["described", "free_port", "pager", "process", "wait_for_port"]


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Find a port of 127.0.0.1 that nobody has."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, seconds: float = 20) -> None:
    """Wait until a TCP port answers; raises TimeoutError."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise TimeoutError(f"nothing answers at port {port}")


@contextlib.contextmanager
def process(
    *command: str, env: Mapping[str, str] | None = None, log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program for as long as the block."""
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("wb")) if log else subprocess.DEVNULL
        child = subprocess.Popen(command, env={**os.environ, **(env or {})}, stdout=output, stderr=output)
        try:
            yield child
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


@contextlib.contextmanager
def pager(http: int, osc: int, *before: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the bridge with a journal of its own and no rate limit, every other setting at its default unless given.

    Args:
        http: Its port.
        osc: Where the sound engine would listen.
        *before: What stands before the command, such as `taskset`.
        **env: Further settings.
    """
    settings = {"HTTP_PORT": str(http), "OSC_PORT": str(osc), "METRICS_PORT": str(free_port()), "LOG_LEVEL": "warning"}
    command = str(Path(sys.executable).with_name("singing-pager"))
    with tempfile.TemporaryDirectory() as folder:
        settings |= {"STORE_URL": f"sqlite:///{folder}/pager.db", "HTTP_RATE": "0"}
        log = Path(folder, "pager.log")
        with process(*before, command, "run", env={**settings, **env}, log=log) as child:
            wait_for_port(http)
            yield child


def described() -> str:
    """Say what machine the figures are of."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores ({model}), Linux {platform.release()}, Python {platform.python_version()}"
