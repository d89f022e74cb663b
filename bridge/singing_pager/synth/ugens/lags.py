"""Lags: values that go to where they are sent by a part of the way at each step, and impulses that die away so."""

from functools import partial

import numpy as np

from singing_pager.synth.coefficients import SMOOTH, first, follow, periodic, samples
from singing_pager.synth.recurrence import Reals, first_order, settled
from singing_pager.synth.unit import BLOCK, Evaluate, Flags, Signal, Unit

__all__ = ["UGENS"]

_LOG001 = np.log(0.001)
"""A lag time is the time in which 60 dB of the way are gone."""
_SOONER: Reals = SMOOTH + 1 / BLOCK
_NEAR = 3e-8
"""Relative distance at which a value has arrived: half of a step of a float32."""
_NIL = 1e-12


def _lag(stages: int, unit: Unit, signal: Signal, seconds: Signal) -> Signal:
    """Go to the input exponentially, through one, two or three stages."""
    (b1,) = follow(unit, _part(unit, seconds, 1), steps=_SOONER)
    if signal.shape[1] == 1 and _arrived(unit, signal, stages):
        return signal
    y = samples(unit, signal)
    for stage in range(stages):
        y = first(unit, y * (1 - b1), b1, f"past{stage}", unit.rowed(signal[:, :1]).astype(np.float64))[:, 1:]
    return y.astype(np.float32)


def _arrived(unit: Unit, signal: Signal, stages: int) -> bool:
    goal = signal.astype(np.float64)
    reach = np.abs(goal) * _NEAR + _NIL
    found = True
    for stage in range(stages):
        last = unit.recall(f"past{stage}", goal)
        found = found and bool((np.abs(last - goal) <= reach).all())
        unit.keep(f"past{stage}", last)
    return found


def _lag_up_down(stages: int, unit: Unit, signal: Signal, up: Signal, down: Signal) -> Signal:
    """The same, with one time on the way up and another on the way down."""
    b_up, b_down = follow(unit, _part(unit, up, 1), _part(unit, down, 2), steps=_SOONER)
    if signal.shape[1] == 1 and _arrived(unit, signal, stages):
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
    (b1,) = follow(unit, _part(unit, seconds, 1), steps=SMOOTH, late=True)
    unit.before = signal[:, :1]
    return first(unit, samples(unit, signal), b1)[:, 1:].astype(np.float32)


def _decay2(unit: Unit, signal: Signal, attack: Signal, decay: Signal) -> Signal:
    """One that dies away less another that does so sooner: impulses rise and fall."""
    fall, rise = follow(unit, _part(unit, decay, 2), _part(unit, attack, 1), steps=SMOOTH, late=True)
    x = samples(unit, signal)
    y = first(unit, x, fall, "fall")
    y -= first(unit, x, rise, "rise")
    unit.before = np.zeros((1, 1), np.float32)
    return y[:, 1:].astype(np.float32)


def _part(unit: Unit, seconds: Signal, index: int) -> Reals:
    """How much of the way is left after a step."""
    time = periodic(unit, seconds, index)
    return np.where(time == 0, 0.0, np.exp(_LOG001 / (time * unit.sample_rate)))


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
