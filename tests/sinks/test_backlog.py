"""What waits for the disk."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from keeping import alert, entry
from singing_pager.model import Alert, Controls, Deed, Entry, State
from singing_pager.sinks.backlog import Backlog, GivenUp
from singing_pager.testing import START

MOST = 5


class Waiting(RuleBasedStateMachine):
    """A backlog beside the disk that it is written to, in any order of gathering, writing and failing."""

    def __init__(self) -> None:
        super().__init__()
        self.backlog = Backlog(MOST)
        self.number = 0
        self.said: dict[str, float] = {}
        self.volume: float | None = None
        self.disk: dict[str, float] = {}
        self.disk_volume: float | None = None
        self.lines: list[float] = []
        self.dropped = 0
        self.taken: tuple[list[Entry], dict[str, Alert], Controls | None] | None = None

    @rule(names=st.lists(st.sampled_from("ABC"), max_size=4), volume=st.booleans())
    def gather(self, names: list[str], volume: bool) -> None:  # noqa: FBT001 - hypothesis gives it by name
        """Something happens."""
        entries = []
        for name in names:
            self.number += 1
            self.said[name] = float(self.number)
            entries.append(entry(alert(name, at=float(self.number)), at=float(self.number)))
        if volume:
            self.number += 1
            self.volume = float(self.number)
            controls = Controls(muted_until=self.volume)
            entries.append(Entry(at=self.volume, deed=Deed.VOLUME, controls=controls))
        self.dropped += self.backlog.gather(entries)

    @precondition(lambda self: self.taken is None and self.backlog)
    @rule(number=st.integers(1, 4))
    def take(self, number: int) -> None:
        """A group goes on its way."""
        group, lost = self.backlog.take(number)
        self.taken = (list(group), dict(lost.alerts), lost.controls)

    @precondition(lambda self: self.taken is not None)
    @rule()
    def succeed(self) -> None:
        """It arrives."""
        assert self.taken is not None
        group, alerts, controls = self.taken
        self.taken = None
        self.disk |= {name: each.changed for name, each in alerts.items()}
        self.disk_volume = controls.muted_until if controls else self.disk_volume
        for each in group:
            if each.alert:
                self.disk[each.alert.fingerprint] = each.alert.changed
            if each.controls:
                self.disk_volume = each.controls.muted_until
        self.lines += [each.at for each in group]
        assert len(group) == self.backlog.written()

    @precondition(lambda self: self.taken is not None)
    @rule()
    def fail(self) -> None:
        """It does not."""
        self.taken = None
        self.dropped += self.backlog.put_back()

    @invariant()
    def nothing_waits_without_end(self) -> None:
        """Lines are bounded: so many, the group, and one state of each alert."""
        assert len(self.backlog) <= MOST + 4 + 2 * (len(self.said) + 1)

    @invariant()
    def lines_are_in_order(self) -> None:
        """No line overtakes another, and none is written twice."""
        assert self.lines == sorted(set(self.lines))

    def teardown(self) -> None:
        """Once all is written, the desk is as it was said last, and every line is written or counted."""
        if self.taken is not None:
            self.succeed()
        while self.backlog:
            self.take(4)
            self.succeed()
        assert self.said == self.disk
        assert self.volume == self.disk_volume
        assert self.number == len(self.lines) + self.dropped


Waiting.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestWaiting = Waiting.TestCase


def test_of_too_many_alerts_those_that_are_over_are_forgotten_first() -> None:
    """What is active outlives what is over."""
    lost = GivenUp()
    lost.add(entry(alert(str(number), State.RESOLVED if number % 2 else State.FIRING)) for number in range(6))
    lost.bound(5)
    assert ["0", "2", "4"] == list(lost.alerts)
    lost.bound(2)
    assert ["2", "4"] == list(lost.alerts)


def test_lines_wait_in_order_and_are_counted() -> None:
    """A group that fails stands first again."""
    backlog = Backlog(10)
    assert 0 == backlog.gather([entry(at=START + number) for number in range(3)])
    backlog.take(2)
    assert 1 == backlog.lines_behind
    backlog.put_back()
    assert [START, START + 1, START + 2] == [each.at for each in backlog.take(9)[0]]
