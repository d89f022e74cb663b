"""Learn the sounds, against the real bridge: a round by keyboard alone, with a score that stays."""

import re
from typing import TYPE_CHECKING

import pytest
from page.browsing import Recording, start, until
from playwright.sync_api import expect
from singing_pager import instruments
from singing_pager.core.instrument import Kind

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.needs("chromium")

_STRUCK = [name for name, one in instruments.load().items() if one.kind is Kind.STRUCK]


def _learning(page: "Page") -> None:
    start(page)
    page.goto("/#/learn")
    expect(page.get_by_role("heading", name="All sounds")).to_be_visible()


def test_a_whole_round_by_keyboard_is_scored_and_kept(page: "Page") -> None:
    """Each sound comes once, is named by a key, and told right or wrong; the score outlives the page."""
    _learning(page)
    page.get_by_role("button", name="Test the alarms and signs").press("Enter")
    heading = page.locator("#learn-question")
    told = page.locator(".learn-told")
    rights = 0
    for place in range(1, len(_STRUCK) + 1):
        expect(heading).to_have_text(f"Sound {place} of {len(_STRUCK)}: which is it?")
        expect(heading).to_be_focused()
        assert 4 == page.locator(".learn-choice").count()
        page.keyboard.press(str(place % 4 + 1))
        expect(told).to_have_text(re.compile("Right\\.|Wrong\\."))
        rights += told.inner_text().startswith("Right.")
        # a second answer is none
        before = told.inner_text()
        page.keyboard.press(str((place + 1) % 4 + 1))
        assert before == told.inner_text()
        expect(page.locator("#learn-next")).to_be_focused()
        page.keyboard.press("Enter")
    score = page.locator("#learn-score")
    expect(score).to_have_text(f"Your score: {rights} of {len(_STRUCK)}")
    expect(score).to_be_focused()
    assert len(_STRUCK) == page.locator(".learn-answers li").count()

    page.reload()
    expect(page.get_by_text(f"One round; the last: {rights} of {len(_STRUCK)}")).to_be_visible()
    assert len(_STRUCK) == page.get_by_role("table").locator("tbody tr").count()
    page.get_by_role("button", name="Forget my results").click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("One round;")).to_be_visible()
    page.get_by_role("button", name="Forget my results").click()
    page.get_by_role("button", name="Forget them").click()
    expect(page.get_by_text("No round yet.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("No round yet.")).to_be_visible()


def test_a_clip_is_heard_in_this_tab_only(page: "Page", context: "BrowserContext") -> None:
    """What is played to learn from sounds here, and nowhere else."""
    other = context.new_page()
    other.goto("/")
    start(other)
    elsewhere = Recording(other)
    page.bring_to_front()
    _learning(page)
    here = Recording(page)
    page.get_by_role("button", name="Play Alert warning").press("Enter")
    assert here.until(2.0).peak > -30
    assert elsewhere.end().peak < -80


def test_a_blind_clip_is_played_and_can_be_played_again(page: "Page") -> None:
    """A question sounds by itself, and R sounds it again."""
    _learning(page)
    first = Recording(page)
    page.get_by_role("button", name="Test the alarms and signs").press("Enter")
    assert first.until(2.0).peak > -60
    expect(page.locator("#learn-question")).to_be_focused()
    page.wait_for_timeout(2000)
    again = Recording(page)
    page.keyboard.press("r")
    assert again.until(2.0).peak > -60


def test_results_that_are_not_ours_are_none(page: "Page") -> None:
    """What somebody else left in the browser's storage breaks nothing."""
    page.evaluate("localStorage.setItem('pager.learn', '{\"version\":1,\"rounds\":7}')")
    page.goto("/#/learn")
    expect(page.get_by_text("No round yet.")).to_be_visible()


def test_every_sound_stands_with_its_meaning(page: "Page") -> None:
    """The list has every instrument of the catalogue with what it says and what to listen for."""
    page.goto("/#/learn")
    expect(page.locator(".learn-sound")).to_have_count(len(instruments.load()))
    for one in instruments.load().values():
        expect(page.locator(".learn-caption", has_text=one.help).first).to_be_visible()
    until(page, "document.querySelectorAll('.learn-sound [aria-disabled=true]').length > 0")
