"""Sequences that are asked: what they give, and that each voice has its own place in them."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from singing_pager.synth.buses import Buses
from singing_pager.synth.scsyndef import Rate, Ugen
from singing_pager.synth.ugens import UGENS
from singing_pager.synth.ugens.demand import Source
from singing_pager.synth.unit import BLOCK, Span, Unit

ENDLESS = math.inf


def unit(name: str, inputs: int, rows: int = 1, rate: Rate = Rate.DEMAND) -> Unit:
    """Make a unit in a span of its own."""
    made = Unit(Ugen(name, rate, (), (rate,), 0), [Rate.SCALAR] * inputs)
    made.span = Span(
        blocks=4,
        rate=48000,
        rows=rows,
        fresh=np.full(rows, fill_value=True),
        controls=np.zeros((rows, 0), np.float32),
        offsets=np.zeros(rows, np.int64),
        alive=None,
        buses=Buses(BLOCK),
        chance=np.random.default_rng(1),
    )
    return made


def source(name: str, *inputs: float | Source, rows: int = 1) -> Source:
    """Make a sequence."""
    wires = [value if isinstance(value, Source) else np.full((1, 1), value, np.float32) for value in inputs]
    made: Any = UGENS[name](unit(name, len(inputs), rows), *wires)
    assert isinstance(made, Source)
    return made


def asked(sequence: Source, times: int, row: int = 0) -> list[float]:
    """Ask so many times; what comes after the end is left out."""
    values = [sequence.next(row, 0) for _ in range(times)]
    return [value for value in values if not math.isnan(value)]


def test_sequences_give_their_values_in_order() -> None:
    """Whole lists, single items, series, and their ends."""
    assert [1, 2, 1, 2] == asked(source("Dseq", 2, 1, 2), 9)
    assert [1, 2, 3, 1] == asked(source("Dser", 4, 1, 2, 3), 9)
    assert [5, 7, 9] == asked(source("Dseries", 3, 5, 2), 9)
    assert [5, 10, 20] == asked(source("Dgeom", 3, 5, 2), 9)
    assert [3, 3, 4, 4] == asked(source("Dstutter", 2, source("Dseq", 1, 3, 4)), 9)
    assert [] == asked(source("Dseq", 0, 1, 2), 3)


def test_sequences_stand_inside_each_other() -> None:
    """An inner one is taken to its end, and begins anew at its next turn."""
    inner = source("Dseq", 2, 7, 8)
    assert [1, 7, 8, 7, 8, 1, 7, 8, 7] == asked(source("Dseq", ENDLESS, 1, inner), 9)
    chosen = source("Dswitch1", source("Dseq", ENDLESS, 0, 1, 3), 4, source("Dseries", ENDLESS, 0, 1))
    assert [4, 0, 1, 4, 2, 3] == asked(chosen, 6)


def test_an_empty_sequence_ends() -> None:
    """A list of nothing but what is over does not hang."""
    assert [] == asked(source("Dseq", ENDLESS, source("Dseq", 0, 1)), 3)


@pytest.mark.parametrize("name", ["Drand", "Dxrand", "Dshuf", "Dwhite", "Diwhite", "Dbrown"])
def test_chance_stays_among_the_values(name: str) -> None:
    """What comes by chance comes from the list, or the range."""
    inputs = {"Dwhite": (2, 5), "Diwhite": (2, 5), "Dbrown": (2, 5, 0.5)}.get(name, (2, 3, 4, 5))
    values = asked(source(name, 40, *inputs), 200)
    assert (160 if name == "Dshuf" else 40) == len(values)
    assert 2 <= min(values) < max(values) <= 5
    if name == "Dxrand":
        assert all(value != after for value, after in pairwise(values))
    if name == "Dshuf":
        assert values[:4] * 40 == values


def test_each_voice_has_its_own_place() -> None:
    """Asking for one voice moves no other, and a reset goes back for one only."""
    sequence = source("Dseq", 1, 1, 2, 3, rows=2)
    assert [1, 2] == asked(sequence, 2, row=0)
    assert [1] == asked(sequence, 1, row=1)
    sequence.reset(0)
    assert [1, 2, 3] == asked(sequence, 4, row=0)
    assert [2, 3] == asked(sequence, 4, row=1)


def test_a_place_in_a_sequence_moves_with_its_voice() -> None:
    """It is a row of the unit's memory: whoever has the memory goes on there."""
    first, second = unit("Dseq", 4), unit("Dseq", 4)
    wires = [np.full((1, 1), value, np.float32) for value in (1, 1, 2, 3)]
    UGENS["Dseq"](first, *wires).next(0, 0)
    second.memory = {name: state.copy() for name, state in first.memory.items()}
    second.span.fresh = None
    assert [2, 3] == asked(UGENS["Dseq"](second, *wires), 5)


def test_demand_asks_at_triggers() -> None:
    """Each trigger brings the next value, which stays; at the end the last one does."""
    asking = unit("Demand", 3, rate=Rate.AUDIO)
    asking.rates = (Rate.AUDIO, Rate.SCALAR, Rate.DEMAND)
    trigger = np.zeros((1, 4 * BLOCK), np.float32)
    trigger[0, [10, 70, 200, 220]] = 1
    (found,) = UGENS["Demand"](asking, trigger, np.zeros((1, 1), np.float32), source("Dseq", 1, 5, 6, 7))
    expected = np.repeat([0, 5, 6, 7], [10, 60, 130, 56])
    assert np.array_equal(expected, found[0])


def test_t_duty_frees_its_synth_at_the_end() -> None:
    """When no more lengths come, the done action is due in that control period."""
    asking = unit("TDuty", 5, rate=Rate.AUDIO)
    zero, two = np.zeros((1, 1), np.float32), np.full((1, 1), 2, np.float32)
    length = source("Dseq", 2, 1 / 1024)
    found = UGENS["TDuty"](asking, length, zero, two, np.full((1, 1), 0.5, np.float32), zero)
    assert [0, 47, 94] == np.flatnonzero(found[0]).tolist()
    assert [94 // BLOCK] == asking.span.ended.tolist()
