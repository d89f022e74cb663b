"""EnvGen: shapes, gates, loops, and that nobody hears how a second is cut into spans."""

import numpy as np
import pytest
from singing_pager.synth.buses import Buses
from singing_pager.synth.scsyndef import Rate, Ugen
from singing_pager.synth.ugens import UGENS
from singing_pager.synth.ugens.shapes import Stretch, drawn, still, towards
from singing_pager.synth.unit import BLOCK, Signal, Span, Unit
from synth.sounding import RATE, Wire, play

STEP, LIN, EXP, SIN, WELCH, CURVE, SQUARED, CUBED, HOLD = range(9)
NEVER = -99.0
CUTS = ((1,), (3, 4, 5), (7, 20), (1, 2, 3, 17, 30))


def envelope(
    *segments: tuple[float, ...],
    gate: Wire = 1.0,
    first: float = 0.0,
    release: float = NEVER,
    loop: float = NEVER,
    action: float = 0.0,
) -> list[Wire]:
    """Inputs of EnvGen; a segment is level, seconds, shape and, if need be, curve."""
    nodes = [number for segment in segments for number in (*segment, 0.0)[:4]]
    return [gate, 1.0, 0.0, 1.0, action, first, float(len(segments)), release, loop, *nodes]


def gates(*opening: tuple[int, int], blocks: int = 40) -> Signal:
    """A gate at control rate, open from one period to another."""
    found = np.zeros((1, blocks), np.float32)
    for first, last in opening:
        found[0, first:last] = 1
    return found


@pytest.mark.parametrize(
    ("shape", "curve", "expected"),
    [
        (STEP, 0, 0.9),
        (LIN, 0, 0.5),
        (EXP, 0, 0.3),
        (SIN, 0, 0.5),
        (WELCH, 0, 0.1 + 0.8 * np.sin(np.pi / 4)),
        (CURVE, 0.0001, 0.5),
        (CURVE, -4, 0.1 + 0.8 * (1 - np.exp(-2)) / (1 - np.exp(-4))),
        (CURVE, 3, 0.1 + 0.8 * (1 - np.exp(1.5)) / (1 - np.exp(3))),
        (CURVE, 200, 0.1),
        (SQUARED, 0, ((0.1**0.5 + 0.9**0.5) / 2) ** 2),
        (CUBED, 0, ((0.1 ** (1 / 3) + 0.9 ** (1 / 3)) / 2) ** 3),
        (HOLD, 0, 0.1),
    ],
)
def test_half_way_every_shape_is_where_it_should_be(shape: int, curve: float, expected: float) -> None:
    """The middle of a segment from 0.1 to 0.9; scsynth begins with the second sample."""
    heard = play("EnvGen", *envelope((0.9, 1 / 32, shape, curve), first=0.1), blocks=30)
    assert expected == pytest.approx(heard[0, 749], abs=2e-6)
    assert heard[0, -1] == pytest.approx(0.9)


@pytest.mark.parametrize("cuts", CUTS)
@pytest.mark.parametrize("rate", [Rate.AUDIO, Rate.CONTROL])
@pytest.mark.parametrize("shape", range(9))
def test_spans_are_not_heard(shape: int, rate: Rate, cuts: tuple[int, ...]) -> None:
    """A second in one go and in pieces is the same."""
    gate = gates((0, 14), (22, 25), (33, 40))
    segments = [(1.0, 0.0043, shape), (0.3, 0.006, shape), (0.7, 0.002, shape), (0.1, 0.009, shape)]
    wires = envelope(*segments, first=0.1, gate=gate, release=2)
    whole = play("EnvGen", *wires, rate=rate, blocks=40)
    np.testing.assert_allclose(play("EnvGen", *wires, rate=rate, blocks=40, cuts=cuts), whole, atol=2e-6)


@pytest.mark.parametrize("cuts", CUTS)
def test_a_gate_at_audio_rate_is_heard_at_its_sample(cuts: tuple[int, ...]) -> None:
    """It opens in the middle of a period, and closes in another."""
    gate = np.zeros((1, 40 * BLOCK), np.float32)
    gate[0, 100:1000] = 1
    wires = envelope((1.0, 0.001, LIN), (0.0, 0.002, LIN), gate=gate, release=1)
    heard = play("EnvGen", *wires, cuts=cuts)
    assert not heard[0, :101].any()
    np.testing.assert_allclose(heard[0, 101:149], np.arange(1, 49) / 48, atol=1e-6)
    assert (heard[0, 149:1000] == 1).all()
    np.testing.assert_allclose(heard[0, 1000:1096], 1 - np.arange(96) / 96, atol=1e-6)


def test_voices_do_not_hear_each_other() -> None:
    """Each row of many is what it is alone."""
    gate = np.concatenate([gates((start, start + 3 + start % 5)) for start in range(12)])
    times = np.linspace(0.001, 0.01, 12, dtype=np.float32)[:, None]

    def heard(rows: slice) -> Signal:
        segments = [(1.0, 0.004, SIN), (0.5, 0.004, EXP), (0.0, 0.003, CURVE, -4.0)]
        wires = envelope(*segments, gate=gate[rows], first=0.2, release=2)
        wires[10] = times[rows]
        return play("EnvGen", *wires, blocks=40)

    together = heard(slice(0, 12))
    for row in range(12):
        np.testing.assert_allclose(heard(slice(row, row + 1))[0], together[row], atol=2e-6)


def test_a_loop_goes_round_until_the_gate_closes() -> None:
    """Nodes 1 to 3 are repeated, each time the same."""
    segments = [(1.0, 1 / 128, LIN), (0.2, 1 / 512, LIN), (0.7, 1 / 1024, LIN), (0.0, 1 / 128, LIN)]
    heard = play("EnvGen", *envelope(*segments, gate=gates((0, 30)), release=3, loop=1), blocks=40)[0]
    again = 93 + 46
    np.testing.assert_allclose(heard[700 : 700 + again], heard[700 + again : 700 + 2 * again], atol=1e-6)
    assert heard[-1] == 0


def test_arguments_are_read_when_a_segment_begins() -> None:
    """A level that changes in the middle of a segment is used by the next."""
    level = np.full((1, 40), 0.5, np.float32)
    level[0, 5:] = 0.25
    wires: list[Wire] = envelope((0.0, 1 / 128, STEP), (0.0, 1 / 128, STEP))
    wires[9] = wires[13] = level
    heard = play("EnvGen", *wires, blocks=40)[0]
    assert (heard[:374] == 0.5).all()
    assert (heard[374:] == 0.25).all()


def test_a_gate_of_minus_one_and_a_half_ends_in_half_a_second() -> None:
    """Forced release: the last segment, in the time that the gate says."""
    gate = np.ones((1, 500), np.float32)
    gate[0, 10:] = -1.5
    heard = play("EnvGen", *envelope((1.0, 0.01, LIN), (0.0, 3.0, LIN), gate=gate, release=1), blocks=500)[0]
    assert (heard[490:640] == 1).all()
    assert heard[640 + 12000] == pytest.approx(0.5)
    assert heard[640 + 23999] > 0
    assert not heard[640 + 24000 :].any()


def span(unit: Unit, wires: list[Wire], fresh: tuple[bool, ...] | None, blocks: int) -> Signal:
    """Evaluate one span."""
    rows = len(fresh) if fresh else 2
    unit.span = Span(
        blocks=blocks,
        rate=RATE,
        rows=rows,
        fresh=np.array(fresh) if fresh else None,
        controls=np.zeros((rows, 0), np.float32),
        offsets=np.zeros(rows, np.int64),
        alive=None,
        buses=Buses(BLOCK),
        chance=np.random.default_rng(0),
    )
    found: Signal = UGENS["EnvGen"](unit, *[np.full((1, 1), wire, np.float32) for wire in wires])
    return np.broadcast_to(found, (rows, blocks * BLOCK))


@pytest.mark.parametrize(("blocks", "expected"), [(40, 15), (15, 15)])
def test_the_end_is_in_the_period_of_the_first_sample_after_it(blocks: int, expected: int) -> None:
    """961 samples, the first of which nobody hears: the end is at sample 960, the first of period 15."""
    unit = Unit(Ugen("EnvGen", Rate.AUDIO, (), (Rate.AUDIO,), 0), [Rate.SCALAR] * 13)
    span(unit, envelope((1.0, 961 / RATE + 1e-7, LIN), action=2), (True, True), blocks)
    assert [expected, expected] == unit.span.ended.tolist()


def test_a_voice_that_begins_later_is_the_same_later() -> None:
    """Others go on as they were."""
    unit = Unit(Ugen("EnvGen", Rate.AUDIO, (), (Rate.AUDIO,), 0), [Rate.SCALAR] * 17)
    wires = envelope((1.0, 0.003, SIN), (0.2, 0.009, EXP), first=0.5)
    parts = [span(unit, wires, fresh, 5) for fresh in ((True, True), None, (False, True), None)]
    first, second = np.concatenate(parts, axis=1)
    np.testing.assert_array_equal(first[: 10 * BLOCK], second[10 * BLOCK :])
    assert (first[10 * BLOCK :] == np.float32(0.2)).all()


def test_what_does_not_move_is_one_column() -> None:
    """A voice that is held costs nothing."""
    rows, zero, end = np.arange(2), np.zeros(2), np.full(2, 640.0)
    assert drawn([Stretch(rows, zero, end, still(np.array([0.25, 1.0])))], 640).tolist() == [[0.25], [1.0]]
    assert drawn([Stretch(rows, zero, end, towards(zero, end, end))], 640).shape == (2, 640)


def test_what_is_no_number_does_no_harm() -> None:
    """Bad levels and times are played somehow, and end."""
    for bad in (np.nan, np.inf, -np.inf):
        for shape in range(9):
            heard = play("EnvGen", *envelope((bad, 0.001, shape), (0.5, -abs(bad), shape)), blocks=30)
            assert (1, 30 * BLOCK) == heard.shape
