"""A tab whose sound has died without a word, or stood still: it says so, comes back, and is not late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from page.browsing import Recording, start, until, visit
from page.cable import Cable

from bridge import Bridge, alert_body

if TYPE_CHECKING:
    from page.browsing import Watch
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.timeout(120)]

_STATE = "globalThis.singingPager.sound().state"
_OPEN = "globalThis.singingPager?.connection().state === 'open'"
_CAPTIONS = "globalThis.singingPager.known().captions.length"
_KEPT = """
globalThis.ports = [];
globalThis.AudioWorkletNode = class extends AudioWorkletNode {
  constructor(...all) {
    super(...all);
    ports.push(this.port);
  }
};
globalThis.MessageChannel = class extends MessageChannel {
  constructor() {
    super();
    ports.push(this.port1, this.port2);
  }
};
"""
"""Keeps the ways to the engine: when they are closed it hears and answers nothing any more."""


def test_an_engine_that_dies_in_silence_is_begun_anew(context: BrowserContext, watch: Watch) -> None:
    """When an engine answers nothing any more, though its context runs on, a new one takes its place."""
    watch.pardon("scsynth|SuperSonic")
    context.add_init_script(_KEPT)
    page = context.new_page()
    page.goto("/")
    until(page, _OPEN)
    start(page)
    page.evaluate("globalThis.dead = globalThis.singingPager.audio.context")
    page.evaluate("globalThis.ports.forEach((port) => port.close())")
    until(page, f"![null, dead].includes(singingPager.audio?.context ?? null) && {_STATE} === 'on'", patience=40)


def test_what_comes_right_after_a_standstill_is_not_late(page: Page, bridge: Bridge) -> None:
    """An output that something has held up for five seconds plays the next alarm at once, not five seconds later."""
    start(page)
    page.evaluate("""() => {
      const { context } = globalThis.singingPager.audio;
      context.resume = () => Promise.reject(new Error("held up"));
      context.suspend();
    }""")
    until(page, f"{_STATE} === 'suspended'")
    page.wait_for_timeout(5000)
    page.evaluate("delete globalThis.singingPager.audio.context.resume")
    until(page, f"{_STATE} === 'on'")
    tape = Recording(page)
    bridge.post("/alert", alert_body("firing", alertname="Next", severity="critical"))
    assert tape.until(2.5).pulses()


def test_an_alarm_that_a_new_stage_cuts_off_is_heard(browser: Browser, bridge: Bridge) -> None:
    """A line that breaks while a critical alarm sounds, and is back in a moment, costs nobody the alarm."""
    with Cable(bridge.port) as cable, visit(browser, cable.url) as (context, watch):
        watch.pardon(r"WebSocket connection|Failed to load resource|net::ERR")
        page = context.new_page()
        page.goto("/")
        until(page, _OPEN)
        start(page)
        tape = Recording(page)
        bridge.post("/alert", alert_body("firing", alertname="Cut", severity="critical"))
        until(page, f"{_CAPTIONS} === 1")
        cable.pull()
        until(page, "globalThis.singingPager.connection().state === 'lost'")
        cable.mend()
        until(page, f"{_CAPTIONS} === 2")
        page.wait_for_timeout(3000)
        # some of the alarm that was cut off, and all of the one that was struck again
        assert len(tape.end().pulses()) > 10
        assert [] == watch.faults
