"""Ten thousand alerts in one body, and a hundred bodies a second after it, upon the real bridge."""

import json
import socket
from pathlib import Path

from broker import eventually
from storming import Storm, body, fired, health, listening, memory

from bridge import Bridge

LARGE = 10_000
BODIES, EACH = 300, 10
ROOM = 160
"""MiB that the bridge may grow by: 13,000 alerts with everything that is known of them, and their way to the disk."""


def test_a_storm_is_one_flood_sound_and_loses_nothing(tmp_path: Path) -> None:
    """Every alert is on the desk and in the journal, a handful of sounds is heard, and health checks are answered."""
    storm = Storm()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as osc:
        osc.bind(("127.0.0.1", 0))
        settings = {"SOUND_OUTLET": "off", "HTTP_RATE": "0"}
        with Bridge(tmp_path, osc.getsockname()[1], environment=settings) as bridge:
            before = memory(bridge.pid)
            with listening(storm, osc), health(storm, bridge.port):
                storm.post(bridge.port, iter([body(0, LARGE)]), 0)
                many = (body(LARGE + number * EACH, EACH) for number in range(BODIES))
                storm.post(bridge.port, many, 0.01)
                assert eventually(lambda: any(address == "/flood" for _, address in storm.onsets), 5)
            grown = memory(bridge.pid) - before
            total = json.loads(bridge.get("/api/alerts?limit=1")[1])["total"]
            count = bridge.metric("bridge_flood")
        everything = LARGE + BODIES * EACH
        assert {202: BODIES + 1} == storm.statuses
        assert (everything, everything) == fired(tmp_path / "pager.db")
        assert everything == total
        assert 1 == count
        assert 1 == sum(address == "/flood" for _, address in storm.onsets)
        assert len(storm.onsets) <= 3, "single alarms give way to the flood sound"
        assert 0 == storm.refused
        assert len(storm.checks) > 0
        assert grown < ROOM
