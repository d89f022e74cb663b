"""What happens, told to whoever watches the terminal: the journal line by line, streams when they begin and end.

A storm does not fill the terminal: some changes of alerts a second are told one by one, the rest as a number.
"""

import logging
from collections import Counter
from collections.abc import Sequence

from singing_pager.model import AlertChange, Deed, Drop, Entry, Hold, Outcome, Reading, Release, Strike

__all__ = ["LogSink"]

_log = logging.getLogger("singing_pager")

_AGAIN_AFTER = 60.0
"""Seconds after which a reason to drop that goes on is told again."""
_LONGEST = 120
"""Characters of a name that are written."""
_A_SECOND = 20
"""Lines a second about alerts, voices and tests."""
_QUIET = frozenset(
    {
        *(Drop.ALREADY_FIRING, Drop.NOT_ACTIVE, Drop.OUTDATED, Drop.CONFLATED, Drop.ECHO),
        *(Drop.GROUPED, Drop.FLOOD, Drop.FLAPPING, Drop.QUIET, Drop.MUTED, Drop.STARTING, Drop.SILENCED, Drop.WATCHDOG),
    }
)
"""Reasons that belong to an ordinary day, or that the journal's lines tell."""
_UNTOLD = frozenset({Deed.REFRESHED, Deed.LINKED, Deed.SCORE})
"""Deeds that are no news, or, as another score is, are told in the log by whoever has read its file."""
_ALWAYS = frozenset(
    {
        *(Deed.FLOOD, Deed.FLOOD_OVER, Deed.SUMMARY, Deed.MUTED, Deed.UNMUTED, Deed.MEETING, Deed.MEETING_OVER),
        *(Deed.LINK_DOWN, Deed.LINK_UP),
    }
)
"""Deeds that are seldom, and told in a storm as well."""


class LogSink:
    """Writes outcomes to the log; a reason to drop once per change, then at most once a minute with its count."""

    name = "log"

    def __init__(self) -> None:
        self._sounding: set[str] = set()
        self._said: dict[tuple[str, Drop], tuple[float, int]] = {}
        self._second = 0.0
        self._lines = 0
        self._untold: Counter[str] = Counter()

    def play(self, moment: Sequence[Outcome]) -> None:
        """Write what is new in a moment."""
        for outcome in moment:
            self._turn(outcome.at)
            self._entries(outcome)
            self._voices(outcome)
            if isinstance(outcome.event, AlertChange | Reading):
                for drop in outcome.drops:
                    self._drop(outcome.event, drop, outcome.at)

    def _turn(self, now: float) -> None:
        """Begin another second, and tell what the last had too much of; ticks bring us here when nothing happens."""
        if now - self._second < 1:
            return
        if self._untold:
            told = ", ".join(f"{number} {what}" for what, number in self._untold.most_common())
            _log.info("and %d more: %s", self._untold.total(), told)
        self._untold.clear()
        self._second = now
        self._lines = 0

    def _may_tell(self, what: str) -> bool:
        if self._lines >= _A_SECOND:
            self._untold[what] += 1
            return False
        self._lines += 1
        return True

    def _entries(self, outcome: Outcome) -> None:
        change = outcome.event if isinstance(outcome.event, AlertChange) else None
        fired = {entry.alert.fingerprint for entry in outcome.entries if entry.alert and entry.deed is not Deed.SOUNDED}
        for entry in outcome.entries:
            alert = entry.alert
            if entry.deed in _UNTOLD or (entry.deed is Deed.SOUNDED and alert and alert.fingerprint in fired):
                continue
            if entry.deed not in _ALWAYS and not self._may_tell(entry.deed):
                continue
            own = change is not None and alert is not None and alert.fingerprint == change.fingerprint
            heard = ", ".join(cue.instrument for cue in outcome.cues if isinstance(cue, Strike)) if own else entry.heard
            rules = f" ({', '.join(outcome.rules)})" if own and outcome.rules else ""
            level = logging.WARNING if entry.deed is Deed.LINK_DOWN else logging.INFO
            _log.log(level, "%s%s%s", _words(entry), f" → {heard}" if heard else "", rules)

    def _voices(self, outcome: Outcome) -> None:
        for cue in outcome.cues:
            match cue:
                case Hold(voice, instrument) if voice not in self._sounding:
                    self._sounding.add(voice)
                    if self._may_tell("voices"):
                        _log.info("%s sounds as %s", _plain(voice), instrument)
                case Release(voice):
                    self._sounding.discard(voice)
                    if self._may_tell("voices"):
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
        detail = f": {_plain(event.detail)}" if event.detail else ""
        further = f" ({more} more since)" if more else ""
        _log.warning("%s: %s of %r%s%s", event.route, drop, what[:_LONGEST], detail, further)


def _words(entry: Entry) -> str:
    """Say an entry in one line: what happened, to what, by whom, why."""
    words = [entry.deed.replace("_", " ")]
    if entry.alert is not None:
        alert = entry.alert
        words += [_plain(alert.severity) or "alert", _plain(alert.name or alert.fingerprint)]
    if entry.subject:
        words.append(_plain(entry.subject))
    if entry.count > 1:
        words.append(f"({entry.count} alerts)")
    if entry.by:
        words.append(f"by {_plain(entry.by)}")
    return " ".join(words) + (f": {_plain(entry.reason)}" if entry.reason else "")


def _plain(text: str) -> str:
    """Give what somebody sent as one line of a terminal: no line ends, no escape sequences, not too long."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:_LONGEST])
