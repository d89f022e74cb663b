"""A few pairs of hands for many small jobs."""

import asyncio
from collections import Counter

from singing_pager.sinks.hands import Hands
from singing_pager.sinks.wishes import Removal


class Bench:
    """Jobs that wait until they are let go, and a count of them."""

    def __init__(self, number: int) -> None:
        self.done: Counter[int] = Counter()
        self.at_once: Counter[int] = Counter()
        self.most = 0
        self.go = asyncio.Event()
        self.hands: Hands[int] = Hands(self.do, number)

    async def do(self, job: int) -> None:
        """Do a job."""
        self.at_once[job] += 1
        self.most = max(self.most, self.at_once.total())
        assert self.at_once[job] == 1
        await self.go.wait()
        self.at_once[job] -= 1
        self.done[job] += 1

    async def turns(self) -> None:
        """Let everybody do what can be done."""
        for _ in range(200):
            await asyncio.sleep(0)


def test_as_many_at_once_as_there_are_hands() -> None:
    """However many jobs wait, and each is done once."""

    async def play() -> None:
        bench = Bench(4)
        for job in range(40):
            bench.hands.give(job)
        running = asyncio.create_task(bench.hands.run())
        await bench.turns()
        assert (4, 36) == (bench.most, len(bench.hands))
        bench.go.set()
        await bench.turns()
        running.cancel()
        assert dict.fromkeys(range(40), 1) == bench.done

    asyncio.run(play())


def test_a_job_that_waits_is_not_given_twice_and_one_that_is_being_done_is_done_again() -> None:
    """Whoever gives it while it is done may mean what has changed since."""

    async def play() -> None:
        bench = Bench(4)
        running = asyncio.create_task(bench.hands.run())
        bench.hands.give(7)
        bench.hands.give(7)
        await bench.turns()
        bench.hands.give(7)
        bench.hands.give(7)
        await bench.turns()
        bench.go.set()
        await bench.turns()
        running.cancel()
        assert bench.done[7] == 2

    asyncio.run(play())


def test_objects_that_lie_side_by_side_do_not_all_fall_to_one_hand() -> None:
    """By default they hash by their address, and the last bits of all addresses may be alike."""

    async def wait(_: Removal) -> None:
        await asyncio.Event().wait()

    async def play() -> None:
        hands = Hands(wait, 4)
        for number in range(1000):
            hands.give(Removal(0.0, silence=str(number)))
        running = asyncio.create_task(hands.run())
        await asyncio.sleep(0.01)
        running.cancel()
        assert 996 == len(hands)

    asyncio.run(play())
