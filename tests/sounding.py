"""An engine that is none, a sound card that is none, and ears: what tests of the outlets lean on."""

import io
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile  # type: ignore[import-untyped]
from listening import Take
from singing_pager.sinks.sound.samples import Samples
from singing_pager.synth.packet import Message, messages

__all__ = ["Organ", "PortAudio", "decoded", "eventually", "pitch", "tone"]

RATE = 48_000
LEVEL = 0.25


def tone(seconds: float, freq: float = 440.0, level: float = LEVEL) -> Samples:
    """A sine in both channels."""
    phase = np.arange(round(seconds * RATE)) * (2 * np.pi * freq / RATE)
    return np.repeat((level * np.sin(phase)).astype(np.float32)[:, None], 2, axis=1)


def decoded(data: bytes) -> npt.NDArray[np.float64]:
    """What a listener has received, as samples."""
    samples, rate = soundfile.read(io.BytesIO(data), always_2d=True)
    assert rate == RATE
    return np.asarray(samples, np.float64)


def pitch(samples: npt.NDArray[Any]) -> float:
    """The lowest strong partial, in Hz."""
    return Take(np.asarray(samples, np.float64), RATE).fundamental()


def eventually(happens: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for what another thread does."""
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until, "it has not happened"
        time.sleep(0.002)


class Organ:
    """An engine that plays a sine while a voice is held or has been struck, and remembers what it was told."""

    def __init__(self) -> None:
        self.ignored: Counter[str] = Counter()
        self.told: list[Message] = []
        self.spoilt = False
        self.fails = 0
        self.before: Callable[[], None] = lambda: None
        self._voices: dict[int, float] = {}
        self._frame = 0

    @property
    def played(self) -> list[object]:
        """SynthDef of everything that was played, the stage left out."""
        return [
            message.arguments[0]
            for message in self.told
            if message.address == "/s_new" and message.arguments[0] not in {"mix", "safety"}
        ]

    def receive(self, packet: bytes) -> None:
        """Take a command."""
        for message in messages(packet):
            self.told.append(message)
            match message.address, message.arguments:
                case "/d_recv", (_, bytes(completion)):
                    self.receive(completion)
                case "/s_new", (str(name), int(node), *_) if name not in {"mix", "safety"}:
                    controls = dict(zip(message.arguments[4::2], message.arguments[5::2], strict=True))
                    freq = controls.get("freq", 440.0)
                    self._voices[node] = freq if isinstance(freq, float) else 440.0
                case "/n_set", (int(node), "gate", 0.0):
                    self._voices.pop(node, None)

    def render(self, frames: int) -> Samples:
        """Give the next samples."""
        self.before()
        if self.fails:
            self.fails -= 1
            raise ZeroDivisionError("the organ is out of tune")
        phase = (self._frame + np.arange(frames)) * (2 * np.pi / RATE)
        self._frame += frames
        out = np.zeros((frames, 2), np.float32)
        for freq in self._voices.values():
            out += (LEVEL * np.sin(freq * phase)).astype(np.float32)[:, None]
        return out * np.float32("nan") if self.spoilt else out


class PortAudio:
    """The module sounddevice, as far as it is used, on a machine with one card.

    Attributes:
        fault: Raised by whoever opens a stream.
        streams: What was opened, in order.
    """

    class PortAudioError(Exception):
        """What PortAudio itself finds wrong."""

    class Stream:
        """A stream whose callback the test calls."""

        def __init__(self, settings: dict[str, Any]) -> None:
            self.settings = settings
            self.latency = 0.01
            self.active = False

        def start(self) -> None:
            """Begin."""
            self.active = True

        def close(self) -> None:
            """End."""
            self.active = False

        def ask(self, frames: int, *, underflow: bool = False) -> Samples:
            """Ask for sound, as PortAudio's thread does."""

            class Status:
                output_underflow = underflow

            out = np.full((frames, self.settings["channels"]), np.nan, np.float32)
            self.settings["callback"](out, frames, None, Status())
            return out

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.devices = [
            {"name": "Microphone", "max_output_channels": 0},
            {"name": "Speakers", "max_output_channels": 2},
        ]
        self.streams: list[PortAudio.Stream] = []

    def query_devices(self, device: Any = None, kind: Any = None) -> Any:  # noqa: ANN401 - as in sounddevice
        """Describe devices."""
        if kind is None:
            return self.devices
        for index, found in enumerate(self.devices):
            if found["max_output_channels"] and (device in {None, index} or str(device) in str(found["name"])):
                return found
        if device is None:
            raise self.PortAudioError("Error querying device -1")
        raise ValueError(f"No output device matching {device!r}")

    def OutputStream(self, **settings: Any) -> "PortAudio.Stream":  # noqa: ANN401, N802 - as in sounddevice
        """Make a stream."""
        if self.fault is not None:
            raise self.fault
        self.streams.append(self.Stream(settings))
        return self.streams[-1]
