"""The engine in a process of its own."""

import logging
import os
import signal
import sys
from multiprocessing.connection import Pipe
from pathlib import Path
from threading import Thread

import msgspec
import numpy as np
import pytest
from singing_pager import instruments
from singing_pager.sinks.osc import message
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.sinks.sound.player import BuiltIn
from singing_pager.sinks.sound.remote import Answer, Fault, Order, RemoteError, Workshop
from singing_pager.sinks.sound.tape import Tape
from singing_pager.sinks.sound.worker import serve
from singing_pager.synth.server import Server
from sounding import eventually

NOTHING = message("/no_such_command", 1)


def process(workshop: Workshop) -> int:
    """The number of a workshop's process."""
    found = workshop._process  # noqa: SLF001 - nobody else needs to know
    assert found is not None
    return found.pid


def test_an_engine_far_away() -> None:
    """What is ordered is done, block by block; the process goes when it is no longer needed."""
    with Workshop(channels=1) as workshop:
        engine = workshop.engine()
        engine.receive(NOTHING)
        assert np.array_equal(engine.render(1000), Server(channels=1).render(1000))
        engine.receive(NOTHING)
        assert engine.render(64).shape == (64, 1)
        assert engine.ignored == {"unknown_command": 2}
        engine = workshop.engine()
        engine.render(64)
        assert (engine.ignored, workshop.starts) == ({}, 1)
        number = process(workshop)
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


SILENT = """
import sys, time
from multiprocessing.connection import Connection
import msgspec
pipe = Connection(int(sys.argv[1]))
while True:
    order = msgspec.msgpack.decode(pipe.recv_bytes())
    time.sleep(order[3] // 10_000)
    pipe.send_bytes(msgspec.msgpack.encode(["Answer", bytes(order[3] * 8), {}]))
"""
"""A process that starts sooner than the true one, and knows nothing but silence; it is slow with large blocks."""


def test_a_process_that_dies(tmp_path: Path) -> None:
    """A process that is gone is told, and the next engine is in a new one."""
    path = tmp_path / "silent.py"
    path.write_text(SILENT)
    with Workshop(command=(sys.executable, str(path)), patience=0.2) as workshop:
        engine = workshop.engine()
        engine.render(64)
        os.kill(process(workshop), signal.SIGKILL)
        for _ in range(2):
            with pytest.raises(RemoteError, match="has ended"):
                engine.render(64)
        engine = workshop.engine()
        assert engine.render(64).shape == (64, 2)
        with pytest.raises(RemoteError, match=r"does not answer within 0\.2 s"):
            engine.render(60_000)
        assert workshop.engine().render(64).shape == (64, 2)
        assert workshop.starts == 3


def test_a_player_survives_its_engine(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """When the engine's process dies while it plays, the player tells it, counts it, and plays on with another."""
    path = tmp_path / "silent.py"
    path.write_text(SILENT)
    scsynth = Scsynth(instruments.load(), instruments.compiled_path())
    with (
        caplog.at_level(logging.ERROR),
        Workshop(command=(sys.executable, str(path))) as workshop,
        BuiltIn(scsynth, workshop.engine, recorder=Tape(1.0)) as player,
    ):
        eventually(lambda: player.stats().frames > 0)
        os.kill(process(workshop), signal.SIGKILL)
        eventually(lambda: workshop.starts == 2)
        before = player.stats().frames
        eventually(lambda: player.stats().frames > before)
        assert player.stats().failures == 1
    assert caplog.messages == ["the built-in engine failed and begins anew; the same again is only counted"]


def test_a_fault_in_the_engine() -> None:
    """What goes wrong there is told here with its traceback, and the worker lives on."""
    ours, theirs = Pipe()
    worker = Thread(target=serve, args=(theirs,))
    worker.start()
    answers = []
    for channels in (-1, 2):
        ours.send_bytes(msgspec.msgpack.encode(Order((48_000, channels), [NOTHING], 64)))
        answers.append(msgspec.msgpack.decode(ours.recv_bytes(), type=Answer | Fault))
    ours.close()
    worker.join(10)
    theirs.close()
    fault, answer = answers
    assert isinstance(fault, Fault)
    assert "ValueError" in fault.text
    assert answer == Answer(bytes(64 * 8), {"unknown_command": 1})


@pytest.mark.parametrize(
    ("script", "start", "expected"),
    [
        ("import time; time.sleep(60)", 0.5, "does not answer within 0.5 s"),
        ("import sys; sys.exit(1)", 15.0, "has ended: "),
        (
            "import sys; from multiprocessing.connection import Connection as C; C(int(sys.argv[1])).send_bytes(b'?')",
            15.0,
            "has ended: ",
        ),
    ],
)
def test_a_process_that_makes_no_sense(script: str, start: float, expected: str, tmp_path: Path) -> None:
    """A process that hangs, ends or talks nonsense is ended and told."""
    path = tmp_path / "script.py"
    path.write_text(script)
    workshop = Workshop(command=(sys.executable, str(path)), start=start)
    with workshop, pytest.raises(RemoteError, match=expected):
        workshop.engine().render(64)


def test_the_worker_ends_with_its_bridge() -> None:
    """When the other side hangs up, the worker returns."""
    ours, theirs = Pipe()
    worker = Thread(target=serve, args=(theirs,))
    worker.start()
    ours.close()
    worker.join(10)
    assert not worker.is_alive()
    theirs.close()
