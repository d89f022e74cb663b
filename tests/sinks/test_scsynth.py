"""Cues as scsynth's own commands."""

import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from singing_pager import instruments
from singing_pager.core.instrument import Instrument
from singing_pager.model import STRIPS, Cue, Hold, Mix, Release, Strike
from singing_pager.sinks.scsynth import Scsynth

CATALOGUE = instruments.load()
PLACES = {"critical": (900, 16), "speech": (901, 18), "warning": (902, 20), "info": (903, 22), "ambience": (904, 24)}
"""Group and bus of each class."""
MIX, SAFETY = 905, 906


def engine() -> Scsynth:
    """Make an engine with the compiled SynthDefs of the package."""
    return Scsynth(CATALOGUE, instruments.compiled_path())


def told(scsynth: Scsynth, cue: Cue) -> list[tuple[str, list[object]]]:
    """Encode a cue; give addresses and arguments."""
    decoded = [OscMessage(encoded) for encoded in scsynth.encode(cue)]
    return [(found.address, found.params) for found in decoded]


def stage(scsynth: Scsynth) -> list[tuple[str, list[object]]]:
    """How the stage is set, address and arguments."""
    messages = [OscMessage(encoded) for encoded in scsynth.boot()]
    bundle = OscBundle(messages[-2].params[1])
    steps = [bundle.content(index) for index in range(bundle.num_contents)]
    return [(step.address, step.params) for step in steps if isinstance(step, OscMessage)]


def strips(*levels: float) -> list[object]:
    """Controls of the classes."""
    return [part for pair in zip(STRIPS[1:], map(approx, levels), strict=True) for part in pair]


def approx(level: float) -> object:
    """A level as a float32 has it."""
    return pytest.approx(level, abs=1e-7)


def test_boot() -> None:
    """A server is told every SynthDef, then the stage of lib/stage.scd, then to say when all is done."""
    messages = [OscMessage(encoded) for encoded in engine().boot()]
    definitions = sorted(instruments.compiled_path().glob("*.scsyndef"))
    assert ["/d_recv"] * len(definitions) + ["/sync"] == [found.address for found in messages]
    assert [file.read_bytes() for file in definitions] == [found.params[0] for found in messages[:-1]]
    assert [1] * (len(definitions) - 1) == [len(found.params) for found in messages[:-2]]
    assert stage(engine()) == [
        ("/g_freeAll", [0]),
        ("/g_new", [part for group, _ in PLACES.values() for part in (group, 1, 0)]),
        ("/s_new", ["mix", MIX, 1, 0, "bus", 16, "level", 1.0, *strips(1, 1, 1, 1, 1)]),
        ("/s_new", ["safety", SAFETY, 1, 0, "vol", 1.0, "mute", 0.0]),
    ]


@pytest.mark.parametrize("instrument", CATALOGUE.values(), ids=lambda instrument: instrument.name)
def test_every_instrument_has_its_group_and_bus(instrument: Instrument) -> None:
    """Each class has a group and a bus, where those with right of way can duck it."""
    params = tuple(parameter.default for parameter in instrument.parameters)
    cue: Cue = (
        Strike("v", instrument.name, params)
        if instrument.kind == "struck"
        else Hold("v", instrument.name, params, 0)
    )  # fmt: skip
    ((address, arguments),) = told(engine(), cue)
    controls = [
        part for parameter in instrument.parameters for part in (parameter.name, pytest.approx(parameter.default))
    ]
    group, bus = PLACES[instrument.priority]
    node = -1 if instrument.kind == "struck" else 1000
    assert ("/s_new", [instrument.name, node, 1, group, "out", bus, *controls]) == (address, arguments)


def test_the_life_of_a_held_voice() -> None:
    """A held voice is a node that is set, and let go by its gate."""
    scsynth = engine()
    assert "/s_new" == told(scsynth, Hold("a", "cpu", (440.0,), 0))[0][0]
    assert told(scsynth, Hold("a", "cpu", (550.0,), 0)) == [("/n_set", [1000, "freq", 550.0])]
    assert 1001 == told(scsynth, Hold("b", "cpu", (440.0,), 1))[0][1][1]
    assert told(scsynth, Release("a", "cpu", 0)) == [("/n_set", [1000, "gate", 0.0])]
    assert told(scsynth, Release("a", "cpu", 0)) == []
    assert 1002 == told(scsynth, Hold("a", "cpu", (440.0,), 0))[0][1][1]


def test_a_new_server_knows_no_voice() -> None:
    """After a boot a held voice begins anew, at its next repetition."""
    scsynth = engine()
    told(scsynth, Hold("a", "cpu", (440.0,), 0))
    scsynth.boot()
    assert told(scsynth, Release("a", "cpu", 0)) == []
    scsynth.boot()
    assert "/s_new" == told(scsynth, Hold("a", "cpu", (440.0,), 0))[0][0]


def test_the_mix() -> None:
    """Volumes are controls of `mix` and `safety`, and so is the mute; the same again is the same."""
    scsynth, cue = engine(), Mix((0.9, 0.8, 0.7, 0.6, 0.5, 0.4), muted=True)
    expected = [
        ("/n_set", [MIX, *strips(0.8, 0.7, 0.6, 0.5, 0.4)]),
        ("/n_set", [SAFETY, "vol", approx(0.9), "mute", 1.0]),
    ]
    assert expected == told(scsynth, cue)
    assert expected == told(scsynth, cue)
    assert told(scsynth, Mix())[1] == ("/n_set", [SAFETY, "vol", 1.0, "mute", 0.0])


def test_a_new_server_is_as_loud_as_the_last() -> None:
    """The stage is set with the volumes and the mute that were told last."""
    scsynth = engine()
    scsynth.encode(Mix((0.9, 0.8, 0.7, 0.6, 0.5, 0.4), muted=True))
    assert stage(scsynth)[2:] == [
        ("/s_new", ["mix", MIX, 1, 0, "bus", 16, "level", 1.0, *strips(0.8, 0.7, 0.6, 0.5, 0.4)]),
        ("/s_new", ["safety", SAFETY, 1, 0, "vol", approx(0.9), "mute", 1.0]),
    ]
