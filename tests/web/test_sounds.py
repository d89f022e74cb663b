"""What can sound, what does and why, and the time line, over HTTP."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from asking import ask
from bridging import Bridge
from singing_pager import instruments
from singing_pager.errors import StoreError
from singing_pager.model import Acknowledge, Deed, Mute
from singing_pager.sinks.past import MOST, SHOWN
from singing_pager.store import Line, Wanted
from singing_pager.testing import START, firing, reading


def test_every_instrument() -> None:
    """The catalogue is told whole, in its order: how each sounds, what it says, what it takes."""
    said = ask(Bridge(), "GET", "/api/instruments")["instruments"]
    assert list(instruments.load()) == [each["name"] for each in said]
    (cpu,) = (each for each in said if each["name"] == "cpu")
    assert cpu == {
        "name": "cpu",
        "address": "/cpu",
        "kind": "held",
        "priority": "ambience",
        "severity": "",
        "help": "A hollow tone; load is its pitch.",
        "meaning": "how busy the processor is",
        "parameters": [{"name": "freq", "units": "Hz", "range": [220, 880], "default": 440}],
    }


def test_why_do_i_hear_this() -> None:
    """Each held voice says in one sentence why it is heard."""
    bridge = Bridge()
    assert ask(bridge, "GET", "/api/voices")["voices"] == []
    bridge.engine.offer([reading("metrics/pump/cpu", 0.42)])
    (voice,) = ask(bridge, "GET", "/api/voices")["voices"]
    assert voice["why"] == "cpu: metrics/pump/cpu is 0.42; rule metrics[2] maps 0–1 to freq 440–880 Hz: 625 Hz"


# the time line


def line(at: float, deed: Deed, **more: Any) -> Line:  # noqa: ANN401 - of a Line
    """Make a line of a journal."""
    raw = msgspec.Raw(b"{}")
    fields: dict[str, Any] = dict.fromkeys(Line.__struct_fields__, "")
    return Line(**fields | {"id": 1, "at": at, "deed": deed, "count": 1, "labels": raw, "controls": raw} | more)


def test_an_empty_day() -> None:
    """Where nothing happened there is a value for each step all the same."""
    bridge = Bridge()
    said = ask(bridge, "GET", "/api/timeline")
    assert (said["until"], said["since"], said["step"], said["kept"]) == (START, START - 6 * 3600, 60, False)
    assert (said["anomaly"], said["alarms"], said["entries"]) == ([None] * 361, [0] * 361, [])


@pytest.mark.parametrize(("hours", "step", "steps"), [(1, 60, 61), (6, 60, 361), (7, 120, 211), (24, 240, 361)])
def test_steps(hours: int, step: int, steps: int) -> None:
    """A longer time has longer steps; they begin at whole multiples, so that a line that is drawn does not flicker."""
    bridge = Bridge()
    bridge.clock.forward(7)
    said = ask(bridge, "GET", f"/api/timeline?hours={hours}")
    assert (said["step"], len(said["alarms"]), said["since"] % step) == (step, steps, 0)


def test_without_a_store() -> None:
    """Without a store the time line has what this process has seen."""
    bridge = Bridge()
    bridge.engine.offer([reading("host.anomaly", 0.3), firing("Power", severity="critical")])
    bridge.clock.forward(90)
    bridge.engine.offer([reading("host.anomaly", 0.7)])
    bridge.engine.do(Acknowledge(at=bridge.clock(), by="Ada", reason="on it"))
    said = ask(bridge, "GET", "/api/timeline?hours=1")
    assert (said["anomaly"][-2:], said["alarms"][-2:], said["kept"]) == ([0.3, 0.7], [1, 0], False)
    assert [(entry["deed"], entry["name"], entry["by"]) for entry in said["entries"]] == [
        ("sounded", "Power", ""),
        ("acknowledged", "Power", "Ada"),
    ]
    bridge.clock.forward(2 * 3600)
    said = ask(bridge, "GET", "/api/timeline?hours=1")
    assert (set(said["anomaly"]), set(said["alarms"]), said["entries"]) == ({None}, {0}, [])


def test_with_a_journal() -> None:
    """With a store the time line reaches back before the pager began; only alarms for alerts are counted."""
    asked: list[Wanted] = []

    def journal(wanted: Wanted) -> Iterable[Line]:
        asked.append(wanted)
        lines = [
            line(START - 3000, Deed.SOUNDED, fingerprint="a", name="A", heard="alert_info"),
            line(START - 2990, Deed.SOUNDED, subject="flood", heard="flood"),
            line(START - 60, Deed.MUTED, by="Ada"),
        ]
        deeds = wanted.deeds or (wanted.deed,)
        return [each for each in lines if each.deed in deeds]

    said = ask(Bridge(journal=journal), "GET", "/api/timeline?hours=1")
    assert [(entry["deed"], entry["name"], entry["by"]) for entry in said["entries"]] == [
        ("sounded", "A", ""),
        ("sounded", "", ""),
        ("muted", "", "Ada"),
    ]
    assert (said["kept"], sum(said["alarms"]), said["alarms"][10]) == (True, 1, 1)
    assert [(each.since, each.limit) for each in asked] == [(START - 3600, MOST), (START - 3600, 20_000)]
    assert set(asked[0].deeds) == SHOWN


def test_a_journal_that_cannot_be_read() -> None:
    """Where the journal cannot be read, what this process has seen is told, and said to be no more than that."""

    def broken(_: Wanted) -> Iterable[Line]:
        raise StoreError("pager.db: is no database")

    bridge = Bridge(journal=broken)
    bridge.engine.do(Mute(at=START, by="Ada", seconds=60))
    said = ask(bridge, "GET", "/api/timeline")
    assert (said["kept"], [entry["deed"] for entry in said["entries"]]) == (False, ["muted"])


@pytest.mark.parametrize(("hours", "expected"), [("0", "greater"), ("25", "less"), ("x", "a valid integer")])
def test_wrong_hours(hours: str, expected: str) -> None:
    """Less than an hour, and more than a day, is refused."""
    refused = ask(Bridge(), "GET", f"/api/timeline?hours={hours}", status=422)
    assert refused["error"].startswith("hours: Input should be ")
    assert expected in refused["error"]
