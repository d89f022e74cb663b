"""Bridges by the hundred: a process that has imported everything forks one for each line that it is told.

What a child runs is the whole of `singing-pager run` behind its command line: `app.run`. Only the seconds that Python
takes to import it are spent once, and not two hundred times.

    python tests/real/forks.py        # {"HTTP_PORT": "8000", …} on standard input; a process id on standard output
"""

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Self

import uvloop
from singing_pager import app, config

__all__ = ["Forks"]


class Forks:
    """Starts bridges, each within some hundredths of a second; a context manager.

    Args:
        log: Where all of them write.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._turn = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.communicate(timeout=15)

    @property
    def log(self) -> str:
        """What the bridges have written."""
        return self._log.read_text(errors="replace")

    def bridge(self, settings: Mapping[str, str]) -> int:
        """Start a bridge with these settings, as environment variables; gives its process id."""
        with self._turn:
            assert self._process is not None
            asked, told = self._process.stdin, self._process.stdout
            assert asked is not None
            assert told is not None
            asked.write(json.dumps(settings) + "\n")
            asked.flush()
            return int(told.readline())


def _fork(line: str, told: IO[str]) -> None:
    if pid := os.fork():
        print(pid, file=told, flush=True)
        return
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        settings = config.load(json.loads(line), {}, None)
        uvloop.run(app.run(settings))
        status = 0
    except (KeyboardInterrupt, asyncio.CancelledError):
        pass
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    # nobody waits for the children
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    for asked in iter(sys.stdin.readline, ""):
        _fork(asked, sys.stdout)
