"""The key figures of the last 24 hours."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import accumulate
from math import ceil
from statistics import fmean, median

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from singing_pager.core.figures import Figure, Report, Source, Times, Verdict, severity_label
from singing_pager.core.frequent import Frequent
from singing_pager.core.kpi import Kpi
from singing_pager.model import Alert, Deed, Entry, State

START = 1_800_000_000.0
"""The beginning of a period of ten minutes."""
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


class Desk:
    """A desk that holds what it is given."""

    def __init__(self, *alerts: Alert) -> None:
        self.alerts = {alert.fingerprint: alert for alert in alerts}


def alert(name: str = "A", *, since: float = START, instance: str = "", severity: str = "warning") -> Alert:
    """An alert that is firing."""
    labels = {"alertname": name, "severity": severity}
    return Alert(
        fingerprint=f"{name}/{instance}", labels=labels, state=State.FIRING, since=since, changed=since, route="/alert"
    )


def fired(at: float, name: str = "A", instance: str = "") -> Entry:
    """An alert fires."""
    return Entry(at=at, deed=Deed.FIRED, alert=alert(name, since=at, instance=instance))


def sounded(at: float, severity: str = "warning") -> Entry:
    """An alarm is heard."""
    return Entry(at=at, deed=Deed.SOUNDED, alert=alert(severity=severity), heard="alert_warning")


def acknowledged(at: float, since: float, name: str = "A") -> Entry:
    """Somebody takes an alert."""
    return Entry(at=at, deed=Deed.ACKNOWLEDGED, alert=alert(name, since=since), by="ada")


def flood(at: float) -> Entry:
    """A flood begins."""
    return Entry(at=at, deed=Deed.FLOOD)


def flood_over(at: float) -> Entry:
    """A flood ends."""
    return Entry(at=at, deed=Deed.FLOOD_OVER)


def told(entries: Iterable[Entry], now: float, *desk: Alert) -> Report:
    """Report after these entries."""
    kpi = Kpi()
    for entry in entries:
        kpi.take(entry)
    return kpi.report(now, Desk(*desk))


def test_nothing_has_happened() -> None:
    """A pager to which nothing happened is well, and shares say nothing."""
    report = told([], START)
    assert (report.fired, report.sounded, report.acknowledged) == (0, 0, 0)
    assert report.last == report.average == report.worst == report.flood == Figure(0, Verdict.ACCEPTABLE)
    assert report.top == Figure(0, Verdict.TOO_FEW)
    assert report.mix_verdict is Verdict.TOO_FEW
    assert report.acknowledge == Times()
    assert (report.chattering.count, report.stale.count) == (0, 0)


def test_alarms_in_ten_minutes() -> None:
    """The last ten minutes slide, the average is over what is covered, the worst is of the whole day."""
    entries = [sounded(START + second) for second in (*range(0, 120, 10), HOUR)]
    report = told(entries, START + HOUR + MINUTE)
    assert report.last == Figure(1, Verdict.ACCEPTABLE)
    assert report.average.value == pytest.approx(13 / 6.1)
    assert report.average.verdict is Verdict.DEMANDING
    assert report.worst == Figure(12, Verdict.FLOOD)
    assert report.covers == HOUR + MINUTE


@pytest.mark.parametrize(
    ("alarms", "verdict"),
    [
        (1, Verdict.ACCEPTABLE),
        (2, Verdict.MANAGEABLE),
        (3, Verdict.DEMANDING),
        (10, Verdict.DEMANDING),
        (11, Verdict.FLOOD),
    ],
)
def test_what_one_person_answers(alarms: int, verdict: Verdict) -> None:
    """One alarm in ten minutes is acceptable, two are manageable, more than ten are a flood."""
    report = told([sounded(START + second) for second in range(alarms)], START + MINUTE)
    assert report.last == Figure(alarms, verdict)
    assert report.average == Figure(alarms, verdict)


def test_a_young_pager_is_not_blamed() -> None:
    """Two alarms in its first minute are two in ten minutes, not twenty."""
    assert told([sounded(START), sounded(START + 1)], START + MINUTE).average.value == 2


@pytest.mark.parametrize(
    ("entries", "seconds", "flooding"),
    [
        ([flood(START), flood_over(START + 600)], 600, False),
        ([flood(START + 600)], HOUR - 600, True),
        ([flood(START), flood(START + 60), flood_over(START + 120)], 120, False),
        ([flood_over(START)], 0, False),
        ([flood(START - DAY), flood_over(START + 60)], 60 + DAY - HOUR - 600, False),
    ],
    ids=["one", "goes on", "begun twice", "ended only", "older than a day"],
)
def test_time_in_flood(entries: list[Entry], seconds: float, *, flooding: bool) -> None:
    """Floods count from their beginning to their end, or until now."""
    report = told([sounded(entries[0].at), *entries], START + HOUR)
    assert (report.flood_seconds, report.flooding) == (seconds, flooding)
    assert report.flood.value == pytest.approx(seconds / report.covers)
    assert report.flood.verdict is (Verdict.EXCESSIVE if seconds else Verdict.ACCEPTABLE)


def test_top_sources() -> None:
    """The ten names that fire most are told with their share, whether they sounded or not."""
    entries = [fired(START + 61 * turn, f"S{number:02}") for number in range(12) for turn in range(number * 2)]
    report = told(sorted(entries, key=lambda entry: entry.at), START + HOUR)
    assert report.fired == 132
    assert [f"S{number:02}" for number in range(11, 1, -1)] == [source.name for source in report.sources]
    assert report.sources[0] == Source("S11", 22, 22 / 132)
    assert report.top == Figure(130 / 132, Verdict.EXCESSIVE)


def test_no_source_stands_out() -> None:
    """Of a thousand names that fire once each, ten are one in a hundred; which is as recommended."""
    report = told([fired(START + number, f"S{number}") for number in range(1000)], START + HOUR)
    assert report.top.verdict is Verdict.ACCEPTABLE


def test_a_bad_source_is_found_in_a_storm_of_names() -> None:
    """Ten thousand names that fire once do not hide the one that fires a thousand times."""
    names = [f"storm{number}" if number % 11 else "bad" for number in range(11_000)]
    report = told([fired(START + number / 100, name, str(number)) for number, name in enumerate(names)], START + HOUR)
    assert report.sources[0].name == "bad"
    assert 800 <= report.sources[0].count <= 1000
    assert report.fired == 11_000


@pytest.mark.parametrize(
    ("seconds", "names"),
    [((0, 30, 60), ("A",)), ((0, 30, 60.1), ()), ((0, 1), ()), ((0, 50, 100, 105), ("A",))],
    ids=["three in a minute", "three in longer", "two", "three of four"],
)
def test_chattering(seconds: tuple[float, ...], names: tuple[str, ...]) -> None:
    """An alert that fires three times within a minute chatters, for 24 hours."""
    entries = [fired(START + second) for second in seconds]
    assert told(entries, START + HOUR).chattering.names == names
    assert told(entries, START + HOUR).chattering.verdict is (Verdict.EXCESSIVE if names else Verdict.ACCEPTABLE)
    assert told(entries, START + DAY + HOUR).chattering.count == 0


def test_many_of_a_name_do_not_chatter() -> None:
    """Three machines with the same alert are no alert that chatters."""
    assert told([fired(START, "A", instance) for instance in "abc"], START + HOUR).chattering.count == 0


def test_stale() -> None:
    """What has been active for longer than 24 hours is stale; fewer than five are as recommended."""
    old = [alert(f"Old{number}", since=START - DAY - 1) for number in range(5)]
    young = alert("Young", since=START - DAY)
    assert told([], START, *old[:4], young).stale == (named := told([], START, *old[:4]).stale)
    assert (named.count, named.names, named.verdict) == (4, ("Old0", "Old1", "Old2", "Old3"), Verdict.ACCEPTABLE)
    assert told([], START, *old).stale.verdict is Verdict.EXCESSIVE


@pytest.mark.parametrize(
    ("alarms", "verdict"),
    [
        ({"info": 16, "warning": 3, "critical": 1}, Verdict.ACCEPTABLE),
        ({"info": 16, "warning": 2, "critical": 2}, Verdict.EXCESSIVE),
        ({"info": 15, "warning": 4, "critical": 1}, Verdict.EXCESSIVE),
        ({"info": 20}, Verdict.ACCEPTABLE),
        ({"critical": 19}, Verdict.TOO_FEW),
    ],
)
def test_mix_of_severities(alarms: dict[str, int], verdict: Verdict) -> None:
    """Of twenty alarms one may be critical and three warnings."""
    entries = [sounded(START, severity) for severity, number in alarms.items() for _ in range(number)]
    report = told(entries, START + MINUTE)
    assert report.mix_verdict is verdict
    assert report.mix["critical"] == alarms.get("critical", 0) / sum(alarms.values())


def test_severities_that_nobody_thought_of() -> None:
    """They count as one."""
    assert told([sounded(START, "page"), sounded(START, "sev1")], START).mix["other"] == 1


def test_time_to_acknowledge() -> None:
    """Each occurrence counts once, from its firing to its first acknowledgement."""
    entries = [
        acknowledged(START + 10, START, "A"),
        acknowledged(START + 500, START, "A"),
        acknowledged(START + 530, START + 500, "A"),
        acknowledged(START + 600, START, "B"),
    ]
    report = told(entries, START + HOUR)
    assert report.acknowledge == Times(median=30, p90=600, mean=640 / 3)
    assert report.acknowledged == 3


def test_time_to_acknowledge_from_a_journal_that_does_not_say_since_when() -> None:
    """The line of the firing says it; where there is none, the acknowledgement counts and its time does not."""
    entries = [fired(START, "A"), acknowledged(START + 40, START + 40, "A"), acknowledged(START + 50, START + 50, "B")]
    report = told([*entries, acknowledged(START + 60, START, "A")], START + HOUR)
    assert (report.acknowledged, report.acknowledge.mean) == (2, 40)


def test_what_no_alert_sounded_for_is_no_alarm() -> None:
    """The flood sound, a summary and a test are heard, and are no alarms."""
    deeds = (Deed.SOUNDED, Deed.SUMMARY, Deed.TESTED, Deed.LINK_DOWN)
    report = told([Entry(at=START, deed=deed, subject="flood", heard="flood", count=99) for deed in deeds], START)
    assert (report.sounded, report.last.value) == (0, 0)


def test_the_clock_never_goes_back() -> None:
    """What is dated before the last entry, or a report before it, is of its time."""
    kpi = Kpi()
    kpi.take(sounded(START + HOUR))
    kpi.take(sounded(START))
    report = kpi.report(START, Desk())
    assert (report.at, report.last.value) == (START + HOUR, 2)


def test_a_day_later_all_is_forgotten() -> None:
    """Nothing that is older than 24 hours counts."""
    entries = [fired(START), sounded(START), acknowledged(START, START - 5), flood(START), flood_over(START + 60)]
    report = told(entries, START + DAY)
    assert (report.fired, report.sounded, report.acknowledged, report.flood_seconds) == (0, 0, 0, 0)
    assert (report.worst.value, report.acknowledge, report.sources) == (0, Times(), ())
    assert DAY - 600 <= report.covers <= DAY


def test_restored_from_the_journal() -> None:
    """A pager that comes back reports as the one that went, but for a flood, which ended with it."""
    entries = [fired(START), sounded(START), acknowledged(START + 30, START), flood(START + 40), sounded(START + 100)]
    kpi = Kpi()
    kpi.restore([fired(START - 2 * DAY), *entries], START + HOUR)
    again, before = kpi.report(START + HOUR, Desk()), told([*entries, flood_over(START + 100)], START + HOUR)
    assert again == before
    kpi.take(acknowledged(START + HOUR, START))
    assert kpi.report(START + HOUR, Desk()).acknowledged == 1


def test_a_journal_from_the_future() -> None:
    """Entries from a clock that was ahead count as of now, and what comes next is in its own time."""
    kpi = Kpi()
    kpi.restore([sounded(START + 365 * DAY)], START)
    kpi.take(sounded(START + HOUR))
    report = kpi.report(START + HOUR, Desk())
    assert (report.at, report.sounded, report.last.value) == (START + HOUR, 2, 1)


def test_it_is_written_as_json() -> None:
    """A report is JSON, and is read back as it was."""
    report = told([fired(START), sounded(START), acknowledged(START + 9, START)], START + MINUTE)
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report


def test_memory_is_bounded() -> None:
    """Months of a storm of names, of which every one is new, leave no more than a day's worth of what is kept."""
    kpi = Kpi()
    for number in range(12_000):
        at = START + number * 100
        kpi.take(fired(at, "x" * 1000 + str(number)))
        kpi.take(acknowledged(at, at, str(number)))
        kpi.take(flood(at))
        kpi.take(flood_over(at))
    small, large = len(msgspec.json.encode(kpi.report(at, Desk()))), 10_000
    assert small < large
    for name, kept in vars(kpi).items():
        if hasattr(kept, "__len__"):
            assert len(kept) <= 10_000, name


def test_counting_names_in_bounded_space() -> None:
    """What comes more often than once in `room` + 1 times is known, and no count is too high."""
    names = [*"abracadabra" * 20, *"zyxwvut"]
    frequent = Frequent(4)
    for name in names:
        frequent.add(name)
    true = Counter(names)
    assert "a" in frequent.counts
    assert len(frequent.counts) <= 4
    for name, count in frequent.counts.items():
        assert true[name] - len(names) / 5 <= count <= true[name]


STEP = st.tuples(
    st.one_of(st.just(0.0), st.floats(0, 40), st.floats(0, 4 * HOUR)),
    st.sampled_from([Deed.FIRED, Deed.SOUNDED, Deed.ACKNOWLEDGED, Deed.FLOOD, Deed.FLOOD_OVER, Deed.MUTED]),
    st.sampled_from("ABCDEFGHIJKLMNO"),
    st.sampled_from(["critical", "warning", "info", "page", ""]),
    st.sampled_from([0.0, 1.0, 60.0, 7000.0]),
)


@settings(deadline=None)
@given(st.lists(STEP, max_size=120), st.floats(0, 12 * HOUR))
def test_the_figures_are_those_of_a_plain_count(steps: list[tuple[float, Deed, str, str, float]], later: float) -> None:
    """However entries come, the bounded figures are what a count over all entries gives."""
    times = list(accumulate((wait for wait, *_ in steps), initial=START))[1:]
    entries = [
        Entry(at=at, deed=deed, alert=alert(name, since=at - ago, severity=severity))
        for at, (_, deed, name, severity, ago) in zip(times, steps, strict=True)
    ]
    now = (times[-1] if times else START) + later
    _compare(told(entries, now), entries, now)


def _compare(report: Report, entries: list[Entry], now: float) -> None:
    began = min([now, *(entry.at for entry in entries)])
    begins = max((now // 600 - 143) * 600, began)
    day = [entry for entry in entries if entry.at >= begins]
    heard = [entry for entry in day if entry.deed is Deed.SOUNDED]
    alarms = [(entry.at, severity_label(entry.alert.severity)) for entry in heard if entry.alert]
    firings = Counter(entry.alert.name for entry in day if entry.alert and entry.deed is Deed.FIRED)
    by_period = Counter(at // 600 for at, _ in alarms)
    last = sum(now - at < 600 for at, _ in alarms)

    assert report.last.value == last
    assert report.sounded == len(alarms)
    assert report.worst.value == max([last, *by_period.values()])
    assert report.average.value == pytest.approx(len(alarms) / max(1, (now - begins) / 600))
    assert report.fired == sum(firings.values())
    assert sorted((-count, name) for name, count in firings.items())[:10] == [
        (-source.count, source.name) for source in report.sources
    ]
    if alarms:
        assert report.mix["critical"] == sum(severity == "critical" for _, severity in alarms) / len(alarms)
    assert report.flood_seconds == pytest.approx(_flooded(entries, begins, now), abs=1e-3)
    assert report.chattering.names == _chattering(entries, begins)
    acknowledgements = _waits(entries, begins)
    assert report.acknowledged == len(acknowledgements)
    waits = [wait for wait in acknowledgements if wait is not None]
    if waits:
        assert report.acknowledge.median == pytest.approx(median(waits))
        assert report.acknowledge.mean == pytest.approx(fmean(waits))
        assert report.acknowledge.p90 == sorted(waits)[ceil(0.9 * len(waits)) - 1]


def _flooded(entries: list[Entry], begins: float, now: float) -> float:
    seconds, since = 0.0, None
    for entry in [*entries, flood_over(now)]:
        if entry.deed is Deed.FLOOD and since is None:
            since = entry.at
        elif entry.deed is Deed.FLOOD_OVER and since is not None:
            seconds += max(0.0, entry.at - max(since, begins))
            since = None
    return seconds


def _chattering(entries: list[Entry], begins: float) -> tuple[str, ...]:
    onsets: dict[str, list[float]] = defaultdict(list)
    found: dict[str, float] = {}
    for entry in entries:
        if entry.deed is Deed.FIRED and entry.alert:
            times = onsets[entry.alert.fingerprint]
            times.append(entry.at)
            if len(times) >= 3 and times[-1] - times[-3] <= 60:
                found.pop(entry.alert.name, None)
                found[entry.alert.name] = entry.at
    return tuple(name for name, at in reversed(found.items()) if at >= begins)


def _waits(entries: list[Entry], begins: float) -> list[float | None]:
    waits: list[float | None] = []
    began: dict[str, float] = {}
    last: dict[str, float] = {}
    for entry in entries:
        if entry.alert is None:
            continue
        name = entry.alert.fingerprint
        if entry.deed is Deed.FIRED:
            began[name] = entry.at
        elif entry.deed is Deed.ACKNOWLEDGED:
            since = began.get(name, entry.alert.since)
            if last.get(name) != since and entry.at >= begins:
                waits.append(entry.at - since if since < entry.at else None)
            last[name] = since
    return waits
