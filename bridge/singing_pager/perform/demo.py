"""The demo: half a minute from healthy to failing, then every sound by itself, with captions."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from singing_pager import instruments
from singing_pager.core.instrument import Catalogue
from singing_pager.core.pipeline import Core
from singing_pager.model import AlertChange, Event, Reading, Status, Strike
from singing_pager.perform.alone import heard_alone
from singing_pager.perform.timeline import Moment, moments

__all__ = ["SECONDS", "script"]

_STREAM = "host.signature"
_STORY = (
    (0.0, (0.10, 0.10, 0.30, 0.0), "Healthy: a calm tone. CPU is its pitch, network its pulse, memory its level."),
    (6.0, (0.20, 0.20, 0.35, 0.0), "Work comes in: the pitch rises, the pulse quickens."),
    (12.0, (0.55, 0.55, 0.55, 0.15), "Busy, and still in order: high, quick, but in tune with itself."),
    (18.0, (0.80, 0.75, 0.75, 0.45), "Something is not as it was: a tritone joins."),
    (24.0, (0.95, 0.90, 0.90, 0.80), "Failing: noise joins. This sounds wrong, and it should."),
    (30.0, (1.00, 1.00, 1.00, 1.00), "Healthy again, and under it, one by one, what the pager has to say:"),
)
"""Seconds, then CPU, network, memory and anomaly from 0 to 1, and the caption; values go in straight lines between."""
_SOUNDS = (
    (33.0, "alert_info", "Info: two round pulses."),
    (35.5, "alert_warning", "Warning: three reedy pulses."),
    (38.5, "alert_critical", "Critical: ten bright pulses in two hurried halves."),
    (42.5, "resolved", "Resolved: three rising notes."),
    (46.0, "stale", "Stale: a long sigh. Telemetry has stopped coming."),
    (49.5, "flood", "Flood: a shower of bells. Too many alarms to sound one by one."),
    (52.2, "fault", "Fault: whistles that fall. The pager cannot keep what it hears."),
    (54.2, "heartbeat", "Heartbeat, very quiet: the pager lives."),
    (55.5, "lost", "Lost: the pager itself is gone."),
)
SECONDS = 57.0
"""Length of the demo without its ringing out, which makes it a minute."""
_STEP = 0.1


def script(catalogue: Catalogue | None = None) -> Iterator[Moment]:
    """Give the moments of the demo in the order of time, played by the default score.

    Alarms go through the whole line, from an alert's labels to its voice; what the pager says of itself is struck.
    """
    catalogue = catalogue or instruments.load()
    own = heard_alone(None, catalogue)
    core = Core(replace(own, heartbeat_every=2 * SECONDS))
    captions = {at: caption for at, _, caption in _STORY} | {at: caption for at, _, caption in _SOUNDS}
    struck = [moment for at, name, _ in _SOUNDS for moment in _struck(at, name, catalogue)]
    told = [Moment(at, (), caption) for at, caption in captions.items()]
    line = [*told, *struck, *moments(core, _events(), 0.0, SECONDS)]
    yield from sorted(line, key=lambda moment: moment.at)


def _events() -> Iterator[Event]:
    """The host's readings, and among them the alerts."""
    steps = [_STEP * step for step in range(int(SECONDS / _STEP))]
    readings: list[Event] = [Reading(stream=_STREAM, data=_host(at), at=at, route="demo") for at in steps]
    alerts: list[Event] = [
        _alert("critical", Status.RESOLVED, at) if name == "resolved" else _alert(name[6:], Status.FIRING, at)
        for at, name, _ in _SOUNDS
        if _is_alert(name)
    ]
    yield from sorted([*readings, *alerts], key=lambda event: event.at)


def _host(at: float) -> dict[str, float]:
    """CPU, network, memory and anomaly at some second of the story."""
    for (start, first, _), (end, last, _) in pairwise(_STORY):
        if at < end:
            share = (at - start) / (end - start)
            values = [one + share * (other - one) for one, other in zip(first, last, strict=True)]
            break
    else:
        values = list(_STORY[0][1])
    return dict(zip(("cpu", "network", "memory", "anomaly"), values, strict=True))


def _alert(severity: str, status: Status, at: float) -> AlertChange:
    return AlertChange(
        fingerprint=f"demo-{severity}",
        status=status,
        labels={"alertname": "Demo", "severity": severity},
        at=at,
        route="demo",
    )


def _is_alert(name: str) -> bool:
    return name.startswith("alert_") or name == "resolved"


def _struck(at: float, name: str, catalogue: Catalogue) -> Iterator[Moment]:
    """What no event of the demo brings about."""
    if not _is_alert(name):
        yield Moment(at, (Strike(name, name, catalogue[name].params({})),))
