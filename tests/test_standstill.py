"""What is held against a test, and what against the machine."""

import time
from pathlib import Path

import pytest
import standstill
from standstill import Calm, Steal

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


@pytest.mark.parametrize(
    ("shares", "calm", "waited"),
    [
        ([0.0, 0.0], True, 0.0),
        ([0.4, 0.0, 0.3, 0.01, 0.02], True, 8.0),
        ([0.4] * 24, False, 96.0),
    ],
)
def test_a_further_try_waits_for_the_machine(shares: list[float], calm: object, waited: float) -> None:
    """It waits until two looks in a row find the processors there, and no longer than two minutes."""
    slept: list[float] = []
    left = iter(shares)
    assert calm is Calm(lambda: next(left), slept.append).wait()
    assert waited == sum(slept)
    assert list(left) == []


def test_a_suite_waits_no_longer_than_its_budget() -> None:
    """What many tests wait for is bounded in all."""
    slept: list[float] = []
    calm = Calm(lambda: 1.0, slept.append, budget=300.0)
    assert [False] * 9 == [calm.wait() for _ in range(9)]
    assert sum(slept) == 240.0


def test_a_look_wants_every_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The share that is missing is what was stolen of all processors in the second of a look."""
    stat = tmp_path / "stat"
    monkeypatch.setattr(standstill, "_STAT", stat)
    monkeypatch.setattr(standstill, "_LOOK", 0.2)
    stat.write_text(_LINE.format(1000))
    worked = time.process_time()
    assert Calm(budget=0.5).wait()
    assert time.process_time() - worked > 0.05


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
