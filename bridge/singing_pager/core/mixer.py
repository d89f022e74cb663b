"""The mixer: levels, mute and meeting mode, each with an end of its own."""

from collections.abc import Iterator

from msgspec.structs import replace

from singing_pager.model import STRIPS, Controls, Deed, Drop, Entry, Mix, Mute, Volume
from singing_pager.model import Meeting as MeetingCommand

__all__ = ["LONGEST", "Mixer"]

LONGEST = 86_400.0
"""Seconds of the longest mute and the longest meeting: nobody is to find a silent pager the day after."""


class Mixer:
    """What people have set; every change is an entry of the journal."""

    def __init__(self) -> None:
        self.controls = Controls()
        self._told: float | None = None

    @property
    def mix(self) -> Mix:
        """What engines are told."""
        return Mix(self.controls.levels, self.controls.muted)

    def restore(self, controls: Controls, now: float) -> None:
        """Take up what an earlier life of the pager left; an end that was set by a faster clock is brought back."""
        self.controls = replace(
            controls,
            muted_until=_no_later(controls.muted_until, now + LONGEST),
            meeting_until=_no_later(controls.meeting_until, now + LONGEST),
        )
        if self.mix != Mix():
            self._told = now - LONGEST

    def mute(self, command: Mute, now: float) -> Entry | Drop:
        """Mute for a while, or end it; Drop.NOT_ACTIVE where there is no mute to end."""
        if command.seconds <= 0 and not self.controls.muted:
            return Drop.NOT_ACTIVE
        if command.seconds <= 0:
            return self._unmuted(now, command.by, command.reason)
        until = now + min(command.seconds, LONGEST)
        self.controls = replace(self.controls, muted_until=until, muted_by=command.by, muted_reason=command.reason)
        return self._entry(Deed.MUTED, now, command.by, command.reason)

    def meet(self, command: MeetingCommand, now: float) -> Entry | Drop:
        """Begin a meeting, or end it; Drop.NOT_ACTIVE where there is none to end."""
        if command.seconds <= 0 and self.controls.meeting_until is None:
            return Drop.NOT_ACTIVE
        if command.seconds <= 0:
            return self._met(now, command.by)
        until = now + min(command.seconds, LONGEST)
        self.controls = replace(self.controls, meeting_until=until, meeting_by=command.by)
        return self._entry(Deed.MEETING, now, command.by)

    def turn(self, command: Volume, now: float) -> Entry | Drop:
        """Bring a strip to a level; Drop.REFUSED where there is no such strip or level."""
        if command.strip not in STRIPS or not 0 <= command.level <= 1:
            return Drop.REFUSED
        levels = list(self.controls.levels)
        levels[STRIPS.index(command.strip)] = float(command.level)
        self.controls = replace(self.controls, levels=tuple(levels))
        return self._entry(Deed.VOLUME, now, command.by, subject=command.strip)

    def watchdog_seen(self, now: float) -> Entry:
        """Remember that there is a watchdog: from now on it is missed."""
        self.controls = replace(self.controls, watchdog=now)
        return self._entry(Deed.LINK_UP, now, subject="watchdog")

    def pass_time(self, now: float) -> Iterator[Entry]:
        """End what is past its end."""
        if self.controls.muted_until is not None and self.controls.muted_until <= now:
            yield self._unmuted(now)
        if self.controls.meeting_until is not None and self.controls.meeting_until <= now:
            yield self._met(now)

    def refresh(self, every: float, now: float) -> Mix | None:
        """The mix, when it was ever changed and has not been told for so many seconds: a lost datagram heals itself."""
        if self._told is None or now - self._told < every:
            return None
        self._told = now
        return self.mix

    def tell(self, now: float) -> Mix:
        """The mix, for engines to have at once."""
        self._told = now
        return self.mix

    def _unmuted(self, now: float, by: str = "", reason: str = "") -> Entry:
        self.controls = replace(self.controls, muted_until=None, muted_by="", muted_reason="")
        return self._entry(Deed.UNMUTED, now, by, reason)

    def _met(self, now: float, by: str = "") -> Entry:
        self.controls = replace(self.controls, meeting_until=None, meeting_by="")
        return self._entry(Deed.MEETING_OVER, now, by)

    def _entry(self, deed: Deed, now: float, by: str = "", reason: str = "", subject: str = "") -> Entry:
        return Entry(at=now, deed=deed, controls=self.controls, subject=subject, by=by, reason=reason)


def _no_later(time: float | None, end: float) -> float | None:
    return None if time is None else min(time, end)
