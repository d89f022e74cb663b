"""Envelopes: levels that go from one to the next while a gate is open, and leave when it closes."""

from dataclasses import dataclass, field

import numpy as np

from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.ugens.shapes import COURSE, LEFT, Reals, Stretch, begin, drawn, still, travel, values
from singing_pager.synth.unit import BLOCK, Evaluate, Places, Signal, Unit

__all__ = ["UGENS"]

STAGE, TARGET, RELEASED, GATE = range(LEFT + 1, LEFT + 5)
"""What is kept beside the course: which segment it is, where it goes, whether it was let go, and the gate."""
_WIDTH = GATE + 1
_UNBEGUN = 1e9
"""A segment beyond all others: the envelope waits for its gate."""

GATE_IN, SCALE, BIAS, TIME, ACTION, FIRST, STAGES, RELEASE, LOOP, NODES = range(10)
"""The inputs; from `NODES` on four a segment: level, length, shape, curve."""
_OPEN, _CUT, _CLOSE = 1, 2, 3

_WAYS = np.array([[STAGES, RELEASE, LOOP]])
_NODE = np.array([[SCALE, BIAS, TIME, NODES, NODES + 1, NODES + 2, NODES + 3]])
_NODE_STEP = np.where(_NODE >= NODES, 4, 0)
"""What a segment is made of, and how far from it the same of the next segment is."""


def _env_gen(unit: Unit, *inputs: Signal) -> Signal:
    """An envelope: segment by segment, for all voices at once."""
    playing = _Playing(unit, inputs)
    stretches = playing.run()
    unit.keep("envelope", playing.state)
    unit.done(playing.ended, inputs[ACTION])
    return drawn(stretches, unit.width)


@dataclass(slots=True)
class _Plan:
    """Where inputs are found in a row of numbers, as long as their shapes stay the same.

    Attributes:
        moving: Which inputs may change in a voice.
        audible: Whether one of them is at audio rate.
        shapes: Their shapes.
        first: (inputs,) where each begins.
        row: How far it is from there to the next voice's.
        column: How far to the next control period's.
    """

    moving: list[int]
    audible: bool
    shapes: list[tuple[int, ...]] | None = None
    first: Places = field(init=False)
    row: Places = field(init=False)
    column: Places = field(init=False)

    def fit(self, shapes: list[tuple[int, ...]], voices: int, count: int) -> None:
        """Find places for inputs of other shapes: those that are fixed come first, voice by voice."""
        rows, columns = np.array(shapes[1:], np.int64).reshape(-1, 2).T
        self.first, self.row, self.column = np.arange(count), np.full(count, count), np.zeros(count, np.int64)
        self.first[self.moving] = voices * count + np.cumsum(rows * columns) - rows * columns
        self.row[self.moving] = np.where(rows > 1, columns, 0)
        self.column[self.moving] = columns > 1
        self.shapes = shapes


class _Inputs:
    """The inputs but the gate, each as it is at the beginning of a control period."""

    def __init__(self, unit: Unit, inputs: tuple[Signal, ...]) -> None:
        if unit.plan is None:
            moving = [place for place, rate in enumerate(unit.rates) if place != GATE_IN and rate is not Rate.SCALAR]
            unit.plan = _Plan(moving, audible=any(unit.rates[place] is Rate.AUDIO for place in moving))
        self._plan: _Plan = unit.plan
        signals = [inputs[place] for place in self._plan.moving]
        if self._plan.audible:
            signals = [
                signal[:, ::BLOCK] if unit.rates[place] is Rate.AUDIO and signal.shape[1] > 1 else signal
                for place, signal in zip(self._plan.moving, signals, strict=True)
            ]
        fixed = self._fixed(unit, inputs)
        shapes = [fixed.shape, *[signal.shape for signal in signals]]
        if shapes != self._plan.shapes:
            self._plan.fit(shapes, *fixed.shape)
        self._flat = np.concatenate([fixed.reshape(-1), *[signal.reshape(-1) for signal in signals]])
        self.segments = (len(inputs) - NODES) // 4
        ways = inputs[STAGES:NODES]
        self._ways = np.trunc(np.concatenate(ways)) if all(way.size == 1 for way in ways) else None

    @staticmethod
    def _fixed(unit: Unit, inputs: tuple[Signal, ...]) -> Signal:
        """Those that never change in a voice, kept for each."""
        if unit.span.fresh is None and "inputs" in unit.memory:
            return unit.memory["inputs"]
        now = np.zeros((unit.span.rows, len(inputs)), np.float32)
        for place, (signal, rate) in enumerate(zip(inputs, unit.rates, strict=True)):
            if rate is Rate.SCALAR:
                now[:, place] = signal[:, 0]
        fixed: Signal = unit.recall("inputs", now, np.float32)
        unit.keep("inputs", fixed)
        return fixed

    def ways(self, rows: Places, blocks: Places) -> Signal:
        """How many segments there are, where the gate is waited for, and where a loop begins: (3, rows or 1)."""
        return np.trunc(self.at(_WAYS, rows, blocks).T) if self._ways is None else self._ways

    def at(self, numbers: Places, rows: Places, blocks: Places) -> Signal:
        """Values of inputs (rows or 1, k) for (rows,) voices in (rows,) control periods: (rows, k)."""
        plan = self._plan
        places = plan.first[numbers] + plan.row[numbers] * rows[:, None]
        places += plan.column[numbers] * blocks[:, None]
        found: Signal = self._flat[places]
        return found


class _Playing:
    """A span of all voices of an envelope.

    Attributes:
        state: (rows, _WIDTH) what is kept.
        ended: (rows,) the control period in which each voice came to its end.
    """

    def __init__(self, unit: Unit, inputs: tuple[Signal, ...]) -> None:
        self._unit = unit
        self._signals = inputs
        self._known: _Inputs | None = None
        self._every = np.arange(unit.span.rows)
        self._period = BLOCK if unit.rate is Rate.AUDIO else 1
        self.ended = np.full(unit.span.rows, unit.blocks)
        self.state = self._begun()

    @property
    def _inputs(self) -> _Inputs:
        """Looked at only where a segment begins."""
        if self._known is None:
            self._known = _Inputs(self._unit, self._signals)
        return self._known

    def run(self) -> list[Stretch]:
        """Play the span."""
        gate = self._signals[GATE_IN]
        self._listen(self._unit.held(gate, GATE_IN) if self._unit.rate is Rate.CONTROL else gate, 0)
        return list(travel(self.state, self._every, 0, self._unit.width, self._turn))

    def _begun(self) -> Reals:
        """What was kept; voices that begin have made one step already, as scsynth's do when they are built."""
        fresh = self._unit.span.fresh
        kept = self._unit.memory.get("envelope")
        if kept is not None and fresh is None:
            return kept.copy()
        rows = self._every if kept is None or fresh is None else np.flatnonzero(fresh)
        self.state = np.zeros((len(self._every), _WIDTH)) if kept is None else kept.copy()
        gates = self.state[:, GATE].copy()
        first, scale, bias = self._inputs.at(np.array([[FIRST, SCALE, BIAS]]), rows, np.zeros_like(rows)).T
        level = (first * scale + bias).astype(np.float64)
        self.state[rows, LEFT:] = 0
        self.state[rows, :COURSE] = still(level)
        self.state[rows, STAGE] = _UNBEGUN
        self.state[rows, TARGET] = level
        self._listen(self._unit.built(self._signals[GATE_IN], GATE_IN), -1)
        built = np.zeros(len(self._every), np.float32)
        for stretch in travel(self.state, rows, -1, 0, self._turn):
            built[stretch.rows] = values(stretch.course)
        self._unit.before = built[:, None]
        self.ended[:] = self._unit.blocks
        gates[rows] = self.state[rows, GATE]
        self.state[:, GATE] = gates
        return self.state

    def _listen(self, gate: Signal, start: int) -> None:
        """Find where the gate opens, cuts or closes: of each voice one column after another, and what happens there."""
        self._due: Reals | None = None
        last = self.state[:, GATE:]
        if gate.shape[1] == 1 and (last == gate).all():
            return
        last = last.copy()
        before = np.concatenate([last, self._unit.rowed(gate[:, :-1])], axis=1) if gate.shape[1] > 1 else last
        self.state[:, GATE] = gate[:, -1]
        if (before == gate).all():
            return
        closed = before <= 0
        what = np.where(closed & (gate > 0), _OPEN, 0)
        what[(before > -1) & (gate <= -1)] = _CUT
        what[~closed & (gate <= 0) & (gate > -1)] = _CLOSE
        rows, places = np.nonzero(what)
        counts = np.bincount(rows, minlength=len(before))
        turns = np.arange(len(rows)) - (np.cumsum(counts) - counts)[rows]
        self._due = np.full((len(before), counts.max() + 1), np.inf)
        self._due[rows, turns] = places * (self._unit.width // gate.shape[1]) + start
        self._what = np.zeros(self._due.shape, np.int64)
        self._what[rows, turns] = what[rows, places]
        self._cuts = np.zeros(self._due.shape, np.float32)
        self._cuts[rows, turns] = self._unit.rowed(gate)[rows, places]
        self._heard = np.zeros(len(before), np.int64)

    def _turn(self, state: Reals, rows: Places, at: Reals) -> Reals | float:
        """Heed the gates that move now, then begin what comes after a segment that is over."""
        if self._due is not None:
            self._heed(self._due, state, rows, at)
        over = np.flatnonzero(state[:, LEFT] <= 0)
        if len(over):
            state[over] = self._next(state[over], rows[over], at[over])
        return np.inf if self._due is None else self._due[rows, self._heard[rows]]

    def _heed(self, due: Reals, state: Reals, rows: Places, at: Reals) -> None:
        """Do what the gates say that move now."""
        hit = np.flatnonzero(due[rows, self._heard[rows]] == at)
        if not len(hit):
            return
        turns = self._heard[rows[hit]]
        self._heard[rows[hit]] += 1
        blocks = np.maximum(at[hit], 0).astype(np.int64) // self._period
        stages, release = np.trunc(self._inputs.at(np.array([[STAGES, RELEASE]]), rows[hit], blocks)).T
        what = self._what[rows[hit], turns]
        held = state[hit, RELEASED] == 0
        opened = hit[what == _OPEN]
        state[opened, STAGE] = -1
        state[opened, RELEASED] = state[opened, LEFT] = 0
        closed = (what == _CLOSE) & (release >= 0) & held
        state[hit[closed], STAGE] = release[closed] - 1
        state[hit[closed], RELEASED] = 1
        state[hit[closed], LEFT] = 0
        cut = (what == _CUT) & held
        if cut.any():
            state[hit[cut], STAGE] = stages[cut] - 1
            state[hit[cut], RELEASED] = 1
            seconds = -self._cuts[rows[hit], turns].astype(np.float64) - 1
            state[hit[cut]] = self._segment(state[hit[cut]], rows[hit[cut]], blocks[cut], seconds[cut])

    def _next(self, state: Reals, rows: Places, at: Reals) -> Reals:
        """Begin the next segment, wait for the gate, or be done."""
        blocks = np.maximum(at, 0).astype(np.int64) // self._period
        stages, release, loop = self._inputs.ways(rows, blocks)
        state[:, STAGE] += 1
        over = state[:, STAGE] >= stages
        waits = ~over & (state[:, STAGE] == release) & (state[:, RELEASED] == 0)
        if not (over | waits).any():
            return self._segment(state, rows, blocks)
        loops = waits & (loop >= 0) & (loop < stages)
        state[loops, STAGE] = np.broadcast_to(loop, len(rows))[loops]
        stays = over | (waits & ~loops)
        self.ended[rows[over]] = blocks[over]
        state[stays, :COURSE] = still(state[stays, TARGET])
        state[stays, LEFT] = np.inf
        state[stays, STAGE] -= 1
        goes = ~stays
        state[goes] = self._segment(state[goes], rows[goes], blocks[goes])
        return state

    def _segment(self, state: Reals, rows: Places, blocks: Places, seconds: Reals | None = None) -> Reals:
        """Begin the segment that is said; its length is given where the gate cuts the envelope short."""
        stage = np.minimum(np.maximum(state[:, STAGE], 0), self._inputs.segments - 1).astype(np.int64)
        numbers = _NODE + _NODE_STEP * stage[:, None]
        scale, bias, time, level, length, shape, curve = self._inputs.at(numbers, rows, blocks).T
        target = (level * scale + bias).astype(np.float64)
        if seconds is None:
            seconds = (length * time).astype(np.float64)
        count = np.fmax(1, np.trunc(seconds * self._unit.sample_rate))
        now = values(state)
        state[:, :COURSE] = begin(
            np.trunc(shape), curve.astype(np.float64), now, target, before=state[:, TARGET], count=count
        )
        state[:, TARGET] = target
        state[:, LEFT] = count
        return state


UGENS: dict[str, Evaluate] = {"EnvGen": _env_gen}
