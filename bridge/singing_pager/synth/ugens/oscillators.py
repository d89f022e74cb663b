"""Sine oscillators."""

import numpy as np
import numpy.typing as npt

from singing_pager.synth.recurrence import second_order
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.ugens.phases import Phases, periods, run
from singing_pager.synth.ugens.pieces import by_period, pair
from singing_pager.synth.unit import BLOCK, Evaluate, Signal, State, Unit

__all__ = ["UGENS", "radians", "sine"]

_CYCLE = 8192 * 65536
"""A cycle in scsynth's phase: 16.16 fixed point over a table of 8,192 points."""
_UNIT = 2**64 // _CYCLE
_RADIAN = _CYCLE / (2 * np.pi)
_TO_RADIANS = np.float32(2 * np.pi / 2**32)
_WITHIN = np.arange(BLOCK)
_AROUND = np.arange(-BLOCK // 2, BLOCK // 2, dtype=np.float32)


def _sin_osc(unit: Unit, freq: Signal, phase: Signal) -> Signal:
    """A sine, its phase in whole steps of 2**-29 of a cycle as in scsynth, so that it runs on as it does there."""
    if unit.rate is Rate.AUDIO and Rate.AUDIO in unit.rates:
        return _modulated(unit, freq, phase)
    steady: _Steady | None = unit.plan
    if steady is not None and unit.span.fresh is None and steady.freq is freq and steady.phase is phase:
        return steady.run(unit)
    step = _whole(freq.astype(np.float64) * (_CYCLE / unit.sample_rate))
    turns = unit.rates[1] is not Rate.SCALAR
    if turns:
        turn = _turn(unit, by_period(unit, phase))
        turns = bool(turn.any())
        step = step + turn if turns else step
    start = _whole(phase[:, :1].astype(np.float64) * _RADIAN)
    if unit.rate is not Rate.AUDIO:
        return np.asarray(np.sin(radians(run(unit, by_period(unit, step), start))))
    if step.shape[1] > 1:
        unit.plan = None
        return _moved(periods(unit, step, start), step)
    unit.keep("phase", unit.recall("phase", start, np.int64))
    unit.plan = _Steady(freq, phase, step, steady)
    found: Signal = unit.plan.run(unit)
    if turns:
        unit.plan = None
    return found


class _Steady:
    """Sines of frequencies that stay: the sine and cosine of each sample of a control period, worked out once.

    Args:
        freq: The input that it belongs to, and
        phase: the other one.
        step: (rows, 1) phase units a sample.
        last: That of the span before: of voices whose step is the same the tables are taken over.

    Attributes:
        fine: (rows, 2, 64) the tables.
    """

    def __init__(self, freq: Signal, phase: Signal, step: Phases, last: "_Steady | None") -> None:
        self.freq, self.phase = freq, phase
        self.step = step
        if last is None or last.step.shape != step.shape:
            self.fine = _fine(step)
            return
        self.fine = last.fine
        rows = np.flatnonzero(last.step != step)
        if len(rows):
            self.fine[rows] = _fine(step[rows])

    def run(self, unit: Unit) -> Signal:
        """Give the span and go on: sin(a + b), a where a period begins and b within it, as one product a voice."""
        last = unit.memory["phase"]
        unit.memory["phase"] = last + self.step * unit.width
        return _turned(last + self.step * (BLOCK * np.arange(unit.blocks)), self.fine)


def _fine(step: Phases) -> Signal:
    """Cosine and sine of (rows, 1) steps at each sample of a control period: (rows, 2, 64)."""
    angles = radians(step * _WITHIN)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _turned(begins: Phases, fine: Signal) -> Signal:
    angles = radians(begins)
    coarse = np.empty((*angles.shape, 2), np.float32)
    np.sin(angles, out=coarse[:, :, 0])
    np.cos(angles, out=coarse[:, :, 1])
    found: Signal = coarse @ fine
    return found.reshape(len(found), -1)


def sine(begins: Phases, step: Phases) -> Signal:
    """Give the sine of a phase: (rows, blocks) where periods begin, then (rows, 1 or blocks) a sample."""
    return _turned(begins, _fine(step)) if step.shape[1] == 1 else _moved(begins, step)


def _moved(begins: Phases, step: Phases) -> Signal:
    """Give the sine of a phase that starts each period at (rows, blocks) and goes on by (rows, blocks) a sample."""
    found = radians(step)[:, :, None] * _AROUND
    found += radians(begins + step * (BLOCK // 2))[:, :, None]
    np.sin(found, out=found)
    return found.reshape(len(found), -1)


def _modulated(unit: Unit, freq: Signal, phase: Signal) -> Signal:
    """A sine whose frequency or phase is given sample by sample, in scsynth's single precision."""
    if unit.rates[0] is Rate.AUDIO:
        step = _whole(freq * np.float32(_CYCLE / unit.sample_rate))
    else:
        step = _whole(freq.astype(np.float64) * (_CYCLE / unit.sample_rate))
    return np.asarray(np.sin(radians(run(unit, step, 0) + _whole(unit.ramped(phase, 1) * np.float32(_RADIAN)))))


def _turn(unit: Unit, phase: Signal) -> Phases:
    """How much faster a phase runs in each control period so that it comes to where its input went."""
    now, was = pair(unit, phase, "input")
    length = np.float32(BLOCK if unit.rate is Rate.AUDIO else 1)
    return _whole((now - was) / length * _RADIAN)


def _whole(phase: npt.NDArray[np.floating]) -> Phases:
    """Cut off fractions of scsynth's steps; what is beyond 32 bits, four cycles either way, counts nothing there."""
    return phase.astype(np.int32).astype(np.int64) * _UNIT


def radians(phases: Phases) -> Signal:
    """Give phases as radians between −π and π."""
    found = (phases >> 32).astype(np.int32).astype(np.float32)
    found *= _TO_RADIANS
    return found


def _from_table(phases: Phases) -> Signal:
    """Give the sine to the last bit as scsynth's table does, as control signals go on to where bits add up."""
    places = (phases >> 51) & 8191
    parts = ((phases >> 35) & 0xFFFF).astype(np.float32) / np.float32(65536) + 1
    return np.asarray(_LEVELS[places] + _RISES[places] * parts, np.float32)


def _f_sin_osc(unit: Unit, freq: Signal, phase: Signal) -> Signal:
    """A sine by a recurrence: y[n] = 2 cos(w) y[n − 1] − y[n − 2]; its level changes as its frequency does."""
    angle = _angles(unit, by_period(unit, freq))
    first = (freq[:, :1] * np.float32(2 * np.pi / unit.sample_rate)).astype(np.float32)
    start = unit.rowed(np.sin(phase[:, :1] - np.concatenate([first, 2 * first], axis=1)))
    last = unit.recall("last", start)
    if angle.shape[1] == 1 and np.sin(angle).all():
        found, last = _ring(last, angle, unit.width)
    else:
        factors = np.repeat(2 * np.cos(angle), unit.width // angle.shape[1], axis=1)
        nothing = np.zeros((len(last), unit.width))
        values = second_order(nothing, factors, np.array([[-1.0]]), last[:, :1], last[:, 1:])
        last = np.concatenate([last[:, ::-1], values], axis=1)[:, :-3:-1]
        found = values.astype(np.float32)
    unit.keep("last", last)
    return found


def _angles(unit: Unit, freq: Signal) -> npt.NDArray[np.float64]:
    """Radians a sample; as long as the frequency has not moved, scsynth's cosine of them has single precision."""
    radian = 2 * np.pi / unit.sample_rate
    begun = np.arccos(np.cos((freq[:, :1] * np.float32(radian)).astype(np.float32)).astype(np.float64))
    now, was = pair(unit, freq, "freq")
    moved = np.logical_or.accumulate(now != was, axis=1)
    angles = np.where(moved, now.astype(np.float64) * radian, unit.recall("angle", begun))
    unit.keep("angle", angles[:, -1:])
    return angles


def _ring(last: State, angle: npt.NDArray[np.float64], length: int) -> tuple[Signal, State]:
    """Go on from the last two values in closed form; gives the next values, and the last two of them."""
    turn = np.exp(1j * angle)
    swing = (last[:, :1] * turn - last[:, 1:]) * turn / np.sin(angle)
    blocks = -(-length // BLOCK)
    coarse = swing * np.exp(1j * angle * (BLOCK * np.arange(blocks)))
    fine = np.exp(1j * angle * _WITHIN)
    found = coarse.real.astype(np.float32)[:, :, None] * fine.imag.astype(np.float32)[:, None, :]
    found += coarse.imag.astype(np.float32)[:, :, None] * fine.real.astype(np.float32)[:, None, :]
    ends = (swing * turn ** np.array([length - 1, length - 2])).imag
    return found.reshape(len(found), -1)[:, :length], ends


_POINTS = np.sin(2 * np.pi / 8192 * np.arange(8193)).astype(np.float32)
_RISES = np.diff(_POINTS)
_LEVELS = 2 * _POINTS[:-1] - _POINTS[1:]

UGENS: dict[str, Evaluate] = {"FSinOsc": _f_sin_osc, "SinOsc": _sin_osc}
