"""Dynamics: what holds a signal at a level, and what is no number."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

import numpy as np

from singing_pager.synth.coefficients import periodic
from singing_pager.synth.past import keep_line, recall_line
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Evaluate, Flags, Places, Signal, Unit

__all__ = ["UGENS"]

Gains = Callable[[Signal, Signal], Signal]
"""The gains that hold peaks at a level."""

_LONGEST = 1 << 20
"""Samples of the longest stretch."""
_SILENT = np.float32(1e-5)
"""Peaks below it are not raised any further."""


def _limit(level: Signal, peaks: Signal) -> Signal:
    return np.where(peaks > level, level / peaks, np.float32(1)).astype(np.float32)


def _normalize(level: Signal, peaks: Signal) -> Signal:
    return (level / np.maximum(peaks, _SILENT)).astype(np.float32)


def _look_ahead(gains: Gains, unit: Unit, signal: Signal, level: Signal, dur: Signal) -> Signal:
    """Hold peaks at a level, two stretches of time late, so that the gain is there before the peak is."""
    x = unit.rowed(unit.whole(unit.held(signal, 0)))
    start = None
    if unit.span.fresh is not None:
        start = unit.rowed(unit.built(signal, 0))
        _begin(unit, start, dur)
    sizes, places, state = (unit.memory[name] for name in ("size", "place", "state"))
    whole = np.concatenate([recall_line(unit, 2 * int(sizes.max()), begin=start), x], axis=1)
    levels = unit.rowed(periodic(unit, level, 1).astype(np.float32))
    out, kept = np.empty(x.shape, np.float32), np.empty_like(state)
    for rows, size, place in _alike(sizes, places):
        late = whole[rows, whole.shape[1] - x.shape[1] - 2 * size : whole.shape[1] - 2 * size]
        ends = np.arange(size - place - 1, x.shape[1], size) // (BLOCK if unit.rate is Rate.AUDIO else 1)
        goal = levels[rows][:, np.minimum(ends, levels.shape[1] - 1)]
        gain, kept[rows] = _hold(partial(gains, goal), np.abs(x[rows]), state[rows], size, place)
        out[rows] = late if gain is None else late * gain
    unit.keep("place", (places + x.shape[1]) % sizes)
    unit.keep("state", kept)
    keep_line(unit, whole, 2 * sizes[:, 0])
    return out


def _begin(unit: Unit, start: Signal, dur: Signal) -> None:
    """Set the voices that begin on their way."""
    wanted = np.ceil(unit.rowed(dur)[:, :1].astype(np.float64) * unit.sample_rate)
    sizes = unit.recall("size", np.fmin(np.fmax(wanted, 1), _LONGEST), np.int64)
    unit.keep("size", sizes)
    unit.keep("place", unit.recall("place", 1 % sizes, np.int64))
    unit.keep("state", unit.recall("state", np.abs(start) * _FIRST_PEAK + _FIRST_STATE, np.float32))
    unit.before = np.zeros((1, 1), np.float32)


_FIRST_STATE = np.array([[1, 0, 0, 0]], np.float32)
_FIRST_PEAK = np.array([[0, 0, 0, 1]], np.float32)


def _alike(sizes: Places, places: Places) -> Iterator[tuple[Flags | slice, int, int]]:
    """Which rows have stretches that begin and end together: rows, their size, and how much of one is past."""
    if (sizes == sizes[0]).all() and (places == places[0]).all():
        yield slice(None), int(sizes[0, 0]), int(places[0, 0])
        return
    both = np.concatenate([sizes, places], axis=1)
    for pair in np.unique(both, axis=0):
        yield (both == pair).all(axis=1), int(pair[0]), int(pair[1])


def _hold(
    gains: Callable[[Signal], Signal], sizes: Signal, state: Signal, size: int, place: int
) -> tuple[Signal | None, Signal]:
    """Give the gain of every sample, None if all are 1, and the state after them.

    At the end of a stretch the gain sets out in a straight line for what the peaks of that stretch and of the one
    before want, and adds up its way in single precision as scsynth does. The state: the gain and its step, the peaks
    of the last stretch and of this one so far.
    """
    frames = sizes.shape[1]
    ended, count = (place + frames) // size, -(-(place + frames) // size)
    padded = np.zeros((len(sizes), count * size), np.float32)
    padded[:, place : place + frames] = sizes
    peaks = np.fmax.reduce(padded.reshape(len(sizes), count, size), axis=2)
    peaks[:, 0] = np.fmax(peaks[:, 0], state[:, 3])
    before = np.concatenate([state[:, 2:3], peaks], axis=1)
    wanted = gains(np.fmax(before[:, :ended], peaks[:, :ended]))
    now = peaks[:, ended:] if count > ended else np.zeros_like(peaks[:, :1])
    still = (wanted == 1).all() and (state[:, :2] == _FIRST_STATE[:, :2]).all()
    path = None if still else np.empty_like(sizes)
    level, step = state[:, :1], state[:, 1:2]
    if path is not None:
        edges = [0, *range(size - place, frames + 1, size), frames]
        for stretch, (first, last) in enumerate(pairwise(edges)):
            way = np.add.accumulate(np.concatenate([level, np.repeat(step, last - first, axis=1)], axis=1), axis=1)
            path[:, first:last], level = way[:, :-1], way[:, -1:]
            if stretch < ended:
                step = (wanted[:, stretch : stretch + 1] - level) * np.float32(1 / size)
    return path, np.concatenate([level, step, before[:, ended : ended + 1], now], axis=1)


def _check_bad_values(unit: Unit, signal: Signal, *_: Signal) -> Signal:
    """What is wrong with each value: 0 nothing, 1 no number, 2 infinite.

    Subnormal values are 0 to scsynth, which never gives 3 for them. Nothing is posted, whatever `post` says.
    """
    if unit.span.fresh is not None:
        unit.before = _faults(unit.built(signal, 0))
    return _faults(unit.held(signal, 0))


def _faults(values: Signal) -> Signal:
    if np.isfinite(values).all():
        return np.zeros((1, 1), np.float32)
    return np.isnan(values).astype(np.float32) + 2 * np.isinf(values).astype(np.float32)


def _sanitize(unit: Unit, signal: Signal, instead: Signal) -> Signal:
    """The signal, and something else where it is no finite number."""
    if unit.span.fresh is not None:
        unit.before = _mended(unit.built(signal, 0), unit.built(instead, 1))
    return _mended(unit.held(signal, 0), unit.held(instead, 1))


def _mended(values: Signal, instead: Signal) -> Signal:
    fine = np.isfinite(values)
    return values if fine.all() else np.where(fine, values, instead)


UGENS: dict[str, Evaluate] = {
    "CheckBadValues": _check_bad_values,
    "Limiter": partial(_look_ahead, _limit),
    "Normalizer": partial(_look_ahead, _normalize),
    "Sanitize": _sanitize,
}
