"""A mute on a recording: where on its time axis the command stands, and what is heard from there on.

A recording has no clock. What ties it to one is a mark: an alarm whose every sample is known from the built-in engine,
which sounds as scsynth does. The mark, the mute and its end travel in bundles whose time tags are a known number of
seconds apart, and scsynth carries all of them out by one clock. Where the mark's command stands in the recording is
found by likeness, to the sample; the mute's command stands as many seconds after it as their tags say. scsynth dates a
period of 512 samples by when JACK asked for it, so that a command may be carried out that much sooner or later than its
tag says: what is later counts against the 50 ms that a mute may take.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from hearing import EVEN, RATE, hiss, struck
from listening import Take
from scipy import signal

if TYPE_CHECKING:
    from listening import Samples

MARK = "alert_warning"
MUTED, OPEN = 0.45, 1.45
"""Seconds from the mark's command to the mute's, amid a pulse, and to that of its end, when the alarm is over."""
ALLOWED = 0.05
"""Seconds in which a mute has to be there."""
_LOOSE = 0.02
"""Seconds by which a command may be carried out too soon: two periods of JACK."""
_KNOWN = 0.3
"""Seconds of the mark that are looked for: a whole pulse and a pause, well before the mute."""


@dataclasses.dataclass(frozen=True, slots=True)
class Muted:
    """What was heard around a mute.

    Attributes:
        before: From the mark's command to the mute's.
        closing: From there to the first sample of the silence, in seconds.
        during: From 50 ms after the mute's command to 20 ms before that of its end.
        closed: 0.2 s about the mute's command, far above all that sounds: a step would be heard there.
        opened: From 0.1 s before the command of its end to 0.4 s after it, above the ambience.
        after: From 70 ms after the command of its end on.
    """

    before: Take
    closing: float
    during: Take
    closed: Take
    opened: Take
    after: Take


def found(recording: Take, since: float = 0.0) -> Muted:
    """Find the mark in a recording from some second on, and what follows it."""
    mark = struck(MARK, EVEN).mono[EVEN : EVEN + round(_KNOWN * RATE)]
    heard = recording.between(since)
    start = _place(heard.mono, mark)
    silent = ~heard.samples[start + round(MUTED * RATE) :].any(axis=1)
    at = start / RATE
    return Muted(
        before=heard.between(at, at + MUTED),
        closing=float(np.argmax(silent)) / RATE if silent.any() else np.inf,
        during=heard.between(at + MUTED + ALLOWED, at + OPEN - _LOOSE),
        closed=hiss(heard, 12_000.0).between(at + MUTED - 0.1, at + MUTED + 0.1),
        opened=hiss(heard, 8_000.0).between(at + OPEN - 0.1, at + OPEN + 0.4),
        after=heard.between(at + OPEN + ALLOWED + _LOOSE),
    )


def check(heard: Muted) -> None:
    """Assert that a mute was one: in time, whole, and without a click when it came and when it went."""
    assert heard.before.peak > -12.0
    assert heard.closing <= ALLOWED
    assert heard.during.seconds > OPEN - MUTED - 0.1
    assert not heard.during.samples.any()
    assert heard.after.between(0.0, 0.3).peak > -60.0
    assert heard.closed.peak < heard.before.peak - 65.0
    assert heard.opened.peak < -90.0


def _place(recording: Samples, mark: Samples) -> int:
    """The frame at which a sound begins that is known sample by sample: where the difference has the least power."""
    sums = np.concatenate([[0.0], np.cumsum(recording**2)])
    power = sums[len(mark) :] - sums[: -len(mark)]
    place = int(np.argmin(power - 2.0 * signal.correlate(recording, mark, "valid", "fft")))
    apart = recording[place : place + len(mark)] - mark
    assert np.abs(apart).max() < 0.1, "the mark is not in the recording"  # beside it there is ambience
    return place
