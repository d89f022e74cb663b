"""Delay lines: plain ones, combs and all-passes, read without interpolation (N), with linear (L) or cubic one (C)."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from singing_pager.synth.delaytimes import keep_past, late, longest, past, read, share
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import Evaluate, Places, Signal, Unit

__all__ = ["UGENS"]

_OLD = 1 << 40
"""Samples after which nobody counts any more."""


def _delay(kind: str, unit: Unit, signal: Signal, maximum: Signal, time: Signal) -> Signal:
    """The signal, late."""
    x = unit.rowed(unit.whole(unit.held(signal, 0)))
    if unit.rates[2] is Rate.SCALAR and not time.any():
        return x
    unit.before = np.zeros((1, 1), np.float32)
    length = longest(unit, maximum)
    back = late(unit, time, length, 1)
    if (back >= length).any():
        back = _around(unit, back, length)
    before = past(unit, back, length)
    line = np.concatenate([before, x], axis=1)
    keep_past(unit, line, back, length)
    return read(line, back, before.shape[1], (0, x.shape[1]), kind)


def _comb(kind: str, unit: Unit, *inputs: Signal) -> Signal:
    """Echoes: what is read is also written back, so that it is 60 dB down after the decay time."""
    return _fed_back(kind, unit, inputs)[0]


def _allpass(kind: str, unit: Unit, *inputs: Signal) -> Signal:
    """Echoes less what is written times the feedback, so that no frequency is raised."""
    echoes, written, left, back = _fed_back(kind, unit, inputs)
    found = echoes - left * written
    if kind == "C":
        found[_ages(unit) < back.astype(np.int64) - 1] = 0
    return found


def _fed_back(kind: str, unit: Unit, inputs: Sequence[Signal]) -> tuple[Signal, Signal, Signal, Signal]:
    """Give the echoes, what is written to the line, how much of an echo is written back, and how late it is.

    Echoes are of the past: as many samples as the shortest delay are made at once.
    """
    signal, maximum, time, decay = inputs
    x = unit.rowed(unit.whole(unit.held(signal, 0)))
    unit.before = np.zeros((1, 1), np.float32)
    length = longest(unit, maximum)
    back = late(unit, time, length, 2 if kind == "C" else 1)
    left = share(unit, time, decay, whole=kind == "N")
    before = past(unit, back, length)
    begin, columns = before.shape[1], x.shape[1]
    line = np.concatenate([before, x], axis=1)
    echoes = np.empty_like(x)
    together = int(back.min()) - (kind == "C")
    for first in range(0, columns, together):
        last = min(first + together, columns)
        echoes[:, first:last] = read(line, back, begin, (first, last), kind)
        line[:, begin + first : begin + last] += _columns(left, first, last) * echoes[:, first:last]
    keep_past(unit, line, back, length)
    return echoes, line[:, begin:], left, back


def _around(unit: Unit, back: Signal, length: Places) -> Signal:
    """Where the whole line is the delay, there is none once it is full: scsynth writes before it reads."""
    return np.where((back >= length) & (_ages(unit) >= length), np.float32(0), back)


def _ages(unit: Unit) -> Places:
    """How many samples each voice has made at each column: (rows, columns), or one column once they are many."""
    age = unit.recall("age", 0, np.int64)
    unit.keep("age", np.minimum(age + unit.width, _OLD))
    return age if age.min() == _OLD else age + np.arange(unit.width)


def _columns(values: Signal, first: int, last: int) -> Signal:
    return values[:, first:last] if values.shape[1] > 1 else values


_KINDS: dict[str, Callable[..., Signal]] = {"Delay": _delay, "Comb": _comb, "Allpass": _allpass}

UGENS: dict[str, Evaluate] = {
    f"{name}{kind}": partial(evaluate, kind) for name, evaluate in _KINDS.items() for kind in "NLC"
}
