"""Who may sound: a bounded number of held and struck voices, by right of way."""

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import inf

from singing_pager.core.rules import Limits
from singing_pager.model import Cue, Drop, Hold, Intent, Release, Strike

__all__ = ["Voices"]

_PINNED = -1
"""Slot of a voice that stands for no stream, such as the ambience."""


@dataclass(slots=True)
class _Held:
    intent: Intent
    slot: int
    heard: float
    told: float


class Voices:
    """The voices that sound now.

    A held voice is told its state when that changes, and again every `refresh` seconds, so that a lost datagram heals
    itself. A newcomer takes the place of a voice with less right of way; among equals the first keeps its place, so
    that a thousand streams do not take turns at four voices.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._held: dict[str, _Held] = {}
        self._streams: frozenset[str] = frozenset()
        self._struck: list[tuple[float, int]] = []

    @property
    def held(self) -> tuple[Intent, ...]:
        """What the held voices sound."""
        return tuple(held.intent for held in self._held.values())

    @property
    def streams(self) -> frozenset[str]:
        """The streams that sound."""
        return self._streams

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, intent: Intent, now: float) -> tuple[Cue, ...] | Drop:
        """Begin a voice or bring it to new values; nothing to tell where the values are the same."""
        known = self._held.get(intent.key)
        if known is not None:
            changed = known.intent.params != intent.params
            known.intent, known.heard = intent, now
            return (self._tell(known, now),) if changed else ()
        slot, released = self._place(intent)
        if slot is None:
            return Drop.VOICES_FULL
        self._held[intent.key] = held = _Held(intent, slot, heard=now, told=now)
        self._streams = frozenset(held.intent.stream for held in self._held.values())
        return (*released, self._tell(held, now))

    def strike(self, intent: Intent, now: float) -> tuple[Cue, ...] | Drop:
        """Play a sound that ends by itself; one that is outranked plays on, but no longer counts."""
        while self._struck and self._struck[0][0] <= now:
            heappop(self._struck)
        if len(self._struck) >= self.limits.struck:
            lowest = max(self._struck, key=lambda struck: struck[1])
            if lowest[1] <= intent.priority.rank:
                return Drop.VOICES_FULL
            self._struck.remove(lowest)
            heapify(self._struck)
        heappush(self._struck, (now + intent.lasts, intent.priority.rank))
        return (Strike(intent.key, intent.instrument, intent.params, intent.notes),)

    def release(self, key: str) -> Release:
        """End a held voice; raises KeyError when none of that id sounds."""
        held = self._held.pop(key)
        self._streams = frozenset(held.intent.stream for held in self._held.values())
        return Release(key, held.intent.instrument, held.slot)

    def beyond(self) -> tuple[Intent, ...]:
        """Voices that have no place any more since the limits became narrower."""
        return tuple(held.intent for held in self._held.values() if held.slot >= self.limits.held)

    def stale(self, now: float) -> tuple[Intent, ...]:
        """Voices whose stream has been silent longer than it may."""
        return tuple(held.intent for held in self._held.values() if now - held.heard >= held.intent.lasts)

    def refresh(self, now: float) -> tuple[Cue, ...]:
        """The whole state of each voice that has not been told for `refresh` seconds."""
        due = [held for held in self._held.values() if now - held.told >= self.limits.refresh]
        return tuple(self._tell(held, now) for held in due)

    def _tell(self, held: _Held, now: float) -> Hold:
        held.told = now
        return Hold(held.intent.key, held.intent.instrument, held.intent.params, held.slot)

    def _place(self, intent: Intent) -> tuple[int | None, tuple[Cue, ...]]:
        if intent.lasts == inf:
            return _PINNED, ()
        streams = [held for held in self._held.values() if held.slot != _PINNED]
        free = set(range(self.limits.held)) - {held.slot for held in streams}
        if free:
            return min(free), ()
        victim = max(streams, key=lambda held: (held.intent.priority.rank, -held.heard), default=None)
        if victim is None or victim.intent.priority.rank <= intent.priority.rank:
            return None, ()
        return victim.slot, (self.release(victim.intent.key),)
