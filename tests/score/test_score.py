"""The score: what is read, and what is said of what is wrong."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singing_pager import instruments, score
from singing_pager.core.mapping import Mapping, Outside, Warp
from singing_pager.core.matching import Matcher
from singing_pager.core.rules import Limits, Score
from singing_pager.errors import ConfigError
from singing_pager.model import Priority
from singing_pager.yamlfile import checked, parse

CATALOGUE = instruments.load()
FAULTY = Path(__file__).parents[1] / "testdata" / "score"

FULL = """
version: 1
alerts:
  - name: database
    match: 'severity="critical", team=~"db|dba"'
    instrument: alert_critical
    params: {freq: 440}
    repeat: 5
  - match: [severity="warning", 'team!=web']
    instrument: alert_warning
  - match: {severity: warning, code: 500}
    instrument: alert_warning
  - match: {}
    instrument: alert_info
metrics:
  - name: load
    topic: $share/pagers/metrics/+/cpu
    instrument: cpu
    path: sensors.0.load
    of: max
    priority: warning
    stale_after: 5
    map:
      freq: {from: [100, 0], range: [220, 880], warp: exp, step: 1, scale: dorian, root: 110, outside: drop}
  - stream: host.memory
    instrument: memory
    params: {vol: 0.2}
  - stream: host.signature
    instrument: signature
    path: shared
    map:
      anomaly: {path: scores.0.anomaly, range: [0, 1]}
      vol: {range: [0.1, 0.5]}
resolved: {instrument: resolved, params: {vol: 0.1}}
stale: {instrument: lost}
ambience: null
heartbeat: {every: 2}
voices: {held: 3, struck: 5, refresh: 2, stagger: 0.5, repeating: 2}
"""


def load(text: str, folder: Path) -> Score:
    """Read a score that is written into a folder."""
    path = folder / "score.yaml"
    path.write_text(text, encoding="utf-8")
    return score.load(path, CATALOGUE)


def test_a_full_score(tmp_path: Path) -> None:
    """Every key arrives in the rule that the core reads."""
    full = load(FULL, tmp_path)
    assert [rule.name for rule in full.alerts] == ["database", "alerts[1]", "alerts[2]", "alerts[3]"]
    assert [
        (Matcher("severity", "=", "critical"), Matcher("team", "=~", "db|dba")),
        (Matcher("severity", "=", "warning"), Matcher("team", "!=", "web")),
        (Matcher("severity", "=", "warning"), Matcher("code", "=", "500")),
        (),
    ] == [rule.matchers for rule in full.alerts]
    assert full.alerts[0].sound.params == (440.0, 0.9, 2.0)
    assert [rule.repeat for rule in full.alerts] == [5.0, 30.0, 30.0, 0.0]
    load_rule, memory, signature = full.metrics
    assert (
        load_rule.name,
        load_rule.stream,
        load_rule.path,
        load_rule.of,
        load_rule.priority,
        load_rule.stale_after,
    ) == ("load", "$share/pagers/metrics/+/cpu", ("sensors", "0", "load"), "max", Priority.WARNING, 5.0)
    mapping = Mapping((100.0, 0.0), (220.0, 880.0), Warp.EXP, 1.0, "dorian", 110.0, Outside.DROP)
    assert ((0, mapping),) == load_rule.mappings
    assert (memory.stream, memory.sound.params, memory.stale_after) == ("host.memory", (0.2,), 60.0)
    assert (("shared",), [(3, ("scores", "0", "anomaly")), (2, ())]) == (
        signature.path,
        [(index, mapping.path) for index, mapping in signature.mappings],
    )
    assert (full.resolved.params[1], full.stale.instrument.name, full.ambience) == (0.1, "lost", None)
    assert (2.0, Limits(3, 5, 2.0, 0.5, 2)) == (full.heartbeat_every, full.limits)


def test_the_score_that_came_with_the_pager() -> None:
    """The default maps as the tutorial does."""
    default = score.load(None, CATALOGUE)
    alarms = {
        severity: rule.sound.params
        for severity in ("critical", "warning", "info", "unheard-of", "")
        if (rule := default.alert_rule({"severity": severity}))
    }
    assert alarms == {
        "critical": (880.0, 0.9, 2.0),
        "warning": (660.0, 0.7, 1.5),
        "info": (440.0, 0.5, 1.0),
        "unheard-of": (440.0, 0.5, 1.0),
        "": (440.0, 0.5, 1.0),
    }
    assert [rule.repeat for rule in default.alerts] == [15.0, 30.0, 0.0]
    mappings = {rule.stream: rule.mappings[0][1] for rule in default.metrics}
    for stream in ("metrics/cpu", "metrics/+/cpu"):
        assert Mapping((0.0, 1.0), (440.0, 880.0)) == mappings[stream]
    for stream in ("metrics/memory", "metrics/+/memory"):
        assert Mapping((0.0, 1.0), (0.1, 1.0)) == mappings[stream]
    (signature,) = [rule for rule in default.metrics if rule.stream == "host.signature"]
    assert [
        (0, Mapping((0.0, 1.0), (200.0, 800.0), Warp.EXP, path=("cpu",))),
        (1, Mapping((0.0, 1.0), (1.0, 10.0), Warp.EXP, path=("network",))),
        (2, Mapping((0.0, 1.0), (0.1, 0.5), path=("memory",))),
        (3, Mapping((0.0, 1.0), (0.0, 1.0), path=("anomaly",))),
    ] == [*signature.mappings]


@pytest.mark.parametrize("text", ["", "{}", "# nothing\n", "alerts: []\nmetrics: []\n"])
def test_an_empty_score_is_a_score(text: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where nothing is said, no rule is there, and the rest is as usual; that no alert will sound is told."""
    empty = load(text, tmp_path)
    assert ["no alert will sound; `- match: {}` takes every alert"] == [
        said.partition("so ")[2] for said in caplog.messages
    ]
    assert ((), (), "ambient", Limits()) == (
        empty.alerts,
        empty.metrics,
        empty.ambience and empty.ambience.instrument.name,
        empty.limits,
    )


def test_anchors_and_merges(tmp_path: Path) -> None:
    """YAML's own means against repetition may be used."""
    text = """
metrics:
  - &pump {topic: metrics/pump/cpu, instrument: cpu, map: {freq: &pitch {range: [440, 880]}}}
  - {<<: *pump, topic: metrics/fan/cpu}
  - {topic: metrics/+/load, instrument: cpu, map: {freq: *pitch}}
"""
    rules = load(text, tmp_path).metrics
    assert [rule.stream for rule in rules] == ["metrics/pump/cpu", "metrics/fan/cpu", "metrics/+/load"]
    assert 1 == len({rule.mappings for rule in rules})


@pytest.mark.parametrize("path", sorted(FAULTY.glob("*.yaml")), ids=lambda path: path.stem)
def test_faulty_scores(path: Path) -> None:
    """A faulty score is refused with file, line, key and what is allowed, one line a fault."""
    expected = path.with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")
    with pytest.raises(ConfigError) as refused:
        score.load(path, CATALOGUE)
    assert expected == str(refused.value).replace(f"{FAULTY}{os.sep}", "")
    assert path.name in expected


def test_there_are_faulty_scores() -> None:
    """The folder of faulty scores is where the test above looks, and each has its message."""
    assert len(list(FAULTY.glob("*.yaml"))) >= 50
    assert {path.stem for path in FAULTY.glob("*.txt")} == {path.stem for path in FAULTY.glob("*.yaml")}


@pytest.mark.parametrize(
    ("name", "expected"), [("none.yaml", "No such file or directory"), (".", "Is a directory")], ids=["none", "folder"]
)
def test_a_file_that_cannot_be_read(name: str, expected: str, tmp_path: Path) -> None:
    """A missing file is named, with the system's reason."""
    with pytest.raises(ConfigError) as refused:
        score.load(tmp_path / name, CATALOGUE)
    assert f"{tmp_path / name}: {expected}" == str(refused.value)


def test_every_key_is_explained() -> None:
    """Each key of the score has a sentence for the documentation."""
    explained = dict(score.every_key())
    assert {
        "alerts.match",
        "metrics.map.from",
        "ambience.params",
        "voices.held",
        "quiet.from",
        "watchdog.match",
    } <= set(explained)
    assert [key for key, said in explained.items() if not said] == []


def keys_of(data: object, prefix: str = "") -> set[str]:
    """Every key that a file's data have."""
    if isinstance(data, list):
        return {key for item in data for key in keys_of(item, prefix)}
    if not isinstance(data, dict):
        return set()
    return {prefix + name for name in data} | {key for name in data for key in keys_of(data[name], f"{prefix}{name}.")}


def test_every_key_is_listed() -> None:
    """What a model writes out, with something in each of its lists, has no key that is not listed."""
    file = checked(score.ScoreFile, parse(FULL.replace("ambience: null", "quiet: [{}]\nwebhooks: [{name: kuma}]"), "x"))
    written = file.model_dump(by_alias=True, mode="python")
    for rule in written["metrics"]:
        rule["map"] = [*rule["map"].values()]
    given = {"params", "match", "days", "fields", "labels", "severities"}
    listed = {key for key, _ in score.every_key()}
    assert listed == {key for key in keys_of(written) if key.rsplit(".", 2)[-2:-1] not in [[name] for name in given]}


YAML = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("ab#+/$*&[{:- '\"", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([key.rsplit(".", 1)[-1] for key in dict(score.every_key())]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


def what_is_said(read: Callable[[], object]) -> str:
    """Read; give what is said against it, or nothing."""
    try:
        read()
    except ConfigError as refused:
        return str(refused)
    return ""


@given(st.dictionaries(st.sampled_from([*score.ScoreFile.model_fields]), YAML, max_size=4))
def test_any_data_is_a_score_or_refused(data: dict[str, object]) -> None:
    """Whatever a file holds, it is a score, or a ConfigError says why not."""
    text = repr(data).replace("None", "null").replace("True", "true").replace("False", "false")
    said = what_is_said(
        lambda: checked(score.ScoreFile, parse(text.replace("nan", ".nan").replace("inf", ".inf"), "x"))
    )
    assert all(line.startswith("x:") for line in said.splitlines())


@given(st.text())
def test_any_text_is_yaml_or_refused(text: str) -> None:
    """Whatever a file holds, it is read, or a ConfigError says why not."""
    said = what_is_said(lambda: parse(text, "x"))
    assert said == "" or said.startswith("x:")
