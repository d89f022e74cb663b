"""The score over HTTP: read, checked, heard before it is saved, and saved."""

import asyncio
import json
import os
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
from asking import ask
from bridging import Bridge
from singing_pager.model import Cue, Deed, Hold, Mute, Release, Reload, Strike
from singing_pager.testing import START, firing, reading
from singing_pager.web.bodies import LONGEST_SCORE

NOBODY = 65534

DEFAULT = files("singing_pager").joinpath("default_score.yaml").read_text("utf-8")
SCORE = """\
alerts:
  - match: {severity: critical, host: 'a"b\\c'}
    instrument: alert_critical
    params: {freq: 700}
  - name: the rest
    match: {}
    instrument: alert_info
metrics:
  - topic: metrics/+/cpu
    path: io.cpu
    of: mean
    instrument: cpu
    map: {freq: {from: [0, 10], range: [220, 880], warp: exp, outside: drop}}
  - stream: host.signature
    instrument: signature
    map:
      freq: {path: cpu, range: [200, 800]}
      vol: {path: cpu.memory, range: [0.1, 0.5]}
ambience: null
"""
FAULTY = SCORE.replace("instrument: cpu", "instrument: gong").replace("warp: exp", "warp: round")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A score in a file."""
    path = tmp_path / "score.yaml"
    path.write_text(SCORE)
    return path


@pytest.fixture
def bridge(file: Path) -> Bridge:
    """A bridge whose score is in that file."""
    return Bridge(score_file=file)


def version(text: str) -> str:
    """Name a text."""
    return sha256(text.encode()).hexdigest()


def cues(bridge: Bridge, before: int = 0) -> list[Cue]:
    """Give what engines were told since, but for heartbeats."""
    return [cue for cue in bridge.sink.cues[before:] if getattr(cue, "instrument", "") != "heartbeat"]


# reading


def test_the_score_that_came_with_the_pager() -> None:
    """Without a file of one's own the score is the one that came along, which cannot be written."""
    said = ask(Bridge(), "GET", "/api/score")
    assert (said["text"], said["version"], said["path"], said["writable"]) == (DEFAULT, version(DEFAULT), "", False)
    assert said["valid"]
    assert [rule["key"] for rule in said["rules"]][:4] == ["alerts[0]", "alerts[1]", "alerts[2]", "metrics[0]"]


def test_a_score_of_ones_own(bridge: Bridge, file: Path) -> None:
    """A score in a file is told as it stands there now, whatever sounds."""
    said = ask(bridge, "GET", "/api/score")
    assert (said["text"], said["path"], said["writable"], said["valid"]) == (SCORE, str(file), True, True)
    file.write_text(FAULTY)
    said = ask(bridge, "GET", "/api/score")
    assert (said["text"], said["valid"], said["rules"]) == (FAULTY, False, [])
    assert [error["key"] for error in said["errors"]] == ["metrics[0].map.freq.warp"]
    file.unlink()
    refused = ask(bridge, "GET", "/api/score", status=503)
    assert refused["error"] == f"the score cannot be read: {file}: No such file or directory"


def test_rules_as_plain_values(bridge: Bridge) -> None:
    """Each rule has its key, its name, its sound, and what it listens to."""
    rules = {rule["key"]: rule for rule in ask(bridge, "GET", "/api/score")["rules"]}
    assert list(rules) == [
        *("alerts[0]", "alerts[1]", "metrics[0]", "metrics[1]"),
        *("resolved", "stale", "lost", "fault", "flood"),
    ]
    assert rules["alerts[0]"] == {
        "key": "alerts[0]",
        "name": "alerts[0]",
        "kind": "alert",
        "instrument": "alert_critical",
        "priority": "critical",
        "params": {
            "freq": {"value": 700, "units": "Hz"},
            "vol": {"value": 0.9, "units": ""},
            "dur": {"value": 2, "units": "s"},
        },
        "match": ['severity="critical"', 'host="a\\"b\\\\c"'],
        "repeat": 15,
        "stream": "",
        "path": "",
        "of": "",
        "stale_after": None,
        "mappings": [],
    }
    assert rules["alerts[1]"]["name"] == "the rest"
    assert rules["metrics[0]"] == {
        "key": "metrics[0]",
        "name": "metrics[0]",
        "kind": "metric",
        "instrument": "cpu",
        "priority": "ambience",
        "params": {},
        "match": [],
        "repeat": None,
        "stream": "metrics/+/cpu",
        "path": "io.cpu",
        "of": "mean",
        "stale_after": 60,
        "mappings": [
            {
                "parameter": "freq",
                "path": "io.cpu",
                "from": [0, 10],
                "range": [220, 880],
                "warp": "exp",
                "step": 0,
                "scale": "",
                "root": 440,
                "outside": "drop",
                "units": "Hz",
            }
        ],
    }
    assert set(rules["metrics[1]"]["params"]) == {"rate", "anomaly"}
    assert (rules["flood"]["kind"], rules["flood"]["instrument"]) == ("sound", "flood")


# checking


def test_check(bridge: Bridge) -> None:
    """A good text has rules, a faulty one each fault with its line, its key, and what is allowed."""
    good = ask(bridge, "POST", "/api/score/check", {"text": SCORE})
    assert (good["valid"], good["errors"], len(good["rules"]), good["version"]) == (True, [], 9, version(SCORE))
    said = ask(bridge, "POST", "/api/score/check", {"text": SCORE.replace("instrument: cpu", "instrument: gong")})
    (error,) = said["errors"]
    assert (said["valid"], said["rules"]) == (False, [])
    assert (error["line"], error["column"], error["key"]) == (12, None, "metrics[0].instrument")
    assert error["message"].startswith("there is no instrument 'gong'; allowed: alert_critical, ")


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("alerts: [", (1, 10, ""), "not YAML: while parsing a flow node expected the node content"),
        ("a: b\nb: \t- c", (2, 4, ""), "not YAML: "),
        ("version: 1\nx: \x07", (2, 4, ""), "not YAML: character U+0007 is not allowed"),
        ("version: 1\nversion: 1", (2, None, ""), "version stands here a second time"),
        ("5", (1, None, "the file"), "5 is no mapping of keys to values"),
        ("[" * 5000, (1, 21, ""), "not YAML: nested too deeply"),
        ("version: 2", (1, None, "version"), "2 should be 1"),
    ],
)
def test_where_a_fault_is(bridge: Bridge, text: str, place: tuple[int, int | None, str], message: str) -> None:
    """A fault of the syntax has a line and a column, one of the content a line and a key."""
    (error,) = ask(bridge, "POST", "/api/score/check", {"text": text})["errors"]
    assert (error["line"], error["column"], error["key"]) == place
    assert error["message"].startswith(message)


@pytest.mark.parametrize("text", ["", "# nothing", "version: 1", "{}"])
def test_an_empty_score_is_one(bridge: Bridge, text: str) -> None:
    """Every section may be left out."""
    assert ask(bridge, "POST", "/api/score/check", {"text": text})["valid"]


BOMBS = {
    "a billion laughs": "a: &a [1, 1]\n"
    + "".join(f"b{n}: &b{n} [*{'a' if not n else f'b{n - 1}'}, *a]\n" for n in range(9)),
    "laughs that multiply": "x0: &x0 [1]\n"
    + "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 12)),
    "a long text, often": "x: &x " + "y" * 100_000 + "\nalerts: [" + "*x, " * 30_000 + "]",
    "a number to the base 60": "version: 1" + ":1" * 100_000,
    "such a number, as a key": "? 1" + ":1" * 100_000 + "\n: 1",
    "such a number, in a key": "? [1" + ":1" * 100_000 + "]\n: 1",
    "such a number, disguised": 'version: !!int {=: "1' + ":1" * 100_000 + '"}',
    "a number of many digits": "heartbeat: {every: 0x" + "f" * 200_000 + "}",
    "an expression": "alerts:\n- {instrument: resolved, match: 'a=~\"" + "(a|b)*" * 40_000 + "\"'}",
    "thousands of faults": "alerts:\n" + "- {}\n" * 20_000,
    "an object of Python": "version: !!python/object/apply:os.system [ls]",
    "itself": "alerts: &a [*a]",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_bombs(bridge: Bridge, text: str) -> None:
    """A text that is made to hurt is a faulty score; few of its faults are told, each in few words."""
    assert len(text) <= LONGEST_SCORE
    said = ask(bridge, "POST", "/api/score/check", {"text": text})
    assert not said["valid"]
    assert len(json.dumps(said)) < 200_000


def test_the_loop_is_free_meanwhile(bridge: Bridge) -> None:
    """While a text is checked alerts sound, and only so many texts may wait."""
    slow = "alerts:\n" + "- {}\n" * 20_000

    async def talk(client: httpx.AsyncClient) -> list[int]:
        texts = [f"# {number}\n{slow}" for number in range(12)]
        asking = [asyncio.create_task(client.post("/api/score/check", json={"text": text})) for text in texts[:1]]
        await asyncio.sleep(0)
        asking += [asyncio.create_task(client.post("/api/score/check", json={"text": "[]"})) for _ in texts[1:]]
        await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        bridge.engine.offer([firing("Power", severity="critical")])
        return [answered.status_code for answered in await asyncio.gather(*asking)]

    assert [200] * 8 + [503] * 4 == sorted(bridge.talk(talk))
    assert [cue.instrument for cue in cues(bridge) if isinstance(cue, Strike)] == ["alert_critical"]


BAD: dict[str, tuple[str, str, object, int, str]] = {
    "no text": ("POST", "/api/score/check", {}, 422, "text: Field required"),
    "a number": ("POST", "/api/score/check", {"text": 5}, 422, "text: Input should be a valid string"),
    "a long text": ("POST", "/api/score/check", {"text": "#" * (LONGEST_SCORE + 1)}, 422, "text: String should have"),
    "a long body": ("POST", "/api/score/check", b" " * 1_100_000, 413, "the body is too large; at most 1048576"),
    "half a letter": ("POST", "/api/score/check", b'{"text": "\\ud83d"}', 422, "text: "),
    "no rule": ("POST", "/api/score/audition", {"text": SCORE}, 422, "rule: Field required"),
    "a short time": ("POST", "/api/score/audition", {"text": "", "rule": "x", "seconds": 0.5}, 422, "seconds: Input"),
    "no number": ("POST", "/api/score/audition", b'{"text": "", "rule": "x", "value": NaN}', 422, "value"),
    "true": ("POST", "/api/score/audition", {"text": "", "rule": "x", "value": True}, 422, "value"),
    "no version": ("PUT", "/api/score", {"text": SCORE}, 422, "version: Field required"),
    "no such version": ("PUT", "/api/score", {"text": SCORE, "version": "1"}, 422, "version: "),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_bad_bodies(bridge: Bridge, case: tuple[str, str, object, int, str]) -> None:
    """What is not allowed is refused with its place and what is allowed."""
    method, path, body, status, expected = case
    assert ask(bridge, method, path, body, status)["error"].startswith(expected)
    assert cues(bridge) == []


# auditions


def audition(bridge: Bridge, status: int = 200, **asked: object) -> dict[str, Any]:
    """Try a rule out."""
    return ask(bridge, "POST", "/api/score/audition", {"text": SCORE, "by": "Ada", **asked}, status)


def test_a_held_rule_is_heard(bridge: Bridge) -> None:
    """A metric's rule plays what it makes of the value, some seconds long, and nothing is saved."""
    said = audition(bridge, rule="metrics[0]", value=5)
    expected = {"freq": {"value": pytest.approx(440), "units": "Hz"}}
    assert said == {
        "ok": True,
        "rule": "metrics[0]",
        "instrument": "cpu",
        "kind": "held",
        "params": expected,
        "seconds": 3,
    }
    (hold,) = cues(bridge)
    assert isinstance(hold, Hold)
    assert (hold.voice, hold.instrument) == ("audition", "cpu")
    assert hold.params == pytest.approx((440,))
    bridge.pass_time(2.8)
    assert len(cues(bridge)) == 1
    bridge.pass_time(0.4)
    assert isinstance(cues(bridge)[-1], Release)
    assert bridge.engine.core.score.metric_rules("metrics/x/cpu")[0][1].path == ()


def test_a_knob_that_is_turned(bridge: Bridge) -> None:
    """Another value moves the same voice, begins its time anew, and is no line of the journal of its own."""
    for value in (0, 5, 10):
        audition(bridge, rule="metrics[0]", value=value, seconds=2)
        bridge.pass_time(1)
    holds = [cue for cue in cues(bridge) if isinstance(cue, Hold)]
    assert [hold.params[0] for hold in holds] == pytest.approx([220, 440, 880])
    assert len({hold.slot for hold in holds}) == 1
    assert not any(isinstance(cue, Release) for cue in cues(bridge))
    entries = [entry for outcome in bridge.sink.outcomes for entry in outcome.entries]
    assert [(entry.deed, entry.subject, entry.by) for entry in entries] == [(Deed.TESTED, "cpu", "Ada")]
    bridge.pass_time(1.2)
    assert isinstance(cues(bridge)[-1], Release)


def test_another_instrument(bridge: Bridge) -> None:
    """What is tried out next takes the place of what was tried out."""
    audition(bridge, rule="metrics[0]", value=5)
    audition(bridge, rule="metrics[1]", value=0.5)
    first, gone, second = cues(bridge)
    assert isinstance(first, Hold)
    assert isinstance(gone, Release)
    assert isinstance(second, Hold)
    assert (first.instrument, gone.instrument, second.instrument) == ("cpu", "cpu", "signature")


@pytest.mark.parametrize(
    ("rule", "key", "instrument", "freq"),
    [
        ("alerts[0]", "alerts[0]", "alert_critical", 700.0),
        ("the rest", "alerts[1]", "alert_info", 440.0),
        ("resolved", "resolved", "resolved", 523.25),
    ],
)
def test_a_struck_rule_is_heard(bridge: Bridge, rule: str, key: str, instrument: str, freq: float) -> None:
    """An alert's rule and the pager's own sounds are struck, by their key or their name."""
    said = audition(bridge, rule=rule)
    assert (said["rule"], said["instrument"], said["kind"], said["seconds"]) == (key, instrument, "struck", None)
    (strike,) = cues(bridge)
    assert isinstance(strike, Strike)
    assert (strike.instrument, strike.params[0]) == (instrument, freq)


@pytest.mark.parametrize(
    ("value", "freq"),
    [(0.25, 350.0), ({"cpu": 0.25}, None), ({"cpu": {"memory": 1, "value": 0.25}}, None), ({"cpu": []}, None)],
)
def test_values_of_several_paths(bridge: Bridge, value: object, freq: float | None) -> None:
    """A number stands at the end of every path; a payload is looked into as a sender's would be."""
    if freq is None:
        refused = audition(bridge, 422, rule="metrics[1]", value=value)
        assert refused["error"] == "value: there is no number where the rule looks for one"
    else:
        assert audition(bridge, rule="metrics[1]", value=value)["params"]["freq"]["value"] == freq
    assert audition(bridge, rule="metrics[0]", value={"io": {"cpu": "10 %"}})["params"]["freq"]["value"] == 880


def test_what_cannot_be_heard(bridge: Bridge) -> None:
    """A rule that is not there, a value that sounds nothing, and a faulty score are refused with the reason."""
    refused = audition(bridge, 422, rule="nobody", value=1)
    assert refused["error"] == "rule: there is none of this name in the score"
    assert "metrics[0]" in refused["allowed"]
    assert audition(bridge, 422, rule="metrics[0]")["error"] == "value: a rule for metrics needs one"
    refused = audition(bridge, 422, rule="metrics[0]", value=11)
    assert refused["error"] == "value: is outside `from`, and the rule says outside: drop, so that nothing sounds"
    refused = audition(bridge, 422, rule="metrics[0]", value=1, text=FAULTY)
    assert refused["error"].startswith("the score is faulty: line 13, metrics[0].map.freq.warp: 'round' should be ")
    assert [error["line"] for error in refused["errors"]] == [13]
    assert cues(bridge) == []


def test_no_audition_while_muted(bridge: Bridge) -> None:
    """While the pager is muted nothing is tried out."""
    bridge.engine.do(Mute(at=START, by="Bob", seconds=60))
    refused = audition(bridge, 409, rule="metrics[0]", value=1)
    assert refused["error"].startswith("the pager is muted until 2027-01-15T08:01:00")


def test_no_voice_is_free(bridge: Bridge) -> None:
    """Where everything that sounds is at least as important, the audition waits for another time."""
    text = "voices: {struck: 1}\n" + SCORE
    bridge.engine.offer((Reload(START, bridge.engine.core.score),))
    bridge.engine.core.voices.limits = type(bridge.engine.core.voices.limits)(struck=1)
    bridge.engine.offer([firing("Power", severity="critical")])
    refused = audition(bridge, 409, rule="alerts[1]", text=text)
    assert refused["error"].startswith("every voice is taken")


def test_an_audition_goes_before_what_streams_sound(bridge: Bridge) -> None:
    """Where every voice is a stream's, one of them makes way."""
    bridge.engine.offer([reading(f"metrics/{number}/cpu", 0.5) for number in range(4)])
    assert len(bridge.engine.core.voices) == 4
    audition(bridge, rule="metrics[0]", value=5)
    voices = {view["voice"]: view["why"] for view in ask(bridge, "GET", "/api/voices")["voices"]}
    assert len(voices) == 4
    assert voices["audition"] == "cpu: somebody tries it out; it ends by itself"


# saving


def save(bridge: Bridge, text: str, before: str, status: int = 200) -> dict[str, Any]:
    """Save a score in the place of another."""
    return ask(bridge, "PUT", "/api/score", {"text": text, "version": version(before), "by": "Ada"}, status)


def test_saved_and_read(bridge: Bridge, file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What is saved is in the file, sounds, and log and journal say who it was; its mode stays, and no other file."""
    file.chmod(0o640)
    other = SCORE.replace("freq: 700", "freq: 600") + "# done 🔥\n"
    with caplog.at_level("INFO"):
        said = save(bridge, other, SCORE)
    assert said == {"ok": True, "version": version(other), "path": str(file)}
    assert file.read_text() == other
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert bridge.engine.core.score.alerts[0].sound.params[0] == 600
    assert f"the score {file} has been written by Ada, and read" in caplog.messages
    entries = [entry for outcome in bridge.sink.outcomes for entry in outcome.entries]
    assert [(Deed.SCORE, "Ada")] == [(entry.deed, entry.by) for entry in entries]
    assert ask(bridge, "GET", "/api/score")["version"] == version(other)


def test_somebody_else_was_first(bridge: Bridge, file: Path) -> None:
    """Who read the score before somebody else saved it does not undo that."""
    save(bridge, SCORE + "# Ada\n", SCORE)
    refused = save(bridge, SCORE + "# Bob\n", SCORE, 409)
    assert refused["error"] == "somebody else has saved the score since you read it; GET /api/score has it as it is"
    assert file.read_text() == SCORE + "# Ada\n"


def test_two_at_once(bridge: Bridge, file: Path) -> None:
    """Of two who save at the same time one is told that he was second."""

    async def talk(client: httpx.AsyncClient) -> list[int]:
        bodies = [{"text": f"{SCORE}# {number}\n", "version": version(SCORE)} for number in range(4)]
        answers = await asyncio.gather(*(client.put("/api/score", json=body) for body in bodies))
        return sorted(answered.status_code for answered in answers)

    assert [200, 409, 409, 409] == bridge.talk(talk)
    assert file.read_text().startswith(SCORE)


def test_what_is_faulty_is_not_saved(bridge: Bridge, file: Path) -> None:
    """A faulty text changes neither the file nor what sounds."""
    before = bridge.engine.core.score
    refused = save(bridge, FAULTY, SCORE, 422)
    assert [(error["line"], error["key"]) for error in refused["errors"]] == [(13, "metrics[0].map.freq.warp")]
    assert (file.read_text(), bridge.engine.core.score) == (SCORE, before)


def test_no_file_to_write() -> None:
    """The score that came with the pager is not written, and the answer says what to do."""
    refused = save(Bridge(), SCORE, DEFAULT, 409)
    assert "set SCORE" in refused["error"]


@pytest.fixture
def ours() -> Iterator[Path]:
    """A folder of our own; root, who may write everything, is nobody meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if os.geteuid() != 0:
            yield folder
            return
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(0)


@pytest.mark.parametrize(("where", "mode"), [("score.yaml", 0o444), (".", 0o555)])
def test_a_file_that_may_not_be_written(ours: Path, where: str, mode: int) -> None:
    """A file or a folder that is not ours stays as it is, though a rename would ask nobody."""
    file = ours / "score.yaml"
    file.write_text(SCORE)
    bridge = Bridge(score_file=file)
    (ours / where).chmod(mode)
    try:
        assert ask(bridge, "GET", "/api/score")["writable"] is False
        refused = save(bridge, SCORE + "# Ada\n", SCORE, 409)
    finally:
        ours.chmod(0o755)
    assert refused["error"] == f"the score cannot be written: {file}: Permission denied"
    assert file.read_text() == SCORE


def test_a_disk_that_is_full(bridge: Bridge, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the new text cannot be brought to disk the old one stays, and nothing is left behind."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    before = bridge.engine.core.score
    monkeypatch.setattr(os, "fsync", full)
    refused = save(bridge, SCORE + "# Ada\n", SCORE, 409)
    assert refused["error"] == f"the score cannot be written: {file}: No space left on device"
    assert (file.read_text(), bridge.engine.core.score) == (SCORE, before)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_link_stays_one(tmp_path: Path) -> None:
    """Where the score is a link, what it leads to is written."""
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real/score.yaml", tmp_path / "score.yaml"
    real.write_text(SCORE)
    link.symlink_to(real)
    save(Bridge(score_file=link), SCORE + "# Ada\n", SCORE)
    assert link.is_symlink()
    assert real.read_text() == SCORE + "# Ada\n"


def test_a_full_inbox(file: Path) -> None:
    """While the inbox is full nothing is written: it could not be read."""
    bridge = Bridge(capacity=0, score_file=file)
    assert save(bridge, SCORE + "# Ada\n", SCORE, 503)["error"] == "the inbox is full; try again"
    assert file.read_text() == SCORE
