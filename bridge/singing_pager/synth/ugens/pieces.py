"""Signals in pieces: values that are read once a control period, or held from one event to the next."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from singing_pager.synth.unit import BLOCK, Flags, Unit

__all__ = ["by_period", "hold", "pair"]

_Value = TypeVar("_Value", bound=np.generic)


def by_period(unit: Unit, signal: npt.NDArray[_Value]) -> npt.NDArray[_Value]:
    """Give one value a control period, its first, as scsynth reads an input that it does not follow."""
    return signal[:, ::BLOCK] if signal.shape[1] == unit.span.frames else signal


def pair(
    unit: Unit,
    values: npt.NDArray[_Value],
    name: str,
    *,
    start: npt.ArrayLike | None = None,
    columns: int | None = None,
) -> tuple[npt.NDArray[_Value], npt.NDArray[_Value]]:
    """Give the values of each period and those of the period before; the same single column where nothing moves.

    Args:
        unit: What keeps the last value.
        values: (rows or 1, columns or 1).
        name: What the last value is kept under.
        start: What comes before the first value of a voice that begins; None: that value.
        columns: Values in the span, if not one a control period.
    """
    rows = np.broadcast_to(values, (unit.span.rows, values.shape[1]))
    last = unit.recall(name, values[:, :1] if start is None else start, values.dtype)
    unit.keep(name, rows[:, -1:])
    if values.shape[1] == 1:
        if np.array_equal(last, rows):
            return values, values
        rows = np.broadcast_to(rows, (len(rows), columns or unit.blocks))
    return rows, np.concatenate([last, rows[:, :-1]], axis=1)


def hold(at: Flags, values: npt.NDArray[_Value], before: npt.NDArray[_Value]) -> npt.NDArray[_Value]:
    """Hold the value that was taken at the last flagged column, or `before` where none was yet.

    Args:
        at: (rows, columns) where a new value is taken.
        values: The new values, in the order of the flags.
        before: (rows, 1).
    """
    begins = np.concatenate([np.arange(len(at)) * at.shape[1], np.flatnonzero(at)])
    order = np.argsort(begins, kind="stable")
    lengths = np.diff(begins[order], append=at.size)
    return np.repeat(np.concatenate([before[:, 0], values])[order], lengths).reshape(at.shape)
