"""The mixer on the built-in engine: volumes of the classes and of everything, and the mute."""

import functools

import numpy as np
import pytest
from hearing import BUSES, CATALOGUE, GROUPS, RATE, SAFETY, Stage, Timed, gains, heard, hiss, hold, raw, strike, struck
from listening import Samples, Take, decibels
from singing_pager import instruments
from singing_pager.model import STRIPS, Mix, Priority
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.synth.server import Server

HEAD, TAIL = 0, 1
AT = 2.0 + 37 / RATE
SOUNDING: tuple[Timed, ...] = (
    (0.0, hold("cpu")),
    (0.0, hold("memory")),
    (1.7, strike("alert_critical")),
    (1.9, strike("alert_warning")),
    (2.4, strike("alert_info")),
    (3.3, strike("resolved")),
)
"""Ambience, and alarms in the moments at which something is done to the mix."""


MUTE = Mix(muted=True)


def mix(**levels: float) -> Mix:
    """A mix at full volume but for what is given."""
    return Mix(tuple(levels.get(strip, 1.0) for strip in STRIPS))


def tone(priority: Priority) -> Timed:
    """A quiet tone of some class, for ever."""
    place = (GROUPS[priority], "out", BUSES[priority])
    return 0.0, raw("/s_new", "cpu", -1, TAIL, *place, "freq", 300.0, "vol", 1.0)


@functools.cache
def unmoved(*sounding: Timed) -> Take:
    """Four seconds at full volume."""
    return heard(sounding, 4.0)


# Volumes


@pytest.mark.parametrize("priority", Priority)
@pytest.mark.parametrize("level", [0.5, 0.1, 0.0])
def test_each_class_has_its_volume(priority: Priority, level: float) -> None:
    """A class is as loud as its strip says, within a tenth of a second; no other strip moves it."""
    others = {strip: 0.3 for strip in STRIPS[1:] if strip != priority}
    for moved in ({priority.value: level}, others | {priority.value: level}):
        take = heard([tone(priority), (AT, mix(**moved))], 4.0)
        gain = gains(take, unmoved(tone(priority)))

        assert gain[100:200] == pytest.approx(np.zeros(100), abs=0.01)
        if level:
            assert gain[215:] == pytest.approx(np.full(len(gain) - 215, decibels(level)), abs=0.05)
        else:
            assert gain[215:220].max() < -60.0
            assert not take.between(3.0).samples.any()


@pytest.mark.parametrize("level", [0.5, 0.1, 0.0])
def test_the_master_moves_everything(level: float) -> None:
    """All classes, and what plays straight to the output, follow the volume of everything."""
    for sound in (*map(tone, Priority), (0.0, raw("/s_new", "cpu", -1, HEAD, 0, "vol", 1.0))):
        gain = gains(heard([sound, (AT, mix(master=level))], 4.0), unmoved(sound))[215:]
        assert gain[:5].max() < -60.0 if level == 0.0 else gain == pytest.approx(decibels(level), abs=0.05)


def test_nothing_gives_way_to_what_is_at_volume_0() -> None:
    """A class that nobody hears ducks nothing."""
    sounding = [tone(Priority.AMBIENCE), (AT, strike("alert_critical")), (1.0, mix(critical=0.0))]

    assert gains(heard(sounding, 4.0), unmoved(tone(Priority.AMBIENCE)))[100:] == pytest.approx(0.0, abs=0.01)


def test_ambience_for_those_who_listen_to_it_alone() -> None:
    """It is 12 dB louder then, and has its volume all the same."""
    takes = []
    for ambience, level in ((1.0, 1.0), (4.0, 1.0), (4.0, 0.25)):
        scsynth, server = Scsynth(CATALOGUE, instruments.compiled_path(), ambience=ambience), Server(rate=RATE, seed=1)
        scsynth.encode(mix(ambience=level))
        for packet in (*scsynth.boot(), *scsynth.encode(hold("cpu"))):
            server.receive(packet)
        takes.append(Take(server.render(2 * RATE).astype(np.float64), RATE).between(1.0).rms)

    assert [0.0, 12.04, 0.0] == pytest.approx([level - takes[0] for level in takes], abs=0.01)


def test_no_volume_clicks() -> None:
    """What lies far above a tone stays silent while its volumes jump from all to nothing and back."""
    moves = [(1.0 + 0.2 * turn + 37 / RATE, mix(**{strip: turn % 2.0})) for turn, strip in enumerate(STRIPS[:1] * 8)]
    moves += [(2.6 + 0.2 * turn + 37 / RATE, mix(ambience=turn % 2.0)) for turn in range(7)]

    assert hiss(heard([tone(Priority.AMBIENCE), *moves], 4.5), 8000.0).peak < -100.0


def test_a_mix_that_is_told_again_changes_nothing() -> None:
    """The core repeats it every few seconds: nothing of that is heard."""
    once = [*SOUNDING, (1.0, mix(critical=0.7, master=0.5))]
    again = [(1.0 + 0.1 * turn, mix(critical=0.7, master=0.5)) for turn in range(1, 30)]

    assert np.abs(heard(once, 4.0).samples - heard([*once, *again], 4.0).samples).max() < 1e-6


# The mute


BACK = 3.2 + 11 / RATE


def muted() -> Take:
    """Everything that sounds, muted from 2 s to 3.2 s."""
    return heard([*SOUNDING, (AT, MUTE), (AT + 0.3, MUTE), (BACK, mix())], 5.0)


def test_a_mute_is_digital_silence() -> None:
    """From 50 ms after the command every sample is exactly 0, although alarms go on being struck."""
    take, open_ = muted().samples, heard(SOUNDING, 5.0).samples
    first, last = round((AT + 0.05) * RATE), round(BACK * RATE)

    assert np.array_equal(open_[: round(AT * RATE) // 64 * 64], take[: round(AT * RATE) // 64 * 64])
    assert np.abs(open_[first:last]).max() > 0.1
    assert not take[first:last].any()


def test_what_is_muted_goes_on_meanwhile() -> None:
    """From 50 ms after its end on there is, sample by sample, what would have been there without a mute."""
    after = round((BACK + 0.05) * RATE)
    expected = heard(SOUNDING, 5.0).samples[after:]

    assert np.abs(expected).max() > 0.01
    assert np.array_equal(expected, muted().samples[after:])


@pytest.mark.parametrize("sounding", [(tone(Priority.AMBIENCE),), ((1.6, strike("alert_critical", freq=440.0)),)])
def test_no_mute_clicks(sounding: tuple[Timed, ...]) -> None:
    """Shutting and opening, even one right after the other, is heard by nobody far above what sounds."""
    doors = [(AT, MUTE), (2.3, mix()), (2.5, MUTE), (2.505, mix()), (2.6, MUTE)]

    assert (
        hiss(heard([*sounding, *doors], 3.0), 12_000.0).peak < max(hiss(unmoved(*sounding), 12_000.0).peak, -95.0) + 3
    )


def test_an_engine_begins_as_muted_as_the_last_one() -> None:
    """The stage is set with the mix that was: a mute has no gap when an engine begins anew, nor has a volume."""
    stage = Stage()
    scsynth = Scsynth(CATALOGUE, instruments.compiled_path())
    takes: list[Samples] = []
    for cue in (MUTE, mix(master=0.5), mix()):
        scsynth.encode(cue)
        server = Server(rate=RATE, seed=1)
        for packet in (*scsynth.boot(), *scsynth.encode(strike("alert_info"))):
            server.receive(packet)
        takes.append(server.render(RATE).astype(np.float64))
    stage.play(0.0, strike("alert_info"))

    assert not takes[0].any()
    assert np.array_equal(takes[2], stage.take(1.0).samples)
    assert takes[2] * 0.5 == pytest.approx(takes[1], abs=1e-6)


def test_a_mute_that_is_no_number_is_one() -> None:
    """What cannot be read as open is shut."""
    take = heard([(0.0, raw("/n_set", SAFETY, "mute", float("nan"))), (0.1, strike("alert_info"))], 1.0)

    assert not take.samples.any()
    assert struck("alert_info").samples.any()
