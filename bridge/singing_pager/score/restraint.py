"""The sections of `score.yaml` that say when alerts are not heard one by one: flood, flapping, start, quiet hours."""

import re
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from singing_pager.core.matching import Matcher
from singing_pager.core.rules import Flapping, Flood, Quiet, Sound, Start, Watchdog
from singing_pager.score.hours import CODES, MINUTES, Day, Hours
from singing_pager.score.words import Entry, Matchers, Repeat, SoundEntry

__all__ = [
    "FlappingEntry",
    "FloodEntry",
    "LinksEntry",
    "MeetingEntry",
    "QuietEntry",
    "StartEntry",
    "WatchdogEntry",
]

_DAY = 86_400
_MANY = 1_000_000
"""As many as never come: whoever does not want a limit sets it so."""

_CODE = re.compile(rf"([+-]?[1-5])?({'|'.join(CODES)})")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def _days(given: object) -> list[Day]:
    """Days as iCalendar's BYDAY writes them, in a text or a list."""
    codes = given.split(",") if isinstance(given, str) else given
    if not isinstance(codes, list) or not codes:
        raise ValueError(f"{given!r} is no list of days; write [SA, SU], or leave it out for every day")
    return [_day(code) for code in codes]


def _day(given: object) -> Day:
    found = _CODE.fullmatch(given.strip().upper()) if isinstance(given, str) else None
    if found is None:
        raise ValueError(
            f"{given!r} is no day; allowed: {', '.join(CODES)}, or 1SU, -1FR for the first, last of a month"
        )
    return Day(CODES.index(found[2]), int(found[1] or 0))


def _minutes(given: object) -> int:
    """Minutes since midnight of a time of day."""
    if isinstance(given, int) and not isinstance(given, bool) and 60 <= given < MINUTES:  # noqa: PLR2004 - YAML 1.1: base 60
        raise ValueError(f'{given} is what YAML makes of a time without quotes; write "{given // 60}:{given % 60:02}"')
    found = _CLOCK.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise ValueError(f'{given!r} is no time of day; allowed: "00:00" to "23:59", in quotes')
    return int(found[1]) * 60 + int(found[2])


def _zone(given: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(given))
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{given!r} is no time zone; allowed: IANA's names, such as Europe/Berlin or UTC") from error


Clock = Annotated[int, BeforeValidator(_minutes)]


class FloodEntry(SoundEntry):
    """When single alarms give way to one sound."""

    instrument: str = Field(default="flood", description="name in the catalogue; it takes a `count`")
    alarms: int = Field(default=10, ge=1, le=_MANY, description="alarms within `within` that are not yet a flood")
    within: float = Field(default=600, ge=1, le=_DAY, description="seconds")
    until: int = Field(
        default=5, ge=1, description="it is over when fewer than this came within `within`; at most `alarms`"
    )
    criticals: int = Field(
        default=3, ge=0, le=_MANY, description="new critical alarms that keep their own voice in one flood"
    )
    repeat: Repeat = Field(default=60, description="seconds until the flood sounds again; 0: never")

    @model_validator(mode="after")
    def _ends(self) -> "FloodEntry":
        if "until" not in self.model_fields_set:
            self.until = min(self.until, self.alarms)
        if self.until > self.alarms:
            raise ValueError(f"until: {self.until} is more than alarms: {self.alarms}; at most as many are allowed")
        return self

    def flood(self, sound: Sound) -> Flood:
        """The core's value."""
        return Flood(sound, self.alarms, self.within, self.until, self.criticals, self.repeat)


class FlappingEntry(Entry):
    """Which alerts come and go too often."""

    times: int = Field(
        default=3, ge=2, le=_MANY, description="beginnings of one alert within `within` that are too many"
    )
    within: float = Field(default=600, ge=1, le=_DAY, description="seconds")

    def flapping(self) -> Flapping:
        """The core's value."""
        return Flapping(self.times, self.within)


class StartEntry(Entry):
    """How the pager begins: what was active before it is one summary."""

    settle: float = Field(default=5, ge=0, le=600, description="seconds for which alerts gather after a start")
    since: float = Field(
        default=60, ge=0, le=_DAY, description="an alert that began more seconds before the pager was active already"
    )

    def start(self) -> Start:
        """The core's value."""
        return Start(self.settle, self.since)


class LinksEntry(Entry):
    """Links of the chain."""

    patience: float = Field(default=10, ge=0, le=3600, description="seconds that a link may be down before that sounds")


class MeetingEntry(Entry):
    """Meeting mode."""

    criticals: bool = Field(default=True, description="whether criticals sound nevertheless")


class QuietEntry(Entry):
    """Hours in which certain alerts are shown and not heard."""

    name: str = Field(default="", description="what people read")
    match: Matchers = Field(
        default_factory=list, description="labels, or Alertmanager's matchers; default: every alert"
    )
    days: Annotated[list[Day], BeforeValidator(_days)] = Field(
        default_factory=lambda: [Day(weekday) for weekday in range(7)],
        description="on which they begin: MO to SU; 1SU, -1FR: the first, last of a month; default: every day",
    )
    from_: Clock = Field(default=0, alias="from", description="time of day")
    to: Clock = Field(default=0, description="time of day; on the next day where it is no later than `from`")
    zone: Annotated[ZoneInfo, BeforeValidator(_zone)] = Field(
        default=ZoneInfo("UTC"), description="IANA time zone whose clocks are meant; default: UTC"
    )
    criticals: bool = Field(default=True, description="whether criticals sound nevertheless")

    def quiet(self, name: str) -> Quiet:
        """The core's value; `name` for hours that have none of their own."""
        hours = Hours(tuple(self.days), self.from_, self.to, self.zone)
        return Quiet(self.name or name, tuple(self.match), hours, self.criticals)


class WatchdogEntry(Entry):
    """The alert that always fires."""

    match: Matchers = Field(
        default_factory=lambda: [Matcher("alertname", "=", "Watchdog")],
        description="its labels, or Alertmanager's matchers",
    )
    within: float = Field(default=600, ge=1, le=_DAY, description="seconds after which it is missed")

    @model_validator(mode="after")
    def _some(self) -> "WatchdogEntry":
        if not self.match:
            raise ValueError(
                "match: {} is every alert, and none would sound; null is allowed where there is no watchdog"
            )
        return self

    def watchdog(self) -> Watchdog:
        """The core's value."""
        return Watchdog(tuple(self.match), self.within)
