"""What tests of a score, a source or a sink lean on: a clock that one sets, events in a line, a sink that keeps.

    clock = FakeClock()
    sink = CaptureSink()
    engine = Engine(core, [sink], failed=print, clock=clock)
    engine.offer([firing("HighCPU", severity="critical", at=clock())])
    assert ["alert_critical"] == [cue.instrument for cue in sink.cues]

Nothing here waits, and nothing is random.
"""

from collections.abc import Sequence

from singing_pager.core.fingerprint import fingerprint
from singing_pager.model import AlertChange, Cue, Outcome, Reading, Status

__all__ = ["START", "CaptureSink", "FakeClock", "firing", "reading", "resolved"]

START = 1_800_000_000.0
"""Unix time at which a `FakeClock` starts, in seconds."""


class FakeClock:
    """A clock that stands still until it is moved.

    Attributes:
        now: Unix time in seconds.
    """

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        """The time that was set."""
        return self.now

    def forward(self, seconds: float) -> float:
        """Move on, and give the new time; raises ValueError for less than no time: the pager's clock never jumps."""
        if seconds < 0:
            raise ValueError(f"{seconds} s is backwards; 0 or more is allowed")
        self.now += seconds
        return self.now


class CaptureSink:
    """A sink that keeps what it is given.

    Attributes:
        moments: Outcomes in the order in which they came, those of one moment together.
    """

    name = "capture"

    def __init__(self) -> None:
        self.moments: list[tuple[Outcome, ...]] = []

    def play(self, moment: Sequence[Outcome]) -> None:
        """Keep the outcomes of one moment."""
        self.moments.append(tuple(moment))

    @property
    def outcomes(self) -> list[Outcome]:
        """Every outcome, in order."""
        return [outcome for moment in self.moments for outcome in moment]

    @property
    def cues(self) -> list[Cue]:
        """Every cue, in order."""
        return [cue for outcome in self.outcomes for cue in outcome.cues]


def firing(
    name: str,
    *,
    at: float = START,
    starts_at: float | None = None,
    lasts: float | None = None,
    route: str = "/alert",
    **labels: str,
) -> AlertChange:
    """Make the firing of an alert; its identity is that of its labels.

    Args:
        name: The `alertname`.
        at: Unix time of its arrival, in seconds.
        starts_at: Unix time at which the occurrence began, in seconds; None: the sender does not say.
        lasts: Seconds until it is over by itself; None: until it is resolved.
        route: Where it came in.
        **labels: Its other labels, such as `severity="critical"`.
    """
    named = {"alertname": name, **labels}
    return AlertChange(
        fingerprint=fingerprint(named),
        status=Status.FIRING,
        labels=named,
        at=at,
        route=route,
        starts_at=starts_at,
        lasts=lasts,
    )


def resolved(
    name: str,
    *,
    at: float = START,
    starts_at: float | None = None,
    ends_at: float | None = None,
    route: str = "/alert",
    **labels: str,
) -> AlertChange:
    """Make the resolve of an alert; arguments as for `firing`, and the Unix time at which it ended, in seconds."""
    named = {"alertname": name, **labels}
    return AlertChange(
        fingerprint=fingerprint(named),
        status=Status.RESOLVED,
        labels=named,
        at=at,
        route=route,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def reading(
    stream: str, data: object, *, at: float = START, route: str = "metrics/#", before: Sequence[object] = ()
) -> Reading:
    """Make a reading of a stream.

    Args:
        stream: MQTT topic, or a dotted name such as `host.cpu`.
        data: Its payload, decoded.
        at: Unix time of its arrival, in seconds.
        route: Where it came in.
        before: Earlier payloads since the last control tick, oldest first.
    """
    return Reading(stream=stream, data=data, at=at, route=route, before=tuple(before), count=1 + len(before))
