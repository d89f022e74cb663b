"""Takes the pictures of docs/console.md: each view at three sizes, of a real pager in the middle of a working day.

Run as `make pictures`.
"""

import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    tests = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(tests.parent), str(tests), str(tests / "real")]

from page.browsing import built, chromium, start, until, visit
from page.scene import SIZES, VIEWS, set_scene

from bridge import Bridge

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["FOLDER", "name", "take"]

FOLDER = Path(__file__).resolve().parents[2] / "docs/pictures"
_LISTENED = 12_000
"""Milliseconds of sound before the first picture, so that the spectrogram has something to show."""


def name(view: str, size: str) -> str:
    """The file of a picture."""
    return f"{view}-{size}.png"


def take(browser: "Browser", bridge: Bridge, folder: Path) -> None:
    """Picture every view at every size; the wall, which hangs in dim rooms, by its own dark colours."""
    for size, (width, height) in SIZES.items():
        options = {"viewport": {"width": width, "height": height}, "color_scheme": "light"}
        with visit(browser, bridge.url, **options) as (context, watch):
            page = context.new_page()
            page.goto("/#/sounding")
            start(page)
            page.wait_for_timeout(_LISTENED)
            for view in ("sounding", *(each for each in VIEWS if each != "sounding")):
                page.goto(f"/#/{view}")
                until(page, "document.querySelector('[aria-busy=true]') === null")
                page.wait_for_timeout(700)
                page.screenshot(path=folder / name(view, size))
            if watch.faults:
                raise SystemExit("\n".join(watch.faults))


def main() -> None:
    """Take them all."""
    built()
    FOLDER.mkdir(exist_ok=True)
    settings = {"SOUND_OUTLET": "off", "HTTP_RATE": "0", "HOST_INTERVAL": "0.5"}
    # somebody takes the packets for the room's engine: that they are refused is another day
    engine = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    engine.bind(("127.0.0.1", 0))
    port = engine.getsockname()[1]
    with (
        engine,
        tempfile.TemporaryDirectory() as folder,
        Bridge(Path(folder), port, environment=settings) as bridge,
        chromium() as browser,
    ):
        set_scene(bridge)
        take(browser, bridge, FOLDER)


if __name__ == "__main__":
    main()
