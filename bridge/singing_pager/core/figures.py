"""The key figures of the alerting, and what ISA-18.2 and EEMUA 191 recommend of each."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

__all__ = [
    "OTHER",
    "SEVERITIES",
    "Figure",
    "Named",
    "Report",
    "Source",
    "Times",
    "Verdict",
    "judged_mix",
    "judged_rate",
    "judged_within",
    "severity_label",
]

SEVERITIES = ("critical", "warning", "info")
OTHER = "other"
"""What every other severity is counted as."""

_FEW = 20
"""Alarms of which shares say nothing."""


class Verdict(StrEnum):
    """What the recommendations say of a figure."""

    ACCEPTABLE = "acceptable"
    """As recommended."""
    MANAGEABLE = "manageable"
    """The most that one person manages."""
    DEMANDING = "demanding"
    """More than one person manages for long."""
    FLOOD = "flood"
    """More than anybody can answer."""
    EXCESSIVE = "excessive"
    """More than is recommended."""
    TOO_FEW = "too_few"
    """Too little has happened to tell."""


class Figure(Struct, frozen=True):
    """A number, and what to think of it."""

    value: float
    verdict: Verdict


class Named(Struct, frozen=True):
    """How many, the names of up to 100 of them, and what to think of it."""

    count: int
    names: tuple[str, ...]
    verdict: Verdict


class Source(Struct, frozen=True):
    """An alert by name: how often it fired, and its share of all that fired."""

    name: str
    count: int
    share: float


class Times(Struct, frozen=True):
    """Seconds from the firing of alerts to their first acknowledgement; None: nobody acknowledged any."""

    median: float | None = None
    p90: float | None = None
    mean: float | None = None


class Report(Struct, frozen=True, kw_only=True):
    """The key figures.

    Attributes:
        at: Unix time.
        covers: Seconds that the figures are about: a day, or less while the pager is young.
        flooding: Whether a flood goes on.
        last: Alarms of the last ten minutes.
        average: Alarms in ten minutes, on average.
        worst: Alarms in the worst ten minutes.
        flood: Share of time in flood.
        flood_seconds: Time in flood.
        top: Share of the top ten sources in all that fired.
        sources: The top ten sources, the worst first.
        chattering: Alerts that fired three times or more within a minute.
        stale: Alerts that have been active for longer than 24 hours.
        mix: Share of each severity in the alarms.
        mix_verdict: What to think of the mix.
        acknowledge: Time to acknowledge; nothing is recommended.
        fired: Firings.
        sounded: Alarms.
        acknowledged: Alerts that were acknowledged, each occurrence once.
    """

    at: float
    covers: float
    flooding: bool
    last: Figure
    average: Figure
    worst: Figure
    flood: Figure
    flood_seconds: float
    top: Figure
    sources: tuple[Source, ...]
    chattering: Named
    stale: Named
    mix: Mapping[str, float]
    mix_verdict: Verdict
    acknowledge: Times
    fired: int
    sounded: int
    acknowledged: int


def severity_label(severity: str) -> str:
    """Give one of a closed set of severities, however many people invent, and however they spell them."""
    return lower if (lower := severity.lower()) in SEVERITIES else OTHER


def judged_rate(alarms: float) -> Verdict:
    """What alarms in ten minutes are to one person."""
    for most, verdict in ((1, Verdict.ACCEPTABLE), (2, Verdict.MANAGEABLE), (10, Verdict.DEMANDING)):
        if alarms <= most:
            return verdict
    return Verdict.FLOOD


def judged_within(value: float, most: float) -> Verdict:
    """Whether a figure is within what is recommended."""
    return Verdict.ACCEPTABLE if value <= most else Verdict.EXCESSIVE


def judged_mix(mix: Mapping[str, float], sounded: int) -> Verdict:
    """About 80 % of the lowest priority, 15 % of the middle one, 5 % of the highest."""
    if sounded < _FEW:
        return Verdict.TOO_FEW
    return judged_within(max(mix["critical"] - 0.05, mix["critical"] + mix["warning"] - 0.2), 1e-9)
