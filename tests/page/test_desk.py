"""The desk and the mixer of the page, with the real bridge: what people do there, and what others see of it."""

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from page.browsing import Watch, until
from page.handling import announced, focused, listen_in
from playwright.sync_api import expect

from bridge import Bridge, alert_body

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

pytestmark = pytest.mark.needs("chromium")


def _fire(bridge: Bridge, name: str, severity: str = "critical", status: str = "firing") -> None:
    labels = {"alertname": name, "severity": severity, "instance": "db1"}
    assert 202 == bridge.post("/alert", alert_body(status, **labels))[0]


def _row(page: "Page", name: str) -> "Locator":
    return page.get_by_role("article", name=re.compile(name))


def _names(page: "Page") -> list[str]:
    return page.locator("article .name").all_inner_texts()


def _summary(bridge: Bridge) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(bridge.get("/api/summary")[1])
    return told


def test_an_empty_desk_says_that_nothing_is_wrong(page: "Page", bridge: Bridge) -> None:
    """Where the page is connected and the pager hears, with or without an engine, an empty desk is good news."""
    page.get_by_text("Nothing is wrong").wait_for()
    assert 0 == _summary(bridge)["total"]


@pytest.mark.parametrize("settings", [{"MQTT_HOST": "127.0.0.1"}], ids=["no broker there"])
def test_an_empty_desk_of_a_pager_that_does_not_hear_is_no_good_news(page: "Page") -> None:
    """Where a link is down the desk does not say that nothing is wrong, but what is not heard."""
    page.get_by_text("No alert is known, but the pager does not hear everything: broker").wait_for()
    assert 0 == page.get_by_text("Nothing is wrong").count()


def test_an_alert_is_acknowledged_with_a_reason_and_given_back(page: "Page", bridge: Bridge) -> None:
    """The row says who has it and why, and that nobody has it any more when it is given back."""
    _fire(bridge, "DiskFull")
    page.get_by_role("button", name="With a reason… for acknowledging DiskFull on db1").click()
    page.get_by_label("Reason").fill("on <b>it</b>")
    page.get_by_role("dialog").get_by_role("button", name="Acknowledge").click()
    _row(page, "DiskFull").get_by_text("Acknowledged by http, because: on <b>it</b>").wait_for()
    page.get_by_role("button", name="Give back DiskFull on db1").click()
    _row(page, "DiskFull").get_by_text("Firing, nobody has it").wait_for()


def test_an_alert_is_snoozed_as_long_as_is_asked(page: "Page", bridge: Bridge) -> None:
    """A snooze of a length of one's own is refused in the dialog when it is none, and is told with its end."""
    _fire(bridge, "DiskFull")
    page.get_by_role("button", name="Snooze… DiskFull on db1").click()
    page.get_by_label("How long").select_option("custom")
    page.get_by_label("Minutes").fill("0")
    commit = page.get_by_role("dialog").get_by_role("button", name="Snooze")
    expect(commit).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_label("Minutes")).to_have_accessible_description(re.compile("Give a number of minutes"))
    page.get_by_label("Minutes").fill("90")
    commit.click()
    _row(page, "DiskFull").get_by_text(re.compile(r"Snoozed by http until (\S+ )?\d\d:\d\d")).wait_for()
    assert {"snoozed": {"critical": 1}} == _summary(bridge)["alerts"]


def test_what_one_acknowledges_the_other_sees(page: "Page", context: "BrowserContext", bridge: Bridge) -> None:
    """Two pages show the same desk, with the name under which somebody did it."""
    other = context.new_page()
    other.goto("/")
    _fire(bridge, "DiskFull")
    _row(other, "DiskFull").get_by_text("Firing, nobody has it").wait_for()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Acknowledge DiskFull on db1", exact=True).click()
    _row(other, "DiskFull").get_by_text("Acknowledged by Ada").wait_for()


def test_everything_that_fires_is_acknowledged_at_once(page: "Page", bridge: Bridge) -> None:
    """One button, asked once more, gives all that fires to one person."""
    for name in ("A", "B", "C"):
        _fire(bridge, name)
    page.get_by_role("button", name="Acknowledge all 3 firing…").click()
    page.get_by_role("dialog").get_by_role("button", name="Acknowledge all 3").click()
    page.get_by_text("3 alerts, 0 firing.").wait_for()
    assert {"acknowledged": {"critical": 3}} == _summary(bridge)["alerts"]


def test_a_refusal_is_told_in_the_words_of_the_bridge(page: "Page", bridge: Bridge, watch: Watch) -> None:
    """What the bridge refuses is read out as an alert, and stays until it is put away."""
    watch.pardon("409")
    _fire(bridge, "DiskFull")
    _row(page, "DiskFull").wait_for()
    bridge.post("/api/mute", {"seconds": 60, "reason": "a call"})
    page.get_by_text("because: a call").first.wait_for()
    page.get_by_role("button", name="Play again DiskFull on db1").click()
    page.get_by_role("alert").get_by_text("The pager is muted until").wait_for()
    page.get_by_role("button", name="Close the message").click()
    until(page, "!document.querySelector('.toast')")
    page.get_by_role("button", name="Unmute").click()
    page.get_by_text("because: a call").first.wait_for(state="detached")
    assert focused(page)


def test_what_is_refused_in_a_dialog_is_told_there(page: "Page", bridge: Bridge, watch: Watch) -> None:
    """An alert that is over before it is acknowledged: the dialog says so itself, for all else is behind it."""
    watch.pardon("404")
    _fire(bridge, "DiskFull")
    page.get_by_role("button", name="With a reason… for acknowledging DiskFull on db1").click()
    _fire(bridge, "DiskFull", status="resolved")
    page.get_by_text("Nothing is wrong").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("alert")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert "Desk" == focused(page)


def test_an_alert_that_comes_while_a_dialog_is_open_is_read_out(page: "Page", bridge: Bridge) -> None:
    """All that is beside a modal dialog is not read out: what is told stands in the dialog, too, and closes it not."""
    _fire(bridge, "DiskFull")
    page.get_by_role("button", name="Snooze… DiskFull on db1").click()
    _fire(bridge, "Other")
    told = "document.querySelector('dialog [data-announcer=loud]').textContent"
    until(page, f"{told}.includes('Critical: Other on db1.')")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_the_list_does_not_move_under_the_focus(page: "Page", bridge: Bridge) -> None:
    """While the focus is in the list its order stands, with new rows on top; when the row goes the next one has it."""
    for name in ("A", "B", "C"):
        _fire(bridge, name, "warning")
        _row(page, name).wait_for()
    assert ["C", "B", "A"] == _names(page)
    page.get_by_role("button", name="Play again B on db1").focus()
    bridge.post("/api/ack", {"fingerprint": _fingerprint(bridge, "C")})
    _row(page, "C").get_by_text("Acknowledged").wait_for()
    _fire(bridge, "D")
    _row(page, "D").wait_for()
    assert ["D", "C", "B", "A"] == _names(page)
    assert "Play again B on db1" == focused(page)
    _fire(bridge, "B", "warning", "resolved")
    _row(page, "B").wait_for(state="detached")
    until(page, "document.activeElement.textContent.includes('A')")
    assert "warning A on db1" == focused(page)


def test_under_a_pointer_what_is_over_stays_until_the_pointer_is_gone(page: "Page", bridge: Bridge) -> None:
    """A row that is resolved while the pointer is over the list keeps its place, as resolved, without buttons."""
    for name in ("A", "B"):
        _fire(bridge, name)
        _row(page, name).wait_for()
    _row(page, "A").hover()
    _fire(bridge, "B", status="resolved")
    _row(page, "B").get_by_text("Resolved").wait_for()
    assert 0 == _row(page, "B").get_by_role("button").count()
    page.mouse.move(2, 2)
    _row(page, "B").wait_for(state="detached")


def test_the_filter_shows_what_is_looked_for(page: "Page", bridge: Bridge) -> None:
    """Text, state and severity narrow the list, and the count says how many of how many are shown."""
    _fire(bridge, "DiskFull")
    _fire(bridge, "Slow", "warning")
    _row(page, "Slow").wait_for()
    page.get_by_label("Find").fill("disk instance=db1")
    page.get_by_text("1 of 2 shown").wait_for()
    assert ["DiskFull"] == _names(page)
    page.get_by_label("Find").fill("")
    page.get_by_label("Severity").select_option("warning")
    _row(page, "DiskFull").wait_for(state="detached")
    assert ["Slow"] == _names(page)
    page.get_by_text("1 of these is filtered out.").wait_for()
    page.get_by_role("button", name="Show all").press("Enter")
    page.get_by_text("2 alerts, 2 firing.").wait_for()
    assert ["DiskFull", "Slow"] == _names(page)
    assert "Desk" == focused(page)


def test_a_slider_is_moved_by_keyboard_and_followed_elsewhere(
    page: "Page", context: "BrowserContext", bridge: Bridge
) -> None:
    """A level that is set by keyboard is the bridge's, and every page shows it in words."""
    other = context.new_page()
    for each in (page, other):
        each.goto("/#/mixer")
        each.get_by_role("slider", name="Ambience").wait_for()
    slider = page.get_by_role("slider", name="Ambience")
    slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    until(other, "document.querySelector('input[aria-valuetext=\"80 %, −1.9 dB\"]') !== null")
    assert "80 %, −1.9 dB" == slider.get_attribute("aria-valuetext")
    assert pytest.approx(0.8) == json.loads(bridge.get("/api/volume")[1])["levels"]["ambience"]


def test_mute_and_meeting_are_set_and_ended(page: "Page", bridge: Bridge) -> None:
    """Both say by whom, why and until when, on every view, and are ended by a button."""
    page.goto("/#/mixer")
    page.get_by_label("Reason for muting").fill("a call")
    page.get_by_role("button", name="Mute for 15 minutes").click()
    page.get_by_role("button", name="Unmute now").wait_for()
    page.goto("/#/desk")
    page.get_by_text("Muted by http, because: a call").wait_for()
    page.goto("/#/noc")
    page.get_by_text(re.compile(r"Muted by http, for another 1[45]:\d\d: a call")).wait_for()
    page.goto("/#/mixer")
    page.get_by_role("button", name="Unmute now").click()
    page.get_by_text("Not muted.").wait_for()
    page.get_by_role("button", name="Begin meeting mode").click()
    page.get_by_role("button", name="End meeting mode").click()
    page.get_by_role("button", name="Begin meeting mode").wait_for()
    assert not _summary(bridge)["muted"]


def test_every_instrument_can_be_tried(page: "Page") -> None:
    """Each sound of the catalogue has a button, and its caption is shown when it is played."""
    page.goto("/#/mixer")
    page.get_by_role("button", name="Test alert_critical").click()
    caption = page.get_by_role("complementary", name="Captions").get_by_text("test: critical alarm: Ten bright pulses")
    caption.wait_for()
    assert page.get_by_role("button", name=re.compile("^Test ")).count() >= 10


def test_a_sound_that_does_not_start_is_read_out(page: "Page") -> None:
    """Who sees no banner hears that nothing will be heard, and why."""
    page.evaluate("() => { globalThis.AudioContext = class { constructor() { throw new Error('no card'); } }; }")
    listen_in(page)
    page.get_by_role("button", name="Start sound").press("Enter")
    until(page, "globalThis.announced.length > 0")
    assert "No sound here: This browser cannot make sound: no card." in announced(page)


def test_a_page_that_never_reaches_its_pager_says_so(context: "BrowserContext", watch: Watch) -> None:
    """The first attempt fails: that is read out, too, and not as a good desk."""
    watch.pardon("Failed to load resource")
    context.route("**/api/ticket", lambda route: route.abort())
    lonely = context.new_page()
    lonely.goto("/")
    lonely.get_by_text("Nothing is known yet").first.wait_for()
    until(lonely, "document.querySelector('[data-announcer=loud]').textContent === 'Connection to the pager lost.'")


def test_a_page_works_where_the_browser_keeps_nothing(context: "BrowserContext", bridge: Bridge) -> None:
    """With its storage forbidden the page is the desk all the same, and knows a name until it is closed."""
    forbidden = "{ get() { throw new DOMException('no', 'SecurityError'); } }"
    context.add_init_script(f"Object.defineProperty(globalThis, 'localStorage', {forbidden})")
    page = context.new_page()
    page.goto("/")
    _fire(bridge, "DiskFull")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Acknowledge DiskFull on db1", exact=True).click()
    _row(page, "DiskFull").get_by_text("Acknowledged by Ada").wait_for()


def test_times_are_told_by_the_pagers_clock(context: "BrowserContext", bridge: Bridge) -> None:
    """On a machine whose clock is an hour slow the line stands for seconds, and an alert began seconds ago."""
    slow = "Date.now = ((now) => () => now() - 3600e3)(Date.now);"
    begun = "Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin - 3600e3 });"
    context.add_init_script(slow + begun)
    page = context.new_page()
    page.goto("/#/chain")
    line = page.locator(".chain-link", has_text="This page's line")
    expect(line).to_contain_text(re.compile(r"stands for \d+ s"))
    _fire(bridge, "DiskFull")
    page.goto("/#/desk")
    _row(page, "DiskFull").get_by_text(re.compile(r"began \d+ s ago")).wait_for()


def _fingerprint(bridge: Bridge, name: str) -> str:
    alerts = json.loads(bridge.get("/api/alerts")[1])["alerts"]
    return str(next(alert["fingerprint"] for alert in alerts if alert["name"] == name))
