"""What a UGen has at hand while it is evaluated: the span, its inputs' rates, and the state of every voice.

A signal is an array of rows and columns. Rows are the voices of one SynthDef, or one row that stands for all of them.
Columns are what the rate says: a sample each at audio rate, a control period each at control rate; one column stands
for a value that stays the same through the span, whatever its rate.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from singing_pager.synth.buses import Buses
from singing_pager.synth.scsyndef import Rate, Ugen

__all__ = ["BLOCK", "Evaluate", "Signal", "Span", "State", "Unit"]

BLOCK = 64
"""Samples in a control period, as scsynth has it."""

Signal: TypeAlias = npt.NDArray[np.float32]
State: TypeAlias = npt.NDArray[Any]
_Value = TypeVar("_Value", bound=np.generic)
Flags: TypeAlias = npt.NDArray[np.bool_]
Places: TypeAlias = npt.NDArray[np.int64]

_QUIET = 0
_FREE = 2


@dataclass(slots=True)
class Span:
    """A stretch of control periods in which no command takes effect, as the voices of one SynthDef see it.

    Attributes:
        blocks: Control periods, at least 1.
        rate: Samples a second.
        rows: Voices.
        fresh: (rows,) which voices begin with this span; None: none does.
        controls: (rows, parameters) values of the controls; float32.
        offsets: (rows,) samples by which a voice begins after the beginning of its first control period.
        alive: (rows,) which rows sound; None: all.
        buses: Where signals are read and written.
        chance: Where noise comes from.
        ended: (rows,) the control period in which each voice ended; `blocks` where it goes on.
        actions: What else is to be done when an envelope is done: row, control period, done action.
        later: Writes to buses, done when every UGen has been evaluated and it is known which voices ended.
    """

    blocks: int
    rate: float
    rows: int
    fresh: Flags | None
    controls: npt.NDArray[np.float32]
    offsets: Places
    alive: Flags | None
    buses: Buses
    chance: np.random.Generator
    ended: Places = field(init=False)
    actions: list[tuple[int, int, int]] = field(init=False, default_factory=list)
    later: list[Callable[[], None]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.ended = np.full(self.rows, self.blocks)

    @property
    def frames(self) -> int:
        """Samples in the span."""
        return self.blocks * BLOCK


class Unit:
    """One UGen of a graph, evaluated for all voices of its SynthDef at once.

    Attributes:
        name: The UGen's class.
        rate: Its own rate.
        rates: The rates of its inputs.
        outputs: How many outputs it has.
        special: Its special index: which operator, or the first control.
        memory: What it remembers from span to span: arrays whose first axis is the voices.
        plan: What its evaluation has worked out from its make alone, the same for every voice and span.
        sources: The units that its inputs come from; None: a constant.
        before: (rows or 1, 1) what it gave when the voices that begin with this span were built, where that is not its
            first value; scsynth's slopes begin there.
        settled: Set by an evaluation: with the very same arrays as inputs the next span gives the same output, whatever
            its length, and what is remembered stays as it is.
        span: The span that is being evaluated.
    """

    __slots__ = (
        "before",
        "memory",
        "name",
        "outputs",
        "plan",
        "rate",
        "rates",
        "settled",
        "sources",
        "span",
        "special",
    )

    def __init__(self, ugen: Ugen, rates: Sequence[Rate]) -> None:
        self.name = ugen.name
        self.rate = ugen.rate
        self.rates = tuple(rates)
        self.outputs = len(ugen.outputs)
        self.special = ugen.special
        self.memory: dict[str, State] = {}
        self.sources: tuple[Unit | None, ...] = ()
        self.plan: Any = None
        self.before: Signal | None = None
        self.settled = False
        self.span: Span

    @property
    def blocks(self) -> int:
        """Control periods in the span."""
        return self.span.blocks

    @property
    def width(self) -> int:
        """Columns of this unit's output: samples at audio rate, control periods at control rate, else 1."""
        return self.columns(self.rate)

    @property
    def sample_rate(self) -> float:
        """Values a second at this unit's rate: 48000 at audio rate, 750 at control rate and below."""
        return self.span.rate if self.rate is Rate.AUDIO else self.span.rate / BLOCK

    def columns(self, rate: Rate) -> int:
        """Columns of a whole signal of some rate."""
        if rate is Rate.AUDIO:
            return self.span.blocks * BLOCK
        return self.span.blocks if rate is Rate.CONTROL else 1

    def recall(self, name: str, start: npt.ArrayLike, dtype: npt.DTypeLike = np.float64) -> State:
        """Give what was kept under a name, or `start` for voices that begin with this span.

        Args:
            name: What it is kept under.
            start: Scalar, (1, k) or (rows, k): the state of a voice that begins.
            dtype: Of the state.

        Returns:
            (rows, k), to be left as it is: `keep` takes the next one.
        """
        kept, fresh = self.memory.get(name), self.span.fresh
        if kept is not None and fresh is None:
            return kept
        start = np.asarray(start, dtype)
        if kept is None or fresh is None:
            shape = (self.span.rows, start.shape[1] if start.ndim > 1 else 1)
            return np.broadcast_to(start, shape)
        return np.where(fresh[:, None], start, kept)

    def keep(self, name: str, state: State) -> None:
        """Keep (rows, k) for the next span; a single row stands for all of them."""
        if len(state) != self.span.rows:
            state = np.repeat(state, self.span.rows, axis=0)
        self.memory[name] = np.array(state) if state.base is not None else state

    def whole(self, signal: npt.NDArray[_Value], rate: Rate | None = None) -> npt.NDArray[_Value]:
        """Spread a constant over all columns of a rate (this unit's, if none is given); others are left as they are."""
        columns = self.columns(self.rate if rate is None else rate)
        return np.broadcast_to(signal, (len(signal), columns)) if signal.shape[1] != columns else signal

    def rowed(self, signal: npt.NDArray[_Value]) -> npt.NDArray[_Value]:
        """Spread a single row over all voices."""
        rows = self.span.rows
        if len(signal) == rows:
            return signal
        # a copy of few columns is quicker than NumPy's way to a view
        return (
            signal.repeat(rows, axis=0)
            if signal.shape[1] <= BLOCK
            else np.broadcast_to(signal, (rows, signal.shape[1]))
        )

    def held(self, signal: Signal, index: int) -> Signal:
        """Bring an input to this unit's rate as scsynth's `ZIN0` does: a control-rate value holds for its period.

        At control rate an audio input gives the first sample of each control period.
        """
        if signal.shape[1] == 1 or self.rates[index] is self.rate:
            return signal
        if self.rate is Rate.AUDIO:
            return np.repeat(signal, BLOCK, axis=1)
        return signal[:, ::BLOCK] if self.rate is Rate.CONTROL else signal[:, :1]

    def ramped(self, signal: Signal, index: int) -> Signal:
        """Bring a control-rate input to audio rate as scsynth's slopes do: from the last period's value to this one's.

        Audio-rate and scalar inputs are left as they are. The first period of a voice has no slope, unless the input
        was another value when the voice was built.
        """
        if self.rates[index] is not Rate.CONTROL or self.rate is not Rate.AUDIO:
            return signal
        return self.slope(signal, f"ramp{index}", self.built(signal, index))

    def built(self, signal: Signal, index: int) -> Signal:
        """Give what an input was when the voices that begin with this span were built: (rows or 1, 1)."""
        source = self.sources[index] if self.sources else None
        return signal[:, :1] if source is None or source.before is None else source.before

    def slope(self, signal: Signal, name: str, start: npt.ArrayLike | None = None) -> Signal:
        """Draw straight lines through the values of (rows, blocks or 1): each period ends where its value is.

        Args:
            signal: One value a control period, or one for all of them.
            name: What the last value is kept under.
            start: What a voice that begins starts from; None: its own first value.

        Returns:
            (rows, frames), or (rows, 1) where nothing moves.
        """
        last = self.recall(name, signal[:, :1] if start is None else start, signal.dtype)
        self.keep(name, signal[:, -1:])
        if signal.shape[1] == 1:
            if (last == signal).all():
                return signal
            signal = np.broadcast_to(signal, (len(signal), self.blocks))
        values = self.rowed(signal)
        before = np.concatenate([last, values[:, :-1]], axis=1)
        step = (values - before) * np.float32(1 / BLOCK)
        # one small matrix product a voice: measured, five times as quick as a sum of broadcast arrays
        lines: Signal = np.stack([before, step], axis=2) @ _RAMP.astype(signal.dtype)
        lines[:, :, 0] = before  # a bad step is not yet in a period's first sample
        return lines.reshape(len(values), -1)

    def done(self, blocks: Places, action: Signal) -> None:
        """Say in which control period each voice's envelope ended, and what is to happen then.

        Args:
            blocks: (rows,) a control period of this span, or `self.blocks` where it goes on.
            action: The input `doneAction`: 0 nothing, 2 free this synth; others are left to the tree of nodes.
        """
        hit = np.flatnonzero(blocks < self.blocks)
        if not len(hit):
            return
        actions = self.rowed(action)[:, 0]
        for row in hit.tolist():
            what = int(actions[row])
            if what == _FREE:
                self.span.ended[row] = min(int(self.span.ended[row]), int(blocks[row]))
            elif what != _QUIET:
                self.span.actions.append((row, int(blocks[row]), what))


_RAMP = np.array([np.ones(BLOCK), np.arange(BLOCK)], np.float32)

Evaluate: TypeAlias = Callable[..., Any]
"""How a UGen is evaluated: `(unit, *inputs)` gives its output, or a tuple of them where it has several.

An input of demand rate is no signal but a `demand.Source`, which is asked for its next value.
"""
