"""Alerts, controls and links as plain values, for answers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

import msgspec

from singing_pager.core.figures import OTHER, SEVERITIES, severity_label
from singing_pager.model import STRIPS, Alert, Controls, Entry, Link, State
from singing_pager.sources.alert import rfc3339

__all__ = ["View", "alert", "chain", "counts", "entry", "levels", "link", "moment", "page", "severity"]

View = dict[str, object]

_RANKS = {severity: rank for rank, severity in enumerate((*SEVERITIES, OTHER))}

_AT_A_STRETCH = 200
"""Alerts encoded in one call: the interpreter is not handed over within it."""


def severity(given: Alert) -> str:
    """Severity of an alert, one of `core.figures.SEVERITIES` or `other`, however it is spelled."""
    return severity_label(given.severity)


def moment(at: float | None) -> str | None:
    """Show a Unix time in RFC 3339."""
    return None if at is None else rfc3339(at)


def alert(given: Alert) -> View:
    """Show an alert."""
    return {
        "fingerprint": given.fingerprint,
        "name": given.name,
        "severity": given.severity,
        "state": given.state,
        "labels": given.labels,
        "annotations": given.annotations,
        "since": moment(given.since),
        "changed": moment(given.changed),
        "starts_at": moment(given.starts_at),
        "ends_at": moment(given.ends_at),
        "until": moment(given.until),
        "by": given.by,
        "reason": given.reason,
        "wake": moment(given.wake),
        "silence": given.silence,
        "silenced_by": given.silenced_by,
        "flapping": given.flapping,
        "sounded": moment(given.sounded),
        "alarms": given.alarms,
        "group": given.group,
        "route": given.route,
    }


def page(alerts: Iterable[Alert], wanted: Callable[[Alert], bool], limit: int, offset: int) -> bytes:
    """Encode the answer that holds one page of alerts, the most severe and newest first; made for a thread.

    Args:
        alerts: A copy of those that there are.
        wanted: Which of them are to be in it.
        limit: Alerts of a page.
        offset: Alerts before it.
    """
    ranks: list[list[Alert]] = [[] for _ in _RANKS]
    for each in alerts:
        if wanted(each):
            ranks[_RANKS[severity(each)]].append(each)
    newest = attrgetter("since")
    found = [each for some in ranks for each in sorted(some, key=newest, reverse=True)]
    views = b",".join(_encoded(found[offset : offset + limit]))
    return b'{"ok":true,"total":%d,"alerts":[%s]}' % (len(found), views)


def _encoded(alerts: Sequence[Alert]) -> Iterator[bytes]:
    for begin in range(0, len(alerts), _AT_A_STRETCH):
        yield msgspec.json.encode([alert(each) for each in alerts[begin : begin + _AT_A_STRETCH]])[1:-1]


def counts(alerts: Iterable[Alert]) -> View:
    """Count alerts by state and severity, and say which is the worst of those that nobody has; made for a thread."""
    table: dict[str, dict[str, int]] = {}
    total = 0
    for each in alerts:
        row = table.setdefault(each.state, {})
        label = severity(each)
        row[label] = row.get(label, 0) + 1
        total += 1
    firing = table.get(State.FIRING, {})
    return {
        "total": total,
        "sounding": sum(firing.values()),
        "worst": next((label for label in _RANKS if label in firing), ""),
        "alerts": table,
    }


def levels(given: Controls) -> dict[str, float]:
    """Level of each strip of the mixer."""
    return dict(zip(STRIPS, given.levels, strict=True))


def link(given: Link) -> View:
    """Show a link of the chain."""
    return {"name": given.name, "up": given.up, "since": moment(given.at), "detail": given.detail}


def chain(known: Mapping[str, Link], others: Mapping[str, bool]) -> list[View]:
    """Show every link: those that the core knows, and whether those stand that it does not."""
    shown = [link(each) for each in known.values()]
    return shown + [
        {"name": name, "up": up, "since": None, "detail": ""} for name, up in others.items() if name not in known
    ]


def entry(given: Entry) -> View:
    """Show a line of the journal."""
    about = given.alert
    return {
        "at": given.at,
        "deed": given.deed,
        "fingerprint": about.fingerprint if about else "",
        "name": about.name if about else "",
        "severity": about.severity if about else "",
        "subject": given.subject,
        "by": given.by,
        "reason": given.reason,
        "heard": given.heard,
        "count": given.count,
    }
