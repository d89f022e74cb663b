"""Plays a score on both engines: on scsynth, and on the one that is built in."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from golden.scores import PAUSE, SOURCES, Case, Moment, batches
from singing_pager.synth.server import Server
from studio import SUPERCOLLIDER, headless, message, render

if TYPE_CHECKING:
    from collections.abc import Sequence

RATE = 48_000
_KEPT = 3600.0
"""Seconds for which what was made of other sources is kept: somebody may still be at work with it."""

Sound = npt.NDArray[np.float32]
"""What an engine gave: (frames, channels)."""


class CompileError(Exception):
    """A SynthDef of the golden tests could not be made."""


def fingerprint() -> str:
    """Return a name for the sources as they are now."""
    paths = [*SOURCES.parent.rglob("*.scd"), *(SUPERCOLLIDER / "compiled").glob("*.scsyndef")]
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in sorted(paths))).hexdigest()[:16]


def compile_synthdefs(target: Path) -> Path:
    """Compile the SynthDefs of the golden tests into a folder, and put the product's own beside them.

    Raises:
        CompileError: One could not be made; the error has sclang's own words.
    """
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            ["sclang", "-D", SOURCES.parent / "compile.scd", target],
            env=headless(Path(scratch)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    if done.returncode or "ERROR" in done.stdout:
        raise CompileError(done.stdout[-4000:] + done.stderr[-1000:])
    for path in (SUPERCOLLIDER / "compiled").glob("*.scsyndef"):
        shutil.copy(path, target)
    return target


class Recordings:
    """What scsynth played, kept in a folder: each batch of scores is rendered when one of its cases is first asked for.

    Args:
        directory: Where the sound goes.
        definitions: The compiled SynthDefs.
        cases: All cases that may be asked for.
    """

    def __init__(self, directory: Path, definitions: Path, cases: Sequence[Case]) -> None:
        self._directory = directory
        self._definitions = definitions
        self._batches = {case.name: batch for batch in batches(cases) for _, case in batch}
        directory.mkdir(parents=True, exist_ok=True)

    def take(self, case: Case) -> Sound:
        """Return what scsynth played for one case."""
        if not self._path(case).exists():
            self._render(self._batches[case.name])
        sound: Sound = np.load(self._path(case))
        return sound

    def _path(self, case: Case) -> Path:
        score = hashlib.sha256(repr((case.moments, case.seconds, PAUSE)).encode()).hexdigest()[:16]
        return self._directory / f"{case.name}-{score}.npy"

    def _render(self, batch: list[tuple[float, Case]]) -> None:
        moments: list[Moment] = []
        for start, case in batch:
            # Nothing is left of the score before, nor of the end that OffsetOut writes when a synth is freed.
            moments += [(start - PAUSE, message("/g_freeAll", 0)), (start - PAUSE, message("/c_set", 5, 0.0, 6, 0.0))]
            moments += [(start + at, content) for at, content in sorted(case.moments, key=lambda moment: moment[0])]
        end, last = batch[-1]
        sound = played(moments, end + last.seconds, self._definitions)
        for start, case in batch:
            part = self._path(case).with_suffix(f".{os.getpid()}")
            with part.open("wb") as file:
                np.save(file, sound[round(start * RATE) : round((start + case.seconds) * RATE)])
            part.rename(self._path(case))


def played(moments: Sequence[Moment], seconds: float, definitions: Path) -> Sound:
    """Play a score on scsynth."""
    with tempfile.TemporaryDirectory() as scratch:
        take = render(moments, seconds, Path(scratch), definitions)
    sound: Sound = take.samples[: round(seconds * RATE)].astype(np.float32)
    return sound


def ours(case: Case, definitions: Path, *, seed: int | None = None) -> Sound:
    """Play a case on the built-in engine.

    Raises:
        SynthDefError: A SynthDef needs what the engine does not have.
    """
    server = Server(rate=RATE, channels=2, seed=seed)
    for name in case.synthdefs:
        server.load(definitions / f"{name}.scsyndef")
    for at, content in sorted(case.moments, key=lambda moment: moment[0]):
        server.receive(struct.pack(">8sQi", b"#bundle", round(at * 2**32), len(content)) + content)
    sound = server.render(round(case.seconds * RATE))
    assert dict(server.ignored) == {}, f"{case.name}: {dict(server.ignored)}"
    return sound


def cache() -> Path:
    """Return a folder for what need not be made twice while the sources stay as they are, with the SynthDefs in it."""
    home = Path(tempfile.gettempdir()) / f"singing-pager-golden-{os.getuid()}"
    home.mkdir(mode=0o700, exist_ok=True)
    folder = home / fingerprint()
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            for path in home.iterdir():
                if path.is_dir() and path.stat().st_mtime < time.time() - _KEPT:
                    shutil.rmtree(path)
            with tempfile.TemporaryDirectory(dir=home, ignore_cleanup_errors=True) as fresh:
                compile_synthdefs(Path(fresh) / "synthdefs")
                folder.mkdir()
                Path(fresh, "synthdefs").rename(folder / "synthdefs")
    return folder
