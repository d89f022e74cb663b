"""What ought to sound, what an engine is told, and the whole story of an event."""

from enum import StrEnum

from msgspec import Struct

from singing_pager.model.alerts import STRIPS, Drop, Entry
from singing_pager.model.events import Event

__all__ = ["Cue", "Hold", "Intent", "Mix", "Outcome", "Params", "Priority", "Release", "Strike"]

Params = tuple[float, ...]
"""Parameter values in catalogue order, in the units that the catalogue gives."""


class Priority(StrEnum):
    """Right of way among voices, the first before the last (docs/sound.md)."""

    CRITICAL = "critical"
    SPEECH = "speech"
    WARNING = "warning"
    INFO = "info"
    AMBIENCE = "ambience"

    @property
    def rank(self) -> int:
        """0 for the first right of way."""
        return _RANKS[self]


_RANKS = {priority: rank for rank, priority in enumerate(Priority)}


class Intent(Struct, frozen=True, gc=False):
    """What ought to sound.

    Attributes:
        key: Voice id.
        stream: The stream or alert that it stands for.
        instrument: Name in the catalogue.
        params: Values in catalogue order.
        priority: Right of way.
        lasts: Seconds that a struck sound takes, or that a held voice lives without a new reading; infinity: for ever.
        notes: Text that travels behind the voice id (for alerts: status, alert name).
    """

    key: str
    stream: str
    instrument: str
    params: Params
    priority: Priority
    lasts: float
    notes: tuple[str, ...] = ()


class Strike(Struct, frozen=True, gc=False, tag=True):
    """Play a sound that ends by itself."""

    voice: str
    instrument: str
    params: Params
    notes: tuple[str, ...] = ()


class Hold(Struct, frozen=True, gc=False, tag=True):
    """Begin a voice, or bring it to these values; `slot` is its place among the held voices."""

    voice: str
    instrument: str
    params: Params
    slot: int


class Release(Struct, frozen=True, gc=False, tag=True):
    """End a held voice."""

    voice: str
    instrument: str
    slot: int


class Mix(Struct, frozen=True, gc=False, tag=True):
    """How loud each strip is, in the order of `STRIPS`, 0 to 1; and whether all is digital silence."""

    levels: tuple[float, ...] = (1.0,) * len(STRIPS)
    muted: bool = False


Cue = Strike | Hold | Release | Mix


class Outcome(Struct, frozen=True, gc=False):
    """The whole story of one event: what it made sound, by which rules, what was dropped, and what the journal says."""

    event: Event
    at: float
    cues: tuple[Cue, ...] = ()
    rules: tuple[str, ...] = ()
    drops: tuple[Drop, ...] = ()
    entries: tuple[Entry, ...] = ()
