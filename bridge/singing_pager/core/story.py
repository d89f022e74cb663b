"""What one event brings about, gathered on its way through the core."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from singing_pager.model import Cue, Drop, Entry, Event, Outcome

__all__ = ["Story"]


@dataclass(slots=True)
class Story:
    """The parts of an outcome, in the order in which they come about."""

    cues: list[Cue] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def sound(self, result: Iterable[Cue] | Drop) -> bool:
        """Add cues; False, and nothing added, when the voices had no place."""
        if isinstance(result, Drop):
            return False
        self.cues.extend(result)
        return True

    def told(self, event: Event, now: float) -> Outcome:
        """The outcome."""
        return Outcome(event, now, tuple(self.cues), tuple(self.rules), tuple(self.drops), tuple(self.entries))
