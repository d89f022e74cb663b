"""Conflation and the control tick, without a broker."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

import mqtt5
from hypothesis import given, settings
from hypothesis import strategies as st
from singing_pager.model import Drop, Event, Reading
from singing_pager.sources.mqtt import Intake, Interest, Pace
from singing_pager.sources.mqtt.conflation import Conflation
from singing_pager.sources.mqtt.readings import Readings
from singing_pager.sources.mqtt.topics import Routes

AT = 1_800_000_000.0


class Desk:
    """An inbox that remembers batches."""

    def __init__(self) -> None:
        self.batches: list[list[Reading]] = []
        self.counted: Counter[str] = Counter()
        self.has_room = True

    def offer(self, events: Sequence[Event]) -> bool:
        """Take all, or nothing."""
        if self.has_room:
            self.batches.append([event for event in events if isinstance(event, Reading)])
        return self.has_room

    def now(self) -> float:
        """Tell the time."""
        return AT

    def count(self, _route: str, result: str, n: int) -> None:
        """Count what did not become an event."""
        self.counted[result] += n

    @property
    def readings(self) -> list[Reading]:
        """All readings, in order."""
        return [reading for batch in self.batches for reading in batch]

    @property
    def total(self) -> int:
        """Messages that were counted in any way."""
        return sum(reading.count for reading in self.readings) + self.counted.total()


def never(_topic: str) -> bool:
    """Say no."""
    return False


def messages(*topics: str, payload: bytes = b"1") -> list[mqtt5.PublishPacket]:
    """Make a message for each topic."""
    return [mqtt5.PublishPacket(topic, payload) for topic in topics]


def play(
    desk: Desk, script: Callable[[Readings], None], *, interest: Interest | None = None, pace: Pace | None = None
) -> None:
    """Run a script on a loop, and close."""
    intake = Intake(inbox=desk, count=desk.count, connected=lambda _connection, *, up: None)  # noqa: ARG005

    async def main() -> None:
        what = interest or Interest(wants_all=never, prompt=never)
        readings = Readings(intake, Routes(["metrics/#"]), "pager", what, pace or Pace(tick=60))
        script(readings)
        readings.close()

    asyncio.run(main())


def test_a_quiet_bus_is_not_delayed() -> None:
    """The first message goes at once, the next wait for the tick."""
    desk = Desk()

    def script(readings: Readings) -> None:
        readings.take(messages("metrics/a"))
        assert streams(desk) == [["metrics/a"]]
        readings.take(messages("metrics/a", "metrics/b"))
        readings.take(messages("metrics/a"))
        assert streams(desk) == [["metrics/a"]]

    play(desk, script)
    expected = [["metrics/a"], ["metrics/a", "metrics/b"]]
    assert expected == streams(desk)
    assert desk.counted == {Drop.CONFLATED: 1}


def streams(desk: Desk) -> list[list[str]]:
    """Name the streams of each batch."""
    return [[reading.stream for reading in batch] for batch in desk.batches]


def test_the_last_value_wins() -> None:
    """Of many messages the last is decoded, and the first waited for nothing."""
    desk = Desk()
    burst = [mqtt5.PublishPacket("metrics/a", str(value).encode()) for value in range(50)]
    play(desk, lambda readings: readings.take(burst))
    (reading,) = desk.readings
    assert (reading.data, reading.count, reading.at) == (49, 1, AT)
    assert desk.counted == {Drop.CONFLATED: 49}


def test_every_payload_where_a_rule_asks_for_it() -> None:
    """All payloads come, oldest first, up to the bound; an unreadable one is counted and left out."""
    desk = Desk()
    burst = [mqtt5.PublishPacket("metrics/a", payload) for payload in (b"0", b"1", b"{", b"3", b"4")]
    play(
        desk,
        lambda readings: readings.take(burst),
        interest=Interest(wants_all=lambda _topic: True, prompt=never),
        pace=Pace(tick=60, most_payloads=4),
    )
    (reading,) = desk.readings
    assert (reading.before, reading.data, reading.count) == ((1, 3), 4, 3)
    assert desk.counted == {Drop.CONFLATED: 1, Drop.UNREADABLE: 1}


def test_our_own_publication_is_dropped() -> None:
    """A message with our origin is an echo; one of another bridge is not."""
    desk = Desk()
    ours = mqtt5.PublishPacket("metrics/a", b"1", user_properties=[("x", "y"), ("origin", "pager")])
    theirs = mqtt5.PublishPacket("metrics/b", b"1", user_properties=[("origin", "other")])
    play(desk, lambda readings: readings.take([ours, theirs]))
    assert streams(desk) == [["metrics/b"]]
    assert desk.counted == {Drop.ECHO: 1}


def test_a_full_inbox_keeps_what_waits() -> None:
    """What the inbox refuses is superseded by what comes next, and nothing is lost from the count."""
    desk = Desk()

    def script(readings: Readings) -> None:
        desk.has_room = False
        readings.take(messages("metrics/a", payload=b"1"))
        readings.take(messages("metrics/a", payload=b"2"))
        desk.has_room = True

    play(desk, script)
    assert [reading.data for reading in desk.readings] == [2]
    assert desk.total == 2


def test_an_inbox_that_is_full_at_the_end() -> None:
    """What is refused when the source ends is counted with its reason."""
    desk = Desk()
    desk.has_room = False
    play(desk, lambda readings: readings.take(messages("metrics/a", "metrics/b")))
    assert desk.counted == {Drop.INBOX_FULL: 2}


def test_the_tick_goes_on_by_itself() -> None:
    """What did not fit into a batch follows, a batch a tick, and then the bus is quiet again."""
    desk = Desk()
    intake = Intake(inbox=desk, count=desk.count, connected=lambda _connection, *, up: None)  # noqa: ARG005
    interest = Interest(wants_all=never, prompt=lambda topic: topic == "metrics/7")

    async def main() -> None:
        readings = Readings(intake, Routes(["metrics/#"]), "pager", interest, Pace(tick=0.001, budget=4))
        readings.take(messages(*(f"metrics/{place}" for place in range(10))))
        async with asyncio.timeout(10):
            while len(desk.readings) < 10:  # noqa: ASYNC110 - the tick tells nobody
                await asyncio.sleep(0.001)
        readings.close()

    asyncio.run(main())
    expected = [[7, 0, 1, 2], [3, 4, 5, 6], [8, 9]]
    assert [[f"metrics/{place}" for place in batch] for batch in expected] == streams(desk)


BURSTS = st.lists(st.lists(st.tuples(st.integers(0, 12), st.sampled_from([b"1", b"{", b"x"])), max_size=30), max_size=8)


@settings(deadline=None)
@given(BURSTS, st.integers(1, 10), st.integers(1, 4), st.integers(1, 3), st.booleans(), st.sets(st.integers(0, 7)))
def test_every_message_is_counted_once(  # noqa: PLR0917 - what hypothesis draws
    bursts: list[list[tuple[int, bytes]]],
    most_topics: int,
    most_payloads: int,
    budget: int,
    wants_all: bool,  # noqa: FBT001
    full: set[int],
) -> None:
    """Whatever comes is in a reading's count, or counted with a reason; no batch is over the budget."""
    desk = Desk()

    def script(readings: Readings) -> None:
        for place, burst in enumerate(bursts):
            desk.has_room = place not in full
            readings.take([mqtt5.PublishPacket(f"metrics/{topic}", payload) for topic, payload in burst])
        desk.has_room = True

    play(
        desk,
        script,
        interest=Interest(wants_all=lambda _topic: wants_all, prompt=lambda topic: topic.endswith("3")),
        pace=Pace(tick=60, budget=budget, most_topics=most_topics, most_payloads=most_payloads),
    )
    assert sum(map(len, bursts)) == desk.total
    assert all(len(batch) <= budget for batch in desk.batches)
    assert all(reading.count == 1 + len(reading.before) <= most_payloads for reading in desk.readings)


def test_topics_that_wait_are_bounded() -> None:
    """A topic too many finds no place; one that waits already does."""
    conflation = Conflation(Interest(wants_all=never, prompt=never), Pace(most_topics=2))
    took = [conflation.put(topic, "metrics/#", b"1", AT) for topic in ("a", "b", "c", "a")]
    expected = [True, True, False, True]
    assert expected == took
    assert len(conflation) == 2


def test_topics_that_sound_leave_room_for_the_others() -> None:
    """At most three quarters of a batch go to topics that sound now."""
    conflation = Conflation(Interest(wants_all=never, prompt=lambda topic: topic.startswith("now")), Pace())
    for place in range(10):
        conflation.put(f"other/{place}", "#", b"1", AT)
    for place in range(10):
        conflation.put(f"now/{place}", "#", b"1", AT)
    expected = [*(f"now/{place}" for place in range(6)), "other/0", "other/1"]
    assert expected == [waiting.topic for waiting in conflation.peek(8)]


def test_a_batch_is_bounded_in_payloads_too() -> None:
    """Where all payloads are wanted, a batch ends after ten times as many payloads as topics."""
    conflation = Conflation(Interest(wants_all=lambda _topic: True, prompt=never), Pace())
    for place in range(50):
        for _ in range(20):
            conflation.put(f"a/{place}", "#", b"1", AT)
    assert len(conflation.peek(10)) == 5
