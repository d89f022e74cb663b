"""Reverberation: Jezar's Freeverb, with the lengths that scsynth gives it at any sampling rate.

Eight combs side by side, each with a low pass in its loop, then four all-passes in a row.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from singing_pager.synth.coefficients import periodic
from singing_pager.synth.recurrence import first_order, settled
from singing_pager.synth.unit import BLOCK, Evaluate, Signal, Unit

__all__ = ["UGENS"]

_COMBS = np.array([1617, 1557, 1491, 1422, 1277, 1116, 1188, 1356])
_ALLPASSES = (556, 441, 341, 225)
_SPREAD = 23
"""How much longer the lines of the right channel are."""
_INPUT = np.float32(0.015)


def _free_verb(unit: Unit, signal: Signal, *arguments: Signal) -> Signal:
    """A room with one ear; after the input come how much of the room is heard, its size, and how much it damps."""
    x = unit.rowed(unit.whole(unit.held(signal, 0)))
    wet, *room = _room(unit, arguments)
    start = unit.built(signal, 0)
    unit.before = (1 - wet[:, :1]) * start
    return x + wet * (_ear(unit, x, room, 0, start) - x)


def _free_verb2(unit: Unit, first: Signal, second: Signal, *arguments: Signal) -> tuple[Signal, ...]:
    """A room with two ears, both of which hear both inputs."""
    ins = tuple(unit.rowed(unit.whole(unit.held(signal, place))) for place, signal in enumerate((first, second)))
    wet, *room = _room(unit, arguments)
    both, start = ins[0] + ins[1], unit.built(first, 0) + unit.built(second, 1)
    return tuple(x + wet * (_ear(unit, both, room, side * _SPREAD, start) - x) for side, x in enumerate(ins))


def _room(unit: Unit, arguments: Sequence[Signal]) -> Iterator[Signal]:
    """Give how much is heard, what is left of an echo, and how much of it is smoothed: each the same for a period."""
    place = len(unit.rates) - len(arguments)
    wet, size, soft = (
        np.clip(periodic(unit, value, index), 0, 1).astype(np.float32) for index, value in enumerate(arguments, place)
    )
    for part in (wet, np.float32(0.7) + np.float32(0.28) * size, np.float32(0.4) * soft):
        yield np.repeat(part, BLOCK, axis=1) if part.shape[1] > 1 else part


def _ear(unit: Unit, x: Signal, room: Sequence[Signal], longer: int, start: Signal) -> Signal:
    total = _combs(unit, x, room, longer, start)
    for length in _ALLPASSES:
        total = _allpass(unit, total, length + longer, f"allpass{length + longer}")
    return total


def _combs(unit: Unit, x: Signal, room: Sequence[Signal], longer: int, start: Signal) -> Signal:
    """w[n] = 0.015·x[n] + left·s[n], where s smooths w[n − length − 1]; gives the sum of all w[n − length].

    As many samples as the shortest comb is long are made at once.
    """
    lengths, name = (_COMBS + longer).tolist(), f"combs{longer}"
    rows, columns = x.shape
    reach, together = max(lengths) + 1, min(lengths)
    begin = np.zeros((rows, len(lengths), reach), np.float32)
    begin[:, :, -1] = _INPUT * start
    past = unit.recall(name, begin.reshape(rows, -1), np.float32).reshape(begin.shape)
    line = np.concatenate([past, np.broadcast_to(_INPUT * x[:, None], (rows, len(lengths), columns))], axis=2)
    smooth = unit.recall(f"{name} smoothed", np.zeros((1, len(lengths))))
    total = np.empty_like(x)
    for first in range(0, columns, together):
        last = min(first + together, columns)
        places = [(reach + first - back - 1, reach + last - back) for back in lengths]
        echoes = np.stack([line[:, comb, begun:end] for comb, (begun, end) in enumerate(places)], axis=1)
        total[:, first:last] = echoes[:, :, 1:].sum(axis=1)
        left, soft = (_part(value, first, last, len(lengths)) for value in room)
        sources = echoes[:, :, :-1].reshape(-1, last - first) * (1 - soft)
        smoothed = first_order(sources, soft, smooth.reshape(-1, 1))
        line[:, :, reach + first : reach + last] += (left * smoothed).reshape(rows, len(lengths), -1)
        smooth = smoothed[:, -1:].reshape(rows, -1)
    unit.keep(f"{name} smoothed", settled(smooth))
    unit.keep(name, line[:, :, columns:].reshape(rows, -1))
    return total


def _part(values: Signal, first: int, last: int, combs: int) -> npt.NDArray[np.float64]:
    """Some columns of what holds for all combs of a voice, a row for every comb."""
    part = values[:, first:last] if values.shape[1] > 1 else values
    return np.repeat(part, combs, axis=0).astype(np.float64) if len(part) > 1 else part.astype(np.float64)


def _allpass(unit: Unit, x: Signal, length: int, name: str) -> Signal:
    """w[n] = x[n] + w[n − length − 1] / 2; gives w[n − length] − x[n]."""
    columns, reach = x.shape[1], length + 1
    line = np.concatenate([unit.recall(name, np.zeros((1, reach)), np.float32), x], axis=1)
    for first in range(0, columns, reach):
        last = min(first + reach, columns)
        line[:, reach + first : reach + last] += np.float32(0.5) * line[:, first:last]
    unit.keep(name, line[:, columns:])
    return line[:, 1 : columns + 1] - x


UGENS: dict[str, Evaluate] = {"FreeVerb": _free_verb, "FreeVerb2": _free_verb2}
