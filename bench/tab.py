"""The tab as an engine: from a POST to the onset in its output, a hundred times; the start of the sound; its CPU."""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "real")]

from broker import free_port  # noqa: E402 - found by the line above
from page import latency  # noqa: E402
from page.browsing import built, chromium, start, until, visit  # noqa: E402

from bridge import Bridge  # noqa: E402

TIMES = 100
WATCHED = 10.0


def browsers() -> list[psutil.Process]:
    """The processes of the browser that this one has started."""
    return [each for each in psutil.Process().children(recursive=True) if "chrom" in each.name()]


def cpu() -> float:
    """Their CPU seconds."""
    return sum(times.user + times.system for times in (each.cpu_times() for each in browsers()))


def main() -> None:
    """Measure and print."""
    built()
    with tempfile.TemporaryDirectory() as folder:
        score = Path(folder) / "score.yaml"
        score.write_text(latency.SCORE)
        settings = {"SCORE": str(score), "SOUND_OUTLET": "off", "HTTP_RATE": "0"}
        with (
            Bridge(Path(folder), free_port(), environment=settings) as bridge,
            chromium() as browser,
            visit(browser, bridge.url) as (context, _),
        ):
            page = context.new_page()
            page.goto("/")
            until(page, "globalThis.singingPager?.connection().state === 'open'")
            page.wait_for_timeout(1000)
            idle = share(page.wait_for_timeout)
            began = time.perf_counter()
            start(page)
            print(f"from the press of start until the stage stands: {time.perf_counter() - began:.2f} s")
            print(f"CPU of the browser, % of a core: silent {idle:.0f}, sounding {share(page.wait_for_timeout):.0f}")
            print(f"POST to onset, {TIMES} times: {latency.quantiles(latency.delays(page, bridge, TIMES))}")


def share(wait: Callable[[float], None]) -> float:
    """Percent of one core that the browser takes."""
    before = cpu()
    wait(1000 * WATCHED)
    return 100 * (cpu() - before) / WATCHED


if __name__ == "__main__":
    main()
