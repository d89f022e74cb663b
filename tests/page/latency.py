"""How long an alert takes from the POST to the onset in a tab's output."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np
from page.browsing import RATE, Recording

from bridge import Bridge, alert_body

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["SCORE", "delays", "quantile", "quantiles"]

SCORE = """
alerts:
  - match: {}
    instrument: alert_info
    params: {dur: 0.4}
    repeat: 0
flood: {alarms: 100000}
ambience: null
heartbeat: {every: 60}
links: {patience: 600}
"""
"""Every alert sounds, as briefly as may be, and nothing else does."""

_APART = 0.5
"""Seconds between two alerts: the sound of the one before is over when the next begins, and none has to wait."""
_PATIENCE = 0.45
"""Seconds after its POST within which an alert must have begun."""
_AUDIBLE = 0.01
"""An onset: -40 dBFS, which the shortest rise reaches in a millisecond or two..."""
_QUIET = 0.005
"""...after so many seconds that were quieter."""


def delays(page: Page, bridge: Bridge, times: int) -> list[float]:
    """Post so many alerts, each when the one before has sounded; give the seconds until each leaves the tab.

    One that is not heard in time counts as infinitely late.
    """
    tape = Recording(page)
    posted = []
    for number in range(times):
        page.wait_for_timeout(1000 * _APART)
        posted.append(time.time())
        bridge.post("/alert", alert_body("firing", alertname=f"Late{number} of {posted[0]}", severity="info"))
    page.wait_for_timeout(1000 * (_PATIENCE + 0.2))
    take = tape.end()
    loud = np.flatnonzero(np.abs(take.mono) > _AUDIBLE)
    begun = np.diff(loud, prepend=-RATE) > _QUIET * RATE
    onsets = np.array([tape.unix(frame / RATE) for frame in loud[begun]])
    within = [onsets[(onsets > at) & (onsets < at + _PATIENCE)] for at in posted]
    return [float(after[0]) - at if len(after) else math.inf for after, at in zip(within, posted, strict=True)]


def quantiles(seconds: list[float]) -> str:
    """What is told of a measurement."""
    return ", ".join(f"p{part} {1000 * quantile(seconds, part / 100):.1f} ms" for part in (50, 95, 99))


def quantile(seconds: list[float], part: float) -> float:
    """The time within which that part of them was heard."""
    return sorted(seconds)[math.ceil(part * len(seconds)) - 1]
