"""What the tests of the page lean on: a bridge without a card, a browser, and a page that is watched."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from broker import free_port
from page.browsing import QUIET_SCORE, Watch, built, chromium, until, visit

from bridge import Bridge

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium; one for each file, for Playwright's loop must not outlive it (`browsing.chromium`)."""
    built()
    with chromium() as running:
        yield running


@pytest.fixture
def score() -> str:
    """The score of the bridge; a file of tests may have its own."""
    return QUIET_SCORE


@pytest.fixture
def settings() -> dict[str, str]:
    """Further settings of the bridge; a file of tests may have its own."""
    return {}


@pytest.fixture
def bridge(tmp_path: Path, score: str, settings: dict[str, str]) -> Iterator[Bridge]:
    """The real bridge on a free port, with no sound of its own."""
    (tmp_path / "score.yaml").write_text(score)
    environment = {"SCORE": str(tmp_path / "score.yaml"), "SOUND_OUTLET": "off", "HTTP_RATE": "0", **settings}
    with Bridge(tmp_path, free_port(), environment=environment) as running:
        yield running


@pytest.fixture
def visited(browser: "Browser", bridge: Bridge) -> "Iterator[tuple[BrowserContext, Watch]]":
    """A fresh context at the bridge, and what watches it: any fault of any of its pages fails the test."""
    with visit(browser, bridge.url) as (context, watch):
        yield context, watch
    assert [] == watch.faults


@pytest.fixture
def context(visited: "tuple[BrowserContext, Watch]") -> "BrowserContext":
    """The context alone: for a second page."""
    return visited[0]


@pytest.fixture
def watch(visited: "tuple[BrowserContext, Watch]") -> Watch:
    """What watches the pages of the test."""
    return visited[1]


@pytest.fixture
def page(context: "BrowserContext") -> "Page":
    """The page, opened and connected; its sound is not started (`browsing.start`)."""
    opened = context.new_page()
    opened.goto("/")
    until(opened, "globalThis.singingPager?.connection().state === 'open'")
    return opened
