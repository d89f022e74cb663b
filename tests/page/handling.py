"""Handling the page as people do who see nothing or have no mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["announced", "focused", "listen_in", "tab_to"]

_MOST_TABS = 120

_LISTEN = """() => {
  globalThis.announced = [];
  const heard = new MutationObserver((records) => {
    for (const { addedNodes } of records)
      for (const node of addedNodes) globalThis.announced.push(node.textContent);
  });
  for (const region of document.querySelectorAll("[data-announcer]")) heard.observe(region, { childList: true });
}"""

_FOCUSED = """() => {
  const has = document.activeElement;
  if (!has || has === document.body) return "";
  const name = has.ariaLabel ?? has.labels?.[0]?.textContent ?? has.textContent;
  return name.replace(/\\s+/g, " ").trim();
}"""


def listen_in(page: Page) -> None:
    """Keep from now on all that the live regions are given to be read out, in order (`announced`)."""
    page.evaluate(_LISTEN)


def announced(page: Page) -> list[str]:
    """What has been read out since `listen_in`."""
    return cast("list[str]", page.evaluate("globalThis.announced"))


def focused(page: Page) -> str:
    """The name or text of what has the focus; empty: nothing has it."""
    return cast("str", page.evaluate(_FOCUSED))


def tab_to(page: Page, name: str, *, back: bool = False) -> None:
    """Press Tab until what has this name has the focus.

    Raises:
        AssertionError: It is not to be reached, or its focus is not to be seen.
    """
    passed = []
    for _ in range(_MOST_TABS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if (there := focused(page)) == name:
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", f"{name}: unseen"
            return
        passed.append(there)
    message = f"no way by Tab to {name!r}; passed: {passed}"
    raise AssertionError(message)
