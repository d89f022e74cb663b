"""Real work for a machine to do, each in a process of its own that ends when its maker does.

with working("busy"):
    ...

As a program: `python work.py busy`, `traffic RATE`, `memory SIZE` or `disk FILE SIZE`, in bytes and bytes/s. It says
`ready` when the work goes on (`disk`: when it is done), and goes on until its standard input ends.
"""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["working"]

_BEAT = 0.01
"""Seconds between two portions of traffic: ten to a sample."""
_MEBIBYTE = 1 << 20


@contextlib.contextmanager
def working(kind: str, *words: object) -> Iterator[None]:
    """Let a process work, from when it says that it does until the block ends."""
    command = [sys.executable, "-I", __file__, kind, *(str(word) for word in words)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said == b"ready\n", f"{kind} ended at once"
            yield
        finally:
            process.kill()


def _ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def _busy() -> None:
    """Work without a pause."""
    _ready()
    while True:
        pass


def _traffic(rate: int) -> None:
    """Send through the loopback interface; what a late portion lacks, the next one has."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as sender:
        receiver, _ = server.accept()
        threading.Thread(target=_take, args=(receiver,), daemon=True).start()
        _ready()
        began, sent = time.monotonic(), 0
        while True:
            owed = int((time.monotonic() - began) * rate) - sent
            sender.sendall(bytes(owed))
            sent += owed
            time.sleep(_BEAT)


def _take(receiver: socket.socket) -> None:
    while receiver.recv(_MEBIBYTE):
        pass


def _memory(size: int) -> None:
    """Hold memory, every page of it written to."""
    held = b"x" * size
    _ready()
    threading.Event().wait()
    del held


def _disk(path: Path, size: int) -> None:
    """Write to a file, every mebibyte of it as far as the disk."""
    with path.open("wb") as file:
        for _ in range(size // _MEBIBYTE):
            file.write(os.urandom(_MEBIBYTE))
            file.flush()
            os.fsync(file.fileno())
    _ready()


def _main(kind: str, *words: str) -> None:
    match kind:
        case "busy":
            _busy()
        case "traffic":
            _traffic(int(words[0]))
        case "memory":
            _memory(int(words[0]))
        case "disk":
            _disk(Path(words[0]), int(words[1]))


if __name__ == "__main__":
    threading.Thread(target=_main, args=sys.argv[1:], daemon=True).start()
    sys.stdin.buffer.read()
