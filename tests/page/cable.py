"""A cable between a page and its bridge that can be cut, and pulled out."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Cable"]


class Cable:
    """Carries TCP connections to a port of 127.0.0.1; a context manager, in a thread of its own.

    Args:
        port: Where it leads.

    Attributes:
        port: Where it begins.
    """

    def __init__(self, port: int) -> None:
        self.port = 0
        self._target = port
        self._loop = asyncio.new_event_loop()
        self._whole = asyncio.Event()
        self._whole.set()
        self._pulled = False
        self._ends: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),))

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._over.set)
        self._thread.join(10)
        self._loop.close()

    @property
    def url(self) -> str:
        """The bridge, as it is seen through the cable."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Carry nothing more and say nothing of it: what is sent waits, as it does in a network that is away."""
        self._do(self._whole.clear)

    def pull(self) -> None:
        """Reset every connection, and each new one."""
        self._do(self._reset)

    def mend(self) -> None:
        """Carry again, and first what has waited."""
        self._do(self._mend)

    def _do(self, what: Callable[[], object]) -> None:
        self._loop.call_soon_threadsafe(what)

    def _reset(self) -> None:
        self._pulled = True
        for end in tuple(self._ends):
            end.transport.abort()

    def _mend(self) -> None:
        self._pulled = False
        self._whole.set()

    async def _run(self) -> None:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()
        self._reset()
        for pump in tuple(self._pumps):
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._pulled:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, far_writer}
        for source, target in ((reader, far_writer), (far_reader, writer)):
            pump = asyncio.create_task(self._pump(source, target))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                await self._whole.wait()
                target.write(data)
                await target.drain()
            await self._whole.wait()
        except OSError:
            pass
        finally:
            self._ends.discard(target)
            target.transport.abort() if self._pulled else target.close()
