"""The core as a whole: events in, outcomes out."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from singing_pager import instruments, score
from singing_pager.core.mapping import Mapping, Outside
from singing_pager.core.pipeline import Core
from singing_pager.core.rules import Flapping, Limits, MetricRule, Score
from singing_pager.model import (
    AlertChange,
    Cue,
    Drop,
    Event,
    Hold,
    Mix,
    Outcome,
    Reading,
    Release,
    Reload,
    Status,
    Strike,
    Tick,
)
from singing_pager.testing import START, firing, reading, resolved

CATALOGUE = instruments.load()
DEFAULT = score.load(None, CATALOGUE)
QUIET = replace(DEFAULT, ambience=None, heartbeat_every=1e9)


def core(played: Score = QUIET) -> Core:
    """Make a core that has had its first heartbeat already."""
    made = Core(played)
    made.feed(Tick(START), START)
    return made


def sounding(outcome: Outcome) -> list[Strike | Hold | Release]:
    """The cues that are no turn of the mixer."""
    return [cue for cue in outcome.cues if not isinstance(cue, Mix)]


def alarms(outcome: Outcome) -> list[str]:
    """Instruments that are struck."""
    return [cue.instrument for cue in outcome.cues if isinstance(cue, Strike)]


def cues(outcome: Outcome) -> list[tuple[str, str, tuple[float, ...]]]:
    """What a moment makes sound: kind, instrument, values."""
    return [
        (type(cue).__name__, cue.instrument, () if isinstance(cue, Release) else cue.params)
        for cue in outcome.cues
        if not isinstance(cue, Mix)
    ]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(
            firing("A", severity="critical"), [("Strike", "alert_critical", (880.0, 0.9, 2.0))], id="critical"
        ),
        pytest.param(firing("A", severity="warning"), [("Strike", "alert_warning", (660.0, 0.7, 1.5))], id="warning"),
        pytest.param(
            firing("A", severity="Critical"), [("Strike", "alert_critical", (880.0, 0.9, 2.0))], id="one capital"
        ),
        pytest.param(firing("A", severity="WARNING"), [("Strike", "alert_warning", (660.0, 0.7, 1.5))], id="capitals"),
        pytest.param(firing("A", severity="info"), [("Strike", "alert_info", (440.0, 0.5, 1.0))], id="info"),
        pytest.param(
            firing("A", severity="page"), [("Strike", "alert_info", (440.0, 0.5, 1.0))], id="unknown severity"
        ),
        pytest.param(firing("A"), [("Strike", "alert_info", (440.0, 0.5, 1.0))], id="no severity"),
        pytest.param(reading("metrics/cpu", 0.5), [("Hold", "cpu", (660.0,))], id="cpu"),
        pytest.param(reading("metrics/pump/cpu", "25%"), [("Hold", "cpu", (880.0,))], id="percent is no ratio"),
        pytest.param(reading("metrics/memory", {"value": 0.5}), [("Hold", "memory", (0.55,))], id="memory"),
        pytest.param(reading("metrics/network", 0.5), [("Hold", "network", (10**0.5,))], id="network"),
        pytest.param(reading("metrics/temperature", 55), [("Hold", "temperature", (0.5,))], id="temperature"),
        pytest.param(
            reading("host.signature", {"cpu": 0.5, "network": 0.5, "memory": 0.5, "anomaly": 0.5}),
            [("Hold", "signature", (400.0, 10**0.5, 0.3, 0.5))],
            id="signature",
        ),
        pytest.param(
            reading("host.signature", {"cpu": 7, "network": 0, "memory": 1, "anomaly": -1, "value": 9}),
            [("Hold", "signature", (800.0, 1.0, 0.5, 0.0))],
            id="signature at its ends",
        ),
    ],
)
def test_the_default_score(event: Event, expected: list[tuple[str, str, tuple[float, ...]]]) -> None:
    """An event sounds as the tutorial has it."""
    found = cues(core().feed(event, START))
    assert [cue[:2] for cue in expected] == [cue[:2] for cue in found]
    assert [pytest.approx(cue[2]) for cue in expected] == [cue[2] for cue in found]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(reading("elsewhere", 1), (Drop.NO_RULE,), id="no rule"),
        pytest.param(reading("metrics/cpu", "hot"), (Drop.NO_VALUE,), id="no value"),
        pytest.param(reading("metrics/cpu", float("nan")), (Drop.NOT_FINITE,), id="not finite"),
        pytest.param(resolved("A"), (Drop.NOT_ACTIVE,), id="not active"),
        pytest.param(
            Reading(stream="metrics/cpu", data=1, at=START, route="", fault=Drop.UNREADABLE),
            (Drop.UNREADABLE,),
            id="a fault found before",
        ),
        pytest.param(
            AlertChange(fingerprint="1", status=Status.FIRING, labels={}, at=START, route="", fault=Drop.ECHO),
            (Drop.ECHO,),
            id="an alert with a fault",
        ),
    ],
)
def test_drops(event: Event, expected: tuple[Drop, ...]) -> None:
    """What does not sound has its reason in the outcome."""
    outcome = core().feed(event, START)
    assert (event, START, (), expected) == (outcome.event, outcome.at, outcome.cues, outcome.drops)


def test_an_outcome_tells_why() -> None:
    """The rules that made a sound stand in the outcome by name."""
    line = core()
    assert line.feed(firing("A", severity="critical"), START).rules == ("alerts[0]",)
    assert line.feed(resolved("A", severity="critical"), START).rules == ("resolved",)
    assert line.feed(reading("metrics/cpu", 1), START).rules == ("metrics[0]",)


def test_a_resolve_carries_the_alarm_voice_id() -> None:
    """Alarm and resolve have the alert's fingerprint as voice id, then its status and name."""
    line = core()
    fired = firing("A", severity="critical")
    expected = [
        Strike(fired.fingerprint, "alert_critical", (880.0, 0.9, 2.0), ("firing", "A")),
        Strike(fired.fingerprint, "resolved", (523.25, 0.4, 1.6), ("resolved", "A")),
    ]
    heard = [*line.feed(fired, START).cues, *line.feed(resolved("A", severity="critical"), START + 9).cues]
    assert expected == heard


def test_an_alert_without_a_rule_is_silent_to_its_end() -> None:
    """What no rule lets sound when it fires does not sound when it is over."""
    line = core(replace(QUIET, alerts=QUIET.alerts[:1]))
    assert line.feed(firing("A"), START).drops == (Drop.NO_RULE,)
    assert line.feed(firing("A"), START + 1).drops == (Drop.ALREADY_FIRING,)
    assert line.feed(resolved("A"), START + 2).drops == (Drop.NOT_ACTIVE,)


def test_an_alarm_without_a_voice_sounds_as_soon_as_there_is_one() -> None:
    """An alarm that found no voice is not taken for heard."""
    line = core(replace(QUIET, limits=Limits(struck=1)))
    assert [len(line.feed(firing(name, severity="critical"), START).cues) for name in "AB"] == [1, 0]
    assert alarms(line.feed(Tick(START + 1), START + 1)) == []
    assert alarms(line.feed(Tick(START + 2), START + 2)) == ["alert_critical"]
    assert line.feed(firing("B", severity="critical"), START + 9).drops == (Drop.ALREADY_FIRING,)


def test_every_rule_that_matches_a_stream_sounds() -> None:
    """Two rules make two voices of one reading; one that cannot sound does not stop the other."""
    cpu, memory = QUIET.metrics[:2]
    both = replace(QUIET, metrics=(replace(cpu, stream="x"), replace(memory, stream="x", path=("ram",))))
    line = core(both)
    outcome = line.feed(reading("x", {"value": 0.5, "ram": 0.5}), START)
    assert [cue.voice for cue in sounding(outcome)] == ["cpu:x", "memory:x#ram"]
    outcome = line.feed(reading("x", {"value": 0.4}), START)
    assert ([cue.voice for cue in sounding(outcome)], outcome.drops) == (["cpu:x"], (Drop.NO_VALUE,))


@pytest.mark.parametrize(
    ("of", "before", "data", "expected"),
    [
        ("last", (0.1, 0.2), 0.5, 660.0),
        ("max", (1.0, 0.2), 0.5, 880.0),
        ("min", (0.0, "?"), 0.5, 440.0),
        ("mean", (0.0, 1.0, "nan"), 0.5, 660.0),
        ("sum", (0.1, 0.2), 0.2, 660.0),
        ("count", (0, 0), 0, 880.0),
        ("mean", (), "?", Drop.NO_VALUE),
        ("mean", (1.0,), "nan", 880.0),
        ("mean", ("?",), "nan", Drop.NOT_FINITE),
        ("sum", (1e308,), 1e308, Drop.NOT_FINITE),
    ],
)
def test_reductions(of: str, before: Sequence[object], data: object, expected: float | Drop) -> None:
    """All that came since the last tick counts as the rule says; what is no number among it does not."""
    outcome = core(replace(QUIET, metrics=(replace(QUIET.metrics[0], of=of),))).feed(
        reading("metrics/cpu", data, before=before), START
    )
    if isinstance(expected, Drop):
        assert (expected,) == outcome.drops
    else:
        assert pytest.approx((expected,)) == next(cue[2] for cue in cues(outcome))


MANY = {"cpu": 0.5, "network": 0.5, "memory": 0.5, "anomaly": 0.5}


def paths(of: str = "last", path: tuple[str, ...] = (), **own: tuple[str, ...]) -> Score:
    """Make a score whose one rule moves parameters of the signature from 0 to 1, each by its own path."""
    (rule,) = held("signature").metrics
    places = {name: rule.sound.instrument.index(name) for name in own}
    mappings = tuple((places[name], Mapping(range=(0.0, 1.0), path=keys)) for name, keys in own.items())
    return replace(QUIET, metrics=(replace(rule, stream="x", of=of, path=path, mappings=mappings),))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({**MANY, "cpu": "?"}, Drop.NO_VALUE),
        ({name: value for name, value in MANY.items() if name != "anomaly"}, Drop.NO_VALUE),
        ({**MANY, "memory": float("inf")}, Drop.NOT_FINITE),
        ({"value": 0.5}, Drop.NO_VALUE),
        (0.5, Drop.NO_VALUE),
    ],
)
def test_one_missing_number_silences_all(data: object, expected: Drop) -> None:
    """A reading in which one number of several is missing leaves the voice as it was."""
    line = core()
    line.feed(reading("host.signature", MANY), START)
    outcome = line.feed(reading("host.signature", data), START + 1)
    assert ((), (expected,)) == (outcome.cues, outcome.drops)


def test_a_path_of_its_own_stands_in_place_of_the_rules() -> None:
    """A mapping with a path takes its number there, one without at the rule's; the voice is named by the rule's."""
    line = core(paths(path=("a",), vol=(), anomaly=("b", "c"), rate=()))
    outcome = line.feed(reading("x", {"a": 0.25, "b": {"c": 0.75}}), START)
    assert [("Hold", "signature", (300.0, 1.0, 0.25, 0.75))] == cues(outcome)
    assert ["signature:x#a"] == [cue.voice for cue in sounding(outcome)]
    for data in ({"a": 0.25}, {"b": {"c": 0.75}}):
        assert (Drop.NO_VALUE,) == line.feed(reading("x", data), START + 1).drops


def test_the_rules_own_number_may_be_missing_where_nobody_asks_for_it() -> None:
    """With a path at every mapping nothing is looked for at the rule's; with no mapping at all something is."""
    assert [("Hold", "signature", (300.0, 2.0, 0.5, 0.0))] == cues(
        core(paths(path=("gone",), vol=("a",))).feed(reading("x", {"a": 0.5}), START)
    )
    line = core(paths(path=("a",)))
    assert (Drop.NO_VALUE,) == line.feed(reading("x", {"b": 1}), START).drops
    assert [("Hold", "signature", (300.0, 2.0, 0.2, 0.0))] == cues(line.feed(reading("x", {"a": 1}), START))


@pytest.mark.parametrize(("of", "expected"), [("last", (0.2, 0.4)), ("max", (0.5, 0.9)), ("mean", (0.3, 0.65))])
def test_each_path_is_reduced_by_itself(of: str, expected: tuple[float, float]) -> None:
    """What came since the last tick makes one number of each path; a message that lacks one still counts for others."""
    before = ({"a": 0.2}, {"a": 0.5, "b": 0.9}, "?")
    found = core(paths(of, vol=("a",), anomaly=("b",))).feed(reading("x", {"a": 0.2, "b": 0.4}, before=before), START)
    assert pytest.approx(expected) == cues(found)[0][2][2:]


def test_a_value_out_of_range_at_one_path_drops_the_reading() -> None:
    """`outside: drop` at one mapping is the reason for all of them."""
    (rule,) = paths(vol=("a",), anomaly=("b",)).metrics
    strict = replace(rule.mappings[1][1], outside=Outside.DROP)
    line = core(replace(QUIET, metrics=(replace(rule, mappings=(rule.mappings[0], (3, strict))),)))
    assert (Drop.OUT_OF_RANGE,) == line.feed(reading("x", {"a": 0.5, "b": 2}), START).drops


def test_the_heartbeat() -> None:
    """A heartbeat leaves at the first tick and then as often as the score says, numbered, with the time to the next."""
    line = Core(replace(QUIET, heartbeat_every=10.0))
    beats = {second: cues(line.feed(Tick(START + second), START + second)) for second in (0, 9.9, 10, 15, 20.1, 30)}
    expected = {
        0: [("Strike", "heartbeat", (1, 10.0))],
        9.9: [],
        10: [("Strike", "heartbeat", (2, 10.0))],
        15: [],
        20.1: [("Strike", "heartbeat", (3, 10.0))],
        30: [],
    }
    assert expected == beats


def test_a_silent_stream_is_told_once() -> None:
    """A stream that falls silent loses its voice, and the sigh of `stale` sounds once."""
    line = core()
    line.feed(reading("metrics/cpu", 0.5), START)
    assert cues(line.feed(Tick(START + 4), START + 4)) == []
    expected = [("Release", "cpu", ()), ("Strike", "stale", (220.0, 0.5))]
    assert expected == cues(line.feed(Tick(START + 60), START + 60))
    assert cues(line.feed(Tick(START + 61), START + 61)) == []
    assert cues(line.feed(reading("metrics/cpu", 0.5), START + 62)) == [("Hold", "cpu", (660.0,))]


def test_unreadable_values_do_not_keep_a_stream_alive() -> None:
    """A stream that sends nothing readable is silent."""
    line = core()
    line.feed(reading("metrics/cpu", 0.5), START)
    line.feed(reading("metrics/cpu", "?"), START + 59)
    assert [cue.instrument for cue in sounding(line.feed(Tick(START + 60), START + 60))] == ["cpu", "stale"]


def test_held_voices_are_repeated() -> None:
    """The whole state of a held voice leaves again every few seconds."""
    line = core()
    line.feed(reading("metrics/cpu", 0.5), START)
    assert cues(line.feed(Tick(START + 4.9), START + 4.9)) == []
    assert cues(line.feed(Tick(START + 5), START + 5)) == [("Hold", "cpu", (660.0,))]


def test_the_ambience() -> None:
    """The ambience begins at the first tick and is repeated like every held voice."""
    line = Core(replace(DEFAULT, heartbeat_every=1e9))
    expected = ("Hold", "ambient", (220.0, 0.5))
    heard = [cues(line.feed(Tick(START + second), START + second)) for second in (0, 1, 5)]
    assert [expected] == heard[0][:1]
    assert [[], [expected]] == heard[1:]


def held(*names: str) -> Score:
    """Keep only the default score's rules of these instruments."""
    return replace(QUIET, metrics=tuple(rule for rule in QUIET.metrics if rule.sound.instrument.name in names))


def test_a_reload_leaves_voices_alone() -> None:
    """Voices that the new score knows sound on in phase; those that it does not know end."""
    line = core()
    line.feed(reading("metrics/cpu", 0.5), START)
    line.feed(reading("metrics/memory", 0.5), START)
    outcome = line.feed(Reload(START + 1, held("cpu")), START + 1)
    assert (Release("memory:metrics/memory", "memory", 1),) == outcome.cues
    assert cues(line.feed(reading("metrics/cpu", 0.5), START + 2)) == []
    assert cues(line.feed(reading("metrics/cpu", 0.75), START + 2)) == [("Hold", "cpu", (770.0,))]


def test_a_reload_changes_the_mapping() -> None:
    """After a reload the next reading sounds as the new score says, in the voice that it had."""
    line = core()
    line.feed(reading("metrics/cpu", 0.5), START)
    (rule,) = held("cpu").metrics[:1]
    index, mapping = rule.mappings[0]
    line.feed(Reload(START, replace(QUIET, metrics=(replace(rule, mappings=((index, replace(mapping, range=(220.0, 440.0))),)),))), START)  # fmt: skip  # noqa: E501
    assert cues(line.feed(reading("metrics/cpu", 0.5), START + 1)) == [("Hold", "cpu", (330.0,))]


def test_a_reload_changes_the_instrument() -> None:
    """A stream whose instrument changes ends in the old one and begins in the new one."""
    line = core()
    line.feed(reading("metrics/cpu", 0.5), START)
    (memory, *_) = held("memory").metrics
    changed: MetricRule = replace(memory, stream="metrics/cpu")
    assert cues(line.feed(Reload(START, replace(QUIET, metrics=(changed,))), START)) == [("Release", "cpu", ())]
    assert cues(line.feed(reading("metrics/cpu", 0.5), START + 1)) == [("Hold", "memory", (0.55,))]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(DEFAULT.ambience, ([], []), id="the same"),
        pytest.param(None, ([("Release", "ambient", ())], []), id="none"),
        pytest.param(
            replace(DEFAULT.metrics[0].sound, params=(330.0,)),
            ([("Release", "ambient", ())], [("Hold", "cpu", (330.0,))]),
            id="another instrument",
        ),
        pytest.param(
            replace(DEFAULT.ambience or DEFAULT.stale, params=(110.0, 0.5)),
            ([], [("Hold", "ambient", (110.0, 0.5))]),
            id="other values",
        ),
    ],
)
def test_a_reload_changes_the_ambience(other: object, expected: tuple[object, object]) -> None:
    """The ambience follows a reload, and sounds on when it stays as it was."""
    line = Core(replace(DEFAULT, heartbeat_every=1e9))
    line.feed(Tick(START), START)
    fresh = replace(DEFAULT, heartbeat_every=1e9, ambience=other)  # type: ignore[arg-type]
    now = START + 1
    assert expected == (cues(line.feed(Reload(now, fresh), now)), cues(line.feed(Tick(now), now)))


def test_a_reload_with_fewer_voices() -> None:
    """Voices for which the new score has no place end."""
    line = core(replace(QUIET, limits=Limits(held=3)))
    for name in ("a/cpu", "b/cpu", "c/cpu"):
        line.feed(reading(f"metrics/{name}", 0.5), START)
    outcome = line.feed(Reload(START, replace(QUIET, limits=Limits(held=1))), START)
    assert [cue.voice for cue in sounding(outcome)] == ["cpu:metrics/b/cpu", "cpu:metrics/c/cpu"]


def test_the_desk_outlives_a_reload() -> None:
    """An alert that fires is no new alarm after a reload."""
    line = core()
    line.feed(firing("A"), START)
    line.feed(Reload(START, DEFAULT), START)
    assert line.feed(firing("A"), START + 1).drops == (Drop.ALREADY_FIRING,)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(10**400),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "x", *MANY]), inner, max_size=2)
    ),
    max_leaves=6,
)
TEXT = st.text(max_size=6)
STREAMS = (
    st.sampled_from(["metrics/cpu", "metrics/a/cpu", "metrics/memory", "metrics/disk", "host.signature", "$SYS/x"])
    | TEXT
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
READINGS = st.builds(
    Reading,
    stream=STREAMS,
    data=JSON,
    at=FLOATS,
    route=TEXT,
    before=st.lists(JSON, max_size=3).map(tuple),
    count=st.integers(1, 9),
    fault=st.none() | st.sampled_from(Drop),
)
CHANGES = st.builds(
    AlertChange,
    fingerprint=st.sampled_from("abc") | TEXT,
    status=st.sampled_from(Status),
    labels=st.dictionaries(st.sampled_from(["alertname", "severity", "x"]), st.just("critical") | TEXT),
    at=FLOATS,
    route=TEXT,
    starts_at=st.none() | FLOATS,
    ends_at=st.none() | FLOATS,
    lasts=st.none() | st.floats(0, 1e9),
    fault=st.none() | st.none() | st.sampled_from(Drop),
)
EVENTS = (
    READINGS | CHANGES | st.just(Tick(START)) | st.builds(Reload, st.just(START), st.sampled_from([DEFAULT, QUIET]))
)
STORIES = st.lists(st.tuples(EVENTS, st.floats(0, 1000)), max_size=30)


def tell(story: list[tuple[Event, float]], score: Score = DEFAULT) -> list[Outcome]:
    """Feed events, each so many seconds after the one before."""
    line, now, outcomes = Core(score), START, []
    for event, seconds in story:
        now += seconds
        outcomes.append(line.feed(event, now))
    return outcomes


def _unstaggered(score: Score) -> Score:
    """A score by which no onset waits for its turn."""
    return replace(score, limits=replace(score.limits, stagger=0.0))


def _at_once(event: Event) -> Event:
    if isinstance(event, Reload):
        assert isinstance(event.score, Score)
        return Reload(event.at, _unstaggered(event.score))
    return event


@given(STORIES)
def test_nothing_that_comes_in_raises(story: list[tuple[Event, float]]) -> None:
    """Whatever events hold, each has its outcome, and an alert either sounds or has a reason why it does not."""
    story = [(_at_once(event), seconds) for event, seconds in story]
    outcomes = tell(story, _unstaggered(DEFAULT))
    assert [event for event, _ in story] == [outcome.event for outcome in outcomes]
    for outcome in outcomes:
        if isinstance(outcome.event, AlertChange):
            assert bool(outcome.cues) != bool(outcome.drops)


@given(STORIES)
def test_the_same_events_make_the_same_outcomes(story: list[tuple[Event, float]]) -> None:
    """A story that is told again at the same times sounds the same."""
    assert repr(tell(story)) == repr(tell(story))


@given(STORIES)
def test_what_begins_ends(story: list[tuple[Event, float]]) -> None:
    """Only what sounds is released, every voice has one slot, and values stay within the catalogue's ranges."""
    sounding: dict[str, int] = {}
    for outcome in tell(story):
        for cue in outcome.cues:
            if isinstance(cue, Release):
                assert sounding.pop(cue.voice) == cue.slot
            elif isinstance(cue, Hold):
                assert sounding.setdefault(cue.voice, cue.slot) == cue.slot
            if isinstance(cue, Strike | Hold):
                ranges = [parameter.range for parameter in CATALOGUE[cue.instrument].parameters]
                assert all(low <= value <= high for value, (low, high) in zip(cue.params, ranges, strict=True))
        assert len(set(sounding.values())) == len(sounding) <= 5


NAMES = "AB"


class Pair(RuleBasedStateMachine):
    """Two peers of an Alertmanager cluster, each telling every occurrence in order, each at its own pace.

    Occurrence n of an alert begins at 100 n and ends at 100 n + 50 on the senders' clock. Nothing here repeats, waits,
    floods or flaps: each word is heard at once or never.
    """

    def __init__(self) -> None:
        super().__init__()
        plain = replace(
            QUIET,
            alerts=tuple(replace(rule, repeat=0.0) for rule in QUIET.alerts),
            limits=Limits(struck=1000, stagger=0.0),
            flood=replace(QUIET.flood, alarms=1000),
            flapping=Flapping(times=1000),
        )
        self.line = core(plain)
        self.now = START
        self.told: dict[tuple[str, str], list[int]] = {}
        self.known: dict[str, tuple[int, bool]] = {}
        self.alarms: dict[tuple[str, int], int] = {}

    @initialize()
    def begin(self) -> None:
        """No peer has told anything; the first step of each is the firing of occurrence 0."""
        self.told = {(peer, name): [0, 0] for peer in "xy" for name in NAMES}
        self.known = dict.fromkeys(NAMES, (-1, False))

    def deliver(self, change: AlertChange) -> tuple[Cue, ...]:
        """Hand a change to the core."""
        return self.line.feed(change, self.now).cues

    def fire(self, name: str, number: int) -> None:
        """A peer tells, or repeats, that an occurrence fires."""
        latest, over = self.known[name]
        cues = self.deliver(firing(name, severity="critical", starts_at=START + 100 * number))
        self.alarms[name, number] = self.alarms.get((name, number), 0) + len(cues)
        assert self.alarms[name, number] <= 1, "an occurrence is never sounded twice"
        if number > latest or (number == latest and not over):
            self.known[name] = (number, False)
            assert self.alarms[name, number] == 1, "never lost"
        else:
            assert cues == ()

    @rule(peer=st.sampled_from("xy"), name=st.sampled_from(NAMES))
    def next_step(self, peer: str, name: str) -> None:
        """A peer tells the next change of an alert: firing, resolved, firing again."""
        number, step = self.told[peer, name]
        if step == 0:
            self.fire(name, number)
            self.told[peer, name] = [number, 1]
            return
        self.told[peer, name] = [number + 1, 0]
        begin = START + 100 * number
        cues = self.deliver(resolved(name, severity="critical", starts_at=begin, ends_at=begin + 50))
        latest, over = self.known[name]
        heard = self.alarms.get((name, number), 0) == 1
        assert bool(cues) <= (number == latest and not over and heard)
        if number == latest:
            self.known[name] = (number, True)

    @rule(peer=st.sampled_from("xy"), name=st.sampled_from(NAMES))
    def repeat(self, peer: str, name: str) -> None:
        """A peer repeats what fires."""
        number, step = self.told[peer, name]
        if step == 1:
            self.fire(name, number)

    @rule(seconds=st.sampled_from([0.1, 1, 3]))
    def wait(self, seconds: float) -> None:
        """Time passes; sounds end."""
        self.now += seconds
        self.line.feed(Tick(self.now), self.now)


Pair.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestPair = Pair.TestCase
