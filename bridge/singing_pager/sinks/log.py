"""What the pager hears, told to whoever watches the terminal: alarms one by one, streams when they begin and end."""

import logging
from collections.abc import Sequence

from singing_pager.model import AlertChange, Drop, Hold, Outcome, Reading, Release

__all__ = ["LogSink"]

_log = logging.getLogger("singing_pager")

_AGAIN_AFTER = 60.0
"""Seconds after which a reason to drop that goes on is told again."""
_LONGEST = 120
"""Characters of a name that are written."""
_QUIET = frozenset({Drop.ALREADY_FIRING, Drop.NOT_ACTIVE, Drop.OUTDATED, Drop.CONFLATED, Drop.ECHO})
"""Reasons that belong to an ordinary day."""


class LogSink:
    """Writes outcomes to the log; a reason to drop once per change, then at most once a minute with its count."""

    name = "log"

    def __init__(self) -> None:
        self._sounding: set[str] = set()
        self._said: dict[tuple[str, Drop], tuple[float, int]] = {}

    def play(self, moment: Sequence[Outcome]) -> None:
        """Write what is new in a moment."""
        for outcome in moment:
            self._cues(outcome)
            if isinstance(outcome.event, AlertChange | Reading):
                for drop in outcome.drops:
                    self._drop(outcome.event, drop, outcome.at)

    def _cues(self, outcome: Outcome) -> None:
        event = outcome.event
        if isinstance(event, AlertChange) and outcome.cues:
            _log.info(
                "%s %s %s → %s (%s)",
                event.status, _plain(event.severity) or "alert", _plain(event.name or event.fingerprint),
                ", ".join(cue.instrument for cue in outcome.cues), ", ".join(outcome.rules),
            )  # fmt: skip
        for cue in outcome.cues:
            match cue:
                case Hold(voice, instrument) if voice not in self._sounding:
                    self._sounding.add(voice)
                    _log.info("%s sounds as %s", _plain(voice), instrument)
                case Release(voice):
                    self._sounding.discard(voice)
                    _log.info("%s has ended", _plain(voice))
                case _:
                    pass

    def _drop(self, event: AlertChange | Reading, drop: Drop, now: float) -> None:
        if drop in _QUIET or (drop is Drop.NO_RULE and event.route == "host"):
            # a machine has more streams than anybody wants to hear
            return
        said, more = self._said.get((event.route, drop), (None, 0))
        if said is not None and now - said < _AGAIN_AFTER:
            self._said[event.route, drop] = said, more + 1
            return
        self._said[event.route, drop] = now, 0
        what = event.stream if isinstance(event, Reading) else event.name or event.fingerprint
        detail = f": {event.detail}" if event.detail else ""
        further = f" ({more} more since)" if more else ""
        _log.warning("%s: %s of %r%s%s", event.route, drop, what[:_LONGEST], detail, further)


def _plain(text: str) -> str:
    """Give what somebody sent as one line of a terminal: no line ends, no escape sequences, not too long."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:_LONGEST])
