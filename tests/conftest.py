"""What every test may lean on."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from standstill import Calm, Steal

_STEAL, _CALM = Steal(), Calm()
_RERUNS = 4
_PROGRAMS = {
    "studio": ("sclang", "scsynth", "jackd"),
    "mosquitto": ("mosquitto", "mosquitto_pub"),
    "prometheus": ("prometheus", "promtool"),
    "alertmanager": ("prometheus-alertmanager", "amtool"),
    "compose": ("docker",),
    "openssl": ("openssl",),
    "postgres": ("postgres", "initdb"),
    "chromium": ("chromium",),
}


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks known: `needs` names what must be installed. Debian keeps servers off a user's PATH."""
    postgres = map(str, Path("/usr/lib/postgresql").glob("*/bin"))
    os.environ["PATH"] = ":".join([os.environ["PATH"], "/usr/local/sbin", "/usr/sbin", "/sbin", *postgres])
    # nothing that a test starts keeps its journal where the user's own pager has it
    state = tempfile.TemporaryDirectory(prefix="pager-state-")
    os.environ["XDG_STATE_HOME"] = state.name
    config.add_cleanup(state.cleanup)
    config.addinivalue_line("markers", "needs(*names): real programs that the test starts (tests/conftest.py)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What fails while the machine stands still is tried again (tests/standstill.py)."""
    for item in items:
        item.add_marker(pytest.mark.flaky(reruns=_RERUNS, condition=_showed_nothing))


def _showed_nothing(failure: BaseException | None) -> bool:
    """Whether a failure is the machine's; if so, wait for the machine. Asked after each try, also without a failure."""
    showed_nothing = failure is not None and _STEAL.much()
    if showed_nothing:
        _CALM.wait()
    return showed_nothing


@pytest.fixture(scope="session")
def calm() -> Calm:
    """Waits for the machine: for what is recorded once and judged by many tests, none of which records it again."""
    return _CALM


def pytest_runtest_logstart() -> None:
    """A test begins."""
    _STEAL.begin()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run; under CI, where everything must be there, fail instead."""
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            missing = [program for program in _PROGRAMS[name] if shutil.which(program) is None]
            if missing and os.environ.get("CI"):
                pytest.fail(f"{', '.join(missing)} should be installed by scripts/test-packages")
            if missing:
                pytest.skip(f"needs {', '.join(missing)}")
