"""The view of the score against the real bridge: checked while it is written, heard before it is saved, saved."""

import json
import re
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from page.browsing import QUIET_SCORE, Recording, Watch, start
from playwright.sync_api import expect

from bridge import Bridge

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.needs("chromium")

_OLD, _NEW = "range: [440, 880]", "range: [300, 600]"
_OTHERS = QUIET_SCORE.replace(_OLD, "range: [500, 700]")


def _opened(page: "Page") -> "Locator":
    page.goto("/#/score")
    text = page.get_by_role("textbox", name="Text of the score")
    expect(text).to_have_value(re.compile("alerts:"))
    return text


def _written(page: "Page", text: "Locator", old: str, new: str) -> None:
    text.fill(text.input_value().replace(old, new))
    expect(page.locator("#score-count")).to_have_text(re.compile("faults?\\.$"))


def test_a_fault_stands_at_its_line_and_leads_there(page: "Page") -> None:
    """A change that cannot be is told with line, key and what is allowed, and activating it moves the caret there."""
    text = _opened(page)
    _written(page, text, "instrument: alert_warning", "instrument: alert_wrong")
    line = QUIET_SCORE[: QUIET_SCORE.index("instrument: alert_warning")].count("\n") + 1
    fault = page.get_by_role("button", name=f"Line {line}")
    expect(page.locator("#score-count")).to_have_text("One fault.")
    expect(fault).to_contain_text("alerts[1].instrument")
    expect(fault).to_contain_text("alert_wrong")
    expect(text).to_have_attribute("aria-invalid", "true")

    fault.press("Enter")
    begin, end = text.evaluate("(area) => [area.selectionStart, area.selectionEnd]")
    assert "instrument" == text.input_value()[begin:end]
    assert line == text.input_value()[:begin].count("\n") + 1
    expect(text).to_be_focused()

    # what is faulty is neither saved nor heard
    expect(page.get_by_role("button", name="Save")).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_role("button", name="Play metrics[0]")).to_have_attribute("aria-disabled", "true")


def test_what_is_not_yaml_is_told_where(page: "Page") -> None:
    """A text that is no YAML is one fault, and a text made whole again has none."""
    text = _opened(page)
    _written(page, text, "alerts:", "alerts: [")
    expect(page.get_by_role("list", name="Faults").get_by_role("button")).to_contain_text("not YAML")
    _written(page, text, "alerts: [", "alerts:")
    expect(page.locator("#score-count")).to_have_text("No faults.")
    expect(page.get_by_text("saved", exact=False).first).to_contain_text("saved")


def test_a_mapping_is_heard_before_it_is_saved(page: "Page", tmp_path: Path) -> None:
    """The slider of a changed rule sounds at what the unsaved text makes of its value, within 1 %."""
    start(page)
    text = _opened(page)
    _written(page, text, _OLD, _NEW)
    expect(page.locator("#score-count")).to_have_text("No faults.")
    slider = page.get_by_role("slider", name="Value of metrics/cpu")
    slider.press("End")
    expect(page.locator(".score-heard")).to_have_text("freq 600 Hz")
    tape = Recording(page)
    high = tape.until(1.5).between(0.5)
    slider.press("Home")
    expect(page.locator(".score-heard")).to_have_text("freq 300 Hz")
    low = Recording(page).until(1.5).between(0.7)
    assert 600 == pytest.approx(high.fundamental(), rel=0.01)
    assert 300 == pytest.approx(low.fundamental(), rel=0.01)
    assert (tmp_path / "score.yaml").read_text() == QUIET_SCORE


def test_an_alarm_is_heard_before_it_is_saved(page: "Page") -> None:
    """The play button of an alert's rule sounds its unsaved pitch."""
    start(page)
    text = _opened(page)
    _written(page, text, "instrument: alert_info", "instrument: alert_info\n    params: {freq: 300}")
    tape = Recording(page)
    page.get_by_role("button", name="Play alerts[2]").press("Enter")
    take = tape.until(2.0)
    assert take.peak > -40
    assert 300 == pytest.approx(take.fundamental(), rel=0.01)


def test_a_saved_score_is_on_disk_and_sounds(page: "Page", bridge: Bridge, tmp_path: Path) -> None:
    """Saving writes the file, and the bridge plays by it at once."""
    start(page)
    text = _opened(page)
    _written(page, text, _OLD, _NEW)
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.locator(".score-place")).to_contain_text("· saved")
    assert (tmp_path / "score.yaml").read_text() == QUIET_SCORE.replace(_OLD, _NEW)

    bridge.post("/metric", {"type": "cpu", "value": 1.0})
    take = Recording(page).until(2.5).between(1.5)
    assert 600 == pytest.approx(take.fundamental(), rel=0.01)


def _saved_by_somebody_else(bridge: Bridge) -> None:
    version = json.loads(bridge.get("/api/score")[1])["version"]
    body = json.dumps({"text": _OTHERS, "version": version}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{bridge.url}/api/score", body, method="PUT"), timeout=10):
        pass


def test_a_save_that_would_undo_somebody_elses_is_told(
    page: "Page", watch: Watch, bridge: Bridge, tmp_path: Path
) -> None:
    """Who saves over what somebody else has saved meanwhile is asked first, and may go on with what he has."""
    text = _opened(page)
    _written(page, text, _OLD, _NEW)
    _saved_by_somebody_else(bridge)
    watch.pardon("409 .*/api/score")
    page.get_by_role("button", name="Save").click()
    clash = page.get_by_role("alert").filter(has_text="Somebody else has saved")
    expect(clash).to_be_visible()
    assert (tmp_path / "score.yaml").read_text() == _OTHERS

    page.get_by_role("button", name="Keep editing").click()
    expect(clash).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".score-place")).to_contain_text("· saved")
    assert (tmp_path / "score.yaml").read_text() == QUIET_SCORE.replace(_OLD, _NEW)


def test_what_somebody_else_saved_can_be_taken(page: "Page", watch: Watch, bridge: Bridge) -> None:
    """Loading theirs drops one's own changes."""
    text = _opened(page)
    _written(page, text, _OLD, _NEW)
    _saved_by_somebody_else(bridge)
    watch.pardon("409 .*/api/score")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Load theirs").click()
    expect(text).to_have_value(_OTHERS)
    expect(page.locator(".score-place")).to_contain_text("· saved")


def test_a_draft_is_not_left_behind_unasked(page: "Page") -> None:
    """Leaving with unsaved changes asks first; they are there when one comes back, until they are given up."""
    text = _opened(page)
    _written(page, text, _OLD, _NEW)
    desk = page.get_by_role("navigation").get_by_role("link", name="Desk")
    desk.press("Enter")
    asked = page.get_by_role("dialog", name="Leave the score unsaved?")
    expect(asked).to_be_visible()
    page.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    expect(text).to_be_visible()

    desk.press("Enter")
    asked.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", level=1, name="Score")).to_have_count(0)
    assert page.url.endswith("#/desk")

    page.get_by_role("navigation").get_by_role("link", name="Score").click()
    expect(text).to_have_value(QUIET_SCORE.replace(_OLD, _NEW))
    # nothing is lost by a slip of the hand beside "Save"
    page.get_by_role("button", name="Revert").press("Enter")
    expect(text).to_have_value(QUIET_SCORE)
    back = page.get_by_role("button", name="Bring my changes back")
    expect(back).to_be_focused()
    back.press("Enter")
    expect(text).to_have_value(QUIET_SCORE.replace(_OLD, _NEW))
    page.get_by_role("button", name="Revert").click()
    expect(text).to_have_value(QUIET_SCORE)
    desk.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Score")).to_have_count(0)


@pytest.mark.parametrize("settings", [{"SCORE": ""}])
def test_a_score_that_cannot_be_written_says_why_and_how(page: "Page") -> None:
    """The score that came with the pager cannot be saved: the view says so, and what to do."""
    text = _opened(page)
    expect(page.get_by_text("set SCORE to its path")).to_be_visible()
    _written(page, text, "freq: 440", "freq: 450")
    expect(page.get_by_role("button", name="Save")).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_role("button", name="Play alerts[0]")).not_to_have_attribute("aria-disabled", "true")
