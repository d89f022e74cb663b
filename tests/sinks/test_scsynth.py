"""Cues as scsynth's own commands."""

import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from singing_pager import instruments
from singing_pager.core.instrument import Instrument
from singing_pager.model import Cue, Hold, Priority, Release, Strike
from singing_pager.sinks.scsynth import Scsynth

CATALOGUE = instruments.load()
AMBIENCE, ALARMS, DUCK, SAFETY = 900, 901, 902, 903


def engine() -> Scsynth:
    """Make an engine with the compiled SynthDefs of the package."""
    return Scsynth(CATALOGUE, instruments.compiled_path())


def told(scsynth: Scsynth, cue: Cue) -> list[tuple[str, list[object]]]:
    """Encode a cue; give addresses and arguments."""
    decoded = [OscMessage(encoded) for encoded in scsynth.encode(cue)]
    return [(found.address, found.params) for found in decoded]


def test_boot() -> None:
    """A server is told every SynthDef, then the stage of lib/stage.scd, then to say when all is done."""
    messages = [OscMessage(encoded) for encoded in engine().boot()]
    definitions = sorted(instruments.compiled_path().glob("*.scsyndef"))
    assert ["/d_recv"] * len(definitions) + ["/sync"] == [found.address for found in messages]
    assert [file.read_bytes() for file in definitions] == [found.params[0] for found in messages[:-1]]
    assert [1] * (len(definitions) - 1) == [len(found.params) for found in messages[:-2]]
    stage = OscBundle(messages[-2].params[1])
    steps = [stage.content(index) for index in range(stage.num_contents)]
    assert [(step.address, step.params) for step in steps if isinstance(step, OscMessage)] == [
        ("/g_freeAll", [0]),
        ("/g_new", [AMBIENCE, 1, 0, ALARMS, 1, 0]),
        ("/s_new", ["duck", DUCK, 1, 0, "ambience", 16, "level", 1.0]),
        ("/s_new", ["safety", SAFETY, 1, 0]),
    ]


@pytest.mark.parametrize("instrument", CATALOGUE.values(), ids=lambda instrument: instrument.name)
def test_every_instrument_has_its_group_and_bus(instrument: Instrument) -> None:
    """Ambience goes to its own group and bus, where alarms can duck it; alarms go straight out."""
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
    place = [AMBIENCE, "out", 16] if instrument.priority is Priority.AMBIENCE else [ALARMS, "out", 0]
    node = -1 if instrument.kind == "struck" else 1000
    assert ("/s_new", [instrument.name, node, 1, *place, *controls]) == (address, arguments)


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
