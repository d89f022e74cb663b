"""Courses: how a value goes on until something happens to it.

Each shape of an envelope's segments is a straight line of time, seen through one function. A course is a row of
numbers (kind, a, b, x, step): after n columns it stands at a + b·f(x + step·n), where f is the line itself, exp, cos,
the square or the cube. The shapes are SuperCollider's (its help file "Env").
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from singing_pager.synth.unit import Places, Signal, State

__all__ = [
    "COURSE",
    "LEFT",
    "Course",
    "Reals",
    "Stretch",
    "Turn",
    "ahead",
    "begin",
    "drawn",
    "flat",
    "rest",
    "still",
    "towards",
    "travel",
    "values",
]

Reals: TypeAlias = npt.NDArray[np.float64]
Course: TypeAlias = Reals

COURSE = 5
"""Numbers in a course."""
LEFT = COURSE
"""After them in the state of what travels: how many columns are left of it."""
KIND, A, B, X, STEP = range(COURSE)
LINE, EXP, COS, SQUARE, CUBE = range(5)

_LINEAR = 1.0
_STRAIGHT = 1e-3
"""Curvatures below it are lines."""
_STEEPEST = 1e30
_FEW = 256
"""Columns that are worth double precision: those of control rate, which is summed up where it is a frequency."""


def still(level: Reals) -> Course:
    """Stay where one is."""
    return _course(LINE, level, 0.0)


def towards(level: Reals, target: Reals, count: Reals) -> Course:
    """Go to a target in a line."""
    return _course(LINE, level, (target - level) / count)


def begin(shape: Reals, curve: Reals, level: Reals, target: Reals, *, before: Reals, count: Reals) -> Course:
    """Go to a target.

    Args:
        shape: (rows,) SuperCollider's number of the shape.
        curve: How much the shape 5 is bent.
        level: Where it is now.
        target: Where it is to be.
        before: Where it was to be until now.
        count: In how many columns; one column is always a line.
    """
    course = towards(level, target, count)
    for number in set(shape.tolist()) - {_LINEAR}:
        draw_shape = _SHAPES.get(number)
        rows = np.flatnonzero((shape == number) & (count > 1))
        if draw_shape is not None and len(rows):
            course[rows] = draw_shape(curve[rows], level[rows], target[rows], before[rows], count[rows])
    return course


def ahead(course: Course, columns: Reals | float) -> None:
    """Go on by some columns."""
    course[:, X] += course[:, STEP] * columns


def values(course: Course) -> Reals:
    """Where each row stands."""
    x = course[:, X]
    seen = x.copy()
    kinds = _kinds(course)
    if not kinds:
        return seen
    for kind, rows in kinds:
        seen[rows] = _SEEN[kind](x[rows])
    found: Reals = course[:, A] + course[:, B] * seen
    return found


def rest(state: Reals) -> bool:
    """Say whether all rows stay where they are until they are told to go."""
    return bool((state[:, LEFT] == np.inf).all())


def flat(course: Course) -> Signal:
    """Draw what stands still: one column."""
    return values(course).astype(np.float32)[:, None]


@dataclass(slots=True)
class Stretch:
    """Where some voices go on in one course: from which column, until which."""

    rows: Places
    start: Reals
    end: Reals
    course: Course


Turn: TypeAlias = Callable[[Reals, Places, Reals], Reals | float]
"""Makes voices ready to go on: changes their state (rows, k), given which rows they are and where each stands.

It gives the column at which it is to be asked again, at the latest."""


def travel(state: Reals, rows: Places, start: Reals | int, end: int, turn: Turn) -> Iterator[Stretch]:
    """Go from one column to another, in rounds: in each all voices that are not there yet go on by one stretch.

    Args:
        state: (all rows, COURSE, LEFT and more) what is gone on from, and changed.
        rows: Which voices go.
        start: Where they begin.
        end: Where they all arrive.
        turn: What happens between stretches.
    """
    at = np.full(len(rows), start, np.float64)
    while len(rows):
        part = state[rows]
        latest = turn(part, rows, at)
        until = np.minimum(np.minimum(at + part[:, LEFT], latest), end)
        yield Stretch(rows, at, until, part[:, :COURSE].copy())
        ahead(part, until - at)
        part[:, LEFT] -= until - at
        state[rows] = part
        more = until < end
        rows, at = rows[more], until[more]


def drawn(stretches: list[Stretch], width: int) -> Signal:
    """Draw the first stretch, of all rows, and over it the others; one column where nothing moves.

    What is before the first column is not drawn.
    """
    first, *others = stretches
    if not others and not first.course[:, STEP].any():
        return flat(first.course)
    kind = np.float64 if width <= _FEW else np.float32
    found = _draw(first.course, _ramp(kind, width))
    samples = found.reshape(-1)
    for stretch in others:
        starts, ends = stretch.start.astype(np.int64), stretch.end.astype(np.int64)
        new = _draw(stretch.course, _ramp(kind, int((ends - starts).max())))
        late = np.maximum(-starts, 0)
        places = stretch.rows * width + starts
        for begin, end, skip, line in zip(
            places.tolist(), (places + ends - starts).tolist(), late.tolist(), new, strict=True
        ):
            samples[begin + skip : end] = line[skip : end - begin]
    return found.astype(np.float32, copy=False)


def _draw(course: Course, ramp: State) -> State:
    """Draw (rows, columns), counted from where each row stands. All lines are one product of matrices."""
    drawn: State = course[:, X:].astype(ramp.dtype) @ ramp
    for kind, rows in _kinds(course):
        whole = len(rows) == len(drawn)
        seen: State = _SEEN[kind](drawn if whole else drawn[rows])
        a, b = course[rows, A : B + 1, None].astype(ramp.dtype).swapaxes(0, 1)
        seen *= b
        seen += a
        if whole:
            return seen
        drawn[rows] = seen
    return drawn


def _ramp(kind: type[np.floating], columns: int) -> State:
    """Ones, and the numbers of columns: (2, columns)."""
    ramp = _RAMPS.get(kind)
    if ramp is None or ramp.shape[1] < columns:
        numbers = np.arange(max(columns, _FEW), dtype=kind)
        ramp = _RAMPS[kind] = np.stack([np.ones_like(numbers), numbers])
    return ramp[:, :columns]


def _kinds(course: Course) -> list[tuple[int, npt.NDArray[np.int64]]]:
    kinds = course[:, KIND]
    if not kinds.any():
        return []
    return [(kind, np.flatnonzero(kinds == kind)) for kind in (EXP, COS, SQUARE, CUBE) if (kinds == kind).any()]


def _course(kind: int, x: Reals | float, step: Reals | float, a: Reals | float = 0.0, b: Reals | float = 1.0) -> Course:
    size = np.broadcast(x, step, a, b).size
    course = np.empty((size, COURSE))
    course[:, KIND], course[:, A], course[:, B], course[:, X], course[:, STEP] = kind, a, b, x, step
    return course


def _step(_: Reals, _level: Reals, target: Reals, _before: Reals, _count: Reals) -> Course:
    return still(target)


def _hold(_: Reals, _level: Reals, _target: Reals, before: Reals, _count: Reals) -> Course:
    return still(before)


def _exponential(_: Reals, level: Reals, target: Reals, _before: Reals, count: Reals) -> Course:
    growth = np.clip(np.log(target / level), -_STEEPEST, _STEEPEST)
    return _course(EXP, 0.0, growth / count, 0.0, level)


def _sine(_: Reals, level: Reals, target: Reals, _before: Reals, count: Reals) -> Course:
    return _course(COS, 0.0, np.pi / count, (level + target) / 2, (level - target) / 2)


def _welch(_: Reals, level: Reals, target: Reals, _before: Reals, count: Reals) -> Course:
    start = np.where(target >= level, -np.pi / 2, 0.0)
    return _course(COS, start, np.pi / 2 / count, np.minimum(level, target), np.abs(target - level))


def _curve(curve: Reals, level: Reals, target: Reals, _before: Reals, count: Reals) -> Course:
    bent = np.abs(curve) >= _STRAIGHT
    start = np.where(curve > 0, -curve, 0.0)
    b = (level - target) / (np.exp(start) - np.exp(start + curve))
    course = _course(EXP, start, curve / count, level - b * np.exp(start), b)
    return course if bent.all() else np.where(bent[:, None], course, towards(level, target, count))


def _squared(_: Reals, level: Reals, target: Reals, _before: Reals, count: Reals) -> Course:
    root = np.sqrt(np.maximum(level, 0))
    return _course(SQUARE, root, (np.sqrt(np.maximum(target, 0)) - root) / count)


def _cubed(_: Reals, level: Reals, target: Reals, _before: Reals, count: Reals) -> Course:
    root = np.cbrt(np.maximum(level, 0))
    return _course(CUBE, root, (np.cbrt(np.maximum(target, 0)) - root) / count)


_RAMPS: dict[type[np.floating], State] = {}

_SHAPES: dict[float, Callable[[Reals, Reals, Reals, Reals, Reals], Course]] = {
    0: _step,
    2: _exponential,
    3: _sine,
    4: _welch,
    5: _curve,
    6: _squared,
    7: _cubed,
    8: _hold,
}

_SEEN: dict[int, Callable[[State], State]] = {
    EXP: np.exp,
    COS: np.cos,
    SQUARE: np.square,
    CUBE: lambda x: np.maximum(x, 0) ** 3,
}
