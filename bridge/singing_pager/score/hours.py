"""Hours that come again: days as iCalendar names them, from one time of day to another, by the clocks of a zone.

Clocks are put forward and back, and "until seven" means what the clock on the wall shows. So a time that clocks skip is
the moment at which they skip it; a time that comes twice is the first as a beginning, the second as an end. The hours
are thus in one piece, and whole (docs/decisions/0012).
"""

from bisect import bisect_left
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

__all__ = ["CODES", "MINUTES", "Day", "Hours"]

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""iCalendar's weekdays (RFC 5545, BYDAY)."""

MINUTES = 24 * 60
"""Minutes of a day by the clock."""

_SECONDS = 86_400
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Day:
    """A weekday: every one, or one of each month.

    Attributes:
        weekday: 0 for Monday.
        of_month: 1 for the first of the month, -1 for the last; 0: every one.
    """

    weekday: int
    of_month: int = 0

    def matches(self, day: date) -> bool:
        """Whether a date is one of these."""
        left = monthrange(day.year, day.month)[1] - day.day
        return day.weekday() == self.weekday and self.of_month in {0, (day.day - 1) // 7 + 1, -(left // 7) - 1}


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of certain days; called with a Unix time, whether that lies within them.

    Attributes:
        days: On which they begin.
        begins: Minutes of the clock since midnight.
        ends: Likewise; where that is no later than `begins`, on the day after.
        zone: Whose clocks.
    """

    days: tuple[Day, ...]
    begins: int
    ends: int
    zone: ZoneInfo

    def __call__(self, now: float) -> bool:
        """Whether a Unix time lies within the hours."""
        return any(begin <= now < end for begin, end in _spans(self, int(now // _SECONDS)))


@lru_cache(maxsize=1024)
def _spans(hours: Hours, number: int) -> tuple[tuple[float, float], ...]:
    """Beginnings and ends around a day of UTC; zones differ from it by up to a day, and hours last one."""
    around = (_EPOCH + timedelta(days=number + offset) for offset in range(-2, 3))
    return tuple(_span(hours, day) for day in around if any(each.matches(day) for each in hours.days))


def _span(hours: Hours, day: date) -> tuple[float, float]:
    midnight = datetime.combine(day, time())
    length = (hours.ends - hours.begins) % MINUTES or MINUTES
    begin = midnight + timedelta(minutes=hours.begins)
    return _instant(begin, hours.zone, 0), _instant(begin + timedelta(minutes=length), hours.zone, 1)


def _instant(shown: datetime, zone: ZoneInfo, which: int) -> float:
    """When the clocks of a zone show a time: the first (0) or second (1) time that they do, or when they skip it."""
    first, second = (shown.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1))
    if first <= second:
        return second if which else first
    # skipped: one is read by the clock before the leap, the other by the clock after it, so the leap lies between
    between = range(int(second), int(first) + 1)
    return between[bisect_left(between, shown, key=lambda at: datetime.fromtimestamp(at, zone).replace(tzinfo=None))]
