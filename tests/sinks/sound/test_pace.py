"""When blocks are due."""

import pytest
from singing_pager.sinks.sound.pace import Pace
from singing_pager.testing import FakeClock


def test_blocks_are_evenly_spaced() -> None:
    """Blocks come at the clock's own pace, wherever within it they are rendered."""
    clock = FakeClock(0.0)
    pace = Pace(0.1, clock)
    times = []
    for work in (0.03, 0.0, 0.09, 0.05):
        clock.forward(pace.wait())
        times.append(clock.now)
        assert pace.step()
        clock.forward(work)
    assert times == pytest.approx([0.0, 0.1, 0.2, 0.3])


def test_a_short_delay_is_made_up_for() -> None:
    """What is late within patience is rendered after all, without a wait."""
    clock = FakeClock(0.0)
    pace = Pace(0.1, clock)
    pace.step()
    clock.forward(0.25)
    assert (pace.wait(), pace.step(), pace.wait(), pace.step()) == (0.0, True, 0.0, True)
    assert pace.wait() == pytest.approx(0.05)


def test_a_long_delay_is_skipped() -> None:
    """Time that was lost beyond patience is never made up for: sound is not late for ever."""
    clock = FakeClock(0.0)
    pace = Pace(0.1, clock)
    pace.step()
    clock.forward(5.0)
    assert not pace.step()
    assert pace.wait() == 0.0
    assert pace.step()
    assert pace.wait() == pytest.approx(0.1)


def test_a_rest_is_no_delay() -> None:
    """Whoever begins anew has lost nothing."""
    clock = FakeClock(0.0)
    pace = Pace(0.1, clock)
    clock.forward(3600.0)
    pace.start()
    assert (pace.wait(), pace.step()) == (0.0, True)
