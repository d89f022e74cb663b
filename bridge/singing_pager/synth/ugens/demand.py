"""Demand: sequences that give their next value when they are asked.

A UGen of demand rate is evaluated to a `Source`: something that Demand, Duty and TDuty, or another source, ask for a
voice's next value. What it remembers of each voice is a row of its unit's memory, changed in place.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np

from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Evaluate, Signal, State, Unit

__all__ = ["UGENS", "Applied", "Counted", "Input", "Source", "ask", "made", "rewind"]

_NAN = float("nan")


class Source(ABC):
    """What gives one value after another, for each voice apart.

    Args:
        unit: The UGen.
        inputs: Its inputs: signals, or sources.
    """

    size = 0
    """Numbers that are remembered of each voice; all begin at −1."""

    def __init__(self, unit: Unit, inputs: Sequence["Input"]) -> None:
        self.unit = unit
        self.inputs = inputs
        self.state: State = np.array(unit.recall("state", np.full((1, max(self.size, 1)), -1.0)))
        unit.keep("state", self.state)

    @abstractmethod
    def next(self, row: int, at: int) -> float:
        """Give a voice's next value; NaN: there is none.

        Args:
            row: Which voice asks.
            at: The sample of the span in which it asks.
        """

    def reset(self, row: int) -> None:
        """Begin anew for a voice."""
        self.state[row] = -1
        for source in self.inputs:
            rewind(source, row)

    def ask(self, place: int, row: int, at: int) -> float:
        """Ask an input for its next value."""
        return ask(self.unit, self.inputs[place], place, row, at)


Input: TypeAlias = Signal | Source


def ask(unit: Unit, source: Input, place: int, row: int, at: int) -> float:
    """Give an input's next value, or what the signal is at a sample of the span."""
    if isinstance(source, Source):
        return source.next(row, at)
    column = 0
    if source.shape[1] > 1:
        column = at if unit.rates[place] is Rate.AUDIO else at // BLOCK
    return float(source[row if len(source) > 1 else 0, column])


def rewind(source: Input, row: int) -> None:
    """Let an input begin anew, if it is a source."""
    if isinstance(source, Source):
        source.reset(row)


class Applied(Source):
    """An operator of sources and signals."""

    def __init__(self, unit: Unit, inputs: Sequence[Input], operator: Callable[..., Signal]) -> None:
        super().__init__(unit, inputs)
        self._operator = operator

    def next(self, row: int, at: int) -> float:
        """Apply the operator to the next values; there is none where one has none."""
        values = [self.ask(place, row, at) for place in range(len(self.inputs))]
        if np.isnan(values).any():
            return _NAN
        return float(self._operator(*(np.full((1, 1), value, np.float32) for value in values))[0, 0])


class Counted(Source):
    """A source with a number of repeats as its first input."""

    size = 2

    def over(self, row: int, at: int) -> bool:
        """Say whether all repeats are done; they are asked for at the first time."""
        repeats, count = self.state[row, :2]
        if repeats < 0:
            asked = self.ask(0, row, at)
            repeats = self.state[row, 0] = 0 if np.isnan(asked) else np.floor(asked + 0.5)
            count = self.state[row, 1] = 0
        return bool(count >= repeats)

    def reset(self, row: int) -> None:
        """Begin anew for a voice; the sources inside do so at their next turn."""
        self.state[row] = -1


class _List(Counted):
    """A list of values and sources, taken in some order; each source is taken to its end."""

    size = 4
    whole = False
    """Whether a repeat is the whole list, not one item."""

    def next(self, row: int, at: int) -> float:
        for _ in range(2 * len(self.inputs) + 1):
            if self.over(row, at):
                return _NAN
            state = self.state[row]
            if state[2] < 0:
                state[2] = self.first(row)
            place = self.place(row, int(state[2]))
            source = self.inputs[place]
            if not isinstance(source, Source):
                self._go_on(row)
                return self.ask(place, row, at)
            if state[3] < 0:
                source.reset(row)
                state[3] = 0
            value = source.next(row, at)
            if not np.isnan(value):
                return value
            self._go_on(row)
        return _NAN

    def _go_on(self, row: int) -> None:
        state = self.state[row]
        index = self.following(int(state[2]))
        state[1] += index == 0 if self.whole else 1
        state[2:4] = index, -1

    @property
    def length(self) -> int:
        """How many items there are."""
        return len(self.inputs) - 1

    def first(self, row: int) -> int:
        """With which item a voice begins."""
        del row
        return 0

    def following(self, index: int) -> int:
        """Which item comes after another."""
        return (index + 1) % self.length

    def place(self, row: int, index: int) -> int:
        """Which input an item is."""
        del row
        return index + 1

    def throw(self, sides: int) -> int:
        """A whole number from 0 to below another, by chance."""
        return int(self.unit.span.chance.integers(max(sides, 1)))


class _Dseq(_List):
    whole = True


class _Dser(_List):
    pass


class _Drand(_List):
    def first(self, row: int) -> int:
        return self.following(row)

    def following(self, index: int) -> int:
        del index
        return self.throw(self.length)


class _Dxrand(_List):
    def first(self, row: int) -> int:
        del row
        return self.throw(self.length)

    def following(self, index: int) -> int:
        other = self.throw(self.length - 1)
        return (other + (other >= index)) % self.length


class _Dshuf(_List):
    """The order stands behind the four numbers of a list."""

    whole = True

    def __init__(self, unit: Unit, inputs: Sequence[Input]) -> None:
        self.size = 4 + len(inputs) - 1
        super().__init__(unit, inputs)

    def first(self, row: int) -> int:
        self.state[row, 4:] = self.unit.span.chance.permutation(self.length)
        return 0

    def place(self, row: int, index: int) -> int:
        return int(self.state[row, 4 + index]) + 1


def made(kind: Callable[[Unit, Sequence[Input]], Source], unit: Unit, *inputs: Input) -> Source:
    """Make a sequence of a UGen."""
    return kind(unit, inputs)


UGENS: dict[str, Evaluate] = {
    "Drand": partial(made, _Drand),
    "Dseq": partial(made, _Dseq),
    "Dser": partial(made, _Dser),
    "Dshuf": partial(made, _Dshuf),
    "Dxrand": partial(made, _Dxrand),
}
