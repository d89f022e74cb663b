"""The nouns that travel the line: events in, intents and cues inside, outcomes out.

Every value is frozen: msgspec's structs are frozen dataclasses that cost a tenth to make (docs/decisions/0001), and no
cycle goes through them, so the garbage collector need not look at 10,000 alerts. Events and cues name their kind where
they are written down (`tag`), so that a recording can be read back. Times are seconds since 1970 on a clock that never
jumps back (`engine.Clock`).
"""

from singing_pager.model.alerts import STRIPS, Alert, Controls, Deed, Drop, Entry, State
from singing_pager.model.cues import Cue, Hold, Intent, Mix, Outcome, Params, Priority, Release, Strike
from singing_pager.model.events import (
    Acknowledge,
    AlertChange,
    Command,
    Event,
    Link,
    Meeting,
    Mute,
    Play,
    Reading,
    Reload,
    Silenced,
    Snooze,
    Status,
    Survey,
    Surveyed,
    Test,
    Tick,
    Unacknowledge,
    Volume,
)

__all__ = [
    "STRIPS",
    "Acknowledge",
    "Alert",
    "AlertChange",
    "Command",
    "Controls",
    "Cue",
    "Deed",
    "Drop",
    "Entry",
    "Event",
    "Hold",
    "Intent",
    "Link",
    "Meeting",
    "Mix",
    "Mute",
    "Outcome",
    "Params",
    "Play",
    "Priority",
    "Reading",
    "Release",
    "Reload",
    "Silenced",
    "Snooze",
    "State",
    "Status",
    "Strike",
    "Survey",
    "Surveyed",
    "Test",
    "Tick",
    "Unacknowledge",
    "Volume",
]
