"""What is counted of tabs, and why they lose something."""

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, StrEnum

__all__ = ["Closing", "Lost", "Stats"]


class Lost(StrEnum):
    """Why something did not reach a tab."""

    FULL = "full"
    """The tab took nothing for so long that no more could wait: all of it was thrown away, and the tab told anew."""
    LATE = "late"
    """A struck sound whose time was over before the tab took it."""


class Closing(Enum):
    """Why the pager closes a tab: the code and the reason that the page is told."""

    GOING = 1001, "the pager stops"
    REVOKED = 1008, "the token by which this tab came in is no more"
    FULL = 1013, "there are as many tabs as there may be"
    STUCK = 1013, "this tab took nothing for too long"

    @property
    def code(self) -> int:
        """As a WebSocket says it."""
        return self.value[0]

    @property
    def reason(self) -> str:
        """For people."""
        return self.value[1]


@dataclass(slots=True)
class Stats:
    """Numbers of all tabs.

    Attributes:
        connected: Tabs that are here.
        listening: Those whose engine runs.
        frames: Frames that were taken.
        ignored: Messages of pages that were not heeded.
        lost: What did not reach a tab, by reason.
        closed: Tabs that the pager closed, by reason.
    """

    connected: int = 0
    listening: int = 0
    frames: int = 0
    ignored: int = 0
    lost: Counter[Lost] = field(default_factory=lambda: Counter(dict.fromkeys(Lost, 0)))
    closed: Counter[Closing] = field(default_factory=lambda: Counter(dict.fromkeys(Closing, 0)))
