"""UGens played by themselves: no SynthDef, no server, any signals, cut into any spans."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from singing_pager.synth.buses import Buses
from singing_pager.synth.scsyndef import Rate, Ugen
from singing_pager.synth.ugens import UGENS
from singing_pager.synth.unit import BLOCK, Signal, Span, Unit

RATE = 48000.0

Wire = float | Signal
"""An input: a constant, or (rows, columns): one column for a scalar, else a whole signal at control or audio rate."""


def play(
    name: str,
    *wires: Wire,
    rate: Rate = Rate.AUDIO,
    blocks: int = 0,
    cuts: Sequence[int] = (),
    rows: int = 1,
    special: int = 0,
    output: int = 0,
    begins: Sequence[int] = (),
) -> Signal:
    """Evaluate a UGen.

    Args:
        name: The UGen.
        wires: Its inputs.
        rate: Its rate.
        blocks: Control periods altogether; 0: as long as the longest input is at audio rate.
        cuts: Control periods at which a span ends and the next one begins.
        rows: Voices, at least; there are as many as the inputs have rows.
        special: Its special index.
        output: Which of its outputs.
        begins: The control period in which each voice begins, 0 or one of the cuts; none: all begin at once.

    Returns:
        (rows, columns), whole.
    """
    signals = [np.full((1, 1), wire, np.float32) if isinstance(wire, int | float) else wire for wire in wires]
    blocks = blocks or max(signal.shape[1] for signal in signals) // BLOCK
    kinds = {1: Rate.SCALAR, blocks: Rate.CONTROL, blocks * BLOCK: Rate.AUDIO}
    rates = [kinds[signal.shape[1]] for signal in signals]
    rows = max(rows, *(len(signal) for signal in signals), 1)
    unit = Unit(Ugen(name, rate, (), (rate,), special), rates)
    edges = [0, *cuts, blocks]
    chance = np.random.default_rng(0)
    parts = []
    for first, last in pairwise(edges):
        fresh = np.array(begins or [0] * rows) == first
        unit.span = Span(
            blocks=last - first,
            rate=RATE,
            rows=rows,
            fresh=fresh if fresh.any() else None,
            controls=np.zeros((rows, 0), np.float32),
            offsets=np.zeros(rows, np.int64),
            alive=None,
            buses=Buses(BLOCK),
            chance=chance,
        )
        inputs = [_part(signal, kind, first, last) for signal, kind in zip(signals, rates, strict=True)]
        with np.errstate(all="ignore"):  # as the engine has it
            found = UGENS[name](unit, *inputs)
        given: Signal = found[output] if isinstance(found, tuple) else found
        parts.append(np.broadcast_to(given, (rows, unit.width)))
    return np.concatenate(parts, axis=1)


def noise(rows: int, columns: int, seed: int = 1) -> Signal:
    """Loud noise, the same every time."""
    return np.random.default_rng(seed).uniform(-1, 1, (rows, columns)).astype(np.float32)


def _part(signal: Signal, rate: Rate, first: int, last: int) -> Signal:
    each = {Rate.AUDIO: BLOCK, Rate.CONTROL: 1}.get(rate, 0)
    return signal[:, first * each : last * each] if each else signal
