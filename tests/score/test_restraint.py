"""The sections of a score that say when alerts are not heard one by one, and how other senders are read."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from singing_pager import instruments, score
from singing_pager.core.matching import Matcher
from singing_pager.core.rules import Flapping, Flood, Score, Start, Watchdog, Webhook
from singing_pager.core.webhooks import DEFAULT, FIELDS
from singing_pager.errors import ConfigError
from singing_pager.model import Status
from singing_pager.score.hours import CODES, Day, Hours
from singing_pager.score.resolution import resolved
from singing_pager.sources import generic_alert
from singing_pager.yamlfile import Document, checked, parse

CATALOGUE = instruments.load()
EVERY_DAY = tuple(Day(weekday) for weekday in range(7))
BERLIN = ZoneInfo("Europe/Berlin")


def read(data: dict[str, object]) -> Score:
    """Read a score that is given as data."""
    document = Document("x", data, {})
    return resolved(checked(score.ScoreFile, document), document, CATALOGUE)


def test_what_holds_where_nothing_is_said() -> None:
    """Without a word in the score, the pager is as docs/sound.md has it."""
    plain = read({})
    assert (Flapping(3, 600), Start(5, 60), (), True, 10) == (
        plain.flapping,
        plain.start,
        plain.quiet,
        plain.meeting_criticals,
        plain.patience,
    )
    assert Flood(plain.flood.sound, 10, 600, 5, 3, 60) == plain.flood
    assert ("lost", "fault", "flood") == tuple(
        sound.instrument.name for sound in (plain.lost, plain.fault, plain.flood.sound)
    )
    assert Watchdog((Matcher("alertname", "=", "Watchdog"),), 600) == plain.watchdog
    assert CATALOGUE == plain.instruments


def test_every_number_may_be_another() -> None:
    """What the score says arrives where the core reads it."""
    other = read(
        {
            "lost": {"instrument": "stale", "params": {"vol": 0.1}},
            "fault": {"instrument": "lost"},
            "flood": {"params": {"vol": 0.3}, "alarms": 20, "within": 60, "until": 7, "criticals": 1, "repeat": 0},
            "flapping": {"times": 5, "within": 60},
            "start": {"settle": 0, "since": 10},
            "links": {"patience": 30},
            "meeting": {"criticals": False},
            "watchdog": {"match": 'alertname=~"Dead.*"', "within": 90},
        }
    )
    assert (("stale", 0.1), "lost") == (
        (other.lost.instrument.name, other.lost.params[1]),
        other.fault.instrument.name,
    )
    assert (0.3, Flood(other.flood.sound, 20, 60, 7, 1, 0)) == (other.flood.sound.params[1], other.flood)
    assert (Flapping(5, 60), Start(0, 10), 30, False) == (
        other.flapping,
        other.start,
        other.patience,
        other.meeting_criticals,
    )
    assert Watchdog((Matcher("alertname", "=~", "Dead.*"),), 90) == other.watchdog


def test_no_watchdog() -> None:
    """Null: there is none."""
    assert read({"watchdog": None}).watchdog is None


@pytest.mark.parametrize(
    ("instrument", "given", "expected"),
    [
        # by the instrument's priority
        ("alert_critical", None, 15),
        ("alert_warning", None, 30),
        ("alert_info", None, 0),
        ("stale", None, 30),
        # as the rule says
        ("alert_critical", 2.5, 2.5),
        ("alert_critical", 0, 0),
        ("alert_info", 86_400, 86_400),
    ],
)
def test_how_often_an_alarm_repeats(instrument: str, given: float | None, expected: float) -> None:
    """A rule says how often its alarm repeats; else its priority does."""
    rule = {"match": {}, "instrument": instrument} | ({} if given is None else {"repeat": given})
    assert expected == read({"alerts": [rule]}).alerts[0].repeat


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # the flood of a small house is over by its own number
        ({"alarms": 3}, (3, 3)),
        ({"alarms": 3, "until": 1}, (3, 1)),
        ({"alarms": 20}, (20, 5)),
        # as good as never
        ({"alarms": 1_000_000}, (1_000_000, 5)),
    ],
)
def test_when_a_flood_is_over(given: dict[str, int], expected: tuple[int, int]) -> None:
    """A flood is over by five alarms, or by fewer where fewer make one."""
    flood = read({"flood": given}).flood
    assert expected == (flood.alarms, flood.until)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # a whole day, every day, by UTC
        ({}, Hours(EVERY_DAY, 0, 0, ZoneInfo("UTC"))),
        ({"from": "22:00", "to": "7:05", "zone": "Europe/Berlin"}, Hours(EVERY_DAY, 1320, 425, BERLIN)),
        # days as a list, as iCalendar's text, in any case, counted within their month
        ({"days": ["MO", "TU"]}, Hours((Day(0), Day(1)), 0, 0, ZoneInfo("UTC"))),
        ({"days": "mo, Tu"}, Hours((Day(0), Day(1)), 0, 0, ZoneInfo("UTC"))),
        ({"days": ["1SU", "-1FR", "+2WE"]}, Hours((Day(6, 1), Day(4, -1), Day(2, 2)), 0, 0, ZoneInfo("UTC"))),
    ],
)
def test_hours_as_they_are_written(given: dict[str, object], expected: Hours) -> None:
    """Days and times of day become the hours that they name."""
    (quiet,) = read({"quiet": [given]}).quiet
    assert expected == quiet.covers


def at(text: str) -> float:
    """Unix time of what a clock in Berlin shows."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


@pytest.mark.parametrize(
    ("labels", "critical", "now", "expected"),
    [
        # a warning in the night is quiet, a critical is not
        ({"severity": "warning"}, False, "2026-06-01T23:00", ["nights"]),
        ({"severity": "critical"}, True, "2026-06-01T23:00", []),
        # nor is anything by day
        ({"severity": "warning"}, False, "2026-06-02T12:00", []),
        # the team's own hours hold for the team, and for criticals too where they say so
        ({"team": "db"}, True, "2026-06-07T03:00", ["maintenance"]),
        ({"team": "web"}, True, "2026-06-07T03:00", []),
        # both may hold
        ({"team": "db"}, False, "2026-06-07T03:00", ["nights", "maintenance"]),
        # the second Sunday is no first
        ({"team": "db"}, True, "2026-06-14T03:00", []),
    ],
)
def test_whom_quiet_hours_concern(
    labels: dict[str, str],
    critical: bool,  # noqa: FBT001 - a row of the table
    now: str,
    expected: list[str],
) -> None:
    """Several entries are quiet hours by matcher and by severity."""
    quiet = read(
        {
            "quiet": [
                {"name": "nights", "from": "22:00", "to": "07:00", "zone": "Europe/Berlin"},
                {
                    "name": "maintenance",
                    "match": {"team": "db"},
                    "days": "1SU",
                    "from": "02:00",
                    "to": "05:00",
                    "zone": "Europe/Berlin",
                    "criticals": False,
                },
            ]
        }
    ).quiet
    assert expected == [
        hours.name for hours in quiet if hours.covers(at(now)) and hours.holds(labels, critical=critical)
    ]


def test_hours_without_a_name_are_named_by_their_place() -> None:
    """Whatever the journal tells has a name."""
    assert ["quiet[0]", "nights"] == [quiet.name for quiet in read({"quiet": [{}, {"name": "nights"}]}).quiet]


def test_a_webhook() -> None:
    """Every key arrives in what reads the sender's JSON, words in lower case."""
    full = {
        "name": "Uptime_kuma-1",
        "alerts": "data.alerts",
        "fields": {"name": "monitor.name | msg", "status": "heartbeat.status", "severity": ""},
        "labels": {"team": "tags.0.value"},
        "firing": ["0", "Down"],
        "resolved": 1,
        "severities": {"HIGH": "critical", 2: "warning"},
        "lasts": 600,
    }
    expected = Webhook(
        name="Uptime_kuma-1",
        alerts="data.alerts",
        fields={"name": "monitor.name | msg", "status": "heartbeat.status", "severity": ""},
        labels={"team": "tags.0.value"},
        firing=("0", "down"),
        resolved=("1",),
        severities={"high": "critical", "2": "warning"},
        lasts=600,
    )
    assert (expected,) == read({"webhooks": [full]}).webhooks


def test_a_plain_webhook() -> None:
    """One that says nothing but its name is read as any sender is; a word that it calls firing is not resolved."""
    plain, other = read({"webhooks": [{"name": "default"}, {"name": "kuma", "firing": "OK"}]}).webhooks
    assert DEFAULT == plain
    assert ("ok",) == other.firing
    assert set(DEFAULT.resolved) - {"ok"} == set(other.resolved)


SOUND = st.fixed_dictionaries(
    {"instrument": st.sampled_from([*CATALOGUE, "none"])},
    optional={
        "params": st.dictionaries(st.sampled_from(["freq", "vol", "count", "dur"]), st.floats(0, 1000), max_size=2)
    },
)
SECONDS = st.sampled_from([0, 1, 2.5, 5, 60, 600, 86_400, -1]) | st.floats(0, 1e5)
NUMBER = st.integers(-1, 20) | st.just(1_000_000)
MATCH = st.sampled_from([{}, {"severity": "critical"}, 'a="b", c!~"d|e"', ['a="b"'], "a=~("])
TEXT = st.text("ab.|- 0:", max_size=6)
SECTIONS = {
    "alerts": st.lists(
        st.builds(dict, SOUND, match=MATCH, repeat=SECONDS, name=st.sampled_from(["", "a", "b", "alerts[1]"])),
        max_size=3,
    ),
    "flood": st.fixed_dictionaries(
        {},
        optional={
            "instrument": st.sampled_from(["flood", "lost", "cpu"]),
            "alarms": NUMBER,
            "until": NUMBER,
            "within": SECONDS,
            "criticals": NUMBER,
            "repeat": SECONDS,
        },
    ),
    "lost": SOUND,
    "fault": SOUND,
    "flapping": st.fixed_dictionaries({}, optional={"times": NUMBER, "within": SECONDS}),
    "start": st.fixed_dictionaries({}, optional={"settle": SECONDS, "since": SECONDS}),
    "quiet": st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "match": MATCH,
                "days": st.lists(st.sampled_from([*CODES, "1SU", "-5FR", "6SU", ""])) | TEXT,
                "from": st.from_regex(r"[012]?[0-9]:[0-6][0-9]", fullmatch=True) | st.integers(0, 2000) | TEXT,
                "to": st.from_regex(r"[012]?[0-9]:[0-6][0-9]", fullmatch=True),
                "zone": st.sampled_from(["UTC", "Europe/Berlin", "Europe", "", "\0", "/etc", "\ud800", "x" * 5000]),
                "criticals": st.booleans(),
            },
        ),
        max_size=2,
    ),
    "watchdog": st.none() | st.fixed_dictionaries({}, optional={"match": MATCH, "within": SECONDS}),
    "webhooks": st.lists(
        st.fixed_dictionaries(
            {"name": st.sampled_from(["a", "b", "default", "", "a/b"])},
            optional={
                "alerts": TEXT,
                "fields": st.dictionaries(st.sampled_from([*FIELDS, "title"]), TEXT, max_size=2),
                "labels": st.dictionaries(st.sampled_from(["team", "severity", "alertname"]), TEXT, max_size=2),
                "firing": st.lists(st.sampled_from(["up", "down", "OK", 0, True]), max_size=2),
                "resolved": st.lists(st.sampled_from(["up", "down", "OK", 0, None]), max_size=2),
                "severities": st.dictionaries(TEXT | st.integers() | st.booleans(), TEXT, max_size=2),
                "lasts": SECONDS,
            },
        ),
        max_size=2,
    ),
}
"""What people may write in each section, good or not."""


@settings(deadline=None)
@given(st.fixed_dictionaries({}, optional=SECTIONS), st.floats(0, 4e9))
def test_any_score_loads_or_says_why(data: dict[str, object], now: float) -> None:
    """Whatever stands in the sections, it is a score that can be played, or a ConfigError says why not."""
    try:
        found = read(data)
    except ConfigError as refused:
        lines = str(refused).splitlines()
        assert lines
        assert all(line.startswith("x:1: ") for line in lines)
        return
    assert {rule.name for rule in found.alerts} >= {
        f"alerts[{i}]" for i, rule in enumerate(found.alerts) if not rule.name
    }
    assert all(quiet.covers(now) in {True, False} for quiet in found.quiet)
    assert all(rule.repeat == 0 or rule.repeat >= rule.sound.lasts for rule in found.alerts)
    assert 1 <= found.flood.until <= found.flood.alarms
    assert len(found.alerts) == len({rule.name for rule in found.alerts})


def test_the_senders_of_the_documentation_are_read() -> None:
    """The webhooks of docs/score.md find in what their senders post what they say."""
    page = (Path(__file__).parents[2] / "docs/score.md").read_text(encoding="utf-8")
    (text,) = [block for block in re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL) if "door" in block]
    document = parse(text, "docs/score.md")
    found = resolved(checked(score.ScoreFile, document), document, CATALOGUE)
    door, camera = found.webhooks
    sensor = {"name": "cellar", "floor": -1}
    down, up = (
        generic_alert.change(
            door, {"state": state, "text": "who was it?", "sensor": sensor}, place="the body", at=0.0, route=""
        )
        for state in ("open", "shut")
    )
    assert (Status.FIRING, Status.RESOLVED, down.fingerprint) == (down.status, up.status, up.fingerprint)
    assert ({"alertname": "cellar", "floor": "-1"}, "who was it?") == (down.labels, down.annotations["description"])
    rule = found.alert_rule(down.labels)
    assert rule is not None
    assert rule.sound.instrument.name == "alert_warning"
    body = b'{"data": {"events": [{"type": "line", "level": "intruder", "source": {"name": "gate"}, "status": "ok"}]}}'
    (raw,) = generic_alert.decode(camera, body)
    seen = generic_alert.change(camera, msgspec.json.decode(raw), place="the body", at=0.0, route="")
    assert (Status.FIRING, {"alertname": "line", "severity": "critical", "camera": "gate"}, 300) == (
        seen.status,
        seen.labels,
        seen.lasts,
    )
