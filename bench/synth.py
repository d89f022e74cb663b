"""The built-in engine beside `scsynth -N`, the very same score on the same core, taking turns.

python bench/synth.py             voices of alert_critical and signature, the demo, an hour to a file
python bench/synth.py voices      only the voices
"""

import os
import resource
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from machine import described
from singing_pager import instruments
from singing_pager.perform import demo, offline
from singing_pager.perform.render import save
from singing_pager.sinks.osc import message

TURNS = 3
SECONDS = 10.0
COUNTS = (16, 64, 200)
TICK = 0.1
"""Seconds between two values of a held voice, as the host source has them."""
SCORES = {
    "alert_critical, ten at a moment": ("alert_critical", 10),
    "alert_critical, each at its own moment": ("alert_critical", 1),
    "signature, moved each 0.1 s": ("signature", 1),
}
"""What is played: ten at a moment is how Alertmanager's bodies bring alerts."""
HOUR = 3600.0
RATE = 48_000


def score(instrument: str, voices: int, seconds: float, body: int = 1) -> Iterator[tuple[float, bytes]]:
    """So many voices at any time: alarms struck again as they end, `body` of them at a moment; or held and moved."""
    catalogue = instruments.load()
    defaults = catalogue[instrument].params({})
    names = [parameter.name for parameter in catalogue[instrument].parameters]
    controls = [part for pair in zip(names, defaults, strict=True) for part in pair]
    node = 1000
    if instrument == "signature":
        for voice in range(voices):
            yield 0.0, message("/s_new", instrument, 1001 + voice, 0, 0, *controls, "anomaly", 0.5)
        for step in range(int(seconds / TICK)):
            for voice in range(voices):
                freq = 200 + (voice * 37 + step * 61) % 600
                yield step * TICK, message("/n_set", 1001 + voice, "freq", float(freq))
        return
    length = defaults[names.index("dur")]
    for turn in range(int(seconds / length) + 1):
        for voice in range(voices):
            node += 1
            at = (turn + voice // body * body / voices) * length
            if at < seconds:
                yield at, message("/s_new", instrument, node, 0, 0, *controls, "freq", 600.0 + voice)


def written(moments: Iterator[tuple[float, bytes]], seconds: float, path: Path) -> None:
    """Write a binary OSC score."""
    end = (seconds, message("/c_set", 0, 0.0))
    with path.open("wb") as file:
        for at, content in [*sorted(moments, key=lambda moment: moment[0]), end]:
            bundle = b"#bundle\0" + struct.pack(">Qi", round(at * 2**32), len(content)) + content
            file.write(struct.pack(">i", len(bundle)) + bundle)


def ours(path: Path) -> float:
    """CPU seconds that the built-in engine takes for a score."""
    synthdef = instruments.compiled_path() / f"{path.stem.rstrip('0123456789')}.scsyndef"
    began = time.process_time()
    for _ in offline.play_score(path, rate=RATE, synthdefs=[synthdef] if synthdef.exists() else []):
        pass
    return time.process_time() - began


def theirs(path: Path) -> float:
    """CPU seconds that scsynth takes for a score, the writing of its file included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    options = ["-o", "2", "-R", "0", "-n", "4096"]
    subprocess.run(
        ["scsynth", "-N", path, "_", path.with_suffix(".wav"), str(RATE), "WAV", "float", *options],
        env={**os.environ, "SC_SYNTHDEF_PATH": str(instruments.compiled_path())},
        check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def taken(engine: Callable[[Path], float], path: Path, empty: Path) -> float:
    """CPU seconds for a score, without what the same engine takes for silence of that length."""
    return engine(path) - engine(empty)


def voices(folder: Path) -> None:
    """How many voices each engine renders in real time on one core."""
    empty = folder / "empty.osc"
    written(iter(()), SECONDS, empty)
    print(
        f"voices that one core renders in real time ({SECONDS:g} s at {RATE / 1000:g} kHz stereo, {TURNS} turns each)"
    )
    print("  what                                   voices   built-in    scsynth   ratio")
    for what, (instrument, body) in SCORES.items():
        for count in COUNTS:
            path = folder / f"{instrument}{count}.osc"
            written(score(instrument, count, SECONDS, body), SECONDS, path)
            turns = [(taken(ours, path, empty), taken(theirs, path, empty)) for _ in range(TURNS)]
            built_in, scsynth = (count * SECONDS / median(column) for column in zip(*turns, strict=True))
            print(f"  {what:<38} {count:>6} {built_in:>10,.0f} {scsynth:>10,.0f}   {built_in / scsynth:.2f}")


def whole_demo(folder: Path) -> None:
    """CPU time of the demo to a file."""
    turns = []
    for _ in range(TURNS):
        began = time.process_time()
        save(offline.perform(demo.script(), demo.SECONDS), folder / "demo.wav")
        turns.append(time.process_time() - began)
    print(f"the demo of a minute to a WAV file: {median(turns):.2f} s of CPU (least {min(turns):.2f})")


def hour(folder: Path) -> None:
    """Memory while an hour is rendered to a file."""
    path = folder / "hour.osc"
    moments = [*score("signature", 4, HOUR)]
    written(iter(moments), HOUR, path)
    seen: list[tuple[float, float]] = []

    def note(seconds: float) -> None:
        if not seen or seconds - seen[-1][0] >= HOUR / 6:
            seen.append((seconds, resident()))

    began = time.process_time()
    sound = offline.play_score(path, rate=RATE, synthdefs=[instruments.compiled_path()])
    save(sound, folder / "hour.flac", progress=note)
    took = time.process_time() - began
    said = ", ".join(f"{memory:.0f} MiB at {seconds / 60:.0f} min" for seconds, memory in seen)
    print(f"an hour of 4 voices to a FLAC file: {took:.0f} s of CPU; resident {said}")


def resident() -> float:
    """MiB of memory that this process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


if __name__ == "__main__":
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[threads] = "1"
    print(described())
    with tempfile.TemporaryDirectory() as name:
        voices(Path(name))
        if sys.argv[1:] != ["voices"]:
            whole_demo(Path(name))
            hour(Path(name))
