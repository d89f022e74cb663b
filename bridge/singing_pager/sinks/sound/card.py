"""The sound card, by PortAudio (sounddevice, the extra `sound`)."""

import importlib
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from singing_pager.errors import PagerError
from singing_pager.sinks.sound.samples import Samples

__all__ = ["Card", "CardError", "SoundDevice", "sounddevice"]

_BUSY = "Device unavailable"
"""PortAudio's words for a device that another program has (paDeviceUnavailable, -9985)."""
_BAD_RATE = "Invalid sample rate"
_DEAD_AFTER = 2.0
"""Seconds without a callback after which a card counts as gone."""


class CardError(PagerError):
    """There is no sound card to be had: why, and what would help."""


class Stream(Protocol):
    """A `sounddevice.OutputStream`."""

    latency: float
    active: bool

    def start(self) -> None:
        """Begin to call back."""

    def close(self) -> None:
        """Call back no more."""


class SoundDevice(Protocol):
    """What is used of the module sounddevice."""

    @property
    def PortAudioError(self) -> type[Exception]:  # noqa: N802 - as it is there
        """What PortAudio itself finds wrong."""

    def query_devices(self, device: Any = None, kind: Any = None) -> Any:  # noqa: ANN401 - a dictionary or a list of them
        """Describe devices."""

    def OutputStream(self, **settings: Any) -> Stream:  # noqa: ANN401, N802 - as it is there
        """Make a stream."""


def sounddevice() -> SoundDevice:
    """Import sounddevice; raises CardError that says what to install."""
    try:
        module: SoundDevice = importlib.import_module("sounddevice")
    except ImportError as error:
        raise CardError("sounddevice is not installed; pip install sounddevice would do it") from error
    except OSError as error:
        raise CardError(
            "the library PortAudio is missing; on Debian and Ubuntu apt install libportaudio2 would do it"
        ) from error
    return module


class Card:
    """A sound card that takes blocks of one length from a ring of a few.

    What plays and what renders meet only in the ring: a callback that finds it empty plays silence and counts it.

    Args:
        rate: Samples a second.
        channels: Channels.
        block: Frames of a block, and of a callback.
        blocks: Blocks that may wait: with PortAudio's own buffer, the delay of what sounds.
        device: Number of a device or part of its name; empty: the system's own choice.
        module: The module sounddevice; None: imported when the card is opened.
        clock: Seconds, by a clock that never jumps.
    """

    def __init__(
        self,
        *,
        rate: int = 48_000,
        channels: int = 2,
        block: int = 768,
        blocks: int = 3,
        device: str = "",
        module: SoundDevice | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.block = block
        self.underruns = 0
        self.name = ""
        self._rate = rate
        self._channels = channels
        self._blocks = blocks
        self._device = int(device) if device.isdecimal() else device or None
        self._module = module
        self._clock = clock
        self._stream: Stream | None = None
        self._called = 0.0
        self._fed = False
        self._left: Samples | None = None
        self._ring: deque[Samples] = deque()
        self._room = threading.Semaphore(0)

    def open(self) -> None:
        """Take the device and begin to play; raises CardError."""
        self.close()
        module = self._module or sounddevice()
        self._ring.clear()
        self._left, self._fed = None, False
        self._room = threading.Semaphore(self._blocks)
        stream: Stream | None = None
        try:
            self.name = str(module.query_devices(self._device, "output")["name"])
            stream = module.OutputStream(
                samplerate=self._rate,
                channels=self._channels,
                dtype="float32",
                blocksize=self.block,
                device=self._device,
                latency="low",
                callback=self._callback,
            )
            self._called = self._clock()
            stream.start()
        except (module.PortAudioError, ValueError, OSError) as error:
            if stream is not None:
                stream.close()
            raise CardError(self._why(module, error)) from error
        self._stream = stream

    def close(self) -> None:
        """Let go of the device."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    @property
    def age(self) -> float:
        """Seconds since the card last asked for sound."""
        return self._clock() - self._called

    @property
    def alive(self) -> bool:
        """Whether the card asks for sound."""
        return self._stream is not None and self._stream.active and self.age < _DEAD_AFTER

    @property
    def latency(self) -> float:
        """Seconds from `put` until it sounds, at most: the ring and PortAudio's buffer."""
        own = self._blocks * self.block / self._rate
        return own if self._stream is None else own + self._stream.latency

    def claim(self, seconds: float) -> bool:
        """Wait until a block is wanted; False when none was within so many seconds."""
        return self._room.acquire(timeout=seconds)

    def put(self, block: Samples) -> None:
        """Give the block that was claimed."""
        self._ring.append(block)
        self._fed = True

    def _callback(self, out: Samples, frames: int, _time: object, status: object) -> None:
        """Fill PortAudio's buffer: called from a thread of its own, and must never wait or raise."""
        self._called = self._clock()
        if getattr(status, "output_underflow", False):
            self.underruns += 1
        filled = 0
        while filled < frames:
            block = self._left
            if block is None:
                if not self._ring:
                    # before the first block there is nothing that could have been late
                    self.underruns += self._fed
                    out[filled:] = 0.0
                    return
                block = self._ring.popleft()
                self._room.release()
            part = block[: frames - filled]
            out[filled : filled + len(part)] = part
            filled += len(part)
            self._left = block[len(part) :] if len(part) < len(block) else None

    def _why(self, module: SoundDevice, error: Exception) -> str:
        said = str(error)
        which = "the sound card" if self._device is None else f"the sound device {self._device!r}"
        if _BUSY in said:
            return f"{which} ({self.name}) is busy: another program has it"
        if _BAD_RATE in said:
            return f"{which} ({self.name}) does not play {self._rate} samples a second"
        try:
            found = [str(device["name"]) for device in module.query_devices() if device["max_output_channels"] > 0]
        except (module.PortAudioError, ValueError, OSError):
            found = []
        if not found:
            return "there is no sound card"
        return f"{which} cannot be had: {said}; there are: {', '.join(found)}"
