"""The command `singing-pager`, run as a person runs it: in a process of its own."""

import os
import signal
import socket
import struct
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile  # type: ignore[import-untyped]
from broker import eventually, free_port
from pythonosc.osc_packet import OscPacket
from singing_pager import cli, instruments
from singing_pager.model import Hold, Outcome, Release, Strike, Tick
from singing_pager.sinks.osc import message
from singing_pager.sinks.recording import RecordingSink, read
from singing_pager.synth.score_file import is_score
from singing_pager.testing import START

from bridge import alert_body

pytestmark = pytest.mark.timeout(120)

PAGER = Path(sys.executable).with_name("singing-pager")
CATALOGUE = instruments.load()
BLOCK = 1024 / 48_000
SOUNDING = 0.003
"""A peak (full scale 1) that is heard."""

NO_CARD = "raise ImportError('no card in this test')\n"
CARD = '''
"""A machine with one sound card, which plays into a file."""

import os
import threading
import time

import numpy as np


class PortAudioError(Exception):
    pass


def query_devices(device=None, kind=None):
    card = {"name": "Tin can", "max_output_channels": 2}
    return [card] if kind is None else card


class OutputStream:
    latency = 0.01
    active = False

    def __init__(self, *, channels, blocksize, callback, samplerate, **_):
        self._block = np.zeros((blocksize, channels), np.float32)
        self._every = blocksize / samplerate
        self._callback = callback
        self._thread = threading.Thread(target=self._play, daemon=True)

    def start(self):
        self.active = True
        self._thread.start()

    def close(self):
        self.active = False
        self._thread.join()

    def _play(self):
        with open(os.environ["TIN_CAN"], "wb") as file:
            while self.active:
                self._callback(self._block, len(self._block), None, None)
                file.write(self._block.tobytes())
                time.sleep(self._every)
'''


@pytest.fixture
def cardless(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine that has no sound card, whatever this one has."""
    return _with_module(tmp_path, NO_CARD)


def _with_module(folder: Path, text: str) -> dict[str, str]:
    (folder / "modules").mkdir()
    (folder / "modules/sounddevice.py").write_text(text)
    return {"PYTHONPATH": str(folder / "modules")}


def pager(folder: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in a folder."""
    return subprocess.run(
        [PAGER, *map(str, arguments)],
        cwd=folder,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def good(folder: Path, *arguments: object, **environment: str) -> str:
    """Run a command that must succeed; give what it said."""
    ended = pager(folder, *arguments, **environment)
    assert (0, "") == (ended.returncode, ended.stdout), ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stderr


def heard(path: Path) -> npt.NDArray[np.float32]:
    """What a sound file holds."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert rate == 48_000
    return np.asarray(samples, np.float32)


def peak(samples: npt.NDArray[np.float32]) -> float:
    """The highest level, full scale 1."""
    return float(np.abs(samples).max(initial=0.0))


@pytest.fixture
def night(tmp_path: Path) -> Path:
    """A recording: a held voice, an alarm, and half a second later the voice's end."""
    path = tmp_path / "night.jsonl"
    held = CATALOGUE["cpu"].params({"freq": 660.0})
    alarm = CATALOGUE["alert_info"].params({})
    sink = RecordingSink(path)
    sink.play(
        [
            Outcome(Tick(START), START, (Hold("cpu:x", "cpu", held, 0),)),
            Outcome(Tick(START + 0.1), START + 0.1, (Strike("a", "alert_info", alarm, ("firing", "A")),)),
            Outcome(Tick(START + 0.5), START + 0.5, (Release("cpu:x", "cpu", 0),)),
        ]
    )
    sink.close()
    return path


def test_listening_to_this_machine(tmp_path: Path) -> None:
    """`listen -d 3 -o x.wav` gives a sounding file of 3 s."""
    said = good(tmp_path, "listen", "-d", 3, "-o", "x.wav")
    sound = heard(tmp_path / "x.wav")
    assert pytest.approx(3.0, abs=6 * BLOCK) == len(sound) / 48_000
    assert peak(sound) > SOUNDING
    assert "this machine → x.wav" in said
    assert "3.0 of 3.0 s" in said


def test_listening_until_ctrl_c(tmp_path: Path) -> None:
    """SIGINT fades the sound out and leaves a whole file: exit 0."""
    file = tmp_path / "x.flac"
    listening = subprocess.Popen([PAGER, "listen", "-o", file], stderr=subprocess.PIPE, text=True)
    # FLAC is written as it comes: the machine sounds when there are some kB
    assert eventually(lambda: file.exists() and file.stat().st_size > 50_000, 30)
    listening.send_signal(signal.SIGINT)
    _, said = listening.communicate(timeout=30)
    assert (0, False) == (listening.returncode, "Traceback" in said)
    sound = heard(file)
    assert peak(sound) > SOUNDING
    assert peak(sound[-480:]) < peak(sound) / 10


def test_no_card_and_no_file(cardless: dict[str, str], tmp_path: Path) -> None:
    """`listen` without a card says in one sentence what to do: exit 2."""
    ended = pager(tmp_path, "listen", "-d", 3, **cardless)
    assert 2 == ended.returncode
    assert ended.stderr == (
        "Error: sounddevice is not installed; pip install sounddevice would do it; or write a file: -o sound.wav\n"
    )


def test_the_demo_with_captions(tmp_path: Path) -> None:
    """`demo -o x.flac` writes a minute of sound, and each caption when it is reached."""
    said = good(tmp_path, "demo", "-o", "x.flac").splitlines()
    assert "  0.0 s  Healthy: a calm tone. CPU is its pitch, network its pulse, memory its level." == said[0]
    assert " 55.5 s  Lost: the pager itself is gone." == said[-2]
    assert "written: x.flac" == said[-1]
    sound = heard(tmp_path / "x.flac")
    assert pytest.approx(60.0, abs=0.01) == len(sound) / 48_000
    assert SOUNDING < peak(sound) < 1.0


def test_the_demo_without_a_card(cardless: dict[str, str], tmp_path: Path) -> None:
    """With nowhere to play, the demo is written to a file that it names."""
    said = good(tmp_path, "demo", **cardless).splitlines()
    assert said[0].endswith(": the demo goes to singing-pager-demo.wav")
    assert "written: singing-pager-demo.wav" == said[-1]
    assert peak(heard(tmp_path / "singing-pager-demo.wav")) > SOUNDING


def test_a_card_that_was_named_is_not_replaced(cardless: dict[str, str], tmp_path: Path) -> None:
    """`demo --device X` without that card fails; it writes no file that nobody asked for."""
    ended = pager(tmp_path, "demo", "--device", "Tin", **cardless)
    assert (2, []) == (ended.returncode, list(tmp_path.glob("*.wav")))
    assert ended.stderr.startswith("Error: sounddevice is not installed")


def test_rendering_a_recording(night: Path, tmp_path: Path) -> None:
    """`render` makes a sound file of a recording, with 3 s to ring out, and shows how far it is."""
    said = good(tmp_path, "render", night, "-o", "[b]night.wav", FORCE_COLOR="1", COLUMNS="120")
    sound = heard(tmp_path / "[b]night.wav")
    assert pytest.approx(3.5, abs=0.01) == len(sound) / 48_000
    assert peak(sound) > SOUNDING
    assert "night.jsonl → [b]night.wav" in said


def test_rendering_a_score_of_supercollider(tmp_path: Path) -> None:
    """`render` plays a binary OSC score, and says what of it could not be carried out."""
    score = tmp_path / "score.osc"
    played = [message("/s_new", "alert_info", -1, 0, 0, "freq", 440.0), message("/b_alloc", 0, 1024)]
    score.write_bytes(bundle(0.0, *played) + bundle(1.0, message("/c_set", 0, 0.0)))
    assert is_score(score)
    said = good(tmp_path, "render", score, "-o", "s.wav", "--synthdefs", instruments.compiled_path(), "--rate", 44100)
    assert "not carried out: 1 unknown command" == said.strip()
    samples, rate = soundfile.read(tmp_path / "s.wav")
    assert (44100, pytest.approx(1.0, abs=0.01)) == (rate, len(samples) / rate)
    assert peak(samples) > SOUNDING


def bundle(seconds: float, *messages: bytes) -> bytes:
    """One bundle of a score, with its length in front."""
    content = b"".join(struct.pack(">i", len(each)) + each for each in messages)
    packet = b"#bundle\0" + struct.pack(">Q", round(seconds * 2**32)) + content
    return struct.pack(">i", len(packet)) + packet


@pytest.fixture
def ear() -> Iterator[socket.socket]:
    """A UDP socket where sclang would listen."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5)
        yield listening


def addresses(ear: socket.socket, last: str) -> list[str]:
    """Addresses of the messages that a socket has heard, up to a last one."""
    heard: list[str] = []
    while last not in heard:
        heard += [timed.message.address for timed in OscPacket(ear.recv(65536)).messages]
    return heard


def test_replaying_to_sclang(night: Path, ear: socket.socket, tmp_path: Path) -> None:
    """`replay --to sclang` sends what the bridge sent, in its order."""
    good(tmp_path, "replay", night, "--to", "sclang", "--port", ear.getsockname()[1], "--speed", 10)
    assert ["/cpu", "/alert", "/release"] == addresses(ear, "/release")


def test_replaying_on_the_sound_card(night: Path, tmp_path: Path) -> None:
    """`replay` alone plays on the sound card, and lets it ring out."""
    can = tmp_path / "played"
    good(tmp_path, "replay", night, TIN_CAN=str(can), **_with_module(tmp_path, CARD))
    assert peak(np.frombuffer(can.read_bytes(), np.float32)) > SOUNDING


def bridge_environment(ear: socket.socket) -> Mapping[str, str]:
    """Settings of a bridge that is in nobody's way."""
    return {
        "HTTP_PORT": str(free_port()),
        "METRICS_PORT": str(free_port()),
        "MQTT_PORT": str(free_port()),
        "OSC_PORT": str(ear.getsockname()[1]),
        "SOUND_OUTLET": "off",
    }


def test_recording_a_bridge(ear: socket.socket, tmp_path: Path) -> None:
    """`record FILE` runs the bridge; when it has ended, the file holds what happened, and can be rendered."""
    name = "night.jsonl.gz"
    environment = bridge_environment(ear)
    url = f"http://127.0.0.1:{environment['HTTP_PORT']}"
    bridge = subprocess.Popen(
        [PAGER, "record", name], cwd=tmp_path, env=os.environ | environment, stderr=subprocess.PIPE, text=True
    )
    try:
        assert eventually(lambda: _post(f"{url}/alert"), 20)
        assert "/alert" in addresses(ear, "/alert")
    finally:
        bridge.terminate()
        _, said = bridge.communicate(timeout=30)
    assert 0 == bridge.returncode, said
    struck = [cue for outcome in read(tmp_path / name) for cue in outcome.cues if isinstance(cue, Strike)]
    assert "alert_critical" in {cue.instrument for cue in struck}
    good(tmp_path, "render", name, "-o", "night.ogg")
    assert peak(heard(tmp_path / "night.ogg")) > SOUNDING


def _post(url: str) -> bool:
    body = str(alert_body("firing", alertname="A", severity="critical")).replace("'", '"').encode()
    try:
        with urllib.request.urlopen(url, data=body, timeout=5) as answer:
            return bool(answer.status == 202)
    except OSError:
        return False


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("listen", "-d", 3, "-o", "x.mp3"), "x.mp3: .mp3 is no known format; allowed: .wav, .flac, .ogg, .opus"),
        (("listen", "-d", 3, "-o", "no/x.wav"), "no/x.wav: No such file or directory"),
        (("listen", "-d", 3, "-o", "x.wav", "--score", "gone.yaml"), "gone.yaml: No such file or directory"),
        (("listen", "-d", 1, "-o", "x.wav"), "Invalid value for '-d' / '--duration': 1.0 is not in the range x>=2."),
        (("demo", "-o", "x"), "x: no suffix is no known format; allowed: .wav, .flac, .ogg, .opus"),
        (("render", "gone.osc", "-o", "x.wav"), "Invalid value for 'FILE': File 'gone.osc' does not exist."),
        (("render", "odd", "-o", "x.wav"), "odd: is neither a recording of the pager nor a binary OSC score"),
        (("replay", "odd"), "odd: is neither a recording of the pager nor a binary OSC score"),
        (("record", "no/night.jsonl"), "no/night.jsonl: No such file or directory"),
        (("run", "--sound-outlet", "loud"), "--sound-outlet: 'loud' should be 'auto', 'card', 'stream' or 'off'"),
        (("check", "odd"), "odd:1: the file: 'hello' is no mapping of keys to values"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(arguments: tuple[object, ...], expected: str, tmp_path: Path) -> None:
    """A wrong suffix, a missing file, what is no score: exit 2, and where it is wrong."""
    (tmp_path / "odd").write_text("hello\n")
    ended = pager(tmp_path, *arguments, SOUND_OUTLET="off")
    assert (2, f"Error: {expected}") == (ended.returncode, ended.stderr.splitlines()[-1])


@pytest.mark.parametrize("command", [(), *((name,) for name in cli.main.commands)])
def test_help_is_quick(command: tuple[str, ...], tmp_path: Path) -> None:
    """`--help` of each command explains it, and imports neither NumPy nor SciPy nor the server."""
    script = (
        "import sys\n"
        "from singing_pager import cli\n"
        f"cli.main([*{command!r}, '--help'], standalone_mode=False)\n"
        "print(sorted({'numpy', 'scipy', 'soundfile', 'psutil', 'fastapi', 'uvicorn', 'paho'} & set(sys.modules)))\n"
    )
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=tmp_path)
    *explained, slow = told.stdout.splitlines()
    assert slow == "[]"
    assert any(line.strip().startswith("Usage:") for line in explained)
