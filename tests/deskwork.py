"""The core with its time under a test's hand: what happens when, and what is heard of it."""

from collections.abc import Iterable
from dataclasses import replace

from singing_pager import instruments, score
from singing_pager.core.pipeline import Core
from singing_pager.core.rules import Score
from singing_pager.model import Alert, Controls, Deed, Drop, Entry, Event, Outcome, Strike, Tick
from singing_pager.testing import START

__all__ = ["Desk", "plain_score"]

_TICK = 0.1


def plain_score(**changes: object) -> Score:
    """The default score without its drone."""
    return replace(score.load(None, instruments.load()), ambience=None, **changes)  # type: ignore[arg-type]


class Desk:
    """A core that is fed events at seconds after the start, and ticks in between.

    Attributes:
        core: The core.
        heard: Second and instrument of every sound, heartbeats left out.
        entries: The journal.
        outcomes: Everything.
    """

    def __init__(self, played: Score | None = None, *, timeout: float = 0.0, vouched: str = "") -> None:
        self.core = Core(played or plain_score(), timeout=timeout, vouched=vouched)
        self.now = START
        self.heard: list[tuple[float, str]] = []
        self.entries: list[Entry] = []
        self.outcomes: list[Outcome] = []

    @property
    def second(self) -> float:
        """Seconds since the start."""
        return round(self.now - START, 3)

    def restored(self, alerts: Iterable[Alert], controls: Controls | None = None) -> "Desk":
        """Begin a life that takes up what an earlier one left."""
        self.core.restore(alerts, controls, self.now)
        return self

    def feed(self, event: Event) -> Outcome:
        """Feed an event now."""
        outcome = self.core.feed(event, self.now)
        self.outcomes.append(outcome)
        self.entries.extend(outcome.entries)
        for cue in outcome.cues:
            if isinstance(cue, Strike) and cue.instrument != "heartbeat":
                self.heard.append((self.second, cue.instrument))
        return outcome

    def until(self, second: float, *, tick: float = _TICK) -> None:
        """Let time pass."""
        while self.now + tick < START + second - 1e-6:
            self.now = round(self.now + tick, 6)
            self.feed(Tick(self.now))
        self.now = max(self.now, START + second)
        self.feed(Tick(self.now))

    def leap(self, second: float) -> None:
        """Let time pass in one go, as on a machine that slept."""
        self.now = max(self.now, START + second)
        self.feed(Tick(self.now))

    def sounds(self) -> list[str]:
        """The instruments that were heard."""
        return [instrument for _, instrument in self.heard]

    def deeds(self) -> list[Deed]:
        """What the journal says happened."""
        return [entry.deed for entry in self.entries]

    def dropped(self) -> list[Drop]:
        """Why things were not heard."""
        return [drop for outcome in self.outcomes for drop in outcome.drops]
