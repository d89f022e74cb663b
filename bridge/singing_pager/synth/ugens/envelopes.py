"""Envelopes: levels that go from one to the next while a gate is open, and leave when it closes."""

import numpy as np

from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.ugens.nodes import (
    ACTION,
    BIAS,
    FIRST,
    GATE_IN,
    NODES,
    RELEASE,
    SCALE,
    STAGES,
    TIME,
    Inputs,
    Plan,
)
from singing_pager.synth.ugens.shapes import (
    COURSE,
    LEFT,
    Reals,
    Stretch,
    ahead,
    begin,
    drawn,
    flat,
    rest,
    still,
    travel,
    values,
)
from singing_pager.synth.unit import BLOCK, Evaluate, Places, Signal, Unit

__all__ = ["UGENS"]

STAGE, TARGET, RELEASED, GATE = range(LEFT + 1, LEFT + 5)
"""What is kept beside the course: which segment it is, where it goes, whether it was let go, and the gate."""
_WIDTH = GATE + 1
_UNBEGUN = 1e9
"""A segment beyond all others: the envelope waits for its gate."""

_OPEN, _CUT, _CLOSE = 1, 2, 3

_BEGINNING = np.array([[FIRST, SCALE, BIAS]])
_NODE = np.array([[SCALE, BIAS, TIME, NODES, NODES + 1, NODES + 2, NODES + 3]])
_NODE_STEP = np.where(_NODE >= NODES, 4, 0)
"""What a segment is made of, and how far from it the same of the next segment is."""


def _env_gen(unit: Unit, *inputs: Signal) -> Signal:
    """An envelope: segment by segment, for all voices at once."""
    kept = unit.memory.get("envelope")
    if kept is not None and _rests(unit, kept, inputs[GATE_IN]):
        unit.settled = True
        return flat(kept)
    playing = _Playing(unit, inputs)
    state = playing.state
    due = playing.listen()
    at = np.minimum(state[:, LEFT], unit.width)
    if due is not None:
        np.minimum(at, due, out=at)
    course = state[:, :COURSE].copy()
    ahead(state, at)
    state[:, LEFT] -= at
    busy = np.flatnonzero(at < unit.width)
    if not len(busy):
        return drawn([Stretch(busy, at, at, course)], unit.width)
    others = list(travel(state, busy, at[busy], unit.width, playing.turn))
    if unit.span.fresh is not None:
        unit.before = np.zeros((len(state), 1), np.float32)
        unit.before[busy, 0] = values(others[0].course)
    unit.done(playing.ended, inputs[ACTION])
    return drawn([Stretch(busy, at, at, course), *others], unit.width)


def _rests(unit: Unit, state: Reals, gate: Signal) -> bool:
    """Say whether all wait, and none is called."""
    quiet = unit.span.fresh is None and gate.shape[1] == 1 and (state[:, GATE:] == gate).all()
    return bool(quiet and rest(state))


class _Playing:
    """A span of all voices.

    Attributes:
        state: Where they are.
        ended: (rows,) in which control period each came to its end.
    """

    def __init__(self, unit: Unit, inputs: tuple[Signal, ...]) -> None:
        if unit.plan is None:
            unit.plan = Plan(unit, inputs)
        self._unit = unit
        self._signals = inputs
        self._read: Inputs | None = None
        self._period = BLOCK if unit.rate is Rate.AUDIO else 1
        self._due: Reals | None = None
        self.ended = np.full(unit.span.rows, unit.blocks)
        self.state = self._begun()

    @property
    def _inputs(self) -> Inputs:
        if self._read is None:
            self._read = Inputs(self._unit, self._unit.plan, self._signals)
        return self._read

    def _begun(self) -> Reals:
        """What was kept; voices that begin do so a column early, as scsynth's make a step when they are built."""
        fresh = self._unit.span.fresh
        state = self._unit.memory.get("envelope")
        if state is None:
            state = self._unit.memory["envelope"] = np.zeros((self._unit.span.rows, _WIDTH))
            rows = np.arange(len(state))
        elif fresh is None:
            return state
        else:
            rows = np.flatnonzero(fresh)
        first, scale, bias = self._inputs.at(_BEGINNING, rows, np.zeros_like(rows)).T
        begins = (first * scale + bias).astype(np.float64)
        begun = np.zeros((len(rows), _WIDTH))
        begun[:, :COURSE] = still(begins)
        begun[:, LEFT] = -1
        begun[:, STAGE] = _UNBEGUN
        begun[:, TARGET] = begins
        state[rows] = begun
        return state

    def listen(self) -> Reals | None:
        """Find where the gate opens, cuts or closes; gives the first such column of each voice, None: nowhere."""
        unit, gate = self._unit, self._signals[GATE_IN]
        if unit.rate is Rate.CONTROL:
            gate = unit.held(gate, GATE_IN)
        last = self.state[:, GATE:]
        if unit.span.fresh is None and gate.shape[1] == 1 and (last == gate).all():
            return None
        early = self.state[:, LEFT:STAGE] < 0
        built = last if unit.span.fresh is None else unit.built(self._signals[GATE_IN], GATE_IN)
        whole = np.concatenate([last, np.where(early, built, last), unit.rowed(gate)], axis=1)
        before, gates = whole[:, :-1], whole[:, 1:]
        self.state[:, GATE] = whole[:, -1]
        moved = np.flatnonzero((before != gates).any(axis=1))
        if not len(moved):
            return None
        before, gates = before[moved], gates[moved]
        closed = before <= 0
        what = np.where(closed & (gates > 0), _OPEN, 0)
        what[(before > -1) & (gates <= -1)] = _CUT
        what[~closed & (gates <= 0) & (gates > -1)] = _CLOSE
        rows, places = np.nonzero(what)
        counts = np.bincount(rows, minlength=1)
        turns = np.arange(len(rows)) - (np.cumsum(counts) - counts)[rows]
        self._due = np.full((len(whole), counts.max() + 1), np.inf)
        self._due[moved[rows], turns] = np.where(places > 0, (places - 1) * (unit.width // gate.shape[1]), -1)
        self._what = np.zeros(self._due.shape, np.int64)
        self._what[moved[rows], turns] = what[rows, places]
        self._cuts = np.zeros(self._due.shape, np.float32)
        self._cuts[moved[rows], turns] = gates[rows, places]
        self._heard = np.zeros(len(whole), np.int64)
        return self._due[:, 0]

    def turn(self, state: Reals, rows: Places, at: Reals) -> Reals | float:
        """Heed the gates that move now, then begin what comes after a segment that is over."""
        if self._due is not None:
            self._heed(self._due, state, rows, at)
        over = np.flatnonzero(state[:, LEFT] <= 0)
        if len(over):
            if len(over) == len(state):
                self._next(state, rows, at)
            else:
                part = state[over]
                self._next(part, rows[over], at[over])
                state[over] = part
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
            part = state[hit[cut]]
            self._segment(part, rows[hit[cut]], blocks[cut], seconds[cut])
            state[hit[cut]] = part

    def _next(self, state: Reals, rows: Places, at: Reals) -> None:
        """Begin the next segment, wait for the gate, or be done."""
        blocks = np.maximum(at, 0).astype(np.int64) // self._period
        stages, release, loop = self._inputs.ways(rows, blocks)
        stage = state[:, STAGE]
        stage += 1
        over = stage >= stages
        stops = over | ((stage == release) & (state[:, RELEASED] == 0))
        if not stops.any():
            self._segment(state, rows, blocks)
            return
        loops = stops & ~over & (loop >= 0) & (loop < stages)
        if loops.any():
            state[loops, STAGE] = np.broadcast_to(loop, len(rows))[loops]
            stops &= ~loops
        self._stop(state, np.flatnonzero(stops))
        ended = over & (at >= 0)
        self.ended[rows[ended]] = blocks[ended]
        goes = np.flatnonzero(~stops)
        if len(goes):
            part = state[goes]
            self._segment(part, rows[goes], blocks[goes])
            state[goes] = part

    @staticmethod
    def _stop(state: Reals, rows: Places) -> None:
        part = state[rows]
        part[:, :COURSE] = still(part[:, TARGET])
        part[:, LEFT] = np.inf
        part[:, STAGE] -= 1
        state[rows] = part

    def _segment(self, state: Reals, rows: Places, blocks: Places, seconds: Reals | None = None) -> None:
        """Begin the segment that is said; its length is given where the gate cuts the envelope short."""
        stage = np.minimum(np.maximum(state[:, STAGE], 0), self._inputs.segments - 1).astype(np.int64)
        numbers = _NODE + _NODE_STEP * stage[:, None]
        scale, bias, time, goal, length, shape, curve = self._inputs.at(numbers, rows, blocks).T
        target = (goal * scale + bias).astype(np.float64)
        if seconds is None:
            seconds = (length * time).astype(np.float64)
        count = np.fmax(1, np.trunc(seconds * self._unit.sample_rate))
        now = values(state)
        state[:, :COURSE] = begin(
            np.trunc(shape), curve.astype(np.float64), now, target, before=state[:, TARGET], count=count
        )
        state[:, TARGET] = target
        state[:, LEFT] = count


UGENS: dict[str, Evaluate] = {"EnvGen": _env_gen}
