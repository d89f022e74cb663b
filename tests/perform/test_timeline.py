"""Events in a line with a clock of their own."""

from collections.abc import Iterable

import pytest
from singing_pager import instruments, score
from singing_pager.core.pipeline import Core
from singing_pager.model import Cue, Event, Hold, Outcome, Release, Strike, Tick
from singing_pager.perform.timeline import Held, Moment, moments
from singing_pager.testing import START, firing, reading


class Noting(Core):
    """The default score's core, which remembers what it was fed."""

    def __init__(self) -> None:
        super().__init__(score.load(None, instruments.load()))
        self.fed: list[tuple[str, float]] = []

    def feed(self, event: Event, now: float) -> Outcome:
        """Take note of an event and its time."""
        self.fed.append((type(event).__name__, round(now - START, 3)))
        return super().feed(event, now)


def line(events: Iterable[Event], seconds: float) -> tuple[list[tuple[str, float]], list[Moment]]:
    """What was fed, in order, and the moments."""
    core = Noting()
    played = list(moments(core, events, START, seconds))
    return core.fed, played


def test_ticks_go_between_events() -> None:
    """Each tenth of a second is a tick; of a tick and an event at the same time, the tick is first."""
    fed, _ = line([reading("metrics/cpu", 0.5, at=START + at) for at in (0.05, 0.2)], 0.3)
    assert [
        ("Tick", 0.0),
        ("Reading", 0.05),
        ("Tick", 0.1),
        ("Tick", 0.2),
        ("Reading", 0.2),
    ] == fed[:5]
    assert {"Tick"} == {kind for kind, _ in fed[5:]}


@pytest.mark.parametrize(("seconds", "expected"), [(0.0, 1), (0.5, 6), (2.0, 21)])
def test_time_passes_where_nothing_happens(seconds: float, expected: int) -> None:
    """Without events there are ticks up to the end."""
    assert expected == len(line([], seconds)[0])


def test_later_events_are_left_out() -> None:
    """What comes after the end of the performance is not fed."""
    fed, _ = line([reading("metrics/cpu", 0.5, at=START + at) for at in (0.5, 1.0, 1.01, 5.0)], 1.0)
    assert [0.5, 1.0] == [at for kind, at in fed if kind == "Reading"]


def test_moments_are_counted_from_the_start() -> None:
    """An alert at its own time is a moment so many seconds after the beginning."""
    _, played = line([firing("A", severity="critical", at=START + 0.25)], 1.0)
    (at,) = [
        moment.at for moment in played for cue in moment.cues if isinstance(cue, Strike) and cue.voice != "heartbeat"
    ]
    assert pytest.approx(0.25) == at
    assert sorted(moment.at for moment in played) == [moment.at for moment in played]


def test_what_is_silent_is_no_moment() -> None:
    """Only what brings cues about is given."""
    assert all(moment.cues for moment in line([], 1.0)[1])


HOLD, OTHER = Hold("cpu:x", "cpu", (440.0,), 1), Hold("cpu:y", "cpu", (660.0,), 2)


@pytest.mark.parametrize(
    ("cues", "expected"),
    [
        ((), ()),
        ((HOLD,), (Release("cpu:x", "cpu", 1),)),
        ((HOLD, HOLD), (Release("cpu:x", "cpu", 1),)),
        ((HOLD, OTHER), (Release("cpu:x", "cpu", 1), Release("cpu:y", "cpu", 2))),
        ((HOLD, OTHER, Release("cpu:x", "cpu", 1)), (Release("cpu:y", "cpu", 2),)),
        ((Release("cpu:x", "cpu", 1), Strike("a", "alert_info", (440.0, 0.5, 1.0))), ()),
    ],
)
def test_what_is_held_is_remembered(cues: tuple[Cue, ...], expected: tuple[Release, ...]) -> None:
    """Each voice that was held and not released has one release."""
    held = Held()
    held.note(cues)
    assert expected == held.releases


def test_the_clock_of_events_is_unix_time() -> None:
    """A tick is stamped with the events' own clock."""
    core = Noting()
    list(moments(core, [], START, 0.2))
    assert core.feed(Tick(START + 1), START + 1).at == START + 1
