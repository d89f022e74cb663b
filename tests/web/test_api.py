"""The desk, the mixer and the news over HTTP."""

import asyncio
import json
import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from asking import ask
from bridging import Bridge
from singing_pager.errors import StoreError
from singing_pager.model import STRIPS, Acknowledge, Deed, Link, Mix, Mute, Silenced, State, Strike
from singing_pager.store import Line, Wanted
from singing_pager.testing import START, firing, resolved
from singing_pager.web import bodies

NASTY = "<script>alert('x')</script> & \"quotes\" \u202e 🔥"


def lines(wanted: Wanted) -> Iterable[Line]:
    """Give a journal of one line, which tells what was asked."""
    yield Line(
        id=1,
        at=START,
        time="2027-01-15T08:00:00.000Z",
        deed="fired",
        fingerprint=wanted.fingerprint or "",
        name="A",
        severity="critical",
        route="/alert",
        state="firing",
        subject=f"{wanted.since} {wanted.until} {wanted.deed} {wanted.limit}",
        by="",
        reason="",
        heard="alert_critical",
        count=1,
        labels=msgspec.Raw(b'{"alertname":"A"}'),
        controls=msgspec.Raw(b"null"),
    )


@pytest.fixture
def bridge() -> Bridge:
    """A bridge with a critical, a warning and a nasty alert on its desk, and one that is over."""
    made = Bridge(journal=lines)
    made.engine.offer([
        firing("Disk", severity="warning", host="a"),
        firing("Gone", severity="info"),
        firing("Power", severity="critical", starts_at=START - 5),
        firing(NASTY),
    ])  # fmt: skip
    made.engine.offer([resolved("Gone", severity="info")])
    return made


POWER = firing("Power", severity="critical").fingerprint
DISK = firing("Disk", severity="warning", host="a").fingerprint
GONE = firing("Gone", severity="info").fingerprint


# reading


def test_alerts(bridge: Bridge) -> None:
    """The active alerts come the most severe first, with their number."""
    said = ask(bridge, "GET", "/api/alerts")
    assert [alert["name"] for alert in said["alerts"]] == ["Power", "Disk", NASTY]
    assert said["total"] == 3


def test_the_newest_of_a_severity_comes_first(bridge: Bridge) -> None:
    """Among equals the newest comes first."""
    bridge.pass_time(1)
    bridge.engine.offer([firing("Later", severity="Critical", at=bridge.clock())])
    assert [alert["name"] for alert in ask(bridge, "GET", "/api/alerts")["alerts"][:2]] == ["Later", "Power"]


@pytest.mark.parametrize(
    ("query", "names", "total"),
    [
        ("?state=firing", ["Power", "Disk", NASTY], 3),
        ("?state=acknowledged", [], 0),
        ("?state=resolved", ["Gone"], 1),
        ("?severity=critical", ["Power"], 1),
        ("?severity=other", [NASTY], 1),
        ("?severity=warning&state=firing", ["Disk"], 1),
        ("?limit=1", ["Power"], 3),
        ("?limit=1&offset=1", ["Disk"], 3),
        ("?offset=3", [], 3),
        ("?unknown=1", ["Power", "Disk", NASTY], 3),
    ],
)
def test_filters(bridge: Bridge, query: str, names: list[str], total: int) -> None:
    """Alerts are chosen by state and severity, and given in pages."""
    said = ask(bridge, "GET", "/api/alerts" + query)
    assert ([alert["name"] for alert in said["alerts"]], said["total"]) == (names, total)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "?state=on",
            "state: Input should be 'firing', 'acknowledged', 'snoozed', 'suppressed' or 'resolved'",
        ),
        ("?severity=page", "severity: Input should be 'critical', 'warning', 'info' or 'other'"),
        ("?limit=0", "limit: Input should be greater than or equal to 1"),
        ("?limit=10001", "limit: Input should be less than or equal to 10000"),
        ("?limit=x", "limit: Input should be a valid integer, unable to parse string as an integer"),
        ("?offset=-1", "offset: Input should be greater than or equal to 0"),
        ("?limit=" + "9" * 5000, "limit: Unable to parse input string as an integer, exceeded maximum size"),
    ],
)
def test_wrong_queries(bridge: Bridge, query: str, expected: str) -> None:
    """What is not allowed is told by its name, with what is."""
    assert expected == ask(bridge, "GET", "/api/alerts" + query, status=422)["error"]


def test_allowed_values_are_a_list(bridge: Bridge) -> None:
    """What is allowed can be read by a program too."""
    assert ask(bridge, "GET", "/api/alerts?state=on", status=422)["allowed"] == [
        *("firing", "acknowledged", "snoozed", "suppressed", "resolved"),
    ]
    assert ask(bridge, "PUT", "/api/volume", {"strip": "drums", "level": 1}, 422)["allowed"] == list(STRIPS)
    assert ask(bridge, "POST", "/api/mute", {"secs": 1}, 422)["allowed"] == ["by", "reason", "seconds"]


def test_one_alert(bridge: Bridge) -> None:
    """An alert is told whole."""
    bridge.pass_time(0.5)
    expected: dict[str, Any] = {
        "fingerprint": POWER,
        "name": "Power",
        "severity": "critical",
        "state": "firing",
        "labels": {"alertname": "Power", "severity": "critical"},
        "annotations": {},
        "since": "2027-01-15T08:00:00.000Z",
        "changed": "2027-01-15T08:00:00.000Z",
        "starts_at": "2027-01-15T07:59:55.000Z",
        "ends_at": None,
        "until": None,
        "by": "",
        "reason": "",
        "wake": None,
        "silence": "",
        "silenced_by": [],
        "flapping": False,
        "alarms": 1,
        "group": "",
        "route": "/alert",
    }
    said = ask(bridge, "GET", f"/api/alerts/{POWER}")["alert"]
    assert said.pop("sounded").startswith("2027-01-15T08:00:0")
    assert expected == said


def test_one_that_is_over(bridge: Bridge) -> None:
    """An alert that was resolved lately is still told."""
    assert ask(bridge, "GET", f"/api/alerts/{GONE}")["alert"]["state"] == "resolved"


def test_labels_are_text(bridge: Bridge) -> None:
    """Whatever a sender writes comes back as JSON text, to the letter."""
    said = ask(bridge, "GET", f"/api/alerts/{firing(NASTY).fingerprint}")
    assert said["alert"]["labels"] == {"alertname": NASTY}


@pytest.mark.parametrize("name", ["nobody", "%00", "..%2f..", "x" * 2000, "%F0%9F%94%A5", "%FF"])
@pytest.mark.parametrize(("method", "last"), [("GET", ""), ("POST", "/ack"), ("POST", "/unack"), ("POST", "/play")])
def test_alerts_that_are_not_there(bridge: Bridge, method: str, name: str, last: str) -> None:
    """An alert that nobody knows is a 404 that says where those are that are known."""
    answered = bridge.ask(method, f"/api/alerts/{name}{last}")
    assert answered.status_code == 404
    bodies.Refused.model_validate(answered.json())


def test_a_full_desk() -> None:
    """A full desk is given in pages, and holds nobody up meanwhile."""
    bridge = Bridge(capacity=50_000)

    async def talk(client: httpx.AsyncClient) -> tuple[httpx.Response, int]:
        bridge.engine.offer([firing(f"A{number}") for number in range(20_000)])
        await bridge.until_idle()
        asking = asyncio.create_task(client.get("/api/alerts?limit=10000&offset=5000"))
        turns = 0
        while not asking.done():
            await asyncio.sleep(0)
            turns += 1
        return await asking, turns

    answered, turns = bridge.talk(talk)
    said = answered.json()
    assert (said["total"], len(said["alerts"])) == (20_000, 10_000)
    assert turns >= 10


# people


@pytest.mark.parametrize(
    ("body", "by", "reason"),
    [
        (None, "http", ""),
        (b"  \n", "http", ""),
        (b"null", "http", ""),
        ({}, "http", ""),
        ({"by": "Ada", "reason": "on it"}, "Ada", "on it"),
        ({"by": "  "}, "http", ""),
        ({"by": NASTY.replace("\u202e", ""), "reason": "9" * 1000}, NASTY.replace("\u202e", ""), "9" * 1000),
    ],
)
def test_acknowledge(bridge: Bridge, body: object, by: str, reason: str) -> None:
    """An alert is somebody's, and on disk, when that is answered; the body may be empty."""
    said = ask(bridge, "POST", f"/api/alerts/{POWER}/ack", body)["alert"]
    assert (said["state"], said["by"], said["reason"]) == ("acknowledged", by, reason)
    assert bridge.keeper.kept == 1
    events = [outcome.event for outcome in bridge.sink.outcomes]
    assert events[-1] == Acknowledge(at=START, by=by, fingerprint=POWER, reason=reason)


def test_whose_token_it_is() -> None:
    """Who says nothing of himself is called by the name of his token."""
    bridge = Bridge()
    bridge.engine.offer([firing("Power", severity="critical")])
    app = bridge.app

    async def guarded(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        await app({**scope, "state": {"user": "wall"}}, receive, send)

    bridge.app = guarded  # type: ignore[assignment]
    for body, by in ((b"", "wall"), (b'{"by": "Ada"}', "Ada")):
        assert by == bridge.ask("POST", f"/api/alerts/{POWER}/ack", body).json()["alert"]["by"]


def test_acknowledged_twice(bridge: Bridge) -> None:
    """Who acknowledges what somebody has takes it over."""
    for by in ("Ada", "Bob"):
        assert by == ask(bridge, "POST", f"/api/alerts/{POWER}/ack", {"by": by})["alert"]["by"]


def test_given_back(bridge: Bridge) -> None:
    """What was acknowledged can be given back, and nothing else."""
    refused = ask(bridge, "POST", f"/api/alerts/{POWER}/unack", status=409)
    assert refused["error"] == "the alert is firing; allowed: acknowledged, snoozed"
    assert refused["allowed"] == ["acknowledged", "snoozed"]
    ask(bridge, "POST", f"/api/alerts/{POWER}/ack")
    assert ask(bridge, "POST", f"/api/alerts/{POWER}/unack")["alert"]["state"] == "firing"


def test_snooze(bridge: Bridge) -> None:
    """A snoozed alert says when it wakes, and does."""
    said = ask(bridge, "POST", f"/api/alerts/{POWER}/snooze", {"seconds": 60, "by": "Ada", "reason": "lunch"})["alert"]
    assert (said["state"], said["by"], said["wake"]) == ("snoozed", "Ada", "2027-01-15T08:01:00.000Z")
    bridge.pass_time(61, step=1)
    assert ask(bridge, "GET", f"/api/alerts/{POWER}")["alert"]["state"] == "firing"


def test_all_at_once(bridge: Bridge) -> None:
    """Everything that is firing is taken or let rest; the second time there is nothing."""
    assert ask(bridge, "POST", "/api/snooze", {"seconds": 60})["count"] == 3
    assert ask(bridge, "POST", "/api/snooze", {"seconds": 60})["count"] == 0
    bridge.pass_time(61, step=1)
    assert ask(bridge, "POST", "/api/ack", {"by": "Ada"})["count"] == 3
    assert ask(bridge, "POST", "/api/ack")["count"] == 0
    assert ask(bridge, "GET", "/api/summary")["sounding"] == 0


def test_a_fingerprint_that_no_address_can_hold() -> None:
    """An alert whose sender chose a fingerprint with a slash is reached by a body."""
    bridge = Bridge()
    odd = firing("Door")
    bridge.engine.offer([msgspec.structs.replace(odd, fingerprint="house/door"), firing("Other")])
    assert ask(bridge, "POST", "/api/ack", {"fingerprint": "house/door"})["count"] == 1
    assert ask(bridge, "POST", "/api/ack", {"fingerprint": "nobody"}, status=404)["ok"] is False
    assert ask(bridge, "POST", "/api/snooze", {"fingerprint": "house/door", "seconds": 5})["count"] == 1
    assert ask(bridge, "GET", "/api/summary")["alerts"] == {"snoozed": {"other": 1}, "firing": {"other": 1}}


def test_play(bridge: Bridge) -> None:
    """An alarm sounds once more, whoever has it; not while the pager is muted."""
    bridge.pass_time(3, step=0.5)
    ask(bridge, "POST", f"/api/alerts/{POWER}/ack")
    before = len(bridge.sink.cues)
    ask(bridge, "POST", f"/api/alerts/{POWER}/play", {"by": "Ada"})
    assert [cue.instrument for cue in bridge.sink.cues[before:] if isinstance(cue, Strike)] == ["alert_critical"]
    ask(bridge, "POST", "/api/mute")
    refused = ask(bridge, "POST", f"/api/alerts/{POWER}/play", status=409)
    assert refused["error"] == "the pager is muted until 2027-01-15T08:15:03.000Z; DELETE /api/mute ends that"


BAD_BODIES: dict[str, tuple[str, str, object, int, str]] = {
    "no JSON": ("POST", f"/api/alerts/{POWER}/ack", b"Ada", 400, "the body is not JSON"),
    "truncated": ("POST", "/api/ack", b'{"by": ', 400, "the body is not JSON"),
    "a list": ("POST", "/api/ack", b"[]", 422, "the body: "),
    "a number": ("POST", "/api/ack", b"5", 422, "the body: "),
    "a number as name": ("POST", "/api/ack", {"by": 5}, 422, "by: Input should be a valid string"),
    "a key that is not known": (
        "POST",
        "/api/ack",
        {"who": "Ada"},
        422,
        "who: there is no such key; allowed keys: by, reason, fingerprint",
    ),
    "a key of control characters": ("POST", "/api/mute", {"\x07\n": 1}, 422, "\ufffd\ufffd: there is no such key"),
    "a control character": (
        "POST",
        "/api/ack",
        {"by": "A\x1b[31mda"},
        422,
        "by: control characters and line ends are not allowed",
    ),
    "a line end": ("POST", "/api/ack", {"reason": "a\nb"}, 422, "reason: control characters and line ends"),
    "a NUL": ("POST", "/api/ack", {"reason": "a\0b"}, 422, "reason: control characters and line ends"),
    "half a letter": ("POST", "/api/ack", b'{"by": "\\ud83d"}', 422, "by: "),
    "invalid UTF-8": ("POST", "/api/ack", b'{"by": "\xff"}', 400, "There was an error parsing the body"),
    "a long name": ("POST", "/api/ack", {"by": "x" * 201}, 422, "by: String should have at most 200 characters"),
    "a long reason": ("POST", "/api/ack", {"reason": "x" * 1001}, 422, "reason: String should have at most 1000"),
    "too large": ("POST", "/api/ack", b" " * 20_000 + b"{}", 413, "the body is too large; at most 16384 bytes"),
    "deep": ("POST", "/api/ack", b"[" * 10_000, 400, "There was an error parsing the body"),
    "an empty fingerprint": ("POST", "/api/ack", {"fingerprint": ""}, 422, "fingerprint: String should have"),
    "no fingerprint": ("POST", "/api/ack", {"fingerprint": None}, 422, "fingerprint: Input should be a valid string"),
    "no seconds": ("POST", "/api/snooze", {}, 422, "seconds: Field required"),
    "no body": ("POST", f"/api/alerts/{POWER}/snooze", None, 422, "the body: Field required"),
    "no time": ("POST", "/api/snooze", {"seconds": 0}, 422, "seconds: Input should be greater than or equal to 1"),
    "too long a time": (
        "POST",
        "/api/snooze",
        {"seconds": 604_801},
        422,
        "seconds: Input should be less than or equal",
    ),
    "text as seconds": ("POST", "/api/mute", {"seconds": "900"}, 422, "seconds: Input should be a valid number"),
    "true as seconds": ("POST", "/api/mute", {"seconds": True}, 422, "seconds: Input should be a valid number"),
    "null as seconds": ("POST", "/api/mute", {"seconds": None}, 422, "seconds: Input should be a valid number"),
    "NaN": ("POST", "/api/mute", b'{"seconds": NaN}', 422, "seconds: Input should be"),
    "infinity": ("POST", "/api/mute", b'{"seconds": Infinity}', 422, "seconds: Input should be"),
    "a huge number": ("POST", "/api/mute", b'{"seconds": ' + b"9" * 5000 + b"}", 400, "There was an error parsing"),
    "a mute without end": ("POST", "/api/mute", {"seconds": 86_401}, 422, "seconds: Input should be less than"),
    "a meeting without end": ("POST", "/api/meeting", {"seconds": 86_401}, 422, "seconds: Input should be less than"),
    "too loud": ("PUT", "/api/volume", {"level": 1.1}, 422, "level: Input should be less than or equal to 1"),
    "less than nothing": ("PUT", "/api/volume", {"level": -0.1}, 422, "level: Input should be greater than or equal"),
    "no level": ("PUT", "/api/volume", {}, 422, "level: Field required"),
    "no strip": (
        "PUT",
        "/api/volume",
        {"strip": "drums", "level": 1},
        422,
        "strip: Input should be 'master', 'critical', 'speech', 'warning', 'info' or 'ambience'",
    ),
}


@pytest.mark.parametrize("case", BAD_BODIES.values(), ids=BAD_BODIES)
def test_bad_bodies(bridge: Bridge, case: tuple[str, str, object, int, str]) -> None:
    """What is not allowed is refused with its place and what is allowed, and changes nothing."""
    method, path, body, status, expected = case
    before = len(bridge.sink.outcomes)
    assert ask(bridge, method, path, body, status)["error"].startswith(expected)
    assert before == len(bridge.sink.outcomes)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "", "application/json"])
def test_headers_do_not_matter(bridge: Bridge, kind: str) -> None:
    """`curl -d` says that its body is a form; it is read as JSON all the same."""
    answered = bridge.ask("POST", "/api/ack", b'{"by": "Ada"}', content_type=kind)
    assert (answered.status_code, answered.json()) == (200, {"ok": True, "count": 3})


# the disk


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", f"/api/alerts/{POWER}/ack", None),
        ("POST", f"/api/alerts/{POWER}/snooze", {"seconds": 60}),
        ("POST", "/api/ack", None),
        ("POST", "/api/snooze", {"seconds": 60}),
        ("POST", "/api/mute", None),
        ("POST", "/api/meeting", None),
        ("PUT", "/api/volume", {"level": 0.5}),
    ],
)
def test_what_cannot_be_kept(bridge: Bridge, method: str, path: str, body: object) -> None:
    """A command is carried out whether it can be kept or not, and the answer says so."""
    bridge.keeper.fault = "pager.db: the disk is full"
    before = len(bridge.sink.outcomes)
    said = ask(bridge, method, path, body, status=503)
    assert (said["error"], said["done"]) == ("it is done, and is not on disk: pager.db: the disk is full", True)
    assert before < len(bridge.sink.outcomes)


def test_what_changes_nothing_waits_for_no_disk(bridge: Bridge) -> None:
    """The end of a mute that there is not needs no disk."""
    bridge.keeper.fault = "the disk is full"
    assert ask(bridge, "DELETE", "/api/mute")["muted"] is False


# the mixer


def test_mute(bridge: Bridge) -> None:
    """A mute says until when, ends by itself or when it is ended, and every engine hears of it."""
    nothing = {"ok": True, "muted": False, "until": None, "by": "", "reason": ""}
    assert nothing == ask(bridge, "GET", "/api/mute")
    said = ask(bridge, "POST", "/api/mute", {"by": "Ada", "reason": "a call"})
    expected = {"ok": True, "muted": True, "until": "2027-01-15T08:15:00.000Z", "by": "Ada", "reason": "a call"}
    assert expected == said == ask(bridge, "GET", "/api/mute")
    assert [cue.muted for cue in bridge.sink.cues if isinstance(cue, Mix)] == [True]
    assert nothing == ask(bridge, "DELETE", "/api/mute?by=Bob")
    assert [cue.muted for cue in bridge.sink.cues if isinstance(cue, Mix)] == [True, False]
    ask(bridge, "POST", "/api/mute", {"seconds": 1})
    bridge.pass_time(2)
    assert nothing == ask(bridge, "GET", "/api/mute")
    (unmuted,) = [entry for each in bridge.sink.outcomes for entry in each.entries if entry.by == "Bob"]
    assert unmuted.deed is Deed.UNMUTED


def test_who_unmutes_is_checked(bridge: Bridge) -> None:
    """A name in an address has no control characters either."""
    assert ask(bridge, "DELETE", "/api/mute?by=a%1bb", status=422)["error"].startswith("by: control characters")


def test_meeting(bridge: Bridge) -> None:
    """A meeting says until when, and whether the pager is muted besides."""
    nothing = {"ok": True, "meeting": False, "until": None, "by": "", "muted_until": None}
    assert nothing == ask(bridge, "GET", "/api/meeting")
    expected = {
        "ok": True,
        "meeting": True,
        "until": "2027-01-15T09:00:00.000Z",
        "by": "Ada",
        "muted_until": None,
    }
    assert expected == ask(bridge, "POST", "/api/meeting", {"by": "Ada"}) == ask(bridge, "GET", "/api/meeting")
    assert nothing == ask(bridge, "DELETE", "/api/meeting") == ask(bridge, "DELETE", "/api/meeting")


def test_volume(bridge: Bridge) -> None:
    """Each strip has its level; the rest stays."""
    whole = dict.fromkeys(STRIPS, 1.0)
    assert ask(bridge, "GET", "/api/volume") == {"ok": True, "levels": whole, "muted_until": None}
    assert ask(bridge, "PUT", "/api/volume", {"level": 0.5})["levels"] == {**whole, "master": 0.5}
    said = ask(bridge, "PUT", "/api/volume", {"strip": "ambience", "level": 0, "by": "Ada"})
    assert said["levels"] == {**whole, "master": 0.5, "ambience": 0.0}
    assert said == ask(bridge, "GET", "/api/volume")


def test_test(bridge: Bridge) -> None:
    """An instrument sounds; an unknown one is answered with those that there are, a muted pager with the mute."""
    bridge.pass_time(3)
    before = len(bridge.sink.cues)
    assert ask(bridge, "POST", "/api/test/alert_info") == {"ok": True, "instrument": "alert_info"}
    assert "alert_info" in [cue.instrument for cue in bridge.sink.cues[before:] if isinstance(cue, Strike)]
    refused = ask(bridge, "POST", "/api/test/gong", status=404)
    assert refused["error"].startswith("there is no instrument of this name; allowed: ")
    assert "alert_info" in refused["allowed"]
    ask(bridge, "POST", "/api/mute")
    refused = ask(bridge, "POST", "/api/test/alert_info", status=409)
    assert refused["error"].startswith("the pager is muted until 2027-01-15T08:15")


# news


def test_summary(bridge: Bridge) -> None:
    """One object tells a lamp everything."""
    bridge.engine.do(Acknowledge(at=START, by="Ada", fingerprint=DISK))
    bridge.engine.offer([Link(at=START, name="broker", up=False, detail="refused")])
    expected = {
        "ok": True,
        "total": 3,
        "sounding": 2,
        "worst": "critical",
        "alerts": {"acknowledged": {"warning": 1}, "firing": {"critical": 1, "other": 1}},
        "muted": False,
        "muted_until": None,
        "meeting_until": None,
        "flooding": False,
        "quiet": [],
        "links_down": ["broker"],
    }
    assert expected == ask(bridge, "GET", "/api/summary")


def test_a_summary_of_nothing() -> None:
    """An empty desk has no worst alert."""
    said = ask(Bridge(), "GET", "/api/summary")
    assert (said["total"], said["sounding"], said["worst"], said["alerts"]) == (0, 0, "", {})


def test_the_summary_says_what_is_hushed(bridge: Bridge) -> None:
    """Mute, meeting and flood show."""
    bridge.engine.do(Mute(at=START, by="Ada", seconds=60))
    ask(bridge, "POST", "/api/meeting", {"seconds": 60})
    said = ask(bridge, "GET", "/api/summary")
    assert (said["muted"], said["muted_until"]) == (True, "2027-01-15T08:01:00.000Z")
    assert said["meeting_until"] == "2027-01-15T08:01:00.000Z"


def test_links(bridge: Bridge) -> None:
    """Every link is told, with its fault where that is known."""
    bridge.engine.offer([Link(at=START, name="broker", up=False, detail="refused")])
    assert ask(bridge, "GET", "/api/links")["links"] == [
        {"name": "broker", "up": False, "since": "2027-01-15T08:00:00.000Z", "detail": "refused"},
        {"name": "osc", "up": True, "since": None, "detail": ""},
    ]


def test_kpi(bridge: Bridge) -> None:
    """The key figures are those that the core reckons."""
    said = ask(bridge, "GET", "/api/kpi")
    assert (said["ok"], said["kpi"]["fired"]) == (True, 4)
    schema = bridge.ask("GET", "/openapi.json").json()["paths"]["/api/kpi"]["get"]["responses"]["200"]
    described = schema["content"]["application/json"]["schema"]["properties"]["kpi"]["properties"]
    assert set(described) == set(said["kpi"])


def test_journal(bridge: Bridge) -> None:
    """The journal is asked by time, alert, deed and number."""
    said = ask(
        bridge,
        "GET",
        f"/api/journal?since=2027-01-15T08:00:00Z&until=2027-01-15T10:00:00%2B01:00&fingerprint={POWER}&deed=fired&limit=5",
    )
    (line,) = said["entries"]
    assert (line["subject"], line["fingerprint"]) == (f"{START} {START + 3600} fired 5", POWER)
    assert (line["labels"], line["controls"]) == ({"alertname": "A"}, None)
    (line,) = ask(bridge, "GET", "/api/journal?since=2027-01-15T08:00:00")["entries"]
    assert line["subject"] == f"{START} None None 200"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("since=yesterday", "since: Input should be a valid datetime"),
        ("until=9e99", "until: "),
        ("deed=sung", "deed: Input should be 'fired', "),
        ("limit=10001", "limit: Input should be less than or equal to 10000"),
        ("fingerprint=%00", "fingerprint: control characters"),
    ],
)
def test_wrong_questions_to_the_journal(bridge: Bridge, query: str, expected: str) -> None:
    """What is not allowed is told by its name."""
    assert ask(bridge, "GET", f"/api/journal?{query}", status=422)["error"].startswith(expected)


def test_no_journal() -> None:
    """Without a store there is no journal, and the answer names the setting."""
    refused = ask(Bridge(), "GET", "/api/journal", status=503)
    assert refused["error"] == "nothing is kept: the store is off (STORE_URL)"


def test_a_journal_that_cannot_be_read() -> None:
    """A journal on a broken disk is one sentence."""

    def broken(_: Wanted) -> Iterable[Line]:
        raise StoreError("pager.db: is no database")

    refused = ask(Bridge(journal=broken), "GET", "/api/journal", status=503)
    assert refused == {"ok": False, "error": "the journal cannot be read: pager.db: is no database"}


def test_a_line_is_described() -> None:
    """The OpenAPI document has every key of a line."""
    assert set(Line.__struct_fields__) == set(bodies.JournalLine.model_fields)


# the document


def test_every_example_of_the_page_works() -> None:
    """The commands of docs/api.md do what the page says, one after the other."""
    bridge = Bridge(journal=lines)
    known = msgspec.structs.replace(firing("Power", severity="critical"), fingerprint="b20a2a3ba4ba3b84")
    bridge.engine.offer([known])
    bridge.pass_time(3)
    page = (Path(__file__).parents[2] / "docs/api.md").read_text()
    commands = "".join(re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)).splitlines()
    assert len(commands) >= 15
    for command in commands:
        curl, *words = shlex.split(command, comments=True)
        method = words.pop(words.index("-X") + 1) if "-X" in words else "GET"
        body = words.pop(words.index("-d") + 1).encode() if "-d" in words else None
        (url,) = (word for word in words if not word.startswith("-"))
        assert curl == "curl"
        ask(bridge, method, url.removeprefix("http://127.0.0.1:8000"), body)


def test_the_pages_summary_is_one() -> None:
    """The summary that docs/api.md shows is what a summary is."""
    page = (Path(__file__).parents[2] / "docs/api.md").read_text()
    (text,) = re.findall(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert set(json.loads(text)) == set(bodies.SummaryAnswer.model_fields)


def test_every_state_of_an_alert_is_described(bridge: Bridge) -> None:
    """Whatever state an alert is in, its answer is as the document has it."""
    ask(bridge, "POST", f"/api/alerts/{POWER}/ack")
    bridge.engine.offer([Silenced(at=START, fingerprint=POWER, silence="s-1")])
    ask(bridge, "POST", f"/api/alerts/{DISK}/snooze", {"seconds": 5})
    assert ask(bridge, "GET", f"/api/alerts/{POWER}")["alert"]["silence"] == "s-1"
    states = {alert["state"] for alert in ask(bridge, "GET", "/api/alerts")["alerts"]}
    assert states == {State.ACKNOWLEDGED, State.SNOOZED, State.FIRING}


def test_the_document_names_everything(bridge: Bridge) -> None:
    """Every operation has a summary, a described answer, and a described body where it takes one."""
    document = bridge.ask("GET", "/openapi.json").json()
    assert "Refused" in document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            place = f"{method} {path}"
            assert operation["summary"], place
            fine = [answer for status, answer in operation["responses"].items() if status in {"200", "202"}]
            assert all(answer["content"] for answer in fine), place
            assert len(fine) == 1, place
            if method in {"post", "put"} and path != "/-/reload":
                (content,) = operation["requestBody"]["content"].values()
                assert content["schema"], place


def test_references_lead_somewhere(bridge: Bridge) -> None:
    """Every reference of the document can be followed."""
    document = bridge.ask("GET", "/openapi.json").json()

    def references(part: object) -> Iterable[str]:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for value in part.values():
                yield from references(value)
        elif isinstance(part, list):
            for value in part:
                yield from references(value)

    found = set(references(document))
    assert found
    assert [name for name in found if name.rpartition("/")[2] not in document["components"]["schemas"]] == []
