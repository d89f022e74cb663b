"""The voices of one SynthDef as rows of one array: every UGen is evaluated once for all of them."""

from collections.abc import Sequence
from operator import is_
from typing import Any

import numpy as np

from singing_pager.synth.buses import Buses
from singing_pager.synth.graph import Graph, Step
from singing_pager.synth.scsyndef import Input
from singing_pager.synth.unit import Span, State, Unit

__all__ = ["Batch", "Kept"]

Kept = list[dict[str, State]]
"""What the units of one voice remember: one entry a unit, arrays of one row."""

_FEW = 4
"""Rows that may stand empty, ready for the next voice, however few sound."""


class Batch:
    """Rows for the synths of one SynthDef; a row that a synth has left waits for the next one.

    Args:
        graph: What they play.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._units = graph.units()
        self._owners: list[int | None] = []
        parameters = len(graph.synthdef.parameters)
        self.controls = np.zeros((0, parameters), np.float32)
        self._offsets = np.zeros(0, np.int64)
        self._fresh = np.zeros(0, np.bool_)
        self._alive = np.zeros(0, np.bool_)
        self._same = False
        self._heard = False
        self._settled: list[tuple[Sequence[Any], tuple[Any, ...]] | None] = [None] * len(self._units)

    @property
    def rows(self) -> int:
        """Rows, sounding or empty: what an evaluation costs."""
        return len(self._owners)

    @property
    def empty(self) -> bool:
        """Whether no synth is left."""
        return not self._alive.any()

    def owners(self) -> list[int]:
        """The nodes that have a row."""
        return [owner for owner in self._owners if owner is not None]

    def owner(self, row: int) -> int | None:
        """The node that has a row."""
        return self._owners[row]

    def join(self, node: int, controls: Sequence[float] | State, offset: int, kept: Kept | None) -> int:
        """Give a synth a row.

        Args:
            node: Its node id.
            controls: Values of its controls.
            offset: Samples by which it begins after the beginning of its first control period.
            kept: What it remembers from another batch; None: it begins now.
        """
        if None not in self._owners:
            self._grow()
        row = self._owners.index(None)
        self._same = False
        self._owners[row] = node
        self._alive[row] = True
        self.controls[row] = controls
        self._offsets[row] = offset
        self._fresh[row] = kept is None
        for unit, memory in zip(self._units, kept or (), strict=False):
            for name, state in memory.items():
                if name not in unit.memory:
                    unit.memory[name] = np.zeros((self.rows, *state.shape[1:]), state.dtype)
                _writable(unit.memory, name)[row] = state[0]
        return row

    def set(self, row: int, index: int, value: float) -> None:
        """Set a control of a row's synth."""
        self.controls[row, index] = value
        self._heard = True

    def leave(self, row: int) -> None:
        """Take a synth's row away."""
        self._owners[row] = None
        self._alive[row] = False

    def kept(self, row: int) -> Kept | None:
        """What a row's units remember; None: the synth has not begun."""
        if self._fresh[row]:
            return None
        return [{name: state[row : row + 1].copy() for name, state in unit.memory.items()} for unit in self._units]

    def tidy(self) -> dict[int, int] | None:
        """Drop empty rows when they are most of them; gives the new row of each node, or None if nothing moved."""
        taken = [row for row, owner in enumerate(self._owners) if owner is not None]
        if len(self._owners) - len(taken) <= max(_FEW, len(taken)):
            return None
        self._same = False
        self._owners = [self._owners[row] for row in taken]
        self.controls, self._offsets = self.controls[taken], self._offsets[taken]
        self._fresh, self._alive = self._fresh[taken], self._alive[taken]
        for unit in self._units:
            unit.memory = {name: state[taken] for name, state in unit.memory.items()}
            unit.before = None
        return {owner: row for row, owner in enumerate(self._owners) if owner is not None}

    def run(self, blocks: int, rate: float, buses: Buses, chance: np.random.Generator) -> Span:
        """Evaluate every UGen over a span; gives the span, with what ended in it."""
        span = Span(
            blocks=blocks,
            rate=rate,
            rows=self.rows,
            fresh=self._fresh if self._fresh.any() else None,
            controls=self.controls,
            offsets=self._offsets,
            alive=None if self._alive.all() else self._alive.copy(),
            buses=buses,
            chance=chance,
        )
        # bad numbers are the business of the safety stage, as in scsynth
        with np.errstate(all="ignore"):
            self._evaluate(span)
        self._fresh = np.zeros(self.rows, np.bool_)
        return span

    def _evaluate(self, span: Span) -> None:
        """Evaluate the UGens in order; a settled one with the very same inputs as before gives what it gave."""
        same, heard = self._same, self._heard
        self._same, self._heard = True, False
        values: list[tuple[Any, ...]] = []
        for place, (step, unit) in enumerate(zip(self.graph.steps, self._units, strict=True)):
            inputs = [at if at.__class__ is not Input else values[at.ugen][at.output] for at in step.inputs]
            known = self._settled[place] if same and not (heard and step.hears) else None
            if known is not None and all(map(is_, inputs, known[0])):
                found = known[1]
            else:
                found = self._evaluated(place, step, unit, span, inputs)
            values.append(found)
            for spent in step.spent:
                values[spent] = ()
            if self.graph.eager:
                _write(span)
        _write(span)

    def _evaluated(self, place: int, step: Step, unit: Unit, span: Span, inputs: list[Any]) -> tuple[Any, ...]:
        unit.span = span
        unit.settled = False
        result = step.evaluate(unit, *inputs)
        found = result if result.__class__ is tuple else (result,)
        settled = unit.settled or (step.pure and all(signal.shape[1] == 1 for signal in found))
        self._settled[place] = (inputs, found) if settled else None
        return found

    def _grow(self) -> None:
        self._owners.append(None)
        self.controls = np.concatenate([self.controls, np.zeros_like(self.controls, shape=(1, self.controls.shape[1]))])
        self._offsets = np.append(self._offsets, 0)
        self._fresh = np.append(self._fresh, False)
        self._alive = np.append(self._alive, False)
        for unit in self._units:
            for name, state in unit.memory.items():
                unit.memory[name] = np.concatenate([state, np.zeros_like(state, shape=(1, *state.shape[1:]))])


def _write(span: Span) -> None:
    for write in span.later:
        write()
    span.later.clear()


def _writable(memory: dict[str, State], name: str) -> State:
    state = memory[name]
    if not state.flags.writeable:
        state = memory[name] = state.copy()
    return state
