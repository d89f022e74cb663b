"""A few pairs of hands for many small jobs on the network, so that a crowd of them is no burst of requests."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["Hands"]

Job = TypeVar("Job", bound=Hashable)


class Hands(Generic[Job]):
    """Does jobs in the order in which they are given, as many at once as there are hands.

    The same job always falls to the same hand, so it is never done twice at a time; given again while it waits, it is
    done once.

    Args:
        do: Does a job; it must not raise.
        number: How many hands there are.
    """

    def __init__(self, do: Callable[[Job], Awaitable[None]], number: int = 4) -> None:
        self._do = do
        self._due: list[dict[Job, None]] = [{} for _ in range(number)]
        self._given = [asyncio.Event() for _ in range(number)]

    def __len__(self) -> int:
        """Jobs that wait."""
        return sum(map(len, self._due))

    def give(self, job: Job) -> None:
        """Have a job done."""
        # a plain object hashes by its address, whose last bits all of a kind may share: the hash of a tuple mixes them
        place = hash((job,)) % len(self._due)
        self._due[place][job] = None
        self._given[place].set()

    async def run(self) -> None:
        """Do what is given, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for due, given in zip(self._due, self._given, strict=True):
                tasks.create_task(self._work(due, given))

    async def _work(self, due: dict[Job, None], given: asyncio.Event) -> None:
        while True:
            await given.wait()
            while due:
                job = next(iter(due))
                del due[job]
                await self._do(job)
            given.clear()
