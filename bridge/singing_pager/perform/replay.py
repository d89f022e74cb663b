"""Moments played in time, to any engine."""

import asyncio
from collections.abc import Callable, Iterable

from singing_pager.engine import Sink
from singing_pager.model import Cue, Mix, Outcome, Tick
from singing_pager.perform.timeline import Held, Moment

__all__ = ["replay"]

_LONGEST_WAIT = 0.1
"""Seconds between two words of progress."""


async def replay(
    played: Iterable[Moment],
    sink: Sink,
    *,
    speed: float = 1.0,
    tell: Callable[[Moment], None] = lambda _: None,
    progress: Callable[[float], None] = lambda _: None,
    clock: Callable[[], float] | None = None,
) -> None:
    """Give a sink what each moment sounds when its time has come; voices that are still held at the end are released.

    An engine that the recording left muted, or not at full volume, is not left so.

    Args:
        played: What sounds when, in the order of time.
        sink: The engine's.
        speed: 2: twice as fast; infinity: without waiting.
        tell: Told each moment when it is reached.
        progress: Told the seconds that have been played.
        clock: Seconds that never jump; None: the loop's.
    """
    clock = clock or asyncio.get_running_loop().time
    began, held, at = clock(), Held(), 0.0
    for moment in played:
        at = moment.at
        while (left := began + at / speed - clock()) > 0:
            progress(min(at, (clock() - began) * speed))
            await asyncio.sleep(min(left, _LONGEST_WAIT))
        tell(moment)
        _play(sink, moment.cues, at)
        held.note(moment.cues)
        progress(at)
    _play(sink, (*held.releases, *([Mix()] if held.moved else [])), at)


def _play(sink: Sink, cues: tuple[Cue, ...], at: float) -> None:
    if cues:
        sink.play((Outcome(Tick(at), at, cues=cues),))
