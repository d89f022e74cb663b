"""Quiet hours: which moments they cover, above all on the days on which clocks are put forward or back."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from singing_pager.score.hours import CODES, MINUTES, Day, Hours

EVERY_DAY = tuple(Day(weekday) for weekday in range(7))


def minutes(clock: str) -> int:
    """Minutes since midnight of such as 22:00."""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def moment(text: str) -> float:
    """Unix time of an ISO 8601 text, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def hours(zone: str, day: str, begins: str, ends: str) -> Hours:
    """Hours of one weekday."""
    return Hours((Day(CODES.index(day)),), minutes(begins), minutes(ends), ZoneInfo(zone))


@pytest.mark.parametrize(
    ("zone", "day", "begins", "ends", "first", "last"),
    [
        # a plain night belongs to the day on which it begins
        ("UTC", "MO", "22:00", "07:00", "2026-06-01T22:00", "2026-06-02T07:00"),
        # hours within one day
        ("Asia/Kathmandu", "MO", "09:00", "17:30", "2026-06-01T03:15", "2026-06-01T11:45"),
        # the same time twice is a whole day
        ("Europe/Berlin", "SA", "00:00", "00:00", "2026-06-05T22:00", "2026-06-06T22:00"),
        # midnight is the end of the day that it ends
        ("Europe/Berlin", "SA", "18:00", "00:00", "2026-06-06T16:00", "2026-06-06T22:00"),
        # the night in which clocks are put forward is an hour shorter, and covered whole
        ("Europe/Berlin", "SA", "22:00", "07:00", "2026-03-28T21:00", "2026-03-29T05:00"),
        ("America/New_York", "SA", "22:00", "07:00", "2026-03-08T03:00", "2026-03-08T11:00"),
        # the night in which clocks are put back is an hour longer, and covered whole
        ("Europe/Berlin", "SA", "22:00", "07:00", "2026-10-24T20:00", "2026-10-25T06:00"),
        ("America/New_York", "SA", "22:00", "07:00", "2026-11-01T02:00", "2026-11-01T12:00"),
        # so is the whole day
        ("Europe/Berlin", "SU", "00:00", "00:00", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("Europe/Berlin", "SU", "00:00", "00:00", "2026-10-24T22:00", "2026-10-25T23:00"),
        # a beginning that clocks skip is the moment at which they do
        ("Europe/Berlin", "SU", "02:30", "05:00", "2026-03-29T01:00", "2026-03-29T03:00"),
        # so is an end
        ("Europe/Berlin", "SU", "01:00", "02:30", "2026-03-29T00:00", "2026-03-29T01:00"),
        # a beginning that comes twice is the first
        ("Europe/Berlin", "SU", "02:30", "05:00", "2026-10-25T00:30", "2026-10-25T04:00"),
        # an end that comes twice is the second
        ("Europe/Berlin", "SU", "01:00", "02:30", "2026-10-24T23:00", "2026-10-25T01:30"),
        # hours that come twice are covered both times, and in between
        ("Europe/Berlin", "SU", "02:10", "02:50", "2026-10-25T00:10", "2026-10-25T01:50"),
        # clocks may be put back by half an hour
        ("Australia/Lord_Howe", "SU", "01:00", "01:45", "2026-04-04T14:00", "2026-04-04T15:15"),
        # or by two
        ("Antarctica/Troll", "SU", "01:30", "04:00", "2026-10-24T23:30", "2026-10-25T04:00"),
        # midnight itself may be skipped
        ("Africa/Cairo", "FR", "00:00", "06:00", "2026-04-23T22:00", "2026-04-24T03:00"),
        # clocks may be put back across midnight: Sunday begins, and then comes the last of Saturday again
        ("America/St_Johns", "SU", "00:00", "07:00", "2010-11-07T02:30", "2010-11-07T10:30"),
        # a whole day may be skipped: the night ends with it
        ("Pacific/Apia", "TH", "22:00", "07:00", "2011-12-30T08:00", "2011-12-30T10:00"),
    ],
)
def test_where_hours_begin_and_end(  # noqa: PLR0917 - a row of the table
    zone: str, day: str, begins: str, ends: str, first: str, last: str
) -> None:
    """Hours are one piece, from the moment at which the clock shows their beginning to that of their end."""
    covers = hours(zone, day, begins, ends)
    begin, end = moment(first), moment(last)
    inside = [begin + part * (end - begin) / 12 for part in range(12)]
    assert [False, *[True] * 12, True, False] == [covers(at) for at in (begin - 0.001, *inside, end - 0.001, end)]


@pytest.mark.parametrize(
    ("zone", "day", "begins", "ends", "around"),
    [
        ("Europe/Berlin", "SU", "02:10", "02:50", "2026-03-29T01:00"),
        ("Pacific/Apia", "FR", "10:00", "20:00", "2011-12-30T10:00"),
    ],
)
def test_hours_that_clocks_skip_do_not_come(zone: str, day: str, begins: str, ends: str, around: str) -> None:
    """Hours that no clock shows on a day are left out on that day."""
    covers = hours(zone, day, begins, ends)
    assert not any(covers(moment(around) + 60 * minute) for minute in range(-MINUTES, MINUTES))


@pytest.mark.parametrize(
    ("day", "dates"),
    [
        (Day(6, 1), ["2026-11-01"]),
        (Day(6, 2), ["2026-11-08"]),
        (Day(6, 5), ["2026-11-29"]),
        (Day(6, -1), ["2026-11-29"]),
        (Day(6, -5), ["2026-11-01"]),
        (Day(0, 1), ["2026-11-02"]),
        (Day(0, 5), ["2026-11-30"]),
        (Day(0, -1), ["2026-11-30"]),
        (Day(4, -1), ["2026-11-27"]),
        (Day(4, -4), ["2026-11-06"]),
        (Day(4, 5), []),
        (Day(4, -5), []),
        (Day(4), ["2026-11-06", "2026-11-13", "2026-11-20", "2026-11-27"]),
    ],
)
def test_days_of_a_month(day: Day, dates: list[str]) -> None:
    """A weekday is every one, or counted from the beginning or the end of its month."""
    november = [date(2026, 11, 1) + timedelta(days=offset) for offset in range(30)]
    assert dates == [each.isoformat() for each in november if day.matches(each)]


ZONES = (
    *("UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "America/Havana"),
    *("America/Asuncion", "America/Santiago", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut", "Asia/Gaza"),
    *("Asia/Kathmandu", "Australia/Lord_Howe", "Antarctica/Troll", "Pacific/Apia", "Pacific/Chatham"),
)


@lru_cache
def changes(zone: str) -> tuple[float, ...]:
    """Days before whose end the clocks of a zone were put forward or back, of some twenty years; and one day more."""
    days = [moment("2009-01-01") + 86_400 * number for number in range(20 * 365)]
    offsets = [datetime.fromtimestamp(day, ZoneInfo(zone)).utcoffset() for day in days]
    return (days[0], *(day for day, one, other in zip(days, offsets, offsets[1:], strict=False) if one != other))


@lru_cache(maxsize=4096)
def clock(zone: ZoneInfo, day: float) -> list[tuple[float, datetime]]:
    """What the clocks show in each minute of a day of UTC."""
    moments = [day * 86_400 + 60 * minute for minute in range(MINUTES)]
    return [(at, datetime.fromtimestamp(at, zone).replace(tzinfo=None)) for at in moments]


def slow(covers: Hours, now: float) -> bool:
    """Look at the clock in each minute around, and cover from the first that is not before to the last that is."""
    around = [minute for offset in range(-2, 3) for minute in clock(covers.zone, now // 86_400 + offset)]
    today = datetime.fromtimestamp(now, covers.zone).date()
    for day in (today + timedelta(days=offset) for offset in (-1, 0, 1)):
        if not any(each.matches(day) for each in covers.days):
            continue
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - what the clock shows
        begins = midnight + timedelta(minutes=covers.begins)
        ends = midnight + timedelta(minutes=covers.ends, days=covers.ends <= covers.begins)
        begin = min(at for at, shown in around if shown >= begins)
        end = max(at for at, shown in around if shown < ends) + 60
        if begin <= now < end:
            return True
    return False


@settings(deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    days=st.lists(
        st.builds(Day, st.integers(0, 6), st.just(0) | st.sampled_from([1, 2, 5, -1])), min_size=1, max_size=3
    )
    | st.just(EVERY_DAY),
    begins=st.integers(0, MINUTES - 1),
    ends=st.integers(0, MINUTES - 1),
    data=st.data(),
)
def test_hours_are_what_the_clock_shows(
    zone: str, days: list[Day], begins: int, ends: int, data: st.DataObject
) -> None:
    """At any moment, in any zone, the answer is that of looking at the clock minute by minute."""
    covers = Hours(tuple(days), begins, ends, ZoneInfo(zone))
    change = data.draw(st.sampled_from(changes(zone)))
    for now in data.draw(st.lists(st.floats(change - 86_400, change + 3 * 86_400), min_size=1, max_size=4)):
        assert slow(covers, now) == covers(now)


def test_an_answer_is_quick() -> None:
    """The hours around a day are reckoned once: the next question of that day, by equal hours, finds them."""
    from singing_pager.score.hours import _spans  # noqa: PLC0415 - the cache is the point

    hours("Europe/Berlin", "MO", "22:00", "07:00")(moment("2026-06-01T12:00"))
    before = _spans.cache_info()
    hours("Europe/Berlin", "MO", "22:00", "07:00")(moment("2026-06-01T13:00"))
    assert (before.misses, before.hits + 1) == (_spans.cache_info().misses, _spans.cache_info().hits)
