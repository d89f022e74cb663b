"""The table at the end: how far the built-in engine is from scsynth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

_RESIDUALS = pytest.StashKey[dict[str, tuple[float, float]]]()
_COLOURS = pytest.StashKey[dict[str, tuple[float, float]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Make room for the table."""
    config.stash[_RESIDUALS] = {}
    config.stash[_COLOURS] = {}


@pytest.fixture
def residuals(pytestconfig: pytest.Config) -> dict[str, tuple[float, float]]:
    """What has been measured: for each case the residual and the limit, in dB."""
    return pytestconfig.stash[_RESIDUALS]


@pytest.fixture
def colours(pytestconfig: pytest.Config) -> dict[str, tuple[float, float]]:
    """What has been measured of noise: how far bands and envelope are apart, in dB."""
    return pytestconfig.stash[_COLOURS]


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """Print the table."""
    residuals, colours = config.stash[_RESIDUALS], config.stash[_COLOURS]
    if residuals:
        terminalreporter.section("built-in engine beside scsynth: residual, limit")
        for name, (apart, limit) in sorted(residuals.items()):
            terminalreporter.line(f"{name:36} {apart:8.1f} dB  {limit:6.0f} dB")
    if colours:
        terminalreporter.section("noise: bands, envelope, apart at most")
        for name, (bands, envelope) in sorted(colours.items()):
            terminalreporter.line(f"{name:36} {bands:8.2f} dB  {envelope:6.2f} dB")
