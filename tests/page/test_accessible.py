"""Every view as axe-core judges it, in light and dark; and the layout at three sizes, and with text twice as large."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

import pytest
from broker import free_port
from page.browsing import CONSOLE, Watch, start, until, visit
from page.scene import SIZES, VIEWS, set_scene

from bridge import Bridge

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.needs("chromium")

_AXE = CONSOLE / "node_modules/axe-core/axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_FOUND = """async (tags) => {
  const { violations, passes } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  const told = ({ html, failureSummary }) => `${html} ${failureSummary}`;
  return {
    passed: passes.length,
    violations: violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map(told).join(" | ")}`),
  };
}"""

_BEYOND = """() => {
  const page = document.documentElement;
  const within = (part) => {
    for (let outer = part.parentElement; outer !== document.body; outer = outer.parentElement)
      if (getComputedStyle(outer).overflowX !== "visible") return true;
    return false;
  };
  const wide = [...document.querySelectorAll("body *")].filter((part) => {
    const { left, right, width } = part.getBoundingClientRect();
    const { clip, clipPath, visibility } = getComputedStyle(part);
    const seen = width > 0 && clip === "auto" && clipPath === "none" && visibility !== "hidden";
    return seen && (left < -1 || right > page.clientWidth + 1) && !within(part);
  });
  const some = wide.slice(0, 5).map((part) => part.outerHTML.slice(0, 99));
  return { over: page.scrollWidth - page.clientWidth, wide: some };
}"""
"""What stands out of the window sideways, but for what scrolls or hides within a part of the page."""

_CUT = """() => [...document.querySelectorAll("body *")].filter((part) => {
  const style = getComputedStyle(part);
  const hides = [style.overflowX, style.overflowY].some((value) => value === "hidden" || value === "clip");
  const own = [...part.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  return own && hides && style.clipPath === "none" && style.clip === "auto" && part.clientWidth > 1
    && (part.scrollWidth > part.clientWidth + 1 || part.scrollHeight > part.clientHeight + 1);
}).slice(0, 5).map((part) => part.outerHTML.slice(0, 160))"""
"""Texts of which a part is hidden."""

_COVERED = """() => {
  const covered = [];
  for (const part of document.querySelectorAll("button, a[href], input, select, textarea, summary")) {
    if (!part.checkVisibility({ visibilityProperty: true }) || part.disabled || part.closest("[inert]")) continue;
    part.focus();
    const { left, right, top, bottom, width, height } = part.getBoundingClientRect();
    if (width < 2 || height < 2) continue;
    // of what is larger than the window, the part that is to be seen
    const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2;
    const y = (Math.max(top, 0) + Math.min(bottom, top < 0 ? innerHeight / 2 : top + 40)) / 2;
    const there = document.elementFromPoint(x, y);
    const own = there && (part.contains(there) || there.contains(part) || there.closest("label")?.contains(part));
    if (!own) covered.push(`${part.outerHTML.slice(0, 99)} is covered by ${there?.outerHTML.slice(0, 99)}`);
  }
  return covered;
}"""
"""Controls that something else lies upon once they have the focus."""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """A bridge in the middle of a working day, for every test of this file: they only look."""
    settings = {"SOUND_OUTLET": "off", "HTTP_RATE": "0", "HOST_INTERVAL": "0.5"}
    with Bridge(tmp_path_factory.mktemp("day"), free_port(), environment=settings) as bridge:
        set_scene(bridge)
        yield bridge


@pytest.fixture(scope="module")
def window(browser: "Browser", day: Bridge) -> "Iterator[tuple[Page, Watch]]":
    """One page for every test of this file, without sound, and what watches it."""
    with visit(browser, day.url, reduced_motion="reduce") as (context, watch):
        context.add_init_script(path=_AXE)
        page = context.new_page()
        page.goto("/")
        yield page, watch


@pytest.fixture
def look(window: "tuple[Page, Watch]") -> "Iterator[Callable[..., Page]]":
    """Bring the page to a view, a size and a colour scheme; any fault of the page fails the test."""
    page, watch = window

    def looked(view: str, scheme: Literal["light", "dark"] = "light", size: str = "tablet") -> "Page":
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        page.goto("/#/about" if view != "about" else "/#/desk")
        page.goto(f"/#/{view}")
        until(page, "globalThis.singingPager?.known().told && document.querySelector('h1') !== null")
        until(page, "document.querySelector('[aria-busy=true]') === null")
        return page

    yield looked
    page.keyboard.press("Escape")
    page.evaluate("document.documentElement.style.fontSize = ''")
    assert [] == watch.faults


def violations(page: "Page") -> list[str]:
    """What axe-core finds wrong; it must have looked at something."""
    found = page.evaluate(_FOUND, _RULES)
    assert found["passed"] > 10
    return list(found["violations"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(look: "Callable[..., Page]", view: str, scheme: str) -> None:
    """No view breaks a rule of WCAG 2.2 AA that a program can find."""
    assert [] == violations(look(view, scheme))


def test_axe_finds_nothing_while_it_sounds(look: "Callable[..., Page]") -> None:
    """Neither do the views that show the sound, once there is some."""
    start(look("desk"))
    assert [] == violations(look("desk"))
    assert [] == violations(look("sounding"))
    assert [] == violations(look("noc"))


def test_axe_finds_nothing_in_a_dialog(look: "Callable[..., Page]") -> None:
    """What is asked in a dialog can be answered by everybody."""
    page = look("desk")
    page.get_by_role("button", name="Snooze… DiskFull on db1:9100").click()
    page.get_by_role("dialog").wait_for()
    assert [] == violations(page)


def test_axe_finds_what_is_wrong(look: "Callable[..., Page]") -> None:
    """The judge is awake: a picture without a text is found."""
    page = look("about")
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    found = violations(page)
    page.evaluate("document.querySelector('main img').remove()")
    assert any(each.startswith("image-alt") for each in found)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_cut_and_nothing_overlaps(look: "Callable[..., Page]", view: str, size: str) -> None:
    """At every size no text is cut off, nothing stands out of the window, and what has the focus is not covered."""
    page = look(view, size=size)
    assert {"over": 0, "wide": []} == page.evaluate(_BEYOND)
    assert [] == page.evaluate(_CUT)
    assert [] == page.evaluate(_COVERED)


@pytest.mark.parametrize("view", VIEWS)
def test_text_may_be_twice_as_large(look: "Callable[..., Page]", view: str) -> None:
    """With text of 200 % nothing is lost at the sides (WCAG 1.4.4)."""
    page = look(view)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert {"over": 0, "wide": []} == page.evaluate(_BEYOND)
    assert [] == page.evaluate(_CUT)
