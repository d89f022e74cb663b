"""Time line, chain, about and the live picture of the sound, against the real bridge."""

import json
import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from broker import eventually
from listening import Take
from page.browsing import Recording, Watch, start, until
from page.cable import Cable
from playwright.sync_api import expect

from bridge import Bridge, alert_body

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.needs("chromium")


def test_the_time_line_shows_what_happened_and_goes_on(page: "Page", bridge: Bridge) -> None:
    """What was before the page came and what comes while it is open stand in one list, newest first, by deed."""
    bridge.post("/alert", alert_body("firing", alertname="Before", severity="critical"))
    bridge.post("/api/ack", {"by": "Ada", "reason": "on it"})
    page.goto("/#/time")
    rows = page.locator(".time-table tbody tr")
    expect(rows.filter(has_text="Before").filter(has_text="acknowledged")).to_contain_text("by Ada: on it")
    expect(rows.filter(has_text="Before").filter(has_text="sounded")).to_have_count(1)
    expect(page.get_by_role("img", name=re.compile("Time line of 6 h: 1 alarm,"))).to_be_visible()

    bridge.post("/alert", alert_body("firing", alertname="Later", severity="warning"))
    expect(rows.first).to_contain_text("Later")
    expect(page.get_by_role("img", name=re.compile("Time line of 6 h: 2 alarms,"))).to_be_visible()

    page.get_by_label("Show").select_option("acknowledged")
    expect(rows).to_have_count(1)
    expect(page.get_by_text("1 of 1, the newest first")).to_be_visible()
    page.get_by_label("Show").select_option("flood")
    expect(page.get_by_text("Nothing of this happened.")).to_be_visible()


def test_the_time_line_says_that_it_does_not_know(context: "BrowserContext", bridge: Bridge, watch: Watch) -> None:
    """Other hours that are asked for without a line are told as not known, and shown when the line is back."""
    watch.pardon("WebSocket connection|Failed to load resource|foreign request")
    with Cable(bridge.port) as cable:
        page = context.new_page()
        page.goto(f"{cable.url}/#/time")
        expect(page.get_by_role("img", name="Time line of 6 h:")).to_be_visible()
        cable.pull()
        page.get_by_text("Deaf:").wait_for()
        page.get_by_role("button", name="hour", exact=True).press("Enter")
        expect(page.get_by_role("alert").filter(has_text="The past is not known now")).to_be_visible()
        cable.mend()
        expect(page.get_by_role("img", name="Time line of 1 h:")).to_be_visible(timeout=30_000)
        expect(page.get_by_text("The past is not known now")).to_have_count(0)


_DRAWINGS = """() => {
  globalThis.drawings = 0;
  const { clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...where) {
    globalThis.drawings++;
    return clearRect.apply(this, where);
  };
}"""


def test_the_time_line_is_not_drawn_again_for_what_it_does_not_show(page: "Page", bridge: Bridge) -> None:
    """Voices move several times a second: the picture of the hours stands meanwhile."""
    page.goto("/#/time")
    expect(page.get_by_role("img", name=re.compile("Time line of 6 h: 0 alarms,"))).to_be_visible()
    page.evaluate(_DRAWINGS)
    for number in range(12):
        bridge.post("/metric", {"type": "cpu", "value": number / 12})
        page.wait_for_timeout(250)
    until(page, "globalThis.singingPager.known().voices.some(({ value }) => value > 0.9)")
    # of its own accord it moves on every ten seconds
    assert page.evaluate("globalThis.drawings") <= 1


def test_the_time_line_shows_other_hours(page: "Page", bridge: Bridge) -> None:
    """A button by keyboard shows one hour or a day, and what is drawn is not empty."""
    bridge.post("/alert", alert_body("firing", alertname="Before", severity="critical"))
    page.goto("/#/time")
    for name, hours in (("hour", 1), ("24 hours", 24)):
        button = page.get_by_role("button", name=name, exact=True)
        button.press("Enter")
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("img", name=f"Time line of {hours} h: 1 alarm,")).to_be_visible()
    drawn = "[...document.querySelectorAll('.time-chart canvas')].map((c) => new Set(c.getContext('2d')"
    until(page, f"{drawn}.getImageData(0, 0, c.width, c.height).data).size)[0] > 8")


def test_an_alert_of_markup_is_text_on_the_time_line(page: "Page", bridge: Bridge) -> None:
    """Nothing in a name becomes an element."""
    name = "<img src=x onerror=alert(1)><b>bold</b>"
    bridge.post("/alert", alert_body("firing", alertname=name, severity="critical"))
    page.goto("/#/time")
    expect(page.locator(".time-table tbody tr").first).to_contain_text(name)
    assert 0 == page.locator("main img[src], main b").count()


def test_the_chain_tells_its_links_and_figures(page: "Page", bridge: Bridge) -> None:
    """Links stand with their state in words, key figures as the API has them, with what is recommended."""
    for number in range(3):
        bridge.post("/alert", alert_body("firing", alertname=f"Disk{number}", severity="critical"))

    def report() -> dict[str, Any]:
        return dict(json.loads(bridge.get("/api/kpi")[1])["kpi"])

    assert eventually(lambda: report()["sounded"] == 3)
    page.goto("/#/chain")
    links = page.locator(".chain-link")
    expect(links.filter(has_text="This page's line to the pager")).to_contain_text("stands")
    expect(links.filter(has_text="This tab's engine")).to_contain_text("is off")
    expect(page.get_by_text("3 fired, 3 sounded, 0 acknowledged")).to_be_visible()
    last = page.locator(".chain-figure", has_text="Alarms in the last 10 minutes")
    expect(last.locator(".chain-value")).to_have_text(f"{report()['last']['value']:g}")
    expect(last).to_contain_text("1 is acceptable, 2 are manageable, more than 10 are a flood")
    start(page)
    expect(links.filter(has_text="This tab's engine")).to_contain_text("sounds")


def test_about_shows_the_licence_of_each_part(page: "Page") -> None:
    """Each part stands with its licence, the GPL of scsynth with where its source is to be had."""
    page.goto("/#/about")
    expect(page.get_by_text("GPL-3.0-or-later").first).to_be_visible()
    expect(page.get_by_text("github.com/samaaron/supersonic").first).to_be_visible()
    parts = page.locator(".about-parts > li")
    for name in ("supersonic-scsynth-core", "preact", "uplot"):
        expect(parts.filter(has_text=re.compile(f"^{name} "))).to_have_count(1)
    part = parts.filter(has_text=re.compile("^uplot "))
    part.locator("summary").press("Enter")
    expect(part.locator("pre")).to_contain_text("Permission is hereby granted")


def test_a_name_is_kept_and_goes_to_the_journal(page: "Page", bridge: Bridge) -> None:
    """Who has given a name is called by it, after a reload too."""
    page.goto("/#/about")
    page.get_by_label("Name in the journal").fill("Ada Lovelace")
    page.keyboard.press("Enter")
    page.reload()
    expect(page.get_by_label("Name in the journal")).to_have_value("Ada Lovelace")
    page.goto("/#/score")
    page.get_by_role("button", name="Play alerts[0]").click()
    expect(page.locator(".score-heard").first).to_be_visible()
    entries = json.loads(bridge.get("/api/journal?deed=tested")[1])["entries"]
    assert ["Ada Lovelace"] == [entry["by"] for entry in entries]


def _level(take: Take) -> float:
    return max(Take(take.samples[:, [side]], take.rate).rms for side in (0, 1))


def test_the_meter_shows_the_level_that_is_heard(page: "Page", bridge: Bridge) -> None:
    """The meter tells the RMS of a steady tone within 3 dB of the recorded one, the words its pitch within 1 %."""
    start(page)
    page.goto("/#/sounding")
    meter = page.get_by_role("meter", name="Level of what this tab sounds")
    expect(meter).to_have_attribute("aria-valuetext", "silent")
    bridge.post("/metric", {"type": "cpu", "value": 0.5})
    expect(meter).to_have_attribute("aria-valuetext", re.compile("dBFS"))
    page.wait_for_timeout(2500)
    take = Recording(page).until(2.0)
    shown = float(meter.get_attribute("aria-valuenow") or math.nan)
    assert _level(take) == pytest.approx(shown, abs=3)
    words = page.get_by_text(re.compile("Strongest: \\d+ Hz")).inner_text()
    told = int(re.search("(\\d+) Hz", words)[1])  # type: ignore[index]
    loudest = max(take.partials(), key=lambda partial: partial.level).frequency
    assert loudest == pytest.approx(told, rel=0.01)
    assert loudest == pytest.approx(_brightest(page), rel=0.05)


def _brightest(page: "Page") -> float:
    """Frequency of the row of the newest column that is least like silence."""
    column = page.evaluate("""() => {
      const canvas = document.querySelector(".live-canvas");
      return [...canvas.getContext("2d").getImageData(canvas.width - 1, 0, 1, canvas.height).data];
    }""")
    rows = np.array(column, float).reshape(-1, 4)[::-1, :3]
    row = int(np.argmax(np.abs(rows - rows[-1]).sum(axis=1)))
    return float(50 * (12_000 / 50) ** ((row + 0.5) / len(rows)))


_CHANGES = """async () => {
  const canvas = document.querySelector(".live-canvas");
  let [changes, before] = [0, ""];
  const end = performance.now() + 2000;
  while (performance.now() < end) {
    const now = canvas.toDataURL();
    if (before && now !== before) changes++;
    before = now;
    await new Promise(requestAnimationFrame);
  }
  return changes;
}"""


def test_who_wants_no_motion_has_a_still_picture(page: "Page", bridge: Bridge) -> None:
    """With prefers-reduced-motion the spectrum is drawn once a second, and does not scroll."""
    page.emulate_media(reduced_motion="reduce")
    start(page)
    bridge.post("/metric", {"type": "cpu", "value": 0.5})
    page.goto("/#/sounding")
    expect(page.get_by_text(re.compile("Strongest: \\d+ Hz"))).to_be_visible()
    assert page.evaluate(_CHANGES) <= 3
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(_CHANGES) > 3
