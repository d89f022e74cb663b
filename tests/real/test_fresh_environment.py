"""A machine that has nothing but Python: no sound card, no SuperCollider, no network."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]

pytestmark = pytest.mark.timeout(280)

ROOT = Path(__file__).resolve().parents[2]
CUT_OFF = ("unshare", "-rn")
"""A network of its own with nothing in it, not even a loopback that is up."""


@pytest.fixture
def pager(tmp_path: Path) -> Path:
    """The command of a pager that was installed as a user installs it: the wheel and the locked packages."""
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    run(sys.executable, "-m", "venv", tmp_path / "fresh")
    pip = (tmp_path / "fresh/bin/python", "-m", "pip", "install", "-q", "--no-compile")
    run(*pip, "--require-hashes", "-r", ROOT / "requirements/run.txt")
    run(*pip, "--no-deps", wheel)
    return tmp_path / "fresh/bin/singing-pager"


def run(*command: str | Path, cwd: Path | None = None) -> None:
    """Run something that must succeed."""
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=240, check=False)
    assert ended.returncode == 0, ended.stderr


def cut_off() -> tuple[str, ...]:
    """What runs a command without a network; nothing where the kernel does not let us."""
    try:
        subprocess.run([*CUT_OFF, "true"], check=True, capture_output=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return ()
    return CUT_OFF


def test_sound_from_the_package_alone(pager: Path, tmp_path: Path) -> None:
    """`listen -d 5 -o x.wav` gives 5 s of sound where nothing but the package is installed."""
    without = cut_off()
    how = "cut by " + " ".join(without) if without else "there, for this kernel allows no unshare"
    print(f"the network: {how}")  # noqa: T201 - what was proved depends on it
    command = [*without, "/usr/bin/env", "-i", f"PATH={pager.parent}", f"HOME={tmp_path}", str(pager)]
    assert b"scsynth" not in b"".join(os.fsencode(path) for path in pager.parent.iterdir())
    listened = subprocess.run(
        [*command, "listen", "-d", "5", "-o", "x.wav"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (0, "") == (listened.returncode, listened.stdout), listened.stderr
    samples, rate = soundfile.read(tmp_path / "x.wav")
    assert pytest.approx(5.0, abs=0.2) == len(samples) / rate
    assert np.abs(samples).max() > 0.003
