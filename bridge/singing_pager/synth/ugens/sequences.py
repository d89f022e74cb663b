"""Sequences that are made as they go: series, values by chance, and what is made of other sequences."""

from collections.abc import Callable
from functools import partial

import numpy as np

from singing_pager.synth.ugens.demand import Counted, Input, Source, made, rewind
from singing_pager.synth.unit import Evaluate, Unit

__all__ = ["UGENS"]

_NAN = float("nan")


class _Series(Counted):
    """Values each of which is made of the one before and a step."""

    size = 4

    def __init__(self, combine: Callable[[float, float], float], unit: Unit, *inputs: Input) -> None:
        super().__init__(unit, inputs)
        self._combine = combine

    def next(self, row: int, at: int) -> float:
        state = self.state[row]
        step = self.ask(2, row, at)
        if not np.isnan(step):
            state[3] = step
        begins = state[0] < 0
        over = self.over(row, at)
        if begins:
            state[2] = self.ask(1, row, at)
        if over:
            return _NAN
        value = float(state[2])
        state[1] += 1
        state[2] = np.float32(self._combine(value, float(state[3])))
        return value


class _Chance(Counted):
    """Values by chance between two others."""

    size = 4

    def __init__(self, whole: bool, unit: Unit, *inputs: Input) -> None:  # noqa: FBT001 - which of two UGens
        super().__init__(unit, inputs)
        self._whole = whole

    def next(self, row: int, at: int) -> float:
        if self.over(row, at):
            return _NAN
        self.state[row, 1] += 1
        low, high = self.ask(1, row, at), self.ask(2, row, at)
        if self._whole:
            least, most = np.floor(low + 0.5), np.floor(high + 0.5)
            return float(least + np.floor(self.unit.span.chance.random() * (most - least + 1)))
        return float(np.float32(low + self.unit.span.chance.random() * (high - low)))


class _Brown(Counted):
    """A walk by chance between two values."""

    size = 3

    def __init__(self, whole: bool, unit: Unit, *inputs: Input) -> None:  # noqa: FBT001 - which of two UGens
        super().__init__(unit, inputs)
        self._whole = whole

    def next(self, row: int, at: int) -> float:
        low, high, step = (self.ask(place, row, at) for place in (1, 2, 3))
        chance = self.unit.span.chance
        begins = self.state[row, 0] < 0
        if self.over(row, at):
            return _NAN
        value = low + chance.random() * (high - low) if begins else float(self.state[row, 2])
        value = float(np.floor(value)) if self._whole else value
        self.state[row, 1] += 1
        moved = value + (2 * chance.random() - 1) * step
        self.state[row, 2] = min(
            max(moved if low <= moved <= high else 2 * (low if moved < low else high) - moved, low), high
        )
        return value


class _Dswitch1(Source):
    """One of several inputs at each time, by a number."""

    def next(self, row: int, at: int) -> float:
        index = self.ask(0, row, at)
        if np.isnan(index):
            return _NAN
        return self.ask(int(np.floor(index + 0.5)) % (len(self.inputs) - 1) + 1, row, at)


class _Dstutter(Source):
    """Each value several times."""

    size = 3

    def next(self, row: int, at: int) -> float:
        state = self.state[row]
        if state[1] >= state[0]:
            value, repeats = self.ask(1, row, at), self.ask(0, row, at)
            if np.isnan(value) or np.isnan(repeats):
                return _NAN
            state[:] = np.floor(repeats + 0.5), 0, value
        state[1] += 1
        return float(state[2])


class _Dreset(Source):
    """A source that begins anew when another one rises above 0."""

    size = 1

    def next(self, row: int, at: int) -> float:
        value, reset = self.ask(0, row, at), self.ask(1, row, at)
        if not np.isnan(value):
            if reset > 0 and self.state[row, 0] <= 0:
                rewind(self.inputs[0], row)
            self.state[row, 0] = reset
        return value


def _product(value: float, factor: float) -> float:
    return value * factor


def _total(value: float, step: float) -> float:
    return value + step


UGENS: dict[str, Evaluate] = {
    "Dbrown": partial(_Brown, False),  # noqa: FBT003 - which of two UGens
    "Ddup": partial(made, _Dstutter),
    "Dgeom": partial(_Series, _product),
    "Dibrown": partial(_Brown, True),  # noqa: FBT003 - which of two UGens
    "Diwhite": partial(_Chance, True),  # noqa: FBT003 - which of two UGens
    "Dreset": partial(made, _Dreset),
    "Dseries": partial(_Series, _total),
    "Dstutter": partial(made, _Dstutter),
    "Dswitch1": partial(made, _Dswitch1),
    "Dwhite": partial(_Chance, False),  # noqa: FBT003 - which of two UGens
}
