"""The scripts say what is wrong, once, in words."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(folder: Path, *command: str, **environment: str) -> tuple[int, list[str]]:
    """Exit status of a command that runs in a folder, and what it said."""
    ended = subprocess.run(
        [str(ROOT / command[0]), *command[1:]],
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
        check=False,
    )
    return ended.returncode, ended.stdout.splitlines()


def program(folder: Path, name: str, text: str) -> Path:
    """A program of a test's own."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("text", "found"),
    [(None, "not there"), ('[ "$1" != --version ] || exec echo Python 3.9.2; exit 1', "Python 3.9.2")],
)
def test_a_python_that_will_not_do(text: str | None, found: str, tmp_path: Path) -> None:
    """A Python that is too old, or is not there, is one sentence, and nothing is set up."""
    python = tmp_path / "python" if text is None else program(tmp_path, "python", text)
    said = f"Python 3.11 or later is needed; {python} is {found}. Set PYTHON=…"
    assert (1, [said]) == run(tmp_path, "scripts/environment", "run", PYTHON=str(python))


@pytest.mark.parametrize("code", [0, 2])
def test_what_ended_by_itself_or_is_set_up_wrongly_is_not_started_again(code: int, tmp_path: Path) -> None:
    """Its exit status is handed on."""
    command = program(tmp_path, "command", f"echo once; exit {code}")
    assert (code, ["once"]) == run(tmp_path, "scripts/supervise", str(command))


def test_what_died_is_started_again(tmp_path: Path) -> None:
    """A second later, and that is said."""
    command = program(tmp_path, "command", "[ -e died ] && exit 0; touch died; kill -KILL $$")
    code, said = run(tmp_path, "scripts/supervise", str(command))
    assert (0, f"{command} ended with 137; starting it again") == (code, said[-1])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
def test_whoever_ends_the_supervisor_ends_what_it_runs(number: signal.Signals, tmp_path: Path) -> None:
    """As when its terminal is closed, which the pager itself would take for an order to read its score again."""
    told = "sleep 30 & trap 'kill $!; echo ended; exit 0' TERM; trap '' HUP; echo up; wait"
    command = program(tmp_path, "command", told)
    with subprocess.Popen([ROOT / "scripts/supervise", command], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert "up\n" == running.stdout.readline()
        running.send_signal(number)
        assert (0, "ended\n") == (running.wait(10), running.stdout.readline())


def test_what_cannot_be_run_is_not_tried_for_ever(tmp_path: Path) -> None:
    """As where the tree was moved after it was set up."""
    code, said = run(tmp_path, "scripts/supervise", "no/singing-pager")
    assert (127, 1, True) == (code, len(said), "no/singing-pager: No such file" in said[0])


def test_supercollider_that_is_not_installed(tmp_path: Path) -> None:
    """`make sound` names the packages, and ends."""
    for tool in ("bash", "dirname", "mktemp", "rm"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or f"/no/{tool}")
    code, said = run(tmp_path, "supercollider/entrypoint.sh", PATH=str(tmp_path))
    assert 2 == code
    assert "jackd is not there" in said[0]
    assert "apt-get install supercollider-server supercollider-language jackd2" in said[0]
