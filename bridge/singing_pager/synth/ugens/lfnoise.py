"""Slow noise: values by chance so many times a second, with steps, lines or curves between them."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from singing_pager.synth.recurrence import Reals, first_order
from singing_pager.synth.ugens.pieces import by_period
from singing_pager.synth.unit import Evaluate, Flags, Places, Signal, Unit

__all__ = ["UGENS"]

_LINE = 2
"""A line has a level and a slope; a curve has a bend, too."""
_SLOWEST = np.float32(0.001)


class _Pieces(NamedTuple):
    """What a span is made of, row by row: the piece that runs when it begins, and those that begin in it.

    Attributes:
        running: Which pieces are the first of their rows.
        begins: Columns at which they begin.
        lengths: Columns that they are to last; of a running one, what is left.
    """

    running: Flags
    begins: Places
    lengths: Places


def _lf_noise_0(unit: Unit, freq: Signal) -> Signal:
    """A new value after each so many samples."""
    pieces = _pieces(unit, freq, 1)
    return _held(unit, pieces, unit.span.chance.uniform(-1, 1, (len(pieces.begins), 1)))


def _lf_clip_noise(unit: Unit, freq: Signal) -> Signal:
    """−1 or 1, drawn anew after each so many samples."""
    pieces = _pieces(unit, freq, 1)
    return _held(unit, pieces, unit.span.chance.choice((-1.0, 1.0), (len(pieces.begins), 1)))


def _lf_noise_1(unit: Unit, freq: Signal) -> Signal:
    """A line to a new value in each so many samples."""
    pieces = _pieces(unit, freq, 1)
    running, _, lengths = pieces
    chance, rows = unit.span.chance, unit.span.rows
    begun = chance.uniform(-1, 1, (rows, 2))
    rise = (begun[:, 1:] - begun[:, :1]) / _lengths(unit, freq[:, :1], 1)
    aims = chance.uniform(-1, 1, len(running))
    aims[running] = unit.recall("aim", begun[:, 1:])[:, 0]
    unit.keep("aim", aims[_last(running)][:, None])
    levels = np.roll(aims, 1)
    curves = np.stack([levels, (aims - levels) / lengths], axis=1)
    return _drawn(unit, pieces, curves, np.concatenate([begun[:, :1] + rise, rise], axis=1))


def _lf_noise_2(unit: Unit, freq: Signal) -> Signal:
    """Curves that join smoothly half-way between one new value after so many samples and the next."""
    pieces = _pieces(unit, freq, 2)
    running, _, lengths = pieces
    chance, rows = unit.span.chance, unit.span.rows
    begun = chance.uniform(-1, 1, (rows, 2))
    length = _lengths(unit, freq[:, :1], 2)
    bend = begun[:, 1:] / (length * length + length)
    last = unit.recall("state", np.concatenate([begun[:, :1] / 2 + bend, bend, bend], axis=1))
    values = chance.uniform(-1, 1, len(running))
    points = unit.recall("points", np.stack([begun[:, 1], begun.mean(axis=1)], axis=1))
    values[running] = points[:, 0]
    middles = (values + np.roll(values, 1)) / 2
    middles[running] = points[:, 1]
    ends = _last(running)
    unit.keep("points", np.stack([values[ends], middles[ends]], axis=1))
    levels = np.roll(middles, 1)
    slopes = np.roll(_slopes(pieces, middles - levels, last), 1)
    bends = 2 * (middles - levels - lengths * slopes) / (lengths * lengths + lengths)
    return _drawn(unit, pieces, np.stack([levels, slopes, bends], axis=1), last)


def _slopes(pieces: _Pieces, rises: Reals, last: Reals) -> Reals:
    """The slope with which each piece ends: it bends so that it rises as it should from the slope before."""
    running, _, lengths = pieces
    stay, add = (1 - lengths) / (1 + lengths), 2 * rises / (1 + lengths)
    stay[running] = 0
    add[running] = last[:, 1] + last[:, 2] * lengths[running]
    ends: Reals = first_order(add[None, :], stay[None, :], np.zeros((1, 1)))[0]
    return ends


def _lengths(unit: Unit, freq: Signal, least: int) -> Places:
    return np.maximum(unit.sample_rate / np.fmax(freq, _SLOWEST), least).astype(np.int64)


def _pieces(unit: Unit, freq: Signal, least: int) -> _Pieces:
    """Cut a span where new values are due; how long each is to last is read when it begins."""
    lengths = _lengths(unit, unit.rowed(by_period(unit, freq)), least)
    left = unit.recall("left", lengths[:, :1] - 1, np.int64)
    pieces = (_even if lengths.shape[1] == 1 else _uneven)(left, lengths, unit.width)
    ends = _last(pieces.running)
    unit.keep("left", (pieces.begins + pieces.lengths)[ends][:, None] - unit.width)
    return pieces


def _even(left: Places, lengths: Places, width: int) -> _Pieces:
    counts = 1 + np.maximum(0, -((left - width) // lengths))[:, 0]
    firsts = np.cumsum(counts) - counts
    order = np.arange(counts.sum()) - np.repeat(firsts, counts)
    running = order == 0
    later = np.repeat(left[:, 0], counts) + (order - 1) * np.repeat(lengths[:, 0], counts)
    lasting = np.repeat(lengths[:, 0], counts)
    lasting[running] = left[:, 0]
    return _Pieces(running, np.where(running, 0, later), lasting)


def _uneven(left: Places, lengths: Places, width: int) -> _Pieces:
    period = width // lengths.shape[1]
    rows, at = np.arange(len(left)), left[:, 0]
    found = [(rows, np.zeros_like(at), at)]
    while len(rows := rows[at < width]):
        at = at[at < width]
        lasting = lengths[rows, at // period]
        found.append((rows, at, lasting))
        at = at + lasting
    rows, begins, lasting = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(rows, kind="stable")
    return _Pieces(order < len(left), begins[order], lasting[order])


def _last(running: Flags) -> Flags:
    """Which pieces are the last of their rows."""
    return np.roll(running, -1)


def _held(unit: Unit, pieces: _Pieces, values: Reals) -> Signal:
    return _drawn(unit, pieces, values, unit.span.chance.permutation(values)[: unit.span.rows])


def _drawn(unit: Unit, pieces: _Pieces, curves: Reals, start: Reals) -> Signal:
    """Draw the curve of each piece: its level, slope and bend as it begins, as many of them as it has."""
    running, begins, _ = pieces
    curves[running] = unit.recall("state", start)
    firsts = np.repeat(np.arange(unit.span.rows) * unit.width, np.diff(np.flatnonzero(running), append=len(running)))
    places = firsts + begins
    spans = np.diff(places, append=unit.span.rows * unit.width)
    last = _last(running)
    time = (unit.width - begins[last]).astype(np.float64)
    unit.keep("state", _after(curves[last], time))
    held = [np.repeat(column, spans) for column in curves.T.astype(np.float32)]
    found = held[0]
    if len(held) > 1:
        passed = (np.arange(len(found)) - np.repeat(places, spans)).astype(np.float32)
        found += passed * (held[1] if len(held) == _LINE else held[1] + held[2] * ((passed + 1) / 2))
    return found.reshape(unit.span.rows, unit.width)


def _after(curves: Reals, time: npt.NDArray[np.float64]) -> Reals:
    """The levels, slopes and bends of curves after some time."""
    found = curves.copy()
    if curves.shape[1] > _LINE:
        found[:, 0] += time * (time + 1) / 2 * curves[:, 2]
        found[:, 1] += time * curves[:, 2]
    if curves.shape[1] > 1:
        found[:, 0] += time * curves[:, 1]
    return found


UGENS: dict[str, Evaluate] = {
    "LFClipNoise": _lf_clip_noise,
    "LFNoise0": _lf_noise_0,
    "LFNoise1": _lf_noise_1,
    "LFNoise2": _lf_noise_2,
}
