"""The desk, the journal and the voices as frames of `/ws`: JSON, made once for all tabs (docs/console.md)."""

import asyncio
from collections.abc import Callable, Collection, Sequence

import msgspec

from singing_pager.core.pipeline import Core
from singing_pager.model import Alert, Entry
from singing_pager.sinks.browser.news import MOST_ALERTS
from singing_pager.web.api import views
from singing_pager.web.api.views import View

__all__ = ["Frames", "Voices", "frame"]

_AT_ONCE = 50
"""Alerts that are encoded on the loop; more are, in a thread: an alarm does not wait for them."""

Voices = Callable[[], Sequence[View]]
"""Gives the held voices, with why they sound."""


def frame(kind: str, **fields: object) -> str:
    """Make a frame."""
    return msgspec.json.encode({"kind": kind, **fields}).decode()


class Frames:
    """Makes the frames of the news (`sinks.browser.Teller`).

    Args:
        core: The desk, the mixer, the chain.
        clock: The engine's time.
        links: State of each link that the core does not know of, by name.
        voices: The held voices, with why they sound.
    """

    def __init__(
        self,
        core: Core,
        *,
        clock: Callable[[], float],
        links: Callable[[], dict[str, bool]],
        voices: Voices,
    ) -> None:
        self._core = core
        self._clock = clock
        self._links = links
        self._voices = voices

    async def state(self) -> str:
        """Everything, as it was when this was called."""
        core, now = self._core, self._clock()
        head = {
            "kind": "state",
            "at": now,
            "controls": self._controls(),
            "links": views.chain(core.links, self._links()),
            "voices": self._voices(),
            "flooding": core.flooding,
            "quiet": self._quiet(),
        }
        alerts = tuple(core.desk.alerts.values())
        return await asyncio.to_thread(_state, msgspec.json.encode(head), alerts)

    async def alerts(self, fingerprints: Collection[str]) -> str:
        """Alerts that have changed, as they are now."""
        desk = self._core.desk
        found = [alert for alert in map(desk.get, fingerprints) if alert is not None]

        def encoded(total: int) -> str:
            return frame("alerts", alerts=[views.alert(alert) for alert in found], total=total)

        return await asyncio.to_thread(encoded, len(desk)) if len(found) > _AT_ONCE else encoded(len(desk))

    def entries(self, entries: Sequence[Entry]) -> str:
        """Lines of the journal."""
        return frame("entries", entries=[views.entry(entry) for entry in entries])

    def standing(self) -> Sequence[str]:
        """Controls, links, and whether there is a flood or quiet."""
        core = self._core
        return (
            frame("controls", controls=self._controls()),
            frame("links", links=views.chain(core.links, self._links())),
            frame("flooding", flooding=core.flooding, quiet=self._quiet()),
        )

    def voices(self) -> str:
        """The held voices, and why they sound."""
        return frame("voices", voices=self._voices())

    def anomaly(self, at: float, value: float) -> str:
        """How unlike itself this machine is."""
        return frame("anomaly", at=at, value=value)

    def _controls(self) -> View:
        controls = self._core.controls
        return {
            "levels": views.levels(controls),
            "muted": controls.muted,
            "muted_until": controls.muted_until,
            "muted_by": controls.muted_by,
            "muted_reason": controls.muted_reason,
            "meeting_until": controls.meeting_until,
            "meeting_by": controls.meeting_by,
        }

    def _quiet(self) -> list[str]:
        now = self._clock()
        return [quiet.name for quiet in self._core.score.quiet if quiet.covers(now)]


def _state(head: bytes, alerts: Sequence[Alert]) -> str:
    """Add the alerts to the rest of the state; made for a thread."""
    page = views.page(alerts, lambda _: True, MOST_ALERTS, 0)
    return (head[:-1] + b"," + page.removeprefix(b'{"ok":true,')).decode()
