"""The engine as a client of its commands knows it."""

import dataclasses
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from singing_pager.sinks.osc import message
from singing_pager.synth.scsyndef import Rate, SynthDefError
from singing_pager.synth.server import Server
from synthdefs import compiled, passing, steady, synthdef, tone, ugen

HEAD, TAIL, BEFORE, AFTER, REPLACE = range(5)
DEFS = compiled(tone(), steady(), passing(), tone("offset", out="OffsetOut"))


def engine(*messages: bytes) -> Server:
    """Make an engine that knows the SynthDefs above and has had these messages."""
    server = Server()
    for content in (message("/d_recv", DEFS), *messages):
        server.receive(content)
    return server


def new(name: str, number: int, action: int = HEAD, target: int = 0, *controls: object) -> bytes:
    """The command for a new synth."""
    return message("/s_new", name, number, action, target, *controls)


def bundle(seconds: float, *messages: bytes) -> bytes:
    """Messages with a time tag."""
    elements = b"".join(struct.pack(">i", len(content)) + content for content in messages)
    return b"#bundle\0" + struct.pack(">Q", round(seconds * 2**32)) + elements


def level(server: Server, channel: int = 0) -> float:
    """What a steady synth brings to a channel, in the next control periods."""
    samples = server.render(128)[64:, channel]
    assert np.ptp(samples) < 1e-6
    return float(samples[0])


def test_silence_is_digital_silence() -> None:
    """With no synth every sample is 0."""
    assert not engine().render(1000).any()


def test_a_synth_sounds_until_it_is_freed() -> None:
    """The tone begins with /s_new, has the frequency that it is given, and ends with /n_free."""
    server = engine(new("tone", 1, HEAD, 0, "freq", 480.0))
    expected = 0.5 * np.sin(2 * np.pi * 480 / 48_000 * np.arange(640))
    assert server.render(640)[:, 0] == pytest.approx(expected, abs=1e-5)
    server.receive(message("/n_free", 1))
    assert not server.render(640).any()


def test_a_command_in_a_bundle_takes_effect_at_its_time() -> None:
    """A synth that offsets its output begins at the very sample of the time tag."""
    for start in (64, 100, 4803, 4863):
        server = engine()
        server.receive(bundle(start / 48_000, new("offset", 1)))
        samples = server.render(9600)[:, 0]
        assert start + 1 == np.flatnonzero(samples)[0]  # a sine's own first sample is 0


def test_a_bundle_that_is_late_is_played_at_once() -> None:
    """The past is now."""
    server = engine()
    server.render(4800)
    server.receive(bundle(0.01, new("steady", 1)))
    assert level(server) == 1.0


@pytest.mark.parametrize("frames", [1, 63, 64, 65, 500])
def test_how_the_sound_is_asked_for_does_not_change_it(frames: int) -> None:
    """Samples asked for in pieces are the same as asked for at once."""
    moments = [bundle(0.0021, new("offset", 1)), bundle(0.013, message("/n_set", 1, "freq", 777.0))]
    whole, pieces = engine(*moments), engine(*moments)
    expected = whole.render(2000)
    assert np.array_equal(expected, np.concatenate([pieces.render(frames) for _ in range(2000 // frames + 1)])[:2000])


def test_voices_of_one_synthdef_are_the_sum_of_single_ones() -> None:
    """Three tones that begin at different times sound as each by itself, together."""
    starts = {1: (0.0012, 300.0), 2: (0.0027, 470.0), 3: (0.0101, 1234.5)}
    moments = {
        number: bundle(at, new("offset", number, HEAD, 0, "freq", freq)) for number, (at, freq) in starts.items()
    }
    together = engine(*moments.values()).render(3000)
    assert together == pytest.approx(sum(engine(one).render(3000) for one in moments.values()), abs=1e-6)


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([new("steady", 1)], 1.0),
        ([new("steady", 1, HEAD, 0, "level", 0.25)], 0.25),
        ([new("steady", 1, HEAD, 0, 0, 0.25)], 0.25),
        ([new("steady", 1), message("/n_set", 1, "level", 0.5)], 0.5),
        ([new("steady", 1), message("/n_setn", 1, "level", 2, 0.5, 1.0)], 0.0),
        ([new("steady", 1), new("steady", 2)], 2.0),
        ([new("steady", 1), new("passing", 2, TAIL)], 0.5),
        ([new("steady", 1), new("passing", 2, HEAD)], 1.0),
        ([new("steady", 1), new("passing", 2, BEFORE, 1)], 1.0),
        ([new("passing", 2), new("steady", 1), new("passing", 3, AFTER, 2)], 0.25),
        ([new("steady", 1), new("passing", 2, REPLACE, 1)], 0.0),
        ([new("passing", 2), new("steady", 1, TAIL), message("/n_after", 2, 1)], 0.5),
        ([new("steady", 1), new("passing", 2, TAIL), message("/n_before", 2, 1)], 1.0),
        ([new("steady", 1), new("passing", 2, TAIL), message("/g_head", 0, 2)], 1.0),
        ([new("passing", 2), new("steady", 1, TAIL), message("/g_tail", 0, 2)], 0.5),
        ([new("passing", 2), new("steady", 1, TAIL), message("/n_order", TAIL, 0, 2)], 0.5),
        ([new("steady", 1), message("/n_run", 1, 0)], 0.0),
        ([new("steady", 1), message("/n_run", 1, 0), message("/n_run", 1, 1)], 1.0),
        ([message("/g_new", 9, HEAD, 0), new("steady", 1, HEAD, 9), message("/n_set", 9, "level", 0.5)], 0.5),
        ([message("/g_new", 9, HEAD, 0), new("steady", 1, HEAD, 9), message("/n_run", 9, 0)], 0.0),
        ([message("/g_new", 9, HEAD, 0), new("steady", 1, HEAD, 9), message("/g_freeAll", 9)], 0.0),
        ([message("/g_new", 9, HEAD, 0), new("steady", 1, HEAD, 9), message("/g_deepFree", 0)], 0.0),
        ([message("/g_new", 9, HEAD, 0), new("steady", 1, HEAD, 9), message("/n_free", 9)], 0.0),
        ([message("/g_new", 8, HEAD, 0, 9, HEAD, 8), new("steady", 1, HEAD, 9), message("/n_free", 8)], 0.0),
        ([new("steady", -1), new("steady", -1)], 2.0),
        ([new("steady", 1), message("/n_set", 1, "level", 0.5, "unknown", 9.0)], 0.5),
    ],
)
def test_commands(messages: list[bytes], expected: float) -> None:
    """What each command does to what is heard."""
    server = engine(*messages)
    assert expected == pytest.approx(level(server))
    assert not server.ignored


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (message("/b_alloc", 0, 1024), "unknown_command"),
        (message("/n_free", 77), "no_such_node"),
        (message("/n_set", 77, "level", 0.5), "no_such_node"),
        (message("/g_freeAll", 1), "no_such_node"),
        (message("/n_free", 0), "no_such_node"),
        (new("nothing", 2), "no_such_synthdef"),
        (new("steady", 2, HEAD, 77), "no_such_node"),
        (new("steady", 2, HEAD, 1), "no_such_node"),
        (new("steady", 2, 9, 1), "no_such_node"),
        (new("steady", 1), "duplicate_node"),
        (message("/s_new"), "bad_arguments"),
        (message("/s_new", 1, 2, 3, 4), "bad_arguments"),
        (message("/n_set", 1, "level"), "bad_arguments"),
        (message("/n_set", 1, "level", "loud"), "bad_arguments"),
        (message("/d_recv", b"nonsense"), "bad_synthdef"),
        (message("/d_recv", compiled(synthdef("x", [ugen("Antenna", Rate.AUDIO)]))), "bad_synthdef"),
        (message("/d_load", "/no/such/file"), "bad_synthdef"),
        (message("/d_recv", DEFS, b"nonsense"), "bad_packet"),
        (b"nonsense", "bad_packet"),
        (b"", "bad_packet"),
        (b"#bundle\0", "bad_packet"),
        (b"#bundle\0" + bytes(8) + b"\0\0\x7f\xff", "bad_packet"),
    ],
)
def test_what_cannot_be_done_is_counted_and_ignored(content: bytes, expected: str) -> None:
    """A bad command changes nothing that sounds, and is counted by its reason."""
    server = engine(new("steady", 1))
    server.receive(content)
    assert {expected: 1} == server.ignored
    assert level(server) == 1.0


def test_commands_that_ask_for_an_answer_are_no_fault() -> None:
    """There is nobody to answer, which is no error of the one who asks."""
    server = engine(message("/sync", 1), message("/notify", 1), message("/status"), message("/dumpOSC", 0))
    assert not server.ignored


def test_a_node_limit_holds() -> None:
    """As many nodes as scsynth has by default; what is beyond is counted."""
    server = engine(*[new("steady", number) for number in range(1, 1100)])
    assert server.nodes == 1024
    assert {"too_many_nodes": 76} == server.ignored


def test_a_variant_has_its_own_initial_values() -> None:
    """A SynthDef's variants are played by their names."""
    varied = dataclasses.replace(steady(), variants={"steady.loud": (3.0, 1.0)})
    server = engine(message("/d_recv", compiled(varied)), new("steady.loud", 1))
    assert (0.0, 3.0) == (level(server, 0), level(server, 1))


def test_a_synthdef_may_be_replaced_while_it_sounds() -> None:
    """Synths go on with what they were made of; new ones are of the new kind."""
    server = engine(new("steady", 1))
    server.receive(message("/d_recv", compiled(steady("steady", out="ReplaceOut"))))
    assert level(server) == 1.0
    server.receive(new("steady", 2, TAIL, 0, "level", 0.25))
    assert level(server) == 0.25


def test_what_goes_beyond_a_buffer_of_names_is_told_by_load(tmp_path: Path) -> None:
    """A SynthDef that cannot be played is refused with file, SynthDef and UGen."""
    path = tmp_path / "strange.scsyndef"
    path.write_bytes(compiled(synthdef("strange", [ugen("Antenna", Rate.AUDIO)])))
    with pytest.raises(SynthDefError, match=r"strange\.scsyndef: the SynthDef 'strange' needs Antenna"):
        Server().load(tmp_path)


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_no_packet_of_any_kind_raises(packets: list[bytes]) -> None:
    """Whatever comes, the engine goes on."""
    server = engine(new("steady", 1))
    for packet in packets:
        server.receive(packet)
        server.receive(b"#bundle\0" + bytes(8) + packet)
    assert server.render(64).shape == (64, 2)


COMMANDS = st.one_of(
    st.builds(
        new, st.sampled_from(["tone", "steady", "passing"]), st.integers(1, 6), st.integers(0, 4), st.integers(0, 6)
    ),
    st.builds(lambda number: message("/n_free", number), st.integers(0, 6)),
    st.builds(lambda *at: message("/n_before", *at), st.integers(0, 6), st.integers(0, 6)),
    st.builds(lambda *at: message("/n_run", *at), st.integers(0, 6), st.integers(0, 1)),
    st.builds(lambda *at: message("/g_new", *at), st.integers(1, 6), st.integers(0, 4), st.integers(0, 6)),
    st.builds(lambda number: message("/g_freeAll", number), st.integers(0, 6)),
)


@given(st.lists(COMMANDS, max_size=30))
def test_no_order_of_commands_breaks_the_tree(commands: list[bytes]) -> None:
    """Every node is in the tree once, and every running synth has a row, whatever was asked."""
    server = engine()
    for command in commands:
        server.receive(command)
        server.render(64)
    server.receive(message("/g_deepFree", 0))
    assert not server.render(128)[64:].any()
