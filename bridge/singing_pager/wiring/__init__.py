"""How the parts are put together: one module for each way in or out, used by the composition root."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from singing_pager.model import Link
from singing_pager.sources.inbox import Inbox

__all__ = ["Lasting", "Links"]

Lasting = tuple[str, Callable[[], Coroutine[Any, Any, None]]]
"""The name of a task, and what it runs as long as the bridge does."""

_AGAIN = 0.5


class Links:
    """Offers news of links; where the inbox is full the last of each is offered again until it is taken."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._waiting: dict[str, tuple[bool, str]] = {}

    def __call__(self, name: str, up: bool, detail: str) -> None:  # noqa: FBT001 - it is what links tell
        """Take news of a link, on the loop's thread."""
        known = bool(self._waiting)
        self._waiting[name] = (up, detail)
        if not known:
            self._offer()

    def _offer(self) -> None:
        now = self._inbox.now()
        links = tuple(Link(at=now, name=name, up=up, detail=said) for name, (up, said) in self._waiting.items())
        if self._inbox.offer(links):
            self._waiting.clear()
        else:
            asyncio.get_running_loop().call_later(_AGAIN, self._offer)
