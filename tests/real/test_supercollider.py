"""The SuperCollider side on real servers: its files, its sounds as measured, and how the engine lives and recovers."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import yaml
from listening import Take
from studio import SUPERCOLLIDER, Studio, free_udp_port, headless, message, render

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.needs("studio")

COMPILED = SUPERCOLLIDER / "compiled"
CATALOGUE: dict[str, dict[str, Any]] = yaml.safe_load((SUPERCOLLIDER / "instruments.yaml").read_text())["instruments"]
END_OF_CHAIN = {"mix", "safety"}
AMBIENCE = [name for name, instrument in CATALOGUE.items() if instrument["kind"] == "held"]
ALARMS = ("alert_critical", "alert_warning", "alert_info")
BUSES = {"critical": 16.0, "speech": 18.0, "warning": 20.0, "info": 22.0, "ambience": 24.0}
"""Where each class of sounds plays to: every one ducks those after it."""

# docs/sound.md: pulses, their length, the gaps between them, and the gap between half bursts, in seconds.
PATTERNS: dict[str, tuple[int, tuple[float, float], tuple[float, float], tuple[float, float] | None]] = {
    "alert_critical": (10, (0.075, 0.2), (0.05, 0.125), (0.35, 1.3)),
    "alert_warning": (3, (0.125, 0.25), (0.125, 0.25), None),
    "alert_info": (2, (0.125, 0.25), (0.125, 0.25), None),
}


def parameter(instrument: str, name: str) -> dict[str, Any]:
    """Return one parameter of an instrument in the catalogue."""
    return next(entry for entry in CATALOGUE[instrument]["parameters"] if entry["name"] == name)


def defaults(instrument: str) -> dict[str, float]:
    """Return the defaults of an instrument by parameter name."""
    return {entry["name"]: float(entry["default"]) for entry in CATALOGUE[instrument]["parameters"]}


def start(instrument: str, values: dict[str, float] | None = None, node: int = 1000) -> bytes:
    """Encode the message that starts an instrument at the head of the root group."""
    pairs: list[str | float] = []
    for name, value in (defaults(instrument) | (values or {})).items():
        pairs += [name, value]
    return message("/s_new", instrument, node, 0, 0, *pairs)


@functools.cache
def strike(instrument: str, **values: float) -> Take:
    """Render one sound on its own, with its onset at 0.1 s, until nothing is left of it (5 s)."""
    return play((0.1, start(instrument, values)))


def play(*moments: tuple[float, bytes], seconds: float = 5.0, definitions: Path = COMPILED) -> Take:
    """Render messages, each at its time in seconds."""
    with tempfile.TemporaryDirectory() as directory:
        return render(moments, seconds, Path(directory), definitions)


def chain() -> list[tuple[float, bytes]]:
    """Return the messages that build the end of the chain as the engine has it."""
    return [(0.0, message("/s_new", "mix", 1, 1, 0)), (0.0, message("/s_new", "safety", 2, 1, 0))]


# The files


def test_every_instrument_is_compiled_and_nothing_else() -> None:
    """The catalogue and the compiled SynthDefs name the same instruments, besides the end of the chain."""
    assert {path.stem for path in COMPILED.glob("*.scsyndef")} == set(CATALOGUE) | END_OF_CHAIN


def test_compiled_files_are_fresh(tmp_path: Path) -> None:
    """Compiling the sources again gives the very same bytes."""
    subprocess.run(
        ["sclang", "-D", SUPERCOLLIDER / "compile.scd", tmp_path / "out"],
        env=headless(tmp_path / "run"),
        stdin=subprocess.DEVNULL,
        check=True,
        capture_output=True,
        timeout=60,
    )
    fresh = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert fresh == {path.name: path.read_bytes() for path in COMPILED.iterdir()}


def test_sclang_parts() -> None:
    """The UnitTests of the sclang side pass: reading, routing, voices, watchdog, and a Cmd-Period on a live server."""
    done = subprocess.run(
        [SUPERCOLLIDER / "tests" / "run.sh"],
        env={**os.environ, "SONIFY_PORT": str(free_udp_port()), "SCSYNTH_PORT": str(free_udp_port())},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed, 0 failed" in done.stdout


# The sounds


@pytest.mark.parametrize("name", ALARMS)
@pytest.mark.parametrize("which", ["shortest", "default", "longest", "too long"])
def test_an_alarm_keeps_its_pattern(name: str, which: str) -> None:
    """Whatever `dur` is, a burst has the pulses, lengths, gaps and rises of its severity."""
    dur = parameter(name, "dur")
    seconds = {"shortest": dur["range"][0], "default": dur["default"], "longest": dur["range"][1], "too long": 60}
    count, lengths, gaps, half = PATTERNS[name]

    pulses = strike(name, dur=float(seconds[which])).pulses()

    assert len(pulses) == count
    for pulse in pulses:
        assert lengths[0] <= pulse.length <= lengths[1]
        assert 0.14 <= pulse.rise / pulse.length <= 0.21
    between = [following.onset - pulse.end for pulse, following in itertools.pairwise(pulses)]
    if half:
        assert half[0] <= between.pop(count // 2 - 1) <= half[1]
    assert all(gaps[0] <= gap <= gaps[1] for gap in between)


@pytest.mark.parametrize("name", ALARMS)
@pytest.mark.parametrize("freq", [150.0, None, 1000.0])
def test_an_alarm_sings_at_its_pitch(name: str, freq: float | None) -> None:
    """`freq` is the fundamental within 1 %, and at least four partials in 300 to 4000 Hz lie within 15 dB."""
    pitch = freq or defaults(name)["freq"]
    take = strike(name, freq=pitch)
    first = take.pulses(window=0.008)[0]

    assert take.fundamental() == pytest.approx(pitch, rel=0.01)
    assert len(take.between(first.onset, first.end).partials(300.0, 4010.0, floor=-15.0)) >= 4


@pytest.mark.parametrize("name", [name for name in CATALOGUE if CATALOGUE[name]["kind"] == "struck"])
def test_a_struck_sound_ends_by_itself(name: str) -> None:
    """A struck sound is heard, is finite, ends within its 5 s and leaves no click behind."""
    take = strike(name)

    assert take.finite
    assert take.peak > -50.0
    assert take.between(-0.5).peak < -120.0
    assert take.largest_jump() < 0.25


def test_urgency_is_loudness_too() -> None:
    """Critical is louder than warning, warning than info, info than resolved, at their defaults."""
    levels = [strike(name).loudest() for name in (*ALARMS, "resolved")]

    assert levels == sorted(levels, reverse=True)
    assert levels[-1] < levels[-2] - 3.0


def test_resolved_is_quieter_than_any_alarm_of_its_volume() -> None:
    """At the same `vol`, resolved is quieter than each alarm."""
    assert all(strike("resolved", vol=0.7).loudest() < strike(name, vol=0.7).loudest() - 3.0 for name in ALARMS)


def test_resolved_is_a_major_triad() -> None:
    """Resolved has its pitch, the major third and the fifth as its strongest partials."""
    strongest = sorted(strike("resolved", freq=400.0).partials(), key=lambda partial: -partial.level)[:3]

    assert sorted(partial.frequency for partial in strongest) == pytest.approx([400.0, 500.0, 600.0], rel=0.01)


def test_the_heartbeat_is_hardly_there() -> None:
    """A heartbeat peaks at about -45 dBFS."""
    assert -48.0 < strike("heartbeat").peak < -42.0


@pytest.mark.parametrize("at", ["default", "highest"])
def test_alarms_stand_above_the_ambience(at: str) -> None:
    """With every ambient voice sounding at once, also at its highest, each alarm is at least 10 dB louder."""
    highest = {
        name: {entry["name"]: float(entry["range"][1]) for entry in CATALOGUE[name]["parameters"]} for name in AMBIENCE
    }
    voices = [
        (0.0, start(name, highest[name] if at == "highest" else None, node)) for node, name in enumerate(AMBIENCE, 1000)
    ]
    together = play(*voices, seconds=12.0)

    assert together.finite
    for name in ALARMS:
        assert strike(name).loudest() > together.between(3.0).loudest() + 10.0


@pytest.mark.parametrize("over", list(BUSES)[:-1])
def test_what_has_right_of_way_ducks_the_ambience(over: str) -> None:
    """While a burst of any other class sounds the ambience is 12 dB lower, and it comes back after it."""
    ambient = message("/s_new", "cpu", 1000, 0, 0, "out", BUSES["ambience"], "freq", 300.0, "vol", 1.0)
    alarm = message("/s_new", "alert_warning", 1001, 0, 0, "out", BUSES[over], "freq", 1000.0)
    calm, take = (play(*chain(), (0.0, ambient), *more, seconds=9.0) for more in ((), ((4.0, alarm),)))

    def level(take: Take, start: float, end: float) -> float:
        part = take.between(start, end).mono
        carrier = np.exp(-2j * np.pi * 300.0 * np.arange(len(part)) / take.rate)
        return 20.0 * float(np.log10(abs(np.mean(part * carrier * np.hanning(len(part))))))

    assert level(take, 4.5, 5.0) - level(calm, 4.5, 5.0) == pytest.approx(-12.0, abs=0.5)
    assert level(take, 8.0, 8.5) - level(calm, 8.0, 8.5) == pytest.approx(0.0, abs=0.1)


def test_the_safety_stage_holds_the_peak() -> None:
    """Sixteen alarms at once stay at or under -1 dB true peak."""
    loud = {"vol": 1.0, "out": BUSES["critical"]}
    crowd = [(0.1, start("alert_critical", loud | {"freq": 700.0 + node % 7}, node)) for node in range(1000, 1016)]
    take = play(*chain(), *crowd, seconds=3.0)

    assert take.finite
    assert -6.0 < take.true_peak <= -1.0


@pytest.mark.parametrize("kind", [0, 1, 2], ids=["nan", "infinity", "denormal"])
@pytest.mark.parametrize("bus", [0, 16, 24], ids=["output", "critical", "ambience"])
def test_bad_values_become_silence(broken: Path, kind: int, bus: int) -> None:
    """What is no proper number is silent, and the next alarm sounds; beside a bad class even while that goes on."""
    bad = message("/s_new", "bad", 900, 0, 0, "out", bus, "kind", kind)
    take = play(
        *chain(),
        (0.2, bad),
        *([(1.0, message("/n_free", 900))] if bus == 0 else []),
        (1.5, start("alert_warning")),
        seconds=3.0,
        definitions=broken,
    )

    assert take.finite
    assert take.between(0.3, 0.9).peak < -120.0
    assert len(take.pulses()) == 3


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a directory with the compiled SynthDefs and one that makes bad values."""
    directory = tmp_path_factory.mktemp("broken")
    shutil.copytree(COMPILED, directory, dirs_exist_ok=True)
    subprocess.run(
        ["sclang", "-D", SUPERCOLLIDER / "tests" / "bad.scd", directory],
        env=headless(tmp_path_factory.mktemp("run")),
        stdin=subprocess.DEVNULL,
        check=True,
        capture_output=True,
        timeout=60,
    )
    return directory


@pytest.mark.parametrize("name", AMBIENCE)
def test_a_held_voice_glides(name: str) -> None:
    """Across its range and through its fade-out, a held voice makes no step larger than when it is steady."""
    first = CATALOGUE[name]["parameters"][0]
    low, high = (float(bound) for bound in first["range"])
    control = first["name"]
    steady = [play((0.0, start(name, {control: value})), seconds=6.0).largest_jump() for value in (low, high)]
    take = play(
        (0.0, start(name, {control: low})),
        (3.0, message("/n_set", 1000, control, high)),
        (5.0, message("/n_set", 1000, control, low)),
        (5.1, message("/n_set", 1000, control, high)),
        (7.0, message("/n_set", 1000, "gate", 0)),
        seconds=10.0,
    )

    assert take.largest_jump() <= max(steady) * 1.5
    assert take.between(6.0, 7.0).peak > -60.0
    assert take.between(-0.5).peak < -120.0


def test_cpu_reaches_its_pitch() -> None:
    """`cpu` sings at `freq` within 1 % once the glide is over."""
    for freq in (220.0, 440.0, 880.0):
        assert play((0.0, start("cpu", {"freq": freq}))).between(2.0).fundamental() == pytest.approx(freq, rel=0.01)


def test_memory_follows_its_level() -> None:
    """Twice the `vol` of `memory` is 6 dB more."""
    half, full = (play((0.0, start("memory", {"vol": vol})), seconds=8.0).between(2.0).rms for vol in (0.5, 1.0))

    assert full - half == pytest.approx(6.0, abs=1.5)


def test_network_pulses_at_its_rate() -> None:
    """`network` makes `rate` drops in a second."""
    take = play((0.0, start("network", {"rate": 5.0})), seconds=7.0).between(1.95, 5.95)

    assert len(take.pulses(window=0.02, threshold=0.3)) == pytest.approx(20, abs=1)


# The engine, alive


@pytest.fixture(scope="module")
def bridge() -> Iterator[socket.socket]:
    """Listen where the engine is to dial by TCP."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        yield listener


@pytest.fixture(scope="module")
def shared_studio(tmp_path_factory: pytest.TempPathFactory, bridge: socket.socket) -> Iterator[Studio]:
    """Run one studio for all tests of this file."""
    environment = {"BRIDGE_TCP": f"127.0.0.1:{bridge.getsockname()[1]}"}
    with Studio(tmp_path_factory.mktemp("studio"), environment) as running:
        yield running


@pytest.fixture
def studio(shared_studio: Studio) -> Studio:
    """Hand out the studio when it is ready and silent."""
    shared_studio.wait_ready()
    for voice in ("cpu", "memory", "network", "a", "b"):
        shared_studio.send("/release", voice)
    shared_studio.take(until=lambda take: take.seconds > 0.6 and take.between(-0.5).peak < -70.0)
    return shared_studio


def pitch(take: Take) -> float:
    """Return the pitch of the last half second, 0 when it is silent."""
    end = take.between(-0.5)
    return end.fundamental() if end.seconds >= 0.5 and end.peak > -70.0 else 0.0


def near(take: Take, freq: float) -> bool:
    """Tell whether the last half second of a take has the pitch `freq` in Hz."""
    return abs(pitch(take) - freq) < freq * 0.01


def pulses(take: Take) -> int:
    """Count the pulses of alarms in a take."""
    return len(take.pulses()) if take.peak > -30.0 else 0


def test_the_tutorials_alert_plays(studio: Studio) -> None:
    """`/alert 880 0.9 2.0 critical` is ten pulses at 880 Hz, and what is recorded stays under -1 dB true peak."""
    studio.send("/alert", 880, 0.9, 2.0, "critical")
    take = studio.take(3.5)

    assert pulses(take) == 10
    assert take.fundamental() == pytest.approx(880.0, rel=0.01)
    assert take.true_peak <= -1.0


def test_a_resolved_alert_does_not_play_the_alarm(studio: Studio) -> None:
    """With the status `resolved` the kind sound plays, quieter than the alarm would."""
    studio.send("/alert", 880.0, 0.9, 2.0, "critical", "f00d", "resolved", "DiskFull")
    take = studio.take(2.5)

    assert -40.0 < take.peak < -15.0
    assert pulses(take) < 10


def test_the_tutorials_metrics_play(studio: Studio) -> None:
    """`/cpu 660` sounds at 660 Hz and the next message moves it; `/memory 0.4` sounds as well."""
    studio.send("/cpu", 660)
    studio.take(until=lambda take: near(take, 660.0))
    studio.send("/cpu", 330)
    glide = studio.take(until=lambda take: near(take, 330.0))
    studio.send("/release", "cpu")
    studio.take(until=lambda take: take.seconds > 0.6 and take.between(-0.5).peak < -70.0)
    studio.send("/memory", 0.4)
    studio.take(until=lambda take: take.seconds > 0.6 and take.between(-0.5).peak > -60.0)

    assert glide.largest_jump() < 0.01


def test_bad_arguments_do_no_harm(studio: Studio) -> None:
    """Wrong types, infinities and garbage are refused with a line in the log, and the engine goes on."""
    for wrong in ("loud", float("nan"), float("inf"), b"blob"):
        studio.send("/cpu", wrong)
    studio.send("/release")
    studio.send("/ping", "with", "arguments")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as garbage:
        garbage.sendto(b"/cpu\0\0\0\0,f\0\0", ("127.0.0.1", studio.port))
        garbage.sendto(b"\xff" * 64, ("127.0.0.1", studio.port))
    studio.send("/cpu", 550)

    studio.take(until=lambda take: near(take, 550.0))
    assert "/cpu argument 1 (freq) must be a finite number, not 'loud'" in studio.log


def test_a_storm_is_survived(studio: Studio) -> None:
    """Of 2,000 alerts at once most are refused, and a critical one is heard afterwards."""
    for number in range(2000):
        studio.send("/alert", 300 + number % 500, 0.5, 1.0, "info")
    studio.take(until=lambda take: take.seconds > 2.0 and take.between(-0.5).peak < -70.0)
    studio.send("/alert", 880, 0.9, 2.0, "critical")

    take = studio.take(3.5)
    assert pulses(take) == 10
    assert "is refused" in studio.log


def test_a_time_tag_is_kept(studio: Studio) -> None:
    """A bundle for 1.2 s from now sounds that much later than one for now."""
    ntp = 2208988800
    content = message("/alert", 880, 0.9, 1.0, "info")
    now = time.time()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for at in (now, now + 1.2):
            tag = struct.pack(">Q", int((at + ntp) * 2**32))
            packet = b"#bundle\0" + tag + struct.pack(">i", len(content)) + content
            sender.sendto(packet, ("127.0.0.1", studio.port))
    heard = studio.take(3.0).pulses()

    assert len(heard) == 4
    assert heard[2].onset - heard[0].onset == pytest.approx(1.2, abs=0.1)


def hang_up_on_all(bridge: socket.socket) -> None:
    """Close every connection that waits to be taken."""
    patience = bridge.gettimeout()
    bridge.settimeout(0)
    with contextlib.suppress(BlockingIOError):
        while True:
            bridge.accept()[0].close()
    bridge.settimeout(patience)


def test_the_bridge_may_be_dialled_by_tcp(studio: Studio, bridge: socket.socket) -> None:
    """The engine dials the bridge, plays what comes over TCP, answers there, and dials again when it was hung up on."""
    hang_up_on_all(bridge)  # an sclang that another test has killed may have dialled too
    for freq in (500.0, 600.0):
        connection, _ = bridge.accept()
        with connection, connection.makefile("rb") as stream:
            connection.settimeout(10)
            for packet in (message("/cpu", freq, "a"), message("/ping")):
                connection.sendall(struct.pack(">i", len(packet)) + packet)
            studio.take(until=functools.partial(near, freq=freq))
            heard: set[bytes] = set()
            while not heard >= {b"/hello", b"/pong\0"}:
                heard.add(stream.read(*struct.unpack(">i", stream.read(4)))[:6])
    assert "has hung up" in studio.log


def check(studio: Studio) -> int:
    """Run the health check of the image and return its exit code."""
    return subprocess.run(
        [SUPERCOLLIDER / "health.sh"], env=studio.environment, capture_output=True, timeout=20, check=False
    ).returncode


def test_the_health_check_asks_the_server(studio: Studio) -> None:
    """Healthy only while both sclang and scsynth answer: a frozen one, or a frozen JACK, is seen."""
    assert check(studio) == 0
    for name in ("sclang", "scsynth", "jackd"):
        pid = getattr(studio.pids, name)
        studio.kill(pid, signal.SIGSTOP)
        try:
            assert check(studio) == 1, name
        finally:
            studio.kill(pid, signal.SIGCONT)
        studio.wait_ready()
    assert check(studio) == 0


def test_a_missing_heartbeat_is_heard(studio: Studio) -> None:
    """When the bridge falls silent, `lost` sounds and held voices are let go; before its first heartbeat it may."""
    studio.send("/cpu", 440, "b")
    studio.take(until=lambda take: near(take, 440.0))
    assert "no heartbeat for" not in studio.log

    studio.send("/heartbeat", 1, 1)
    take = studio.take(until=lambda take: take.seconds > 3.0 and take.between(-0.5).peak < -70.0)
    studio.send("/heartbeat", 2, 3600)
    studio.wait_for(lambda: "the bridge is back" in studio.log, "word that the bridge is back")

    assert take.peak > -20.0
    assert "no heartbeat for" in studio.log


def test_a_killed_scsynth_comes_back(studio: Studio) -> None:
    """After kill -9 the server is started again within seconds, held voices sound again, and alarms play."""
    studio.send("/cpu", 440, "b")
    studio.take(until=lambda take: near(take, 440.0))
    before, takes = studio.pids, len(studio.recordings)

    studio.kill(before.scsynth)
    assert check(studio) == 1
    studio.wait_for(lambda: studio.pids.scsynth not in {0, before.scsynth}, "new scsynth")
    studio.wait_ready()

    assert studio.pids.sclang == before.sclang
    assert len(studio.recordings) == takes + 1
    studio.take(until=lambda take: near(take, 440.0))
    studio.send("/release", "b")
    studio.send("/alert", 880, 0.9, 2.0, "critical")
    assert pulses(studio.take(3.5)) == 10


@pytest.mark.parametrize("program", ["sclang", "jackd"])
def test_a_killed_program_is_started_again(studio: Studio, program: str) -> None:
    """After kill -9 of sclang or JACK the supervisor starts everything anew, leaves nothing behind, and alarms play."""
    before = studio.pids
    studio.kill(getattr(before, program))
    studio.wait_for(lambda: studio.pids.scsynth not in {0, before.scsynth}, "new scsynth", 40.0)
    studio.wait_ready()

    after = studio.pids
    assert {before.sclang, before.scsynth, before.jackd}.isdisjoint({after.sclang, after.scsynth, after.jackd})
    assert not any(alive(pid) for pid in (before.sclang, before.scsynth, before.jackd))
    studio.send("/alert", 660, 0.7, 1.5, "warning")
    assert pulses(studio.take(2.5)) == 3


def test_only_sclang_can_be_reached_from_outside(studio: Studio) -> None:
    """The engine listens on all addresses, its scsynth on 127.0.0.1 alone."""
    bound = [line.split()[1] for line in Path("/proc/net/udp").read_text().splitlines()[1:]]

    assert f"00000000:{studio.port:04X}" in bound
    assert f"0100007F:{studio.server_port:04X}" in bound
    assert f"00000000:{studio.server_port:04X}" not in bound


def test_a_studio_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    """SIGTERM ends the supervisor and all its children, and the recording is closed as a proper file."""
    with Studio(tmp_path) as running:
        running.send("/alert", 660, 0.7, 1.5, "warning")
        running.take(1.5)
        family = running.pids

    assert not any(alive(pid) for pid in (family.supervisor, family.jackd, family.sclang, family.scsynth))
    header = running.recording.read_bytes()[:64]
    (size,) = struct.unpack_from("<I", header, 4)
    assert size == running.recording.stat().st_size - 8


def engine_alone(directory: Path, seconds: float, **variables: str) -> str:
    """Run sclang with sonify.scd for so many seconds, without a JACK server, and return what it posts."""
    environment = headless(directory) | {"JACK_DEFAULT_SERVER": "nobody", "JACK_NO_START_SERVER": "1"} | variables
    done = subprocess.run(
        ["timeout", str(seconds), "sclang", "-D", "-u", variables["SONIFY_PORT"], SUPERCOLLIDER / "sonify.scd"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.stdout.decode(errors="replace")


def test_without_jack_it_says_what_to_do(tmp_path: Path) -> None:
    """With no JACK server the engine says so in one line, tries again, and never says that it is ready."""
    posted = engine_alone(tmp_path, 8, SONIFY_PORT=str(free_udp_port()), SCSYNTH_PORT=str(free_udp_port()))

    assert "sonify: no sound can be made: scsynth did not start. Is JACK running" in posted
    assert posted.count("Booting server") >= 2
    assert "ready, listening" not in posted


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    """With its UDP port taken the engine says so in one sentence and ends."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("0.0.0.0", 0))  # noqa: S104
        port = taken.getsockname()[1]
        posted = engine_alone(tmp_path, 8, SONIFY_PORT=str(port))

    assert f"sonify: UDP port {port} is taken by another program. Stop that one, or set SONIFY_PORT." in posted
    assert "Booting server" not in posted


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and waits to be fetched does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
