"""What both kinds of database keep, and how it is read again."""

import logging
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keeping import alert, entry, opened
from singing_pager.model import Alert, Controls, Deed, Entry, State
from singing_pager.store import Line, Store, Wanted, open_store
from singing_pager.store.store import LATELY
from singing_pager.testing import START
from sqlalchemy import create_engine, text

DAY = 86_400.0

texts = st.text(st.characters(), max_size=30)
"""Any text at all: NUL and lone surrogates too."""
times = st.floats(0, 1e11)
alerts = st.builds(
    Alert,
    fingerprint=texts,
    labels=st.dictionaries(texts, texts, max_size=4),
    annotations=st.dictionaries(texts, texts, max_size=2),
    state=st.sampled_from(State),
    since=times,
    changed=times,
    route=texts,
    group=texts,
    starts_at=st.none() | times,
    until=st.none() | times,
    by=texts,
    reason=texts,
    silenced_by=st.lists(texts, max_size=2).map(tuple),
    flapping=st.booleans(),
    alarms=st.integers(0, 2**31),
)
entries = st.builds(
    Entry,
    at=times,
    deed=st.sampled_from(Deed),
    alert=st.none() | alerts,
    controls=st.none() | st.builds(Controls, muted_by=texts, muted_until=st.none() | times),
    subject=texts,
    by=texts,
    reason=texts,
    heard=texts,
    count=st.integers(0, 2**70),
)


def read(url: str, **wanted: object) -> list[Line]:
    """The journal, read by somebody who has just come."""
    with opened(url, writing=False) as store:
        return list(store.entries(Wanted(**wanted)))  # type: ignore[arg-type]


def test_what_was_written_is_there_after_the_store_is_opened_again(url: str) -> None:
    """Journal, desk and controls survive the process."""
    acknowledged = msgspec.structs.replace(alert("Hot", severity="critical"), state=State.ACKNOWLEDGED, by="ada")
    quiet = Controls(levels=(0.5,) * 6, muted_until=START + 60, muted_by="ada")
    with opened(url) as store:
        store.write(
            [
                entry(acknowledged, Deed.ACKNOWLEDGED, by="ada", reason="on it"),
                Entry(at=START + 1, deed=Deed.MUTED, controls=quiet, subject="master", by="ada"),
            ]
        )
    with opened(url) as store:
        saved = store.load(START + 2)
    assert (acknowledged,) == saved.alerts
    assert quiet == saved.controls
    first, second = read(url)
    assert ("acknowledged", "Hot", "critical", "ada", "on it") == (
        first.deed, first.name, first.severity, first.by, first.reason,
    )  # fmt: skip
    assert {"alertname": "Hot", "severity": "critical"} == msgspec.json.decode(first.labels)
    assert "2027-01-15T08:00:00.000Z" == first.time
    assert ("muted", "master", "") == (second.deed, second.subject, second.fingerprint)
    assert quiet == msgspec.json.decode(second.controls, type=Controls)


def test_the_desk_follows_the_last_state_of_an_alert(url: str) -> None:
    """Of several entries about an alert, in one batch or in several, the last counts."""
    with opened(url) as store:
        store.write([entry(alert("A")), entry(alert("B")), entry(alert("A", State.SNOOZED))])
        store.write([entry(alert("B", State.ACKNOWLEDGED))])
        saved = store.load(START)
    assert {"A": State.SNOOZED, "B": State.ACKNOWLEDGED} == {each.fingerprint: each.state for each in saved.alerts}


def test_states_of_lost_lines_come_before_those_of_entries(url: str) -> None:
    """What lines that were given up said of the desk is kept, and does not win over what came later."""
    lost = [alert("A", State.SNOOZED), alert("B", State.SNOOZED)]
    with opened(url) as store:
        store.write([entry(alert("A", State.ACKNOWLEDGED))], lost, Controls(muted_by="ada"))
        saved = store.load(START)
    assert {"A": State.ACKNOWLEDGED, "B": State.SNOOZED} == {each.fingerprint: each.state for each in saved.alerts}
    assert Controls(muted_by="ada") == saved.controls
    assert ["A"] == [line.fingerprint for line in read(url)]


def test_what_was_resolved_long_ago_is_not_loaded(url: str) -> None:
    """The desk remembers resolved alerts for a quarter of an hour."""
    with opened(url) as store:
        store.write(
            [
                entry(alert("Old", State.RESOLVED, at=START - LATELY - 1)),
                entry(alert("Lately", State.RESOLVED, at=START - LATELY + 1)),
                entry(alert("Burning", at=START - 10 * DAY)),
            ]
        )
        assert ["Burning", "Lately"] == [each.fingerprint for each in store.load(START).alerts]


def test_a_row_that_cannot_be_read_costs_no_other(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """One alert of a later version, or of a broken disk, is left out with a warning."""
    with opened(url) as store:
        store.write([entry(alert("A")), entry(alert("B")), Entry(at=START, deed=Deed.VOLUME, controls=Controls())])
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE desk SET alert = '{\"state\": \"levitating\"}' WHERE fingerprint = 'A'"))
        connection.execute(text("UPDATE controls SET controls = '{'"))
    engine.dispose()
    with caplog.at_level(logging.WARNING), opened(url) as store:
        saved = store.load(START)
    assert ["B"] == [each.fingerprint for each in saved.alerts]
    assert saved.controls is None
    assert "the alert A" in caplog.text
    assert "the controls" in caplog.text


def test_a_batch_is_written_as_a_whole_or_not_at_all(url: str) -> None:
    """When the desk cannot be written, its lines are not in the journal either."""
    with opened(url) as store:
        store.write([entry(alert("A"))])
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE desk RENAME TO elsewhere"))
        with pytest.raises(Exception, match="desk"):
            store.write([entry(alert("B")) for _ in range(1200)])
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE elsewhere RENAME TO desk"))
        engine.dispose()
        assert ["A"] == [line.fingerprint for line in read(url)]
        store.write([entry(alert("B"))])
    assert ["A", "B"] == [line.fingerprint for line in read(url)]


def test_old_lines_and_resolved_alerts_go_in_slices(url: str) -> None:
    """Retention takes no more than a slice at a time, and nothing that is not old."""
    with opened(url, retention=7) as store:
        store.write([entry(at=START - 8 * DAY) for _ in range(2_500)])
        store.write([entry(at=START - 6 * DAY), entry(alert("Over", State.RESOLVED, at=START - DAY))])
        turns = 1
        while store.prune(START):
            turns += 1
    assert 2 == turns
    assert [START - 6 * DAY, START] == [line.at for line in read(url)]
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        assert ["Hot"] == list(connection.execute(text("SELECT fingerprint FROM desk")).scalars())
    engine.dispose()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"since": START + 2}, [2, 3, 4]),
        ({"until": START + 2}, [0, 1]),
        ({"since": START + 1, "until": START + 3}, [1, 2]),
        ({"fingerprint": "A"}, [0, 2]),
        ({"name": "B"}, [1, 3]),
        ({"severity": "critical"}, [0, 2]),
        ({"deed": "resolved"}, [2, 3]),
        ({"deed": "resolved", "name": "B"}, [3]),
        ({"deeds": ("resolved", "muted")}, [2, 3, 4]),
        ({"deeds": ("resolved", "muted"), "limit": 1}, [4]),
        ({"limit": 2}, [3, 4]),
        ({"limit": 9}, [0, 1, 2, 3, 4]),
        ({"limit": 1, "fingerprint": "A"}, [2]),
        ({"name": "' OR 1=1 --"}, []),
    ],
)
def test_the_journal_is_asked(url: str, wanted: dict[str, object], expected: list[int]) -> None:
    """Lines by time, alert, severity and deed; a limit keeps the last; oldest first always."""
    hot = alert("A", severity="Critical")
    with opened(url) as store:
        store.write(
            [
                entry(hot, at=START),
                entry(alert("B"), at=START + 1),
                entry(hot, Deed.RESOLVED, at=START + 2),
                entry(alert("B"), Deed.RESOLVED, at=START + 3),
                Entry(at=START + 4, deed=Deed.MUTED, subject="master"),
            ]
        )
    assert expected == [round(line.at - START) for line in read(url, **wanted)]


def test_a_long_journal_is_read_in_pages_without_a_gap(url: str) -> None:
    """Thousands of lines of one moment all come, each once; what is written meanwhile keeps nobody waiting."""
    with opened(url) as store, opened(url, writing=False) as reader:
        store.write([entry(at=START) for _ in range(2_500)])
        reading = iter(reader.entries())
        first = [next(reading).id for _ in range(10)]
        store.write([entry(at=START + 1)])
        ids = first + [line.id for line in reading]
    assert 2_501 == len(ids) == len(set(ids))
    assert ids == sorted(ids)


@pytest.fixture
def any_store(url: str) -> Iterator[Store]:
    """A store in either database."""
    with opened(url) as store:
        yield store


def _all(lines: list[Entry], store: Store) -> None:
    before = max((line.id for line in store.entries()), default=0)
    store.write(lines)
    saved = store.load(0.0)
    told = [line for line in store.entries() if line.id > before]
    expected = {each.alert.fingerprint: each.alert for each in lines if each.alert is not None}
    assert len(lines) == len(told)
    kept = {each.fingerprint: each for each in saved.alerts}
    for fingerprint, each in expected.items():
        if _writable(each):
            assert each == kept[fingerprint]
    for line, written in zip(sorted(lines, key=lambda each: each.at), told, strict=True):
        assert (line.at, line.deed.value) == (written.at, written.deed)


def _writable(value: Alert) -> bool:
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError:
        return False
    return True


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(entries, max_size=6))
def test_any_entry_can_be_kept(any_store: Store, lines: list[Entry]) -> None:
    """Whatever senders write, with NUL (which PostgreSQL refuses) or half a character, poisons nothing."""
    _all(lines, any_store)


def test_a_fingerprint_without_end_is_found_again(url: str) -> None:
    """What a sender makes too long for an index is kept by its hash."""
    endless = "ö" * 100_000
    named = msgspec.structs.replace(alert(), fingerprint=endless)
    with opened(url) as store:
        store.write([entry(named)])
        assert (named,) == store.load(START).alerts
    assert 1 == len(read(url, fingerprint=endless))


def test_off_keeps_nothing(tmp_path: Path) -> None:
    """`STORE_URL=off` is no store at all."""
    assert open_store("off") is None
    assert [] == list(tmp_path.iterdir())
