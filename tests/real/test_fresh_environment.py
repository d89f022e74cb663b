"""A machine that has nothing but Python and `make`: no Node.js, no SuperCollider, no sound card."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]
from broker import eventually, free_port
from page.browsing import chromium, record, start, visit

from bridge import alert_body

pytestmark = pytest.mark.timeout(420)

ROOT = Path(__file__).resolve().parents[2]
TOOLS = (
    *(
        "make",
        "bash",
        "sh",
        "env",
        "git",
        "find",
        "awk",
        "sed",
        "grep",
        "id",
        "ls",
        "cat",
        "rm",
        "mkdir",
        "touch",
        "sleep",
    ),
    *("dirname", "basename", "uname", "getconf"),
)
"""What every system has; neither `node` nor `scsynth` is among it."""
CUT_OFF = ("unshare", "-rn")
"""A network of its own with nothing in it, not even a loopback that is up."""
SET_UP = 300
"""Seconds that the first command may take: it fetches everything."""


@dataclass(frozen=True)
class Fresh:
    """The tree as a stranger has cloned it, with its first command running."""

    tree: Path
    environment: Mapping[str, str]
    url: str
    log: Path


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fresh]:
    """Run README's first command in a copy of the tree."""
    folder = tmp_path_factory.mktemp("fresh")
    tools, tree, log = folder / "bin", folder / "tree", folder / "log"
    tools.mkdir()
    for tool in TOOLS:
        (tools / tool).symlink_to(shutil.which(tool) or f"/no/{tool}")
    (tools / "python3").symlink_to(Path(sys.executable).resolve())
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    port = free_port()
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "PYTEST", "VIRTUAL_ENV"))
        },
        "PATH": str(tools),
        "HTTP_PORT": str(port),
        "METRICS_PORT": str(free_port()),
        "OSC_PORT": str(free_port()),
        "MQTT_PORT": str(free_port()),
        "STORE_URL": f"sqlite:///{folder / 'pager.db'}",
    }
    with log.open("wb") as written:
        running = subprocess.Popen(
            ["make", "run"],
            cwd=tree,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        assert eventually(lambda: answers(url) or running.poll() is not None, SET_UP), log.read_text()
        assert running.poll() is None, log.read_text()
        yield Fresh(tree, environment, url, log)
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(20)


def answers(url: str) -> bool:
    """Whether the pager is up."""
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
        return bool(answer.status == 200)
    return False


def cut_off() -> tuple[str, ...]:
    """What runs a command without a network; nothing where the kernel does not let us."""
    try:
        subprocess.run([*CUT_OFF, "true"], check=True, capture_output=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return ()
    return CUT_OFF


@pytest.mark.needs("chromium")
def test_the_first_command_of_the_readme_opens_on_a_page_that_sounds_after_one_click(fresh: Fresh) -> None:
    """`make run` names an address; whoever opens it and presses the one big button hears the ambience, and an alarm."""
    readme = (fresh.tree / "README.md").read_text()
    assert "```sh\nmake run\n```" == readme[readme.index("```sh") :].split("\n\n")[0]
    assert f"open {fresh.url}/" in fresh.log.read_text()
    with chromium() as browser, visit(browser, fresh.url) as (context, watch):
        page = context.new_page()
        page.goto("/")
        start(page)
        assert -60 < record(page, 3.0).loudest()
        body = alert_body("firing", alertname="Hello", severity="critical")
        urllib.request.urlopen(
            urllib.request.Request(f"{fresh.url}/alert", str(body).replace("'", '"').encode()), timeout=10
        ).close()
        assert -25 < record(page, 2.0).loudest()
    assert [] == watch.faults


def test_sound_from_the_package_alone(fresh: Fresh, tmp_path: Path) -> None:
    """`listen -d 5 -o x.wav` gives 5 s of sound where nothing but the package is installed."""
    without = cut_off()
    how = "cut by " + " ".join(without) if without else "there, for this kernel allows no unshare"
    print(f"the network: {how}")  # noqa: T201 - what was proved depends on it
    pager = fresh.tree / ".venv/bin/singing-pager"
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
