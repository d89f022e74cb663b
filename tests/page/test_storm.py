"""A storm of alerts whose text is made to become markup: it stays text, and the page stays usable."""

import time
from typing import TYPE_CHECKING

import pytest
from page.browsing import until
from page.handling import announced, listen_in

from bridge import Bridge

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page

pytestmark = pytest.mark.needs("chromium")

_HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\">",
    "</script><script>document.title='owned'</script>",
    '"><svg onload=alert(1)>',
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "\u202egnp.exe\u202d \u2066isolated\u2069",
    "zero\u200bwidth\u200d\ufeff",
    "👩‍🚒🔥" * 40,
    "Z̸̢̛͖a̷l̶g̵o̴" * 20,
    "x" * 5000,
    "مرحبا بالعالم",
    "line\nbreak\ttab",
)
_ALERTS = 50

_FOREIGN = """() => {
  const page = document.getElementById("page");
  const grown = [...document.querySelectorAll("img, iframe, object, embed, base, form[action], [onload], [onerror]")];
  const scripts = [...document.querySelectorAll("script")].filter((one) => page.contains(one) || !one.src);
  const links = [...page.querySelectorAll("a[href]")].filter(
    (link) => !/^(https:\\/\\/wiki\\.example\\/|http:\\/\\/127\\.0\\.0\\.1)/.test(link.href),
  );
  return [...grown, ...scripts, ...links].map((one) => one.outerHTML.slice(0, 200));
}"""

_REPORTS = """() => {
  globalThis.violations = [];
  addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
}"""


def _storm(bridge: Bridge, status: str = "firing") -> None:
    alerts = []
    for number in range(_ALERTS):
        text = _HOSTILE[number % len(_HOSTILE)]
        severity = ("critical", "warning")[number % 2]
        labels = {"alertname": f"{number} {text}", "severity": severity, "instance": text}
        links = {"runbook_url": "javascript:alert(1)", "dashboard": "data:text/html,<script>alert(1)</script>"}
        annotations = {"summary": text, **links, "wiki": f"https://wiki.example/{number}"}
        alerts.append({"status": status, "labels": labels, "annotations": annotations})
    assert 202 == bridge.post("/alert", {"version": "4", "status": status, "alerts": alerts})[0]


def test_nothing_in_an_alert_becomes_markup_and_the_page_stays_usable(page: "Page", bridge: Bridge) -> None:
    """Fifty alerts full of markup are shown as text on each view and size, told in a few sentences, and handled."""
    dialogs: list[str] = []

    def opened(dialog: "Dialog") -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", opened)
    page.evaluate(_REPORTS)
    listen_in(page)
    begun = time.monotonic()
    _storm(bridge)
    until(page, f"document.querySelectorAll('article').length === {_ALERTS}")
    print(f"storm of {_ALERTS} shown after {time.monotonic() - begun:.2f} s")  # noqa: T201 - a figure for the reader
    page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true; }")
    assert page.get_by_text(_HOSTILE[0], exact=True).first.is_visible()
    assert [] == page.evaluate(_FOREIGN)
    assert "https://wiki.example/0" == page.locator("a[href='https://wiki.example/0']").get_attribute("href")
    assert "noreferrer noopener" == page.locator("a[href='https://wiki.example/0']").get_attribute("rel")

    for width, height in ((360, 740), (1024, 768), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        for view in ("noc", "sounding", "time", "chain", "desk"):
            page.goto(f"/#/{view}")
            page.get_by_role("heading", level=1).wait_for()
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert 0 == wide, f"{view} is cut at {width}"
            assert [] == page.evaluate(_FOREIGN)
            assert "\u202e" not in page.locator("main").inner_text(), f"a name turns what stands beside it in {view}"

    begun = time.monotonic()
    page.get_by_role("article").first.get_by_role("button", name="Acknowledge").click()
    page.get_by_role("article").get_by_text("Acknowledged by http").first.wait_for()
    print(f"acknowledged within the storm after {time.monotonic() - begun:.2f} s")  # noqa: T201 - likewise
    page.get_by_role("button", name="Acknowledge all").click()
    page.get_by_role("dialog").get_by_role("button", name="Acknowledge all").click()
    page.get_by_text(f"{_ALERTS} alerts, 0 firing.").wait_for()

    # what came at once is told at once: not fifty sentences, and none of them longer than one can listen to
    said = announced(page)
    assert len(said) < 12, said
    assert max(map(len, said)) < 250
    _storm(bridge, "resolved")
    page.get_by_text("Nothing is wrong").wait_for()
    assert [] == dialogs
    assert [] == page.evaluate("globalThis.violations")
    assert "owned" not in page.title()


def test_a_desk_of_thousands_is_bounded(page: "Page", bridge: Bridge) -> None:
    """Of thousands the page holds the gravest, draws a hundred, and has more when asked; a tail is whole."""
    count = 3000
    labels = [{"alertname": f"A{number}", "severity": "warning"} for number in range(count)]
    alerts = [{"status": "firing", "labels": each, "annotations": {}} for each in labels]
    assert 202 == bridge.post("/alert", {"version": "4", "status": "firing", "alerts": alerts})[0]
    page.get_by_text("of 3,000 shown").wait_for()
    until(page, "document.querySelectorAll('article').length === 100")
    page.goto("/#/noc")
    page.get_by_role("list", name="Firing, by severity").get_by_text("500+").wait_for()
    page.goto("/#/desk")
    page.get_by_role("button", name="Show 100 more").click()
    until(page, "document.querySelectorAll('article').length === 200")
    assert page.get_by_text("Flood of alarms").first.is_visible()
    listen_in(page)
    page.get_by_role("button", name="Fetch 500 more from the pager").click()
    page.get_by_text("1,000 of 3,000 shown").wait_for()
    over = [{**alert, "status": "resolved"} for alert in alerts[: count - 50]]
    assert 202 == bridge.post("/alert", {"version": "4", "status": "resolved", "alerts": over})[0]
    page.get_by_text("50 alerts, 50 firing.").wait_for()
    assert [] == [said for said in announced(page) if "new alert" in said]
