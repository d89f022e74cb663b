"""The wheel carries what the bridge needs at run time."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_wheel_carries_catalogue_synthdefs_and_score(tmp_path: Path) -> None:
    """An installed pager finds its instruments, its compiled SynthDefs and its default score."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    compiled = {f"singing_pager/supercollider/compiled/{file.name}" for file in ROOT.glob("supercollider/compiled/*")}
    wanted = {
        "singing_pager/default_score.yaml",
        "singing_pager/supercollider/instruments.yaml",
        "singing_pager/py.typed",
        "singing_pager/store/migrations/env.py",
        "singing_pager/store/migrations/versions/v0001_journal_desk_controls.py",
    }
    assert (wanted | compiled) - names == set()
    assert len(compiled) > 10
