"""The built-in engine in a process of its own.

In the bridge's process every control period would contend with the event loop for the interpreter: measured, each
took the other's time, alerts came later and a flood of readings broke the sound (docs/performance.md). What is said
through the pipe is little: commands one way, some kB of samples a block the other.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from multiprocessing.connection import Connection, Pipe
from types import TracebackType
from typing import Self

import msgspec
import numpy as np

from singing_pager.sinks.sound.samples import Samples

__all__ = ["Answer", "Fault", "Order", "Remote", "RemoteError", "Workshop"]

_COMMAND = (sys.executable, "-P", "-m", "singing_pager.sinks.sound.worker")
_PATIENCE = 3.0
"""Seconds that the process may take for an answer before it is killed."""
_START = 30.0
"""Seconds that it may take for the first one: it has a large library to load."""
_FAREWELL = 2.0
"""Seconds that the process may take to end by itself."""


class RemoteError(Exception):
    """The engine's process has failed, has ended, or does not answer."""


class Order(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """What the process is to do.

    Attributes:
        fresh: Rate and channels of a new engine, or None: go on with the one that there is.
        packets: OSC packets, in order.
        frames: Frames to render then.
    """

    fresh: tuple[int, int] | None
    packets: list[bytes]
    frames: int


class Answer(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """What it has done: float32 samples, interleaved; and commands that it could not carry out, by reason."""

    samples: bytes
    ignored: dict[str, int]


class Fault(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """The traceback of what went wrong."""

    text: str


_ORDERS = msgspec.msgpack.Encoder()
_ANSWERS: msgspec.msgpack.Decoder[Answer | Fault] = msgspec.msgpack.Decoder(Answer | Fault)


class Workshop:
    """Keeps a process in which an engine can be had at once; used as a context manager.

    Args:
        rate: Samples a second.
        channels: Outputs.
        command: What is run, with the number of its end of the pipe behind it.
        patience: Seconds that an answer may take.
        start: Seconds that the first answer of a process may take.
    """

    def __init__(
        self,
        *,
        rate: int = 48_000,
        channels: int = 2,
        command: Sequence[str] = _COMMAND,
        patience: float = _PATIENCE,
        start: float = _START,
    ) -> None:
        self.channels = channels
        self.starts = 0
        self._rate = rate
        self._command = command
        self._patience = patience
        self._start_patience = start
        self._answered = False
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def engine(self) -> "Remote":
        """Give an engine that has played nothing yet; one from before must not be used any more."""
        if self._process is None or self._process.poll() is not None:
            self._start()
        return Remote(self, (self._rate, self.channels))

    def ask(self, order: Order) -> Answer:
        """Have something done; raises RemoteError, and the process is ended when it does not answer."""
        if self._pipe is None:
            raise RemoteError("the engine's process has ended")
        try:
            self._pipe.send_bytes(_ORDERS.encode(order))
            patience = self._patience if self._answered else self._start_patience
            if not self._pipe.poll(patience):
                self._end(_FAREWELL / 10)
                raise RemoteError(f"the engine's process does not answer within {patience:g} s")
            answer: Answer | Fault = _ANSWERS.decode(self._pipe.recv_bytes())
            self._answered = True
        except (OSError, EOFError, msgspec.MsgspecError) as error:
            self._end(_FAREWELL / 10)
            raise RemoteError(f"the engine's process has ended: {error or 'without a word'}") from error
        if isinstance(answer, Fault):
            raise RemoteError(answer.text)
        return answer

    def _start(self) -> None:
        self._end()
        self.starts += 1
        self._answered = False
        self._pipe, theirs = Pipe()
        with theirs:
            number = theirs.fileno()
            self._process = subprocess.Popen(  # noqa: S603 - what is run is ours
                [*self._command, str(number)], pass_fds=[number], stdin=subprocess.DEVNULL
            )

    def _end(self, farewell: float = _FAREWELL) -> None:
        pipe, process = self._pipe, self._process
        self._pipe = self._process = None
        if pipe is not None:
            pipe.close()
        if process is not None:
            try:
                process.wait(farewell)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Remote:
    """An engine in a workshop's process; what it is told travels with the next block.

    Args:
        workshop: Where it is.
        fresh: Rate and channels.
    """

    def __init__(self, workshop: Workshop, fresh: tuple[int, int]) -> None:
        self.ignored: Counter[str] = Counter()
        self._workshop = workshop
        self._fresh: tuple[int, int] | None = fresh
        self._packets: list[bytes] = []

    def receive(self, packet: bytes) -> None:
        """Take a command."""
        self._packets.append(packet)

    def render(self, frames: int) -> Samples:
        """Give the next samples: (frames, channels); raises RemoteError."""
        packets, self._packets = self._packets, []
        answer = self._workshop.ask(Order(self._fresh, packets, frames))
        self._fresh = None
        self.ignored = Counter(answer.ignored)
        return np.frombuffer(answer.samples, np.float32).reshape(-1, self._workshop.channels)
