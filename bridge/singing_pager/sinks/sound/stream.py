"""The live stream: encoded once for each format, handed to each listener's own bounded queue."""

import asyncio
import contextlib
import logging
import threading
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

from singing_pager.errors import BusyError
from singing_pager.sinks.sound.encoders import ENCODERS, Encoder, Format
from singing_pager.sinks.sound.samples import Samples

__all__ = ["Broadcast", "Cut", "Listener"]

_log = logging.getLogger("singing_pager.sound")

_MAIL = 512
"""Pieces that may wait for the loop: some seconds of sound."""


class Cut(StrEnum):
    """Why a listener was dropped."""

    SLOW = "slow"
    """Took the sound more slowly than it came."""
    BROKEN = "broken"
    """Its format could not be encoded any more; the log has why."""


@dataclass(frozen=True, slots=True)
class _Piece:
    form: Format
    head: bytes
    body: bytes
    frames: int


class Listener:
    """One who listens: an iterator of bytes that ends when the broadcast does, or when the listener is cut off.

    Attributes:
        form: The format.
        cut: Why the listener was cut off.
        ended: Set when nothing more comes.
    """

    def __init__(self, form: Format, most: int, leave: Callable[["Listener"], None]) -> None:
        self.form = form
        self.cut: Cut | None = None
        self.ended = asyncio.Event()
        self._most = most
        self._leave = leave
        self._queue: deque[tuple[bytes, int]] = deque()
        self._frames = 0
        self._head: bytes | None = None
        self._some = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Bytes that wait to be taken."""
        return sum(len(data) for data, _ in self._queue)

    def offer(self, piece: _Piece) -> bool:
        """Take a piece; False when the queue has no room for it."""
        if self._frames + piece.frames > self._most:
            return False
        # a new encoder begins a stream of its own, with its own head
        data = piece.body if self._head is piece.head else piece.head + piece.body
        self._head = piece.head
        self._queue.append((data, piece.frames))
        self._frames += piece.frames
        self._some.set()
        return True

    def end(self, cut: Cut | None = None) -> None:
        """End: no more comes, and one who is cut off does not get what waits either."""
        self.cut = cut
        if cut is not None:
            self._queue.clear()
        self.ended.set()
        self._some.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            while self._queue:
                data, frames = self._queue.popleft()
                self._frames -= frames
                yield data
            if self.ended.is_set():
                return
            self._some.clear()
            await self._some.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._leave(self)


class Broadcast:
    """Hands live sound to listeners. `put` is the player's thread's; all else belongs to the event loop.

    Args:
        rate: Samples a second.
        channels: Channels.
        most: Listeners at a time.
        patience: Seconds of sound that may wait for a listener: one for whom more would wait is dropped.
        encoders: What encodes each format.
    """

    def __init__(
        self,
        *,
        rate: int = 48_000,
        channels: int = 2,
        most: int = 16,
        patience: float = 3.0,
        encoders: Mapping[Format, Callable[[int, int], Encoder]] = ENCODERS,
    ) -> None:
        self.most = most
        self.dropped: Counter[str] = Counter(dict.fromkeys(Cut, 0))
        self.lost = 0
        self.changed: Callable[[], None] = lambda: None
        self._make = encoders
        self._rate = rate
        self._channels = channels
        self._patience = round(patience * rate)
        self._listeners: list[Listener] = []
        self._wanted: frozenset[Format] = frozenset()
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._encoders: dict[Format, tuple[Encoder, int]] = {}
        self._failed: set[Format] = set()
        self._mail: deque[_Piece | Format] = deque()
        self._called = False
        self._post = threading.Lock()

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def check(self) -> None:
        """Raise BusyError when nobody more may listen."""
        if self._closed:
            raise BusyError("the pager is about to stop")
        if len(self._listeners) >= self.most:
            raise BusyError(f"{len(self._listeners)} listen already; at most {self.most} may")

    def join(self, form: Format) -> Listener:
        """Begin to listen; used as a context manager, which ends it. Raises BusyError."""
        self.check()
        self._loop = asyncio.get_running_loop()
        listener = Listener(form, self._patience, self._left)
        self._listeners.append(listener)
        self._count()
        return listener

    def close(self) -> None:
        """End the stream for everybody."""
        self._closed = True
        for listener in self._listeners:
            listener.end()

    def put(self, block: Samples) -> None:
        """Encode a block in every format that somebody listens to, and leave it for the loop to hand out."""
        wanted = self._wanted
        for form in self._encoders.keys() - wanted:
            self._encoders.pop(form)[0].close()
        for form in wanted:
            try:
                self._encode(form, block)
            except Exception:  # noqa: BLE001 - whatever the C library brings: other formats, and the card, play on
                if form not in self._failed:
                    _log.exception("the stream's %s encoder failed; further failures are only counted", form)
                self._failed.add(form)
                self._encoders.pop(form, None)
                self._send(form)

    def rest(self) -> None:
        """Let go of the encoders: the player's thread will not put for a while."""
        while self._encoders:
            self._encoders.popitem()[1][0].close()

    def _encode(self, form: Format, block: Samples) -> None:
        encoder, held = self._encoders.get(form) or (self._make[form](self._rate, self._channels), 0)
        body = encoder.encode(block)
        held += len(block)
        if body:
            self._send(_Piece(form, encoder.head, body, held))
            held = 0
        self._encoders[form] = encoder, held

    def _send(self, piece: _Piece | Format) -> None:
        """Leave a piece, or the name of a format that has failed, for the loop."""
        loop = self._loop
        with self._post:
            if len(self._mail) >= _MAIL:
                self.lost += 1
                return
            self._mail.append(piece)
            call, self._called = not self._called, True
        if call and loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
                loop.call_soon_threadsafe(self._hand_out)

    def _hand_out(self) -> None:
        with self._post:
            pieces, self._mail, self._called = self._mail, deque(), False
        for piece in pieces:
            for listener in tuple(self._listeners):
                if isinstance(piece, Format):
                    if listener.form is piece:
                        self._cut(listener, Cut.BROKEN)
                elif listener.form is piece.form and not listener.offer(piece):
                    self._cut(listener, Cut.SLOW)

    def _cut(self, listener: Listener, why: Cut) -> None:
        self.dropped[why] += 1
        listener.end(why)
        self._left(listener)

    def _left(self, listener: Listener) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)
            self._count()

    def _count(self) -> None:
        self._wanted = frozenset(listener.form for listener in self._listeners)
        self.changed()
