"""What an envelope reads: its inputs, most of them the nodes between its segments."""

import numpy as np

from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Places, Signal, Unit

__all__ = [
    "ACTION",
    "BIAS",
    "FIRST",
    "GATE_IN",
    "LOOP",
    "NODES",
    "RELEASE",
    "SCALE",
    "STAGES",
    "TIME",
    "Inputs",
    "Plan",
]

GATE_IN, SCALE, BIAS, TIME, ACTION, FIRST, STAGES, RELEASE, LOOP, NODES = range(10)
"""The inputs; from `NODES` on four a segment: level, length, shape, curve."""

_WAYS = np.array([[STAGES, RELEASE, LOOP]])


class Plan:
    """Where inputs are found in a row of numbers: constants, then those that never change in a voice, then others.

    Attributes:
        fixed: Which inputs never change in a voice.
        moving: Which may.
        audible: Whether one of them is at audio rate.
        constants: (inputs,) the constants, 0 for others.
        ways: (3, 1) how many segments there are, where the gate is waited for, where a loop begins; None: they change.
        first: (inputs,) where each begins.
        row: How far it is from there to the next voice's.
        column: How far to the next control period's.
    """

    def __init__(self, unit: Unit, inputs: tuple[Signal, ...]) -> None:
        self.constants = np.zeros(len(inputs), np.float32)
        self.fixed: list[int] = []
        self.moving: list[int] = []
        for place, rate in enumerate(unit.rates):
            if rate is not Rate.SCALAR:
                self.moving.extend([place] * (place != GATE_IN))
            elif unit.sources and unit.sources[place] is None:
                self.constants[place] = inputs[place][0, 0]
            else:
                self.fixed.append(place)
        self.audible = any(unit.rates[place] is Rate.AUDIO for place in self.moving)
        known = not {STAGES, RELEASE, LOOP} & {*self.fixed, *self.moving}
        self.ways = np.trunc(self.constants[STAGES:NODES, None]) if known else None
        self._shapes: list[tuple[int, ...]] | None = None

    def fit(self, shapes: list[tuple[int, ...]], rows: int) -> None:
        """Find places for moving inputs of some shapes."""
        if shapes == self._shapes:
            return
        count, fixed = len(self.constants), len(self.fixed)
        self.first, self.row, self.column = np.arange(count), np.zeros(count, np.int64), np.zeros(count, np.int64)
        self.first[self.fixed] = count + np.arange(fixed)
        self.row[self.fixed] = fixed
        high, wide = np.array(shapes, np.int64).reshape(-1, 2).T
        self.first[self.moving] = count + rows * fixed + np.cumsum(high * wide) - high * wide
        self.row[self.moving] = np.where(high > 1, wide, 0)
        self.column[self.moving] = wide > 1
        self._shapes = shapes


class Inputs:
    """The inputs but the gate, each as it is at the beginning of a control period."""

    def __init__(self, unit: Unit, plan: Plan, inputs: tuple[Signal, ...]) -> None:
        signals = [inputs[place] for place in plan.moving]
        if plan.audible:
            signals = [
                signal[:, ::BLOCK] if unit.rates[place] is Rate.AUDIO and signal.shape[1] > 1 else signal
                for place, signal in zip(plan.moving, signals, strict=True)
            ]
        plan.fit([signal.shape for signal in signals], unit.span.rows)
        fixed = [_fixed(unit, plan, inputs)] if plan.fixed else []
        self._flat = np.concatenate([plan.constants, *[signal.reshape(-1) for signal in [*fixed, *signals]]])
        self._plan = plan
        self.segments = (len(inputs) - NODES) // 4

    def ways(self, rows: Places, blocks: Places) -> Signal:
        """How many segments there are, where the gate is waited for, and where a loop begins: (3, rows or 1)."""
        return np.trunc(self.at(_WAYS, rows, blocks).T) if self._plan.ways is None else self._plan.ways

    def at(self, numbers: Places, rows: Places, blocks: Places) -> Signal:
        """Values of inputs (rows or 1, k) for (rows,) voices in (rows,) control periods: (rows, k)."""
        plan = self._plan
        places = plan.first[numbers] + plan.row[numbers] * rows[:, None]
        places += plan.column[numbers] * blocks[:, None]
        found: Signal = self._flat[places]
        return found


def _fixed(unit: Unit, plan: Plan, inputs: tuple[Signal, ...]) -> Signal:
    """The inputs that never change in a voice, kept for each."""
    if unit.span.fresh is None and "inputs" in unit.memory:
        return unit.memory["inputs"]
    now = np.concatenate([unit.rowed(inputs[place][:, :1]) for place in plan.fixed], axis=1)
    fixed: Signal = unit.recall("inputs", now, np.float32)
    unit.keep("inputs", fixed)
    return fixed
