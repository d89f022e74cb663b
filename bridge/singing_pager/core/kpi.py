"""Is the alerting well? Key figures of the last 24 hours, patterned after ISA-18.2 and EEMUA 191.

Everything is learnt from the journal's entries, so a restart takes it up by playing them again. An alarm is one that
sounded for an alert; the flood's own sound and the summary at the start are none.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from math import ceil, inf
from statistics import fmean, median
from typing import Protocol

from singing_pager.core.figures import (
    OTHER,
    SEVERITIES,
    Figure,
    Named,
    Report,
    Source,
    Times,
    Verdict,
    judged_mix,
    judged_rate,
    judged_within,
    severity_label,
)
from singing_pager.core.frequent import Frequent
from singing_pager.model import Alert, Deed, Entry

__all__ = ["Kpi"]

_COUNTED = (*SEVERITIES, OTHER)
_PERIOD = 600.0
_PERIODS = 144
_NAMES = 100
"""Names that are known of one period, or told of one figure."""
_LONGEST_NAME = 100
_KNOWN = 10_000
"""Alerts whose onsets, or first acknowledgements, are remembered."""
_TIMES = 1000
"""Alarms of the last ten minutes, acknowledgements and floods of which the times are kept."""
_CHATTER = 60.0
_CHATTER_ONSETS = 3
_STALE = 86_400.0
_FEW = 100
"""Firings of which shares say nothing."""


class _Alerts(Protocol):
    """A desk."""

    @property
    def alerts(self) -> Mapping[str, Alert]:
        """What is active, by fingerprint."""


class _Period:
    """What happened within ten minutes."""

    __slots__ = ("acknowledged", "fired", "names", "number", "sounded")

    def __init__(self, number: int) -> None:
        self.number = number
        self.fired = 0
        self.acknowledged = 0
        self.sounded = dict.fromkeys(_COUNTED, 0)
        self.names = Frequent(_NAMES)


class Kpi:
    """Takes every entry of the journal, and reports; bounded in memory, whatever comes.

    `take` and `restore` are for one thread; `report` only reads, and may be called on another.
    """

    def __init__(self) -> None:
        self._now = -inf
        self._since = inf
        self._periods: deque[_Period] = deque(maxlen=_PERIODS)
        self._alarms: deque[float] = deque(maxlen=_TIMES)
        self._onsets: OrderedDict[str, tuple[float, ...]] = OrderedDict()
        self._chattering: OrderedDict[str, float] = OrderedDict()
        self._began: OrderedDict[str, float] = OrderedDict()
        self._taken: OrderedDict[str, float] = OrderedDict()
        self._waits: deque[tuple[float, float]] = deque(maxlen=_TIMES)
        self._floods: deque[tuple[float, float]] = deque(maxlen=_TIMES)
        self._flood_since: float | None = None

    def take(self, entry: Entry) -> None:
        """Take what happened."""
        self._now = at = max(entry.at, self._now)
        self._since = min(self._since, at)
        if entry.deed is Deed.FLOOD and self._flood_since is None:
            self._flood_since = at
        elif entry.deed is Deed.FLOOD_OVER:
            self._end_flood(at)
        alert = entry.alert
        if alert is None:
            return
        if entry.deed is Deed.FIRED:
            self._fired(alert, at)
        elif entry.deed is Deed.SOUNDED:
            self._period(at).sounded[severity_label(alert.severity)] += 1
            self._alarms.append(at)
        elif entry.deed is Deed.ACKNOWLEDGED:
            self._acknowledged(alert, at)

    def restore(self, entries: Iterable[Entry], now: float) -> None:
        """Take up what an earlier life wrote; a flood that went on then ended with it.

        Args:
            entries: The journal of the last 24 hours, oldest first; older ones are passed over.
            now: Unix time: an entry from a clock that was ahead of ours counts as of now.
        """
        for entry in entries:
            if now - entry.at <= _PERIOD * _PERIODS:
                self.take(entry if entry.at <= now else Entry(at=now, deed=entry.deed, alert=entry.alert))
        self._end_flood(self._now)

    def report(self, now: float, desk: _Alerts) -> Report:
        """Give the key figures as they are now."""
        now = max(now, self._now)
        number = int(now // _PERIOD)
        begins = max((number - _PERIODS + 1) * _PERIOD, min(self._since, now))
        covers = now - begins
        # each copy is made in one step of the interpreter: another thread goes on counting meanwhile
        periods = [period for period in tuple(self._periods) if number - period.number < _PERIODS]
        fired = sum(period.fired for period in periods)
        by_severity = {severity: sum(period.sounded[severity] for period in periods) for severity in _COUNTED}
        sounded = sum(by_severity.values())
        last = sum(now - at < _PERIOD for at in tuple(self._alarms))
        worst = max([last, *(sum(period.sounded.values()) for period in periods)])
        average = sounded / max(1.0, covers / _PERIOD)
        flood_since = self._flood_since
        going_on = () if flood_since is None else ((flood_since, now),)
        flooded = sum(max(0.0, end - max(begin, begins)) for begin, end in (*tuple(self._floods), *going_on))
        share = flooded / covers if covers else 0.0
        sources = _sources(periods, fired)
        chattering = [name for name, at in reversed(tuple(self._chattering.items())) if at >= begins]
        stale = [_name(alert) for alert in tuple(desk.alerts.values()) if alert.active and now - alert.since > _STALE]
        waits = sorted(seconds for at, seconds in tuple(self._waits) if at >= begins)
        mix = {severity: number / sounded if sounded else 0.0 for severity, number in by_severity.items()}
        return Report(
            at=now,
            covers=covers,
            flooding=flood_since is not None,
            last=Figure(last, judged_rate(last)),
            average=Figure(average, judged_rate(average)),
            worst=Figure(worst, Verdict.ACCEPTABLE if worst <= 10 else Verdict.FLOOD),  # noqa: PLR2004
            flood=Figure(share, judged_within(share, 0.01)),
            flood_seconds=flooded,
            top=_top(sources, fired),
            sources=sources,
            chattering=Named(len(chattering), tuple(chattering[:_NAMES]), judged_within(len(chattering), 0)),
            stale=Named(len(stale), tuple(sorted(set(stale))[:_NAMES]), judged_within(len(stale), 4)),
            mix=mix,
            mix_verdict=judged_mix(mix, sounded),
            acknowledge=_times(waits),
            fired=fired,
            sounded=sounded,
            acknowledged=sum(period.acknowledged for period in periods),
        )

    def _fired(self, alert: Alert, at: float) -> None:
        name = _name(alert)
        period = self._period(at)
        period.fired += 1
        period.names.add(name)
        _remember(self._began, alert.fingerprint, at, _KNOWN)
        onsets = (*self._onsets.pop(alert.fingerprint, ()), at)[-_CHATTER_ONSETS:]
        self._onsets[alert.fingerprint] = onsets
        if len(onsets) == _CHATTER_ONSETS and at - onsets[0] <= _CHATTER:
            _remember(self._chattering, name, at, _NAMES * 10)
        while len(self._onsets) > _KNOWN or at - next(iter(self._onsets.values()))[-1] > _CHATTER:
            self._onsets.popitem(last=False)

    def _acknowledged(self, alert: Alert, at: float) -> None:
        # a line of the journal need not say when its alert fired: the line of its firing does
        since = self._began.get(alert.fingerprint, alert.since)
        if self._taken.get(alert.fingerprint) == since:
            return
        _remember(self._taken, alert.fingerprint, since, _KNOWN)
        self._period(at).acknowledged += 1
        if since < at:
            self._waits.append((at, at - since))

    def _end_flood(self, at: float) -> None:
        if self._flood_since is not None:
            self._floods.append((self._flood_since, at))
            self._flood_since = None

    def _period(self, at: float) -> _Period:
        number = int(at // _PERIOD)
        if not self._periods or self._periods[-1].number != number:
            self._periods.append(_Period(number))
        return self._periods[-1]


def _name(alert: Alert) -> str:
    return alert.name[:_LONGEST_NAME] or "unnamed"


def _remember(known: OrderedDict[str, float], key: str, value: float, most: int) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > most:
        known.popitem(last=False)


def _sources(periods: Iterable[_Period], fired: int) -> tuple[Source, ...]:
    counts: Counter[str] = Counter()
    for period in periods:
        counts.update(period.names.counts)
    worst = sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))[:10]
    return tuple(Source(name, count, count / fired) for name, count in worst)


def _top(sources: Sequence[Source], fired: int) -> Figure:
    share = sum(source.count for source in sources) / fired if fired else 0.0
    return Figure(share, Verdict.TOO_FEW if fired < _FEW else judged_within(share, 0.05))


def _times(waits: Sequence[float]) -> Times:
    if not waits:
        return Times()
    return Times(median(waits), waits[ceil(0.9 * len(waits)) - 1], fmean(waits))
