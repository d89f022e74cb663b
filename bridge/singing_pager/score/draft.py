"""A score that somebody writes: its text checked, and what can be said of it."""

from dataclasses import dataclass
from hashlib import sha256

from singing_pager import score
from singing_pager.core.instrument import Catalogue
from singing_pager.core.rules import AlertRule, MetricRule, Score, Sound
from singing_pager.errors import ConfigError, Fault

__all__ = ["Draft", "Rule", "drafted", "rules", "version"]

Rule = AlertRule | MetricRule | Sound
"""What gives a sound to something."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A text, and the score that it is.

    Attributes:
        text: As it was written.
        version: Of the text.
        score: What it says; None: it is faulty.
        faults: What is wrong with it.
    """

    text: str
    version: str
    score: Score | None
    faults: tuple[Fault, ...] = ()


def version(text: str) -> str:
    """Name a text by its content: the SHA-256 of its UTF-8, in hexadecimal."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def drafted(text: str, catalogue: Catalogue) -> Draft:
    """Check a text as a whole; takes seconds for one that is made to take them, so it is for a thread.

    Args:
        text: YAML.
        catalogue: Instruments that its rules may name.
    """
    try:
        return Draft(text, version(text), score.resolve(text, "score", catalogue))
    except ConfigError as error:
        return Draft(text, version(text), None, error.faults)


def rules(written: Score) -> dict[str, Rule]:
    """Give every rule of a score by its place there: `alerts[0]`, `metrics[2]`, `resolved`, in the file's order."""
    found: dict[str, Rule] = {f"alerts[{place}]": rule for place, rule in enumerate(written.alerts)}
    found |= {f"metrics[{place}]": rule for place, rule in enumerate(written.metrics)}
    single = {
        "resolved": written.resolved,
        "stale": written.stale,
        "ambience": written.ambience,
        "lost": written.lost,
        "fault": written.fault,
        "flood": written.flood.sound,
    }
    return found | {place: sound for place, sound in single.items() if sound is not None}
