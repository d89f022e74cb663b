"""Lags: values that go to where they are sent by a part of the way at each step, and impulses that die away so."""

from functools import partial

import numpy as np

from singing_pager.synth.coefficients import SMOOTH, first, given, periodic, samples, whole
from singing_pager.synth.recurrence import Reals, first_order, settled
from singing_pager.synth.unit import BLOCK, Evaluate, Flags, Signal, Unit

__all__ = ["UGENS"]

_LOG001 = np.log(0.001)
"""A lag time is the time in which 60 dB of the way are gone."""
_SOONER: Reals = SMOOTH + 1 / BLOCK
_NEAR = 3e-8
"""Relative distance at which a value has arrived: half of a step of a float32."""
_NIL = 1e-12
_SILENT = np.zeros((1, 1), np.float32)


def _lag(stages: int, unit: Unit, signal: Signal, seconds: Signal) -> Signal:
    """Go to the input exponentially, through one, two or three stages."""
    (b1,) = given(unit, _part, seconds, steps=_SOONER)
    if _arrived(unit, signal, stages):
        unit.settled = b1.shape[1] == 1
        return signal
    y: Signal | Reals = whole(unit, signal)
    start = y[:, :1]
    gain = 1 - b1
    for stage in range(stages):
        y = first(unit, y * gain, b1, f"past{stage}", start)[:, 1:]
    return y.astype(np.float32)


def _arrived(unit: Unit, signal: Signal, stages: int) -> bool:
    """Say whether all stages are where the input is, and stays; those that are close enough are put there."""
    if signal.shape[1] > 1:
        return False
    names = [f"past{stage}" for stage in range(stages)]
    past = [unit.recall(name, signal) for name in names]
    if unit.span.fresh is None and all((last == signal).all() for last in past):
        return True
    goal = signal.astype(np.float64)
    reach = np.abs(goal) * _NEAR + _NIL
    if not all((np.abs(last - goal) <= reach).all() for last in past):
        return False
    for name in names:
        unit.keep(name, goal)
    return True


def _lag_up_down(stages: int, unit: Unit, signal: Signal, up: Signal, down: Signal) -> Signal:
    """The same, with one time on the way up and another on the way down."""
    b_up, b_down = given(unit, _parts, up, down, steps=_SOONER)
    if _arrived(unit, signal, stages):
        unit.settled = b_up.shape[1] == b_down.shape[1] == 1
        return signal
    start = unit.rowed(signal[:, :1]).astype(np.float64)
    y = samples(unit, signal)
    rising: Flags | None = None
    for stage in range(stages):
        last = unit.recall(f"past{stage}", start)
        y, rising = _either_way(y, b_up, b_down, last, rising if stage > 1 else None)
        unit.keep(f"past{stage}", settled(y[:, -1:]))
    return y.astype(np.float32)


def _either_way(x: Reals, up: Reals, down: Reals, last: Reals, rising: Flags | None) -> tuple[Reals, Flags]:
    """Solve y[n] = x[n] + b·(y[n−1] − x[n]), b being `up` where x[n] > y[n−1], else `down`.

    Which it is depends on what it gives: it is guessed and solved until it is as guessed. Each time at least one more
    sample is right from the beginning on, and mostly all of them soon.
    """
    rises: Flags = x > last if rising is None else rising
    for _ in range(x.shape[1] + 1):
        b1 = np.where(rises, up, down)
        y = first_order(x * (1 - b1), b1, last)
        if rising is not None:
            break
        found = x > np.concatenate([last, y[:, :-1]], axis=1)
        if np.array_equal(found, rises):
            break
        rises = found
    return y, rises


def _decay(unit: Unit, signal: Signal, seconds: Signal) -> Signal:
    """Let impulses die away by 60 dB in the given time."""
    (b1,) = given(unit, _part, seconds, steps=SMOOTH, late=True)
    unit.before = signal[:, :1]
    if signal.shape[1] == 1 and not signal.any() and unit.span.fresh is None and not unit.memory["past"].any():
        unit.settled = True
        return _SILENT
    return first(unit, whole(unit, signal), b1)[:, 1:].astype(np.float32)


def _decay2(unit: Unit, signal: Signal, attack: Signal, decay: Signal) -> Signal:
    """One that dies away less another that does so sooner: impulses rise and fall."""
    rise, fall = given(unit, _parts, attack, decay, steps=SMOOTH, late=True)
    x = whole(unit, signal)
    y = first(unit, x, fall, "fall")
    y -= first(unit, x, rise, "rise")
    unit.before = _SILENT
    return y[:, 1:].astype(np.float32)


def _parts(unit: Unit, one: Signal, other: Signal) -> tuple[Reals, ...]:
    return *_part(unit, one), *_part(unit, other, 2)


def _part(unit: Unit, seconds: Signal, index: int = 1) -> tuple[Reals, ...]:
    """How much of the way is left after a step."""
    time = periodic(unit, seconds, index)
    return (np.where(time == 0, 0.0, np.exp(_LOG001 / (time * unit.sample_rate))),)


UGENS: dict[str, Evaluate] = {
    "Decay": _decay,
    "Decay2": _decay2,
    "Lag": partial(_lag, 1),
    "Lag2": partial(_lag, 2),
    "Lag2UD": partial(_lag_up_down, 2),
    "Lag3": partial(_lag, 3),
    "Lag3UD": partial(_lag_up_down, 3),
    "LagUD": partial(_lag_up_down, 1),
}
