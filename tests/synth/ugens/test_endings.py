"""UGens that end their own synth."""

import numpy as np
import pytest
from singing_pager.synth.buses import Buses
from singing_pager.synth.scsyndef import Rate, Ugen
from singing_pager.synth.ugens import UGENS
from singing_pager.synth.unit import BLOCK, Signal, Span, Unit
from synth.sounding import RATE, play

BLOCKS = 30


def ended(name: str, rate: Rate, rates: list[Rate], *signals: Signal) -> list[int]:
    """The control period in which each voice ends."""
    unit = Unit(Ugen(name, rate, (), (rate,), 0), rates)
    rows = max(len(signal) for signal in signals)
    unit.span = Span(
        blocks=BLOCKS,
        rate=RATE,
        rows=rows,
        fresh=np.ones(rows, np.bool_),
        controls=np.zeros((rows, 0), np.float32),
        offsets=np.zeros(rows, np.int64),
        alive=None,
        buses=Buses(BLOCK),
        chance=np.random.default_rng(0),
    )
    UGENS[name](unit, *signals)
    found: list[int] = unit.span.ended.tolist()
    return found


def burst(first: int, last: int) -> Signal:
    """Sound from one sample to another."""
    found = np.zeros((1, BLOCKS * BLOCK), np.float32)
    found[0, first:last] = 0.5
    return found


@pytest.mark.parametrize("cuts", [(), (5,), (6, 7, 20)])
def test_silence_is_noticed_after_its_time(cuts: tuple[int, ...]) -> None:
    """A quiet 1/128 s, which is 375 samples; not before anything was heard."""
    heard = play("DetectSilence", burst(400, 500), 0.1, 1 / 128, 0.0, cuts=cuts)[0]
    assert not heard[: 499 + 375].any()
    assert (heard[499 + 375 :] == 1).all()
    assert not play("DetectSilence", burst(0, 0), 0.1, 1 / 128, 0.0, cuts=cuts).any()


def test_silence_ends_the_synth() -> None:
    """In the period in which it was noticed; one that always sounds goes on."""
    wires = [np.full((1, 1), value, np.float32) for value in (0.1, 1 / 128, 2)]
    sound = np.concatenate([burst(400, 500), burst(0, BLOCKS * BLOCK)])
    rates = [Rate.AUDIO, Rate.SCALAR, Rate.SCALAR, Rate.SCALAR]
    assert [(499 + 375) // BLOCK, BLOCKS] == ended("DetectSilence", Rate.AUDIO, rates, sound, *wires)


def test_a_value_above_0_ends_the_synth() -> None:
    """In the first period of such a value."""
    values = np.zeros((3, BLOCKS), np.float32)
    values[0, 7:] = 1
    values[1, 9] = -1
    assert [7, BLOCKS, BLOCKS] == ended("FreeSelf", Rate.CONTROL, [Rate.CONTROL], values)
    assert [0] == ended("FreeSelf", Rate.CONTROL, [Rate.CONTROL], np.ones((1, 1), np.float32))
