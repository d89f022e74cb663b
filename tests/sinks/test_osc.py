"""Cues as OSC messages."""

import math
import struct
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from singing_pager import instruments
from singing_pager.core.instrument import Instrument
from singing_pager.model import Cue, Hold, Mix, Outcome, Release, Strike, Tick
from singing_pager.sinks.osc import LARGEST, OscSink, message, osc_arg, packets, to_sclang
from singing_pager.testing import START

CATALOGUE = instruments.load()
ENCODE = to_sclang(CATALOGUE)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(0, ("i", 0), id="int"),
        pytest.param(2**31 - 1, ("i", 2**31 - 1), id="largest int32"),
        pytest.param(-(2**31), ("i", -(2**31)), id="least int32"),
        pytest.param(True, ("i", 1), id="true"),
        pytest.param(False, ("i", 0), id="false"),
        pytest.param(0.5, ("f", 0.5), id="float"),
        pytest.param(-0.0, ("f", -0.0), id="minus zero"),
        pytest.param(1e-320, ("f", 1e-320), id="a float too small for float32"),
        pytest.param(np.float64(0.5), ("f", 0.5), id="NumPy's float64 is a float"),
        pytest.param("cpu", ("s", "cpu"), id="text"),
        pytest.param("", ("s", ""), id="no text"),
        pytest.param("Größe 😀", ("s", "Größe 😀"), id="any letters"),
        pytest.param("a\0b", ("s", "ab"), id="a NUL would end the text"),
        pytest.param("a\ud800b", ("s", "a?b"), id="half a letter"),
        pytest.param("x" * 5000, ("s", "x" * 1024), id="a long text is cut"),
        pytest.param("ä" * 5000, ("s", "ä" * 512), id="a long text of long letters"),
        pytest.param("x" + "ä" * 5000, ("s", "x" + "ä" * 511), id="no letter is cut in two"),
        pytest.param(b"\0\xff", ("b", b"\0\xff"), id="bytes"),
    ],
)
def test_arguments(value: object, expected: tuple[str, object]) -> None:
    """An argument leaves as int32, float32, string or blob."""
    assert expected == osc_arg(value)


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, 10**400, math.nan, math.inf, -math.inf, 1e39, -1e300, b""])
def test_values_that_do_not_fit(value: float | bytes) -> None:
    """A number that no int32 or finite float32 holds is refused, and a blob of nothing."""
    with pytest.raises(ValueError, match=r"int32|float32|blob"):
        osc_arg(value)


@pytest.mark.parametrize(
    "value", [None, (1, 2, 3, 4), [1.0], {}, 1j, bytearray(b"x"), np.float32(0.5), np.int64(1), np.bool_(1)], ids=repr
)
def test_types_that_cannot_travel(value: object) -> None:
    """What is none of the four kinds is refused, NumPy's scalars too: the core makes none."""
    with pytest.raises(
        TypeError, match=f"^a {type(value).__name__} cannot travel by OSC; allowed: int, float, str, bytes$"
    ):
        osc_arg(value)


ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=50)
    | st.tuples(st.integers(), st.integers(), st.integers(), st.integers()) | st.lists(st.integers(), max_size=2)
)  # fmt: skip


@given(ANYTHING)
def test_nothing_else_leaves(value: object) -> None:
    """Whatever is asked to leave is refused, or is of a kind that scsynth and sclang read."""
    try:
        tag, sent = osc_arg(value)
    except (ValueError, TypeError):
        return
    decoded = OscMessage(message("/x", value))
    assert f",{tag}" == decoded_tags(decoded)
    match tag:
        case "f":
            assert isinstance(sent, float)
            assert struct.unpack(">f", struct.pack(">f", sent)) == (decoded.params[0],)
        case _:
            assert [sent] == decoded.params


def decoded_tags(decoded: OscMessage) -> str:
    """The type tags of a message, as they stand in its bytes."""
    start = decoded.dgram.index(b",")
    return decoded.dgram[start : decoded.dgram.index(b"\0", start)].decode()


@given(
    st.lists(
        st.integers(-(2**31), 2**31 - 1) | st.text(alphabet="abü😀", max_size=9) | st.binary(min_size=1, max_size=9),
        max_size=8,
    )
)
def test_python_osc_reads_what_we_write(args: list[int | str | bytes]) -> None:
    """An independent reader finds address and arguments."""
    decoded = OscMessage(message("/some/address", *args))
    assert ("/some/address", args) == (decoded.address, decoded.params)
    assert len(decoded.dgram) % 4 == 0


def test_bytes_of_the_tutorial() -> None:
    """What the tutorial's sclang expects of `/cpu` stands first in the bytes."""
    expected = b"/cpu\0\0\0\0,fs\0" + struct.pack(">f", 660.0) + b"cpu:metrics/cpu\0"
    assert (expected,) == tuple(ENCODE(Hold("cpu:metrics/cpu", "cpu", (660.0,), 0)))


def sent(cue: Cue) -> tuple[str, str, list[object]]:
    """Encode a cue; give address, type tags and arguments."""
    (encoded,) = ENCODE(cue)
    decoded = OscMessage(encoded)
    return decoded.address, decoded_tags(decoded), decoded.params


@pytest.mark.parametrize("instrument", CATALOGUE.values(), ids=lambda instrument: instrument.name)
def test_the_message_of_every_instrument(instrument: Instrument) -> None:
    """Parameters in catalogue order, the severity of an alarm, the voice id, then notes."""
    params = tuple(parameter.default for parameter in instrument.parameters)
    tags = "f" * len(params)
    values = [pytest.approx(value) for value in params]
    if instrument.severity:
        cue: Cue = Strike("f1", instrument.name, params, ("firing", "HighCPU"))
        assert ("/alert", f",{tags}ssss", [*values, instrument.severity, "f1", "firing", "HighCPU"]) == sent(cue)
    elif instrument.kind == "struck":
        assert (f"/{instrument.name}", f",{tags}s", [*values, "v"]) == sent(Strike("v", instrument.name, params))
    else:
        assert (f"/{instrument.name}", f",{tags}s", [*values, "v"]) == sent(Hold("v", instrument.name, params, 0))
        assert sent(Release("v", instrument.name, 0)) == ("/release", ",s", ["v"])


def test_the_heartbeat() -> None:
    """A heartbeat carries its number as an int32, then the seconds until the next."""
    assert sent(Strike("heartbeat", "heartbeat", (7, 10.0))) == ("/heartbeat", ",ifs", [7, 10.0, "heartbeat"])


def test_the_mix() -> None:
    """Volumes travel as floats, the mute as an int32."""
    levels = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
    assert ("/mix", ",ffffffi", [*map(pytest.approx, levels), 1]) == sent(Mix(levels, muted=True))
    assert sent(Mix()) == ("/mix", ",ffffffi", [1.0] * 6 + [0])


def contents(packet: bytes) -> list[OscMessage]:
    """The messages of a packet, a bundle or a message alone."""
    if not OscBundle.dgram_is_bundle(packet):
        return [OscMessage(packet)]
    found = []
    for index in range(OscBundle(packet).num_contents):
        content = OscBundle(packet).content(index)
        assert isinstance(content, OscMessage)
        found.append(content)
    return found


def test_a_message_alone_is_no_bundle() -> None:
    """One message that is to sound at once needs no bundle; none needs no packet."""
    assert [message("/a")] == list(packets([message("/a")], None))
    assert list(packets([], None)) == []
    assert list(packets([], START)) == []


@given(st.lists(st.integers(1, 4000), max_size=40), st.none() | st.floats(START, START + 1e6))
def test_a_moment_is_a_bundle(sizes: Sequence[int], when: float | None) -> None:
    """All messages leave, in order, in packets no larger than engines take, all with the same time tag."""
    messages = [message("/m", index, b"x" * size) for index, size in enumerate(sizes)]
    made = list(packets(messages, when))
    assert messages == [content.dgram for packet in made for content in contents(packet)]
    assert all(len(packet) <= LARGEST for packet in made)
    bundles = [OscBundle(packet) for packet in made if OscBundle.dgram_is_bundle(packet)]
    if when is not None:
        assert len(made) == len(bundles)
        assert all(abs(bundle.timestamp - when) < 1e-6 for bundle in bundles)
    # as few as can be: two neighbours would not have fitted into one
    assert all(len(one) + len(contents(other)[0].dgram) + 4 > LARGEST for one, other in pairwise(made))


def test_a_message_larger_than_a_packet_travels_alone() -> None:
    """What cannot be split is not lost, and does not take others with it."""
    messages = [message("/a"), message("/b", b"x" * LARGEST), message("/c")]
    made = list(packets(messages, None))
    assert [[content.address for content in contents(packet)] for packet in made] == [["/a"], ["/b"], ["/c"]]


class Wire:
    """A transport that keeps packets, or takes none."""

    def __init__(self, *, takes: bool = True) -> None:
        self.packets: list[bytes] = []
        self.takes = takes

    def send(self, packet: bytes) -> bool:
        """Keep a packet."""
        self.packets.append(packet)
        return self.takes


def play(cues: Sequence[Cue], wire: Wire, latency: float = 0.0) -> list[tuple[str, str]]:
    """Play cues as one moment; give what was counted."""
    counted: list[tuple[str, str]] = []
    sink = OscSink(
        ENCODE, wire, latency=latency, clock=lambda: START, count=lambda engine, kind: counted.append((engine, kind))
    )
    sink.play([Outcome(Tick(START), START, (cue,)) for cue in cues])
    return counted


STRUCK = Strike("v", "stale", (220.0, 0.5))
ENDED = Release("v", "cpu", 0)


def test_a_moment_leaves_together() -> None:
    """Cues of several outcomes are one bundle, to be played at once."""
    wire = Wire()
    assert play([STRUCK, ENDED], wire) == [("osc", "strike"), ("osc", "release")]
    (packet,) = wire.packets
    assert [content.address for content in contents(packet)] == ["/stale", "/release"]
    assert b"#bundle\0" + struct.pack(">Q", 1) == packet[:16]


def test_latency() -> None:
    """With a latency every packet is a bundle that is dated ahead."""
    wire = Wire()
    play([STRUCK], wire, latency=0.2)
    (packet,) = wire.packets
    assert pytest.approx(START + 0.2, abs=1e-6) == OscBundle(packet).timestamp


def test_a_mute_does_not_wait() -> None:
    """With a latency the mix leaves by itself and at once; without one it is in the moment's bundle."""
    wire = Wire()
    assert play([STRUCK, Mix(muted=True)], wire, latency=0.2) == [("osc", "mix"), ("osc", "strike")]
    first, second = wire.packets
    assert OscMessage(first).address == "/mix"
    assert [content.address for content in contents(second)] == ["/stale"]
    together = Wire()
    play([STRUCK, Mix(muted=True)], together)
    assert [content.address for packet in together.packets for content in contents(packet)] == ["/stale", "/mix"]


def test_a_moment_without_cues_is_silent() -> None:
    """Nothing to tell sends nothing."""
    wire = Wire()
    assert play([], wire) == []
    assert wire.packets == []


def test_only_what_left_is_counted() -> None:
    """Cues that the transport did not take are not counted as played."""
    assert play([STRUCK], Wire(takes=False)) == []


@given(st.text(), st.text(), st.text())
def test_whatever_people_write_fits(fingerprint: str, status: str, name: str) -> None:
    """No name of an alert, however long or strange, keeps it from sounding."""
    wire = Wire()
    cue = Strike(fingerprint * 500, "alert_critical", (880.0, 0.9, 2.0), (status * 500, name * 500))
    assert play([cue], wire) == [("osc", "strike")]
    assert len(wire.packets[0]) <= LARGEST
    assert [content.address for content in contents(wire.packets[0])] == ["/alert"]
