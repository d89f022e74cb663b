"""The bridge sounds by itself: no card, no SuperCollider, heard over HTTP."""

import os
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from broker import eventually, free_port

from bridge import Bridge, alert_body

pytestmark = pytest.mark.timeout(120)

HEAD = 44
SECOND = 48_000 * 4
"""Bytes of a second of 16-bit stereo."""


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    """A bridge that nobody else talks to."""
    with Bridge(tmp_path, free_port(), environment={"SOUND_OUTLET": "stream", "HOST_INTERVAL": "0.1"}) as running:
        yield running


def engine(bridge: Bridge) -> int:
    """Process id of the bridge's engine; 0 while there is none."""
    # the first is started by the bridge's main thread, its successors by the player's
    children = [
        child for task in Path(f"/proc/{bridge.pid}/task").glob("*/children") for child in task.read_text().split()
    ]
    found = [int(child) for child in children if b"sound.worker" in Path(f"/proc/{child}/cmdline").read_bytes()]
    return found[0] if found else 0


def lives(process: int) -> bool:
    """Whether a process is there, and no zombie."""
    status = Path(f"/proc/{process}/stat")
    return status.exists() and status.read_text().split()[2] != "Z"


def test_what_happens_is_heard(bridge: Bridge) -> None:
    """Whoever opens /listen hears the machine and its ambience, and an alarm above them; the metrics say so."""
    with urllib.request.urlopen(f"{bridge.url}/listen.wav", timeout=30) as live:
        assert live.read(4) == b"RIFF"
        live.read(HEAD - 4)
        calm = peak(live.read(4 * SECOND))
        assert 0.001 < calm < 0.2
        bridge.post("/alert", alert_body("firing", alertname="A", severity="critical"))
        assert peak(live.read(3 * SECOND)) > 2 * calm
        assert bridge.metric("bridge_sound_outlet", outlet="stream") == 1
        assert bridge.metric("bridge_sound_listeners") == 1
        assert bridge.metric("bridge_sound_peak_ratio") > 0
    assert eventually(lambda: bridge.metric("bridge_sound_outlet", outlet="rest") == 1)
    assert bridge.metric("bridge_sound_failures_total") == 0
    assert bridge.metric("bridge_cues_total", engine="built-in", cue="strike") >= 1
    assert f"sound: live at {bridge.url}/listen" in bridge.log


def peak(data: bytes) -> float:
    """The highest level, full scale 1."""
    return float(np.abs(np.frombuffer(data, "<i2").astype(np.float64)).max() / 2**15)


def test_an_engine_that_is_killed_is_replaced(bridge: Bridge) -> None:
    """The death of the engine's process is counted, a new one plays on, and no listener is lost."""
    with urllib.request.urlopen(f"{bridge.url}/listen.wav", timeout=30) as live:
        live.read(HEAD + 2 * SECOND)
        first = engine(bridge)
        os.kill(first, signal.SIGKILL)
        assert peak(live.read(8 * SECOND)[4 * SECOND :]) > 0.001
    assert engine(bridge) not in {0, first}
    assert bridge.metric("bridge_sound_failures_total") >= 1


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """When the bridge ends, or is killed, its engine ends too."""
    with Bridge(tmp_path, free_port(), environment={"SOUND_OUTLET": "stream"}) as running:
        first = engine(running)
        assert lives(first)
        running.kill()
        assert eventually(lambda: not lives(first), 20)
        assert eventually(running.lives, 20)
        assert eventually(lambda: engine(running), 20)
        second = engine(running)
    assert eventually(lambda: not lives(second), 20)
