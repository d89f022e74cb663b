"""What lamps and displays show: each active alert under a topic of its own, and the summary of all, retained.

A storm does not flood the broker: the latest state of an alert is what counts, some are told at a time, the next when
the broker has taken these, and the summary of all goes first.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Protocol

import msgspec

from singing_pager.model import Alert, Controls, Drop, Link, Outcome, State
from singing_pager.sinks.mqtt.tally import Tally
from singing_pager.sinks.mqtt.wording import rfc3339, to_json, to_size
from singing_pager.sources.mqtt.places import Places

__all__ = ["Board", "Paper", "Scene"]

_SOON = 0.02
"""Seconds until the first change after a rest is told: what happens together is told together."""
_EVERY = 0.2
"""Seconds between two turns."""
_AT_ONCE = 100
"""Alerts of a turn."""
_MINUTE = 60.0
"""Seconds after which the summary is told although nothing has changed: a display sees how old it is."""
_MOST = 100_000
"""Topics that may wait to be cleared."""


class Paper(Protocol):
    """The connection that publishes."""

    @property
    def settled(self) -> bool | None:
        """Whether the broker has taken what it was given before `ask`; None: there is no connection."""

    def ask(self) -> None:
        """Ask the broker whether it has taken what was published so far."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = True) -> Drop | None:
        """Publish; says why not, or None."""

    def look_again(self) -> None:
        """Ask what stands retained, once more."""


class _Desk(Protocol):
    @property
    def alerts(self) -> Mapping[str, Alert]:
        """What is active, by fingerprint."""


class Scene(Protocol):
    """What there is to see: the core."""

    @property
    def desk(self) -> _Desk:
        """The alerts."""

    @property
    def controls(self) -> Controls:
        """What people have set."""

    @property
    def links(self) -> Mapping[str, Link]:
        """The last that is known of each link of the chain."""

    @property
    def flooding(self) -> bool:
        """Whether one sound stands for all alarms."""


class Board:
    """Publishes `desk/<fingerprint>` and `summary`, with twins in plain text for devices that read no JSON.

    Args:
        paper: The panel's connection.
        scene: What is shown.
        places: The topics.
        now: The time.
        count: Is told `published`, or why not, and how many.
    """

    name = "mqtt board"

    def __init__(
        self,
        paper: Paper,
        scene: Scene,
        places: Places,
        *,
        now: Callable[[], float],
        count: Callable[[str, int], None],
    ) -> None:
        self._paper = paper
        self._scene = scene
        self._places = places
        self._now = now
        self._count = count
        self._tally = Tally()
        self._waiting: dict[str, str] = {}
        self._left: dict[str, str] = {}
        self._stale = False
        self._found = False
        self._twins: dict[str, bytes] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._minute: asyncio.TimerHandle | None = None
        self._turned = 0.0

    def play(self, moment: Sequence[Outcome]) -> None:
        """Remember what has changed, and have it told soon; never blocks, never raises."""
        changed = False
        for outcome in moment:
            for entry in outcome.entries:
                changed = True
                if entry.alert is not None:
                    self._tally.put(entry.alert)
                    self._waiting[self._places.alert(entry.alert.fingerprint)] = entry.alert.fingerprint
        if self._paper.settled is None:
            # a new connection is told everything
            self._waiting.clear()
        elif changed:
            self._stale = True
            self._soon()

    # what the panel tells

    def greeted(self) -> None:
        """Tell everything: the broker may know nothing, or what was."""
        alerts = self._scene.desk.alerts
        self._waiting = {self._places.alert(fingerprint): fingerprint for fingerprint in alerts}
        self._twins.clear()
        self._tally.count_anew(alerts.values())
        self._refresh()

    def found(self, topic: str, payload: bytes) -> None:
        """Take what an earlier life of the pager left, also before `greeted`: what is over is cleared."""
        fingerprint = _fingerprint(payload)
        if fingerprint in self._scene.desk.alerts and self._places.alert(fingerprint) == topic:
            return
        if len(self._left) < _MOST:
            self._left[topic] = fingerprint
            self._found = True
            self._soon()

    def leave(self) -> None:
        """Say that nobody knows any more, if there is anybody to say it to."""
        self._paper.publish(self._places.summary, to_json({"state": "unknown", "at": rfc3339(self._now())}))
        for timer in (self._timer, self._minute):
            if timer is not None:
                timer.cancel()
        self._timer = self._minute = None
        self._waiting.clear()
        self._left.clear()
        self._found = False

    # turns

    def _soon(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(_SOON, self._turned + _EVERY - loop.time()), self._turn)

    def _refresh(self) -> None:
        self._stale = True
        if self._minute is not None:
            self._minute.cancel()
        self._minute = asyncio.get_running_loop().call_later(_MINUTE, self._refresh)
        self._soon()

    def _turn(self) -> None:
        self._timer = None
        settled = self._paper.settled
        if settled is None:
            return
        self._turned = asyncio.get_running_loop().time()
        if settled:
            if self._stale:
                self._stale = False
                self._summarize()
            news = self._waiting or self._left
            for topic in list(islice(news, _AT_ONCE)):
                self._tell(topic, news.pop(topic))
            self._paper.ask()
        if self._waiting or self._left or self._stale:
            self._soon()
        elif self._found:
            # there may have been more than the broker would send at once
            self._found = False
            self._paper.look_again()

    def _tell(self, topic: str, fingerprint: str) -> None:
        alert = self._scene.desk.alerts.get(fingerprint)
        if alert is not None and self._places.alert(fingerprint) == topic:
            self._publish(topic, to_json(to_size(_shown(alert))))
        else:
            # nothing retained: a lamp sees what is active, and no more
            self._publish(topic, b"")

    def _summarize(self) -> None:
        summary = self._summary()
        self._publish(self._places.summary, to_json(summary))
        for key in ("state", "firing", "muted"):
            value = summary[key]
            text = str(int(value) if isinstance(value, bool) else value).encode()
            if self._twins.get(key) != text:
                self._twins[key] = text
                self._publish(f"{self._places.summary}/{key}", text)

    def _summary(self) -> dict[str, object]:
        firing = self._tally.firing()
        controls = self._scene.controls
        return {
            "state": next((severity for severity, number in firing.items() if number), "ok"),
            "firing": sum(firing.values()),
            **firing,
            "acknowledged": self._tally.in_state(State.ACKNOWLEDGED),
            "snoozed": self._tally.in_state(State.SNOOZED),
            "suppressed": self._tally.in_state(State.SUPPRESSED),
            "muted": controls.muted,
            "muted_until": _time(controls.muted_until),
            "meeting": controls.meeting_until is not None,
            "meeting_until": _time(controls.meeting_until),
            "flood": self._scene.flooding,
            "links_down": sorted(name for name, link in self._scene.links.items() if not link.up),
            "at": rfc3339(self._now()),
        }

    def _publish(self, topic: str, payload: bytes) -> None:
        self._count(self._paper.publish(topic, payload) or "published", 1)


def _shown(alert: Alert) -> dict[str, object]:
    return {
        "fingerprint": alert.fingerprint,
        "name": alert.name,
        "severity": alert.severity,
        "state": alert.state,
        "since": rfc3339(alert.since),
        "changed": rfc3339(alert.changed),
        "by": alert.by,
        "reason": alert.reason,
        "wake": _time(alert.wake),
        "silenced_by": alert.silenced_by,
        "flapping": alert.flapping,
        "alarms": alert.alarms,
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
    }


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else rfc3339(seconds)


def _fingerprint(payload: bytes) -> str:
    """The fingerprint that a payload of ours names, or nothing."""
    try:
        said = msgspec.json.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    fingerprint = said.get("fingerprint") if isinstance(said, dict) else None
    return fingerprint if isinstance(fingerprint, str) else ""
