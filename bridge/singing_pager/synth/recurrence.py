"""Linear recurrences: signals that are made of their own past, solved for all rows in one compiled call.

A recurrence is a triangular system with one or two diagonals below the main one, whose forward substitution (BLAS
`dtbsv`) is the recurrence itself: all rows are put end to end, coupled by zeros, each begins with its past.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.linalg.blas import dtbsv

__all__ = ["Reals", "first_order", "run", "second_order", "settled"]

Reals: TypeAlias = npt.NDArray[np.float64]

_PERIOD = 64
_LEAST, _MOST = 1e-15, 1e15
"""Outside these sizes scsynth takes a filter's memory for dirt, and sets it to 0 at the end of a control period."""
_AT_ONCE = 1 << 15
"""Samples that are solved in one call: as many as stay in the processor's cache."""


def first_order(
    x: npt.NDArray[np.floating], b1: Reals, last: npt.NDArray[np.floating], *, period: int = _PERIOD
) -> Reals:
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
    return run(x, (b1,), last, period=period)[:, 1:]


def second_order(x: Reals, b1: Reals, b2: Reals, y1: Reals, y2: Reals, *, period: int = _PERIOD) -> Reals:
    """Solve y[n] = x[n] + b1[n]·y[n−1] + b2[n]·y[n−2]; `y1` is y[−1] and `y2` y[−2], the rest as in `first_order`."""
    return run(x, (b1, b2), np.concatenate([y2, y1], axis=1), period=period)[:, 2:]


def run(
    x: npt.NDArray[np.floating], factors: tuple[Reals, ...], past: npt.NDArray[np.floating], *, period: int = _PERIOD
) -> Reals:
    """Solve a recurrence of first or second order.

    Args:
        x: (rows, n) what goes in.
        factors: How much stays of the last value, and of the one before it: (rows or 1, n or 1) each.
        past: (rows or 1, order) the values before the first, the newest last.
        period: As in `first_order`.

    Returns:
        (rows, order + n) the past, and what comes after it.
    """
    rows, order = len(x), len(factors)
    whole = np.empty((rows, order + x.shape[1]))
    whole[:, :order] = past
    if not x.any() and not past.any():
        whole[:, order:] = 0
        return whole
    whole[:, order:] = x
    together = max(1, _AT_ONCE // whole.shape[1])
    for first in range(0, rows, together):
        part = slice(first, first + together)
        _solve(whole[part], tuple(_of(factor, part) for factor in factors))
    wild = ~(np.abs(whole[:, -1]) < _MOST)
    if wild.any():
        whole[:, :order] = past
        for row in np.flatnonzero(wild).tolist():
            _mend(whole[row : row + 1], x[row : row + 1], tuple(_of(f, slice(row, row + 1)) for f in factors), period)
    return whole


def settled(state: Reals) -> Reals:
    """Give a filter's memory as it is kept: 0 for what is too small, too large, or no number."""
    size = np.abs(state)
    fine = (size > _LEAST) & (size < _MOST)
    return state if fine.all() else np.where(fine, state, 0.0)


def _solve(whole: Reals, factors: tuple[Reals, ...]) -> None:
    """Solve the columns after the past in place, where now stands what goes in."""
    order = len(factors)
    bands = np.empty((*whole.shape, order + 1))
    for reach, factor in enumerate(factors, 1):
        bands[:, : order - reach, reach] = 0.0
        np.negative(factor, out=bands[:, order - reach : -reach, reach])
        bands[:, -reach:, reach] = 0.0
    dtbsv(order, bands.reshape(-1, order + 1).T, whole.reshape(-1), lower=1, diag=1, overwrite_x=1)


def _mend(whole: Reals, x: npt.NDArray[np.floating], factors: tuple[Reals, ...], period: int) -> None:
    """Solve one row anew, period by period; a bad value has leaked into it from a row before, or is its own."""
    order = len(factors)
    for first in range(0, x.shape[1], period):
        columns = slice(first, first + period)
        part = whole[:, first : first + order + period].copy()
        part[:, order:] = x[:, columns]
        if first:
            part[:, :order] = settled(part[:, :order])
        _solve(part, tuple(factor[:, columns] if factor.shape[1] > 1 else factor for factor in factors))
        whole[:, first + order : first + order + period] = part[:, order:]


def _of(values: Reals, rows: slice) -> Reals:
    return values[rows] if len(values) > 1 else values
