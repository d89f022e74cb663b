"""How the built-in engine is, in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from singing_pager.sinks.sound.meter import Levels

__all__ = ["Outlet", "Stats"]


class Outlet(StrEnum):
    """Where the sound goes; the first that there is."""

    CARD = "card"
    STREAM = "stream"
    FILE = "file"
    REST = "rest"
    """Nowhere: nobody would hear it, so nothing is rendered."""


@dataclass(frozen=True, slots=True)
class Stats:
    """The engine and its outlets at one moment.

    Attributes:
        outlet: What sets the pace.
        frames: Frames rendered since the start.
        render_age: Seconds since something was last rendered; infinity: never. It grows while the engine rests.
        underruns: Gaps, by what they come from: the card (nothing to play in time), the engine (too slow, so time was
            skipped), the stream (the event loop was too busy to hand out).
        callback_age: Seconds since the card last asked for sound; None: there is no card.
        now: Levels of the last second.
        ever: Levels since the start.
        listeners: Listeners of the stream.
        cut: Listeners that were dropped, by reason.
        dropped: Cues that did not sound, by reason.
        ignored: Commands that the engine could not carry out, by reason.
        failures: Faults of the engine or of an outlet; the log has the first of each kind.
    """

    outlet: Outlet
    frames: int
    render_age: float
    underruns: Mapping[str, int]
    callback_age: float | None
    now: Levels
    ever: Levels
    listeners: int = 0
    cut: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    ignored: Mapping[str, int] = field(default_factory=dict)
    failures: int = 0
