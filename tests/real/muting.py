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
_KNOWN = 0.3
"""Seconds of the mark that are looked for: a whole pulse and a pause, well before the mute."""


@dataclasses.dataclass(frozen=True, slots=True)
class Muted:
    """What was heard around a mute.

    Attributes:
        before: From the mark's command to the silence.
        closing: Seconds from the mute's command to the silence.
        silence: Seconds in which every sample is exactly 0, without one that is not.
        silences: How many stretches of that kind there are, each of 20 ms or more: a mute that leaks has more than one.
        closed: 0.2 s about its beginning, far above all that sounds: a step would be heard there.
        opened: From 0.1 s before its end to 0.4 s after it, above the ambience.
        after: From its end on.
    """

    before: Take
    closing: float
    silence: float
    silences: int
    closed: Take
    opened: Take
    after: Take


def found(recording: Take, since: float = 0.0) -> Muted:
    """Find the mark in a recording from some second on, and the longest silence after it."""
    heard = recording.between(since)
    at = _place(heard.mono, struck(MARK, EVEN).mono[EVEN : EVEN + round(_KNOWN * RATE)]) / RATE
    silences = _silences(heard.between(at))
    shut, opened = (at + edge for edge in max(silences, key=lambda edges: edges[1] - edges[0], default=(0.0, 0.0)))
    return Muted(
        before=heard.between(at, shut),
        closing=shut - at - MUTED,
        silence=opened - shut,
        silences=len(silences),
        closed=hiss(heard, 12_000.0).between(shut - 0.1, shut + 0.1),
        opened=hiss(heard, 8_000.0).between(opened - 0.1, opened + 0.4),
        after=heard.between(opened),
    )


def check(heard: Muted) -> None:
    """Assert that a mute was one: in time, whole, and without a click when it came and when it went."""
    assert heard.before.peak > -12.0, heard.before.peak
    assert heard.closing <= ALLOWED, f"closing took {heard.closing:.4f} s"
    assert heard.silences == 1, "the silence was broken"
    # of a machine that stands still JACK records less than went by
    assert heard.silence > (OPEN - MUTED) / 2, f"the silence lasted {heard.silence:.4f} s"
    assert heard.after.between(0.02, 0.3).peak > -60.0, "it did not sound again"
    assert heard.closed.peak < heard.before.peak - 65.0, f"it closed with a click of {heard.closed.peak:.1f} dBFS"
    assert heard.opened.peak < -90.0, f"it opened with a click of {heard.opened.peak:.1f} dBFS"


def _silences(take: Take) -> list[tuple[float, float]]:
    """Beginning and end of each stretch of 20 ms or more in which every sample is exactly 0, in seconds."""
    sounding = np.flatnonzero(np.concatenate([[True], take.samples.any(axis=1), [True]]))
    found = np.flatnonzero(np.diff(sounding) > 0.02 * take.rate)
    return [(float(sounding[place]) / take.rate, float(sounding[place + 1] - 1) / take.rate) for place in found]


def _place(recording: Samples, mark: Samples) -> int:
    """The frame at which a sound begins that is known sample by sample: where the difference has the least power."""
    sums = np.concatenate([[0.0], np.cumsum(recording**2)])
    power = sums[len(mark) :] - sums[: -len(mark)]
    place = int(np.argmin(power - 2.0 * signal.correlate(recording, mark, "valid", "fft")))
    apart = recording[place : place + len(mark)] - mark
    assert np.abs(apart).max() < 0.1, "the mark is not in the recording"  # beside it there is ambience
    return place
