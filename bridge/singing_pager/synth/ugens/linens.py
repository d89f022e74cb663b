"""Linen: the envelope of three lines that scsynth has had from its beginnings."""

import numpy as np

from singing_pager.synth.ugens.lines import between, count, every, following, kept, travelled
from singing_pager.synth.ugens.shapes import COURSE, LEFT, Reals, still, towards, travel, values
from singing_pager.synth.unit import Evaluate, Flags, Places, Signal, Unit

__all__ = ["UGENS"]

STAGE, FALL, GATE = range(LEFT + 1, LEFT + 4)
"""What is kept beside the course: the stage, how long the fall will be, and the gate."""
_RISING, _HELD, _LET_GO, _FALLING, _DONE, _OVER = range(6)


def _linen(unit: Unit, gate: Signal, *arguments: Signal) -> Signal:
    """Rise in a line when the gate opens, stay as long as it is open, and fall."""
    *times, action = arguments
    every_time = [every(unit, signal, place) for place, signal in enumerate(times, 1)]

    def built() -> Reals:
        first = unit.rowed(unit.built(gate, 0))
        state = np.zeros((len(first), GATE + 1))
        state[:, LEFT] = np.inf
        state[:, STAGE] = np.where(first[:, 0] <= -1, _HELD, _OVER)
        lines = _Lines(unit, state[:, GATE], first, *every_time)
        (stretch,) = travel(state, np.arange(len(state)), 0, 1, lines.turn)
        unit.before = values(stretch.course).astype(np.float32)[:, None]
        state[:, GATE] = first[:, 0]
        return state

    state = kept(unit, built)
    gates = every(unit, gate, 0)
    lines = _Lines(unit, state[:, GATE], gates, *every_time)
    state[:, GATE] = gates[:, -1]
    found = travelled(unit, state, lines.turn)
    unit.done(lines.ended, action)
    return found


class _Lines:
    """A span of all voices.

    Attributes:
        ended: (rows,) in which control period each came to its end.
    """

    def __init__(self, unit: Unit, last: Reals, gate: Signal, *times: Signal) -> None:
        rise, top, fall = times
        before = between(last, gate)
        self._opens = (before[:, :-1] <= 0) & (gate > 0)
        self._closed = gate <= 0
        self._opening, self._closing = following(self._opens), following(self._closed)
        self._rise, self._top = count(unit, rise), top.astype(np.float64)
        self._fall = count(unit, np.where(gate <= -1, -gate - 1, fall[:, : gate.shape[1]]))
        self.ended = np.full(unit.span.rows, unit.blocks)

    def turn(self, state: Reals, rows: Places, at: Reals) -> Reals:
        """Go on to the next stage, and heed the gate."""
        columns = at.astype(np.int64)
        over = state[:, LEFT] <= 0
        state[over, STAGE] += 1
        opens = self._opens[rows, columns]
        state[opens, STAGE] = _RISING
        self._stay(state, (over & (state[:, STAGE] == _HELD)) | (state[:, STAGE] == _OVER), np.inf)
        let_go = (state[:, STAGE] == _HELD) & self._closed[rows, columns]
        state[let_go, STAGE] = _LET_GO
        state[let_go, FALL] = self._fall[rows, columns][let_go]
        self._stay(state, let_go, 1)
        falls = over & (state[:, STAGE] == _FALLING)
        self._go(state, falls, 0 * state[falls, FALL], state[falls, FALL])
        done = over & (state[:, STAGE] == _DONE)
        self.ended[rows[done]] = columns[done]
        self._stay(state, done, 1)
        self._go(state, opens, self._top[rows, columns][opens], self._rise[rows, columns][opens])
        closing = np.where(state[:, STAGE] == _HELD, self._closing[rows, columns + 1], np.inf)
        return np.minimum(self._opening[rows, columns + 1], closing)

    @staticmethod
    def _stay(state: Reals, rows: Flags, columns: float) -> None:
        state[rows, :COURSE] = still(values(state[rows]))
        state[rows, LEFT] = columns

    @staticmethod
    def _go(state: Reals, rows: Flags, target: Reals, columns: Reals) -> None:
        state[rows, :COURSE] = towards(values(state[rows]), target, columns)
        state[rows, LEFT] = columns


UGENS: dict[str, Evaluate] = {"Linen": _linen}
