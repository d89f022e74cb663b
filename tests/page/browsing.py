"""A real browser on the page of a real bridge: visited, watched, started, and its own sound recorded."""

from __future__ import annotations

import base64
import contextlib
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from listening import Take
from playwright.sync_api import sync_playwright

import hatch_build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

__all__ = [
    "QUIET_SCORE",
    "RATE",
    "Recording",
    "Watch",
    "built",
    "chromium",
    "heard",
    "record",
    "start",
    "until",
    "visit",
]

ROOT = Path(__file__).resolve().parents[2]
CONSOLE = ROOT / "bridge/console"
RATE = 48_000
"""Frames a second of the page's engine, whatever the card has."""

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

QUIET_SCORE = """
alerts:
  - match: {severity: critical}
    instrument: alert_critical
    repeat: 0
  - match: {severity: warning}
    instrument: alert_warning
    repeat: 0
  - match: {}
    instrument: alert_info
    repeat: 0
metrics:
  - topic: metrics/cpu
    instrument: cpu
    map: {freq: {from: [0, 1], range: [440, 880]}}
    stale_after: 600
ambience: null
heartbeat: {every: 60}
links: {patience: 600}
"""
"""Nothing sounds but what a test causes: alerts once, and the voice of `metrics/cpu`."""


def built() -> None:
    """Build the page where its sources have changed; several processes may ask at once."""
    hatch_build.build(CONSOLE)


@contextlib.contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Run Debian's Chromium without a screen; sounds wait for a gesture, as they do for people.

    Playwright's loop owns the thread as long as this lasts: nothing else may call `asyncio.run` in it meanwhile.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*_FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()


class Watch:
    """Keeps what a page must never do: errors in its console, exceptions, requests to anybody but its own bridge.

    Args:
        context: Of the pages.
        origin: Where the bridge is, as `http://127.0.0.1:8000`.

    Attributes:
        faults: What was found, in words.
        requests: Every address that was asked for.
    """

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.faults: list[str] = []
        self.requests: list[str] = []
        self._own = (f"{origin}/", f"blob:{origin}/", f"ws{origin.removeprefix('http')}/")
        self._pardoned: list[re.Pattern[str]] = []
        context.on("console", self._said)
        context.on("weberror", lambda error: self._found(f"exception: {error.error}"))
        context.on("request", lambda request: self._asked(request.url))
        context.on("page", lambda page: page.on("websocket", lambda socket: self._asked(socket.url)))

    def pardon(self, pattern: str) -> None:
        """From now on, and of what was found before, leave out faults that a pattern is found in."""
        self._pardoned.append(re.compile(pattern))
        self.faults = [fault for fault in self.faults if not self._pardoned[-1].search(fault)]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "assert"}:
            self._found(f"console: {message.text} ({message.location.get('url', '')})")

    def _asked(self, url: str) -> None:
        self.requests.append(url)
        if not url.startswith(self._own):
            self._found(f"foreign request: {url}")

    def _found(self, fault: str) -> None:
        if not any(pattern.search(fault) for pattern in self._pardoned):
            self.faults.append(fault)


@contextlib.contextmanager
def visit(
    browser: Browser,
    url: str,
    **options: Any,  # noqa: ANN401 - whatever Playwright takes
) -> Iterator[tuple[BrowserContext, Watch]]:
    """Open a fresh, watched context at a bridge: nothing is left of anybody's visit before.

    Args:
        browser: Where.
        url: The bridge.
        options: What Playwright's `new_context` takes.
    """
    context = browser.new_context(base_url=url, **options)
    context.set_default_timeout(15_000)
    watch = Watch(context, url)
    try:
        yield context, watch
    finally:
        context.close()


def start(page: Page) -> None:
    """Press the button that starts the sound, and wait until the stage stands and sounds."""
    page.get_by_role("button", name=re.compile("start", re.IGNORECASE)).first.click()
    until(page, "globalThis.singingPager?.sound().state === 'on'")


def until(page: Page, expression: str, argument: object = None, *, patience: float = 15.0) -> None:
    """Wait until an expression of the page, or a function of an argument, holds.

    Playwright's own `wait_for_function` evaluates texts within the page, which the page's policy forbids.

    Raises:
        TimeoutError: It does not, for `patience` seconds.
    """
    deadline = time.monotonic() + patience
    while not page.evaluate(expression, argument):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{expression} does not hold on a page that knows {heard(page, 'connection')}")
        page.wait_for_timeout(25)


_BEGIN = """async () => {
  const { audio: { context, output }, recorder } = globalThis.singingPager;
  await (context.ready ??= context.audioWorklet.addModule(recorder));
  const node = new AudioWorkletNode(context, "recorder", { outputChannelCount: [2] });
  const tape = { node, context, blocks: [], starts: [], frame: null, frames: 0 };
  const begun = new Promise((ready) => {
    node.port.onmessage = ({ data }) => {
      if (data === null) return tape.ended();
      if (typeof data === "number") { tape.frame = data; return ready(); }
      const { contextTime, performanceTime } = context.getOutputTimestamp();
      tape.starts.push([tape.frames, (performance.timeOrigin + performanceTime) / 1000 - contextTime]);
      tape.blocks.push(data);
      tape.frames += data.length / 2;
    };
  });
  output.connect(node);
  node.connect(context.destination);
  (globalThis.tapes ??= new Map()).set((globalThis.lastTape = (globalThis.lastTape ?? 0) + 1), tape);
  await begun;
  return globalThis.lastTape;
}"""
_END = """async (number) => {
  const tape = globalThis.tapes.get(number);
  await new Promise((ended) => { tape.ended = ended; tape.node.port.postMessage("end"); });
  globalThis.tapes.delete(number);
  tape.node.disconnect();
  const whole = new Blob(tape.blocks);
  const url = await new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(whole);
  });
  return { sound: url.slice(url.indexOf(",") + 1), frame: tape.frame, starts: tape.starts };
}"""


class Recording:
    """Records, sample by sample, what the page puts out, from its beginning to `end`.

    Args:
        page: With its sound started.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._number = page.evaluate(_BEGIN)
        self._frame = 0
        self._starts = np.zeros((0, 2))

    def until(self, seconds: float) -> Take:
        """Wait until as much has been recorded, and end."""
        self.wait(seconds)
        return self.end()

    def wait(self, seconds: float) -> None:
        """Wait until so many seconds have been recorded, from the beginning."""
        enough = "([number, frames]) => globalThis.tapes.get(number).frames >= frames"
        until(self._page, enough, [self._number, round(seconds * RATE)], patience=seconds + 30)

    def end(self) -> Take:
        """Stop, and give what was heard."""
        told = self._page.evaluate(_END, self._number)
        self._frame, self._starts = int(told["frame"]), np.array(told["starts"])
        flat = np.frombuffer(base64.b64decode(told["sound"]), "<f4").astype(np.float64)
        return Take(flat.reshape(-1, 2), RATE)

    def unix(self, seconds: float) -> float:
        """When what was recorded at some second, from the beginning, left for the card; known after `end`.

        A card's clock stops now and then, and its readings are late now and then: the least of those near by counts.
        """
        near = np.searchsorted(self._starts[:, 0], seconds * RATE)
        readings = self._starts[max(0, near - 1) : near + 4, 1]
        return float(readings.min()) + self._frame / RATE + seconds


def record(page: Page, seconds: float) -> Take:
    """Record the page's next seconds; `.samples` of the take is (frames, 2) at 48 kHz."""
    return Recording(page).until(seconds)


def heard(page: Page, name: str = "known") -> Any:  # noqa: ANN401 - JSON
    """What the page knows: `known`, `connection`, `sound` or `ahead` of its store; maps as lists of their values."""
    return page.evaluate("(name) => globalThis.singingPager[name]()", name)
