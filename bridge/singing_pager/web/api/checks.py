"""Texts of scores, checked one at a time in a thread: the worst takes seconds, and alerts go before it."""

import asyncio
from http import HTTPStatus

from singing_pager.core.instrument import Catalogue
from singing_pager.score.draft import Draft, drafted
from singing_pager.web.api.route import RefusalError

__all__ = ["Checks"]

_WAITING = 8
"""Texts that may wait for their turn."""


class Checks:
    """Checks texts; the last one is known for whoever asks again, as an audition does at each turn of a knob."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._last: Draft | None = None

    async def draft(self, text: str, catalogue: Catalogue) -> Draft:
        """Check a text; raises RefusalError when too many wait."""
        if self._last is not None and self._last.text == text:
            return self._last
        if self._waiting >= _WAITING:
            raise RefusalError(HTTPStatus.SERVICE_UNAVAILABLE, "other scores are being checked; try again")
        self._waiting += 1
        try:
            async with self._turn:
                self._last = draft = await asyncio.to_thread(drafted, text, catalogue)
                return draft
        finally:
            self._waiting -= 1
