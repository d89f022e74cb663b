"""Whether the engine lives: it is asked every few seconds, beside the cues, and tells how it is."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pythonosc.osc_message import OscMessage, ParseError

from singing_pager.sinks.osc import message

__all__ = ["LINK", "SCLANG", "SCSYNTH", "Asked", "Dialect", "Health", "Probe", "Result"]

LINK = "engine"
"""What the chain calls the way to the engine."""

_EVERY = 5.0
_WITHIN = 3.0
"""Seconds for an answer; sclang itself gives scsynth 1.75 s."""
_TRIES = 3


class Result(StrEnum):
    """What came of asking once."""

    ALIVE = "alive"
    """It answered, and can sound."""
    SILENT = "silent"
    """sclang answered; scsynth did not answer sclang."""
    NO_ANSWER = "no_answer"
    """Nothing came back in time, or nothing that can be read."""
    REFUSED = "refused"
    """Nobody listens at the port."""
    HUNG_UP = "hung_up"
    """The TCP connection is gone."""
    UNREACHABLE = "unreachable"
    """The host's name has no address, or the network does not take the question."""


@dataclass(frozen=True, slots=True)
class Health:
    """How an engine is.

    Attributes:
        alive: Whether scsynth made the round trip.
        synths: Synths that it plays.
        average: Its average load, 1: all of a processor.
        peak: Its peak load.
    """

    alive: bool
    synths: int
    average: float
    peak: float


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an engine is asked.

    Attributes:
        who: Its name, for people.
        question: The packet.
        answer: Address of what it answers.
        read: Makes the health of the answer's arguments; raises what arguments of another kind cause.
    """

    who: str
    question: bytes
    answer: str
    read: Callable[[list[float]], Health]


SCLANG = Dialect(
    "sclang",
    message("/ping"),
    "/pong",
    lambda said: Health(bool(said[0]), int(said[1]), said[2] / 100, said[3] / 100),
)
"""`lib/health.scd`, which asks scsynth in its turn."""

SCSYNTH = Dialect(
    "scsynth",
    message("/status"),
    "/status.reply",
    lambda said: Health(alive=True, synths=int(said[2]), average=said[5] / 100, peak=said[6] / 100),
)


class Asked(Protocol):
    """A transport that can be asked (`sinks.transport`)."""

    async def ask(self, question: bytes, answer: str) -> bytes:
        """Send a question, and give the packet that answers it; raises OSError when there is nobody."""


class Probe:
    """Asks an engine how it is, and tells when its link goes down and when it stands again.

    An engine that has never answered is missed by nobody: a laptop has none. One that has is down when it fails three
    times in a row, or at once when it hangs up.

    Args:
        transport: The way to the engine.
        dialect: How it is asked.
        link: Told the link's name, whether it stands, and what is known of the fault; only when that changes.
        show: Told of each try what came of it; of an answer how the engine is, and the seconds that it took.
        every: Seconds between two questions.
        within: Seconds for an answer.
    """

    def __init__(
        self,
        transport: Asked,
        dialect: Dialect,
        *,
        link: Callable[[str, bool, str], None],
        show: Callable[[str, Health | None, float], None],
        every: float = _EVERY,
        within: float = _WITHIN,
    ) -> None:
        self._transport = transport
        self._dialect = dialect
        self._link = link
        self._show = show
        self._every = every
        self._within = within
        self._known = False
        self._up: bool | None = None
        self._failures = 0

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            asked = asyncio.get_running_loop().time()
            result, detail = await self._try()
            self._judge(result, detail)
            took = asyncio.get_running_loop().time() - asked
            await asyncio.sleep(max(0.0, self._every - took))

    async def _try(self) -> tuple[Result, str]:
        """Ask once; give what came of it, in a word and for people."""
        loop, who = asyncio.get_running_loop(), self._dialect.who
        asked = loop.time()
        health: Health | None = None
        try:
            async with asyncio.timeout(self._within):
                packet = await self._transport.ask(self._dialect.question, self._dialect.answer)
            health = self._dialect.read(OscMessage(packet).params)
        except TimeoutError:
            said = Result.NO_ANSWER, f"{who} does not answer"
        except ConnectionRefusedError:
            said = Result.REFUSED, f"connection refused: {who} does not listen"
        except ConnectionError:
            said = Result.HUNG_UP, f"{who} has hung up"
        except OSError as error:
            said = Result.UNREACHABLE, f"{who} cannot be reached: {error.strerror or error}"
        except (ParseError, LookupError, OverflowError, TypeError, ValueError):
            said = Result.NO_ANSWER, f"{who} answers what cannot be read"
        else:
            said = (Result.ALIVE, "") if health.alive else (Result.SILENT, "scsynth is silent")
        self._show(said[0], health, loop.time() - asked)
        return said

    def _judge(self, result: Result, detail: str) -> None:
        self._known = self._known or result in {Result.ALIVE, Result.SILENT}
        if result is Result.ALIVE:
            self._failures = 0
            self._tell(up=True, detail="")
        elif self._known:
            self._failures += 1
            if self._failures >= _TRIES or result is Result.HUNG_UP:
                self._tell(up=False, detail=detail)

    def _tell(self, *, up: bool, detail: str) -> None:
        if up is not self._up:
            self._up = up
            self._link(LINK, up, detail)
