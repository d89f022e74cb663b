"""Linear recurrences: signals that are made of their own past, solved for all rows in one compiled call.

Coefficients that stay the same are a filter (`scipy.signal.lfilter`). Coefficients that move are a triangular system
with one or two diagonals below the main one, whose forward substitution (BLAS `dtbsv`) is the recurrence itself:
all rows are put end to end, coupled by zeros.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.linalg.blas import dtbsv
from scipy.signal import lfilter

__all__ = ["Reals", "first_order", "second_order", "settled"]

Reals: TypeAlias = npt.NDArray[np.float64]

_PERIOD = 64
_LEAST, _MOST = 1e-15, 1e15
"""Outside these sizes scsynth takes a filter's memory for dirt, and sets it to 0 at the end of a control period."""
_AT_ONCE = 1 << 15
"""Samples that are solved in one call: as many as stay in the processor's cache."""


def first_order(x: Reals, b1: Reals, last: Reals, *, period: int = _PERIOD) -> Reals:
    """Solve y[n] = x[n] + b1[n]·y[n−1].

    Args:
        x: (rows, n) what goes in.
        b1: (rows or 1, n or 1) how much of the last value stays.
        last: (rows, 1) or (1, 1): y[−1].
        period: Columns in a control period. What is no number, or grows without bounds, spoils its row only until
            the end of its period, as in scsynth.

    Returns:
        (rows, n) y.
    """
    return _solve(x, (b1,), (last,), period)


def second_order(x: Reals, b1: Reals, b2: Reals, y1: Reals, y2: Reals, *, period: int = _PERIOD) -> Reals:
    """Solve y[n] = x[n] + b1[n]·y[n−1] + b2[n]·y[n−2]; `y1` is y[−1] and `y2` y[−2], the rest as in `first_order`."""
    return _solve(x, (b1, b2), (y1, y2), period)


def settled(state: Reals) -> Reals:
    """Give a filter's memory as it is kept: 0 for what is too small, too large, or no number."""
    size = np.abs(state)
    fine = (size > _LEAST) & (size < _MOST)
    return state if fine.all() else np.where(fine, state, 0.0)


def _solve(x: Reals, factors: tuple[Reals, ...], past: tuple[Reals, ...], period: int) -> Reals:
    if not x.any() and not any(state.any() for state in past):
        return np.zeros_like(x)
    if all(factor.size == 1 for factor in factors):
        y = _steady(x, factors, past)
    else:
        together = max(1, _AT_ONCE // x.shape[1])
        parts = [
            _moving(x[rows], tuple(_of(factor, rows) for factor in factors), tuple(_of(state, rows) for state in past))
            for rows in (slice(first, first + together) for first in range(0, len(x), together))
        ]
        y = parts[0] if len(parts) == 1 else np.concatenate(parts)
    wild = ~(np.abs(y[:, -1]) < _MOST)
    for row in np.flatnonzero(wild).tolist():
        rows = slice(row, row + 1)
        _mend(y[rows], x[rows], tuple(_of(f, rows) for f in factors), tuple(_of(s, rows) for s in past), period)
    return y


def _steady(x: Reals, factors: tuple[Reals, ...], past: tuple[Reals, ...]) -> Reals:
    taps = [float(factor[0, 0]) for factor in factors]
    if len(taps) == 1:
        start = taps[0] * past[0]
    else:
        start = np.concatenate([taps[0] * past[0] + taps[1] * past[1], taps[1] * past[0]], axis=1)
    start = np.broadcast_to(start, (len(x), len(taps)))
    y: Reals = lfilter([1.0], [1.0, *(-tap for tap in taps)], x, zi=start)[0]
    return y


def _moving(x: Reals, factors: tuple[Reals, ...], past: tuple[Reals, ...]) -> Reals:
    order = len(factors)
    rows, columns = x.shape
    y = x.copy()
    bands = np.ones((rows, columns, order + 1))
    for reach, factor in enumerate(factors, 1):
        bands[:, :, reach] = 0.0
        bands[:, : columns - reach, reach] = -factor[:, reach:] if factor.shape[1] > 1 else -factor
        for place in range(min(reach, columns)):
            y[:, place] += factor[:, place if factor.shape[1] > 1 else 0] * past[reach - place - 1][:, 0]
    flat = dtbsv(order, bands.reshape(-1, order + 1).T, y.reshape(-1), lower=1, diag=1, overwrite_x=1)
    return flat.reshape(rows, columns)


def _mend(y: Reals, x: Reals, factors: tuple[Reals, ...], past: tuple[Reals, ...], period: int) -> None:
    """Solve one row anew, period by period; a bad value has leaked into it from a row before, or is its own."""
    for first in range(0, x.shape[1], period):
        columns = slice(first, first + period)
        parts = tuple(factor[:, columns] if factor.shape[1] > 1 else factor for factor in factors)
        y[:, columns] = _moving(x[:, columns], parts, past)
        newest = [y[:, place : place + 1] for place in range(min(first + period, x.shape[1]) - 1, first - 1, -1)[:2]]
        past = tuple(settled(state) for state in [*newest, *past][: len(past)])


def _of(values: Reals, rows: slice) -> Reals:
    return values[rows] if len(values) > 1 else values
