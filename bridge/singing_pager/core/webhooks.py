"""How alerts are read from the JSON of any sender: which field stands where, and which words mean what."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["DEFAULT", "FIELDS", "Webhook"]

_FIELDS = {
    "name": "alertname | name | title | event_title | labels.alertname | message | text | summary",
    "severity": "severity | level | priority | labels.severity",
    "status": "status | state",
    "fingerprint": "fingerprint | id",
    "summary": "summary | annotations.summary | message | text",
    "description": "description | annotations.description | body | details",
    # not `timestamp`: a sender's next word of the same occurrence has another, and would pass for a new occurrence
    "starts_at": "startsAt | starts_at",
    "ends_at": "endsAt | ends_at",
}
FIELDS = tuple(_FIELDS)
"""What is looked for in an alert."""

_RESOLVED = (
    *("resolved", "resolve", "ok", "okay", "recovered", "recovery", "up", "normal", "healthy", "good", "success"),
    *("passing", "passed", "closed", "close", "cleared", "clear", "inactive", "ended", "done", "fixed", "green"),
    *("false", "0", "off"),
)
_SEVERITIES = {
    **dict.fromkeys(("crit", "fatal", "emergency", "emerg", "alert", "disaster", "high", "highest"), "critical"),
    **dict.fromkeys(("error", "err", "severe", "major", "page", "urgent", "p0", "p1", "p2", "red"), "critical"),
    **dict.fromkeys(("warn", "average", "medium", "moderate", "minor", "p3", "yellow", "orange"), "warning"),
    **dict.fromkeys(("information", "informational", "notice", "low", "lowest", "debug", "ok", "normal"), "info"),
    **dict.fromkeys(("success", "none", "p4", "p5", "green", "blue"), "info"),
}


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where `/webhook/generic/<name>` finds what in a body.

    A path is written `a.b.0.c`: keys and list indices from the outside in. `a.b | c` is the first of several that is
    there; nothing (null, an empty text) counts as not there.

    Attributes:
        name: Last part of its address.
        alerts: Path to the list of alerts; empty: the body itself is one alert, or a list of them.
        fields: Path of each of `FIELDS` within an alert, where it is not that of `DEFAULT`; an empty path: nowhere.
        labels: Path of each further label within an alert; they tell one alert from another, besides its name, where
            there is no fingerprint.
        firing: Words of the status that mean firing, in lower case; empty: all but those of `resolved`.
        resolved: Words that mean resolved, in lower case.
        severities: What is a severity by another name, in lower case, before what `DEFAULT` knows; other words stay.
        lasts: Seconds after which an alert is over by itself, for senders that resolve nothing; None: at its resolve.
    """

    name: str
    alerts: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    firing: tuple[str, ...] = ()
    resolved: tuple[str, ...] = _RESOLVED
    severities: Mapping[str, str] = field(default_factory=dict)
    lasts: float | None = None

    def path(self, name: str) -> str:
        """Where one of `FIELDS` stands."""
        return self.fields.get(name, _FIELDS[name])

    def severity(self, word: str) -> str:
        """The severity that a word in lower case stands for."""
        return self.severities.get(word) or _SEVERITIES.get(word, word)


DEFAULT = Webhook("default")
"""What `/webhook/generic` reads without a word in the score: the names and words that most senders use."""
