"""What is held against a test, and what against the machine."""

from pathlib import Path

import pytest
import standstill
from standstill import Steal

pytest_plugins = ["pytester"]

_LINE = "cpu  10 0 10 100 0 0 0 {} 0 0\ncpu0 1 0 1 1 0 0 0 9999 0 0\n"
_CONFTEST = """
import pytest

def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.flaky(reruns=2, condition=lambda: {}))
"""


def test_only_what_was_stolen_since_then_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that lacked a fifth of a second since it was asked has stood still; once told, it counts anew."""
    stat = tmp_path / "stat"
    monkeypatch.setattr(standstill, "_STAT", stat)
    stat.write_text(_LINE.format(1000))
    steal = Steal()
    assert not steal.much()
    stat.write_text(_LINE.format(1019))
    assert not steal.much()
    stat.write_text(_LINE.format(1040))
    assert steal.much()
    assert not steal.much()


def test_a_machine_that_does_not_tell_has_never_stood_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without /proc/stat nothing is tried again."""
    monkeypatch.setattr(standstill, "_STAT", tmp_path / "none")
    assert not Steal().much()


@pytest.mark.parametrize(("stood", "told"), [(False, {"failed": 1}), (True, {"passed": 1, "rerun": 1})])
def test_a_failure_counts_unless_the_machine_stood_still(
    pytester: pytest.Pytester, *, stood: bool, told: dict[str, int]
) -> None:
    """A test that fails once has failed on a machine that ran, and is tried again on one that did not."""
    pytester.makeconftest(_CONFTEST.format(stood))
    pytester.makepyfile("tries = []\ndef test_it():\n    tries.append(1)\n    assert len(tries) > 1\n")
    outcomes = pytester.runpytest_inprocess("-p", "no:randomly", "-p", "no:xdist").parseoutcomes()
    assert {"failed": 0, "passed": 0, "rerun": 0, **told} == {
        name: outcomes.get(name, 0) for name in ("failed", "passed", "rerun")
    }
