"""What lamps and displays show."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from singing_pager.model import Alert, Controls, Deed, Drop, Entry, Link, Outcome, State, Tick
from singing_pager.sinks.mqtt import Board
from singing_pager.sources.mqtt.places import Places

AT = 1_800_000_000.0
SUMMARY = "pager/summary"


class Scene:
    """A core with a desk that a test lays out."""

    def __init__(self) -> None:
        self.alerts: dict[str, Alert] = {}
        self.controls = Controls()
        self.links: dict[str, Link] = {}
        self.flooding = False

    @property
    def desk(self) -> "Scene":
        """The alerts are here."""
        return self


class Wall:
    """A board, what it shows, and the broker that it shows it to."""

    def __init__(self) -> None:
        self.scene = Scene()
        self.retained: dict[str, bytes] = {}
        self.sent: list[str] = []
        self.counted: Counter[str] = Counter()
        self.settled: bool | None = True
        self.asked = 0
        self.looks = 0
        self.board = Board(self, self.scene, Places(), now=lambda: AT, count=self.count)

    def publish(self, topic: str, payload: bytes, *, retain: bool = True) -> Drop | None:
        """Retain as a broker does."""
        assert retain
        self.sent.append(topic)
        self.retained.pop(topic, None)
        if payload:
            self.retained[topic] = payload
        return None

    def ask(self) -> None:
        """Remember that it was asked."""
        self.asked += 1

    def look_again(self) -> None:
        """Remember that it was asked."""
        self.looks += 1

    def count(self, result: str, n: int) -> None:
        """Count publications."""
        self.counted[result] += n

    def brings(self, *changes: tuple[Deed, Alert]) -> None:
        """Let alerts change, as the core would."""
        for _, alert in changes:
            self.scene.alerts.pop(alert.fingerprint, None)
            if alert.active:
                self.scene.alerts[alert.fingerprint] = alert
        entries = tuple(Entry(at=AT, deed=deed, alert=alert) for deed, alert in changes)
        self.board.play([Outcome(Tick(AT), AT, entries=entries)])

    def shown(self, topic: str) -> Any:  # noqa: ANN401 - JSON
        """What stands there."""
        return json.loads(self.retained[topic])

    @property
    def state(self) -> tuple[str, int]:
        """State and firing alerts of the summary."""
        summary = self.shown(SUMMARY)
        return summary["state"], summary["firing"]


def alert(fingerprint: str = "f", state: State = State.FIRING, severity: str = "warning", **others: str) -> Alert:
    """Make an alert of the desk."""
    labels = {"alertname": "Disk", "severity": severity}
    return Alert(
        fingerprint=fingerprint,
        labels=labels,
        state=state,
        since=AT,
        changed=AT,
        route="/alert",
        **others,  # type: ignore[arg-type]
    )


def watch(script: Callable[[Wall], Awaitable[None]]) -> Wall:
    """Play a script before a wall."""
    wall = Wall()
    asyncio.run(script(wall))  # type: ignore[arg-type]
    return wall


async def until(true: Callable[[], object]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is awaited is a timer
            await asyncio.sleep(0.005)


def test_the_life_of_an_alert() -> None:
    """An alert is shown while it is active, as it is, and its topic is empty when it is over."""

    async def script(wall: Wall) -> None:
        wall.board.greeted()
        await until(lambda: SUMMARY in wall.retained)
        assert wall.state == ("ok", 0)
        wall.brings((Deed.FIRED, alert()))
        await until(lambda: wall.state == ("warning", 1) and "pager/desk/f" in wall.retained)
        assert wall.shown("pager/desk/f") == {
            "fingerprint": "f",
            "name": "Disk",
            "severity": "warning",
            "state": "firing",
            "since": "2027-01-15T08:00:00Z",
            "changed": "2027-01-15T08:00:00Z",
            "by": "",
            "reason": "",
            "wake": None,
            "silenced_by": [],
            "flapping": False,
            "alarms": 0,
            "labels": {"alertname": "Disk", "severity": "warning"},
            "annotations": {},
        }
        wall.brings((Deed.ACKNOWLEDGED, alert(state=State.ACKNOWLEDGED, by="ann", reason="on it")))
        await until(lambda: wall.state == ("ok", 0) and wall.shown("pager/desk/f")["by"] == "ann")
        assert wall.shown(SUMMARY)["acknowledged"] == 1
        wall.brings((Deed.RESOLVED, alert(state=State.RESOLVED)))
        await until(lambda: "pager/desk/f" not in wall.retained and wall.shown(SUMMARY)["acknowledged"] == 0)
        wall.board.leave()

    wall = watch(script)
    assert wall.counted.total() == len(wall.sent) - 1


@pytest.mark.parametrize(
    ("alerts", "state"),
    [
        ([], "ok"),
        ([alert(state=State.ACKNOWLEDGED), alert("g", State.SNOOZED), alert("h", State.SUPPRESSED)], "ok"),
        ([alert(severity="")], "info"),
        ([alert(severity="page"), alert("g", severity="WARNING")], "warning"),
        ([alert(severity="critical"), alert("g")], "critical"),
        ([alert(severity="critical", state=State.ACKNOWLEDGED), alert("g")], "warning"),
    ],
)
def test_the_state_is_the_worst_that_fires(alerts: list[Alert], state: str) -> None:
    """What somebody has, or is silenced, counts for nothing; a severity that nobody knows is info."""

    async def script(wall: Wall) -> None:
        wall.scene.alerts = {each.fingerprint: each for each in alerts}
        wall.board.greeted()
        await until(lambda: SUMMARY in wall.retained)
        wall.board.leave()
        assert wall.retained["pager/summary/state"] == state.encode()
        assert wall.retained["pager/summary/firing"] == b"%d" % sum(each.state is State.FIRING for each in alerts)

    watch(script)


def test_what_the_summary_says() -> None:
    """Counts by severity and state, what holds back sound, and what is broken."""

    async def script(wall: Wall) -> None:
        states = [State.FIRING, State.FIRING, State.ACKNOWLEDGED, State.SNOOZED, State.SUPPRESSED]
        wall.scene.alerts = {str(n): alert(str(n), state) for n, state in enumerate(states)}
        wall.scene.controls = Controls(muted_until=AT + 60, meeting_until=AT + 120)
        wall.scene.flooding = True
        wall.scene.links = {name: Link(at=AT, name=name, up=name == "engine") for name in ("engine", "prometheus")}
        wall.board.greeted()
        await until(lambda: SUMMARY in wall.retained)
        assert wall.shown(SUMMARY) == {
            "state": "warning",
            "firing": 2,
            "critical": 0,
            "warning": 2,
            "info": 0,
            "acknowledged": 1,
            "snoozed": 1,
            "suppressed": 1,
            "muted": True,
            "muted_until": "2027-01-15T08:01:00Z",
            "meeting": True,
            "meeting_until": "2027-01-15T08:02:00Z",
            "flood": True,
            "links_down": ["prometheus"],
            "at": "2027-01-15T08:00:00Z",
        }
        assert wall.retained["pager/summary/muted"] == b"1"
        wall.scene.controls = Controls()
        wall.board.play([Outcome(Tick(AT), AT, entries=(Entry(at=AT, deed=Deed.UNMUTED, controls=Controls()),))])
        await until(lambda: wall.retained["pager/summary/muted"] == b"0")
        wall.board.leave()

    watch(script)


def test_a_storm_is_told_in_turns() -> None:
    """Of 1,000 alerts that come and go some are told at a time, each as it is last, the summary first."""

    async def script(wall: Wall) -> None:
        wall.board.greeted()
        await until(lambda: SUMMARY in wall.retained)
        wall.sent.clear()
        for _ in range(3):
            wall.brings(*((Deed.FIRED, alert(str(number))) for number in range(1000)))
        wall.brings(*((Deed.RESOLVED, alert(str(number), State.RESOLVED)) for number in range(900)))
        await until(lambda: wall.sent)
        assert wall.sent[0] == SUMMARY
        assert len(wall.sent) <= 104
        assert wall.state == ("warning", 100)
        await until(lambda: len(wall.sent) >= 1003)
        # each once, the summary and its two changed twins once
        assert len(wall.sent) == 1003
        assert {f"pager/desk/{number}" for number in range(900, 1000)} < set(wall.retained)
        assert len(wall.retained) == 104
        wall.board.leave()

    watch(script)


def test_a_broker_that_takes_nothing_is_not_given_more() -> None:
    """Until it has taken what it was given, changes wait here, the last of each."""

    async def script(wall: Wall) -> None:
        wall.board.greeted()
        await until(lambda: SUMMARY in wall.retained)
        wall.sent.clear()
        wall.settled = False
        wall.brings((Deed.FIRED, alert()))
        await asyncio.sleep(0.5)
        assert wall.sent == []
        wall.settled = True
        asked = wall.asked
        await until(lambda: "pager/desk/f" in wall.retained)
        assert wall.asked == asked + 1
        wall.board.leave()

    watch(script)


def test_without_a_connection_nothing_gathers() -> None:
    """A new connection is told everything; what happened meanwhile need not be kept."""

    async def script(wall: Wall) -> None:
        wall.settled = None
        wall.brings((Deed.FIRED, alert()), (Deed.FIRED, alert("g")))
        wall.brings((Deed.RESOLVED, alert("g", State.RESOLVED)))
        await asyncio.sleep(0.1)
        assert wall.sent == []
        wall.settled = True
        wall.board.greeted()
        await until(lambda: "pager/desk/f" in wall.retained)
        assert "pager/desk/g" not in wall.sent
        wall.board.leave()
        assert wall.shown(SUMMARY)["state"] == "unknown"

    watch(script)


def test_what_an_earlier_life_left_is_cleared() -> None:
    """What is over goes, and what stands under another's topic or cannot be read; what is active stays."""

    async def script(wall: Wall) -> None:
        wall.scene.alerts = {"f": alert(), "a/b": alert("a/b")}
        # the broker may tell of it before the connection is said to stand
        wall.retained["pager/desk/early"] = b'{"fingerprint": "early"}'
        wall.board.found("pager/desk/early", wall.retained["pager/desk/early"])
        wall.board.greeted()
        await until(lambda: len(wall.retained) == 6 and wall.looks)
        wrong = {"gone": b'{"fingerprint": "gone"}', "other": b'{"fingerprint": "f"}', "odd": b"\xff", "list": b"[]"}
        right = {topic: payload for topic, payload in wall.retained.items() if "/desk/" in topic}
        left = right | {f"pager/desk/{level}": payload for level, payload in wrong.items()}
        wall.retained |= left
        for topic, payload in left.items():
            wall.board.found(topic, payload)
        await until(lambda: wall.looks == 2)
        assert set(right) == {topic for topic in wall.retained if "/desk/" in topic}
        # nothing more was found: nobody looks again and again
        wall.brings((Deed.FIRED, alert("g")))
        await until(lambda: "pager/desk/g" in wall.retained)
        assert wall.looks == 2
        wall.board.leave()

    watch(script)


def test_an_alert_that_is_too_large_is_shown_without_its_texts() -> None:
    """A broker would end the connection over it, and again at the next."""

    async def script(wall: Wall) -> None:
        big = Alert(
            fingerprint="f",
            labels={"alertname": "Disk"},
            annotations={"log": "x" * 1_000_000},
            state=State.FIRING,
            since=AT,
            changed=float("nan"),
            route="/alert",
        )
        wall.scene.alerts = {"f": big}
        wall.board.greeted()
        await until(lambda: "pager/desk/f" in wall.retained)
        shown = wall.shown("pager/desk/f")
        assert (shown["name"], shown["annotations"], shown["truncated"]) == ("Disk", {}, True)
        wall.board.leave()

    watch(script)
