"""A whole incident by keyboard alone: the sound started, an alarm heard, read out, acknowledged, resolved."""

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from page.browsing import QUIET_SCORE, Recording, Watch, until
from page.handling import announced, focused, listen_in, tab_to

from bridge import Bridge, alert_body

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.needs("chromium")

_LABELS = {"alertname": "DiskFull", "severity": "critical", "instance": "db1"}
_REPEAT = 5.0


@pytest.fixture
def score() -> str:
    """The critical alarm repeats until somebody acts."""
    return QUIET_SCORE.replace("repeat: 0", f"repeat: {_REPEAT:g}", 1)


def test_an_incident_is_handled_by_keyboard_alone_and_each_step_is_read_out_once(page: "Page", bridge: Bridge) -> None:
    """Start, hear, be told, read, acknowledge, hear it stop, be told of the end: with Tab and Enter alone."""
    tab_to(page, "Start sound")
    page.keyboard.press("Enter")
    until(page, "globalThis.singingPager.sound().state === 'on'")
    assert focused(page), "the focus is on nothing after the button went away"
    listen_in(page)

    alarm = Recording(page)
    assert 202 == bridge.post("/alert", alert_body("firing", **_LABELS))[0]
    until(page, "globalThis.announced.includes('Critical: DiskFull on db1.')")
    page.get_by_text("critical alarm — DiskFull").first.wait_for()
    heard = alarm.until(3.5)
    assert len(heard.pulses()) >= 10

    tab_to(page, "Details of DiskFull on db1")
    page.keyboard.press("Enter")
    assert page.get_by_text("instance", exact=True).is_visible()
    tab_to(page, "Acknowledge DiskFull on db1", back=True)
    page.keyboard.press("Enter")
    until(page, "globalThis.announced.includes('DiskFull on db1 acknowledged by http.')")
    page.get_by_role("article").get_by_text("Acknowledged by http").wait_for()
    assert "critical DiskFull on db1" == focused(page)

    # what had begun is played to its end, and would begin anew within the repeat
    after = Recording(page).until(4 + _REPEAT + 1)
    assert after.between(4).peak < -60

    assert 202 == bridge.post("/alert", alert_body("resolved", **_LABELS))[0]
    until(page, "globalThis.announced.includes('DiskFull on db1 resolved.')")
    page.get_by_text("Nothing is wrong").wait_for()
    assert "Desk" == focused(page)
    assert [] == [said for said, times in Counter(announced(page)).items() if times != 1]


def test_the_question_for_a_reason_holds_the_focus_and_gives_it_back(page: "Page", bridge: Bridge) -> None:
    """A dialog opened by keyboard has the focus, Escape closes it, and the focus is where it was; Enter commits."""
    bridge.post("/alert", alert_body("firing", **_LABELS))
    page.get_by_role("article").wait_for()
    tab_to(page, "With a reason… for acknowledging DiskFull on db1")
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Acknowledge DiskFull on db1").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert focused(page).startswith("With a reason…")

    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    page.keyboard.type("on it")
    page.keyboard.press("Enter")
    page.get_by_role("article").get_by_text("Acknowledged by http, because: on it").wait_for()
    page.get_by_role("dialog").wait_for(state="detached")
    assert focused(page).startswith("Other reason…")


def test_the_wall_is_left_by_escape(page: "Page") -> None:
    """A view is reached by keyboard with the focus on its heading, and the wall is left by Escape."""
    tab_to(page, "Wall")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="All well").wait_for()
    assert "All well" == focused(page)
    page.keyboard.press("Escape")
    page.get_by_role("heading", level=1, name="Desk").wait_for()
    assert "Desk" == focused(page)


def test_nothing_is_read_out_twice_when_the_line_breaks(page: "Page", bridge: Bridge, watch: Watch) -> None:
    """After the bridge was away and is back, what was known before is not read out again."""
    watch.pardon("WebSocket|ERR_CONNECTION|ERR_EMPTY_RESPONSE|503")
    listen_in(page)
    bridge.post("/alert", alert_body("firing", **_LABELS))
    until(page, "globalThis.announced.includes('Critical: DiskFull on db1.')")
    bridge.kill()
    until(page, "globalThis.announced.includes('Connection to the pager lost.')")
    page.get_by_text("Deaf:").wait_for()
    until(page, "globalThis.announced.includes('Connected to the pager again.')", patience=60)
    page.get_by_role("article").wait_for()
    assert ["Critical: DiskFull on db1."] == [said for said in announced(page) if "DiskFull" in said]
