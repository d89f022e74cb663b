"""What is acknowledged, and when."""

from collections import Counter
from collections.abc import Callable, Sequence

from singing_pager.model import AlertChange, Drop, Event
from singing_pager.sources.mqtt.admission import Admission
from singing_pager.sources.mqtt.letters import Arrival
from singing_pager.sources.mqtt.topics import Routes


class Door:
    """An inbox, and what was acknowledged and counted."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.acknowledged: list[tuple[int, int]] = []
        self.counted: Counter[tuple[str, str]] = Counter()
        self.has_room = True
        self.admission = Admission(
            self, Routes(["alerts/#", "alerts/+"]), "pager", self.count, acknowledge=self.acknowledge
        )

    def offer(self, events: Sequence[Event]) -> bool:
        """Take all, or nothing."""
        if self.has_room:
            self.names += [event.name for event in events if isinstance(event, AlertChange)]
        return self.has_room

    def now(self) -> float:
        """Tell the time."""
        return 1_800_000_000.0

    def count(self, route: str, result: str, n: int, /) -> None:
        """Count what did not become an event."""
        self.counted[route, result] += n

    def acknowledge(self, generation: int, mid: int) -> None:
        """Remember what was acknowledged."""
        self.acknowledged.append((generation, mid))

    def admit(self, *arrivals: Arrival) -> bool:
        """Let messages come and admit them all."""
        for arrival in arrivals:
            self.admission.arrived(arrival)
        while self.admission:
            if not self.admission.admit():
                return False
        return True


def arrival(
    name: str,
    mid: int,
    *,
    generation: int = 1,
    qos: int = 1,
    again: bool = False,
    identifiers: tuple[int, ...] = (1,),
    origin: str = "",
) -> Arrival:
    """Make a message with an alert of that name."""
    payload = b'{"status": "firing", "name": "%s"}' % name.encode()
    return Arrival(
        topic="alerts/info",
        payload=payload,
        qos=qos,
        mid=mid,
        again=again,
        generation=generation,
        identifiers=identifiers,
        origin=origin,
    )


def test_taken_then_acknowledged() -> None:
    """What the inbox took is acknowledged in order; QoS 0 needs none."""
    door = Door()
    assert door.admit(arrival("a", 1), arrival("b", 0, qos=0), arrival("c", 2))
    assert door.names == ["a", "b", "c"]
    assert door.acknowledged == [(1, 1), (1, 2)]


def test_refused_then_kept() -> None:
    """What the inbox refuses waits, in order and unacknowledged, until there is room."""
    door = Door()
    door.has_room = False
    arrivals = [arrival(f"a{mid}", mid) for mid in range(1, 40)]
    assert not door.admit(*arrivals)
    assert (door.acknowledged, len(door.admission)) == ([], 39)
    door.has_room = True
    assert door.admit()
    assert [f"a{mid}" for mid in range(1, 40)] == door.names
    assert [(1, mid) for mid in range(1, 40)] == door.acknowledged


def test_repeated_by_the_broker() -> None:
    """What was taken and comes again is acknowledged and not played, also when it waited meanwhile."""
    door = Door()
    door.admit(arrival("fire", 1), arrival("out", 2))
    door.has_room = False
    door.admit(arrival("waiting", 3))
    door.has_room = True
    repeated = [arrival(name, mid, generation=2, again=True) for name, mid in (("fire", 1), ("out", 2), ("waiting", 3))]
    door.admit(*repeated)
    assert door.names == ["fire", "out", "waiting"]
    assert door.acknowledged[-3:] == [(2, 1), (2, 2), (2, 3)]


def test_the_same_words_in_a_new_message() -> None:
    """A new message that says the same plays: only what the broker marks as repeated can have been taken."""
    door = Door()
    door.admit(arrival("door", 1), arrival("door", 1, generation=2), arrival("door", 2, generation=2, again=True))
    assert door.names == ["door", "door", "door"]


def test_a_new_session() -> None:
    """Numbers of a session that is no more mean nothing."""
    door = Door()
    door.admit(arrival("door", 1))
    door.admission.began_anew()
    door.admit(arrival("door", 1, generation=2, again=True))
    assert door.names == ["door", "door"]


def test_copies_and_echoes() -> None:
    """The second filter's copy and our own publication are acknowledged and not played; the echo is counted once."""
    door = Door()
    door.admit(
        arrival("a", 1, identifiers=(2,)),
        arrival("a", 2, identifiers=(1,)),
        arrival("ours", 3, identifiers=(2,), origin="pager"),
        arrival("ours", 4, identifiers=(1,), origin="pager"),
        arrival("theirs", 5, origin="other"),
    )
    assert door.names == ["a", "theirs"]
    assert [(1, mid) for mid in range(1, 6)] == door.acknowledged
    assert door.counted == {("alerts/#", Drop.ECHO): 1}


def test_acknowledged_when_it_is_safe() -> None:
    """What the inbox took is acknowledged when it is on disk; what the broker repeats meanwhile is not played again."""
    door = Door()
    waiting: list[Callable[[], None]] = []
    door.admission = Admission(
        door, Routes(["alerts/#"]), "pager", door.count, acknowledge=door.acknowledge, when_safe=waiting.append
    )
    door.admit(arrival("a", 1), arrival("b", 0, qos=0))
    door.admit(arrival("c", 0, qos=0))
    door.admit(arrival("a", 1, generation=2, again=True))
    assert (door.names, door.acknowledged) == (["a", "b", "c"], [])
    for safe in waiting:
        safe()
    assert door.acknowledged == [(1, 1), (2, 1)]
