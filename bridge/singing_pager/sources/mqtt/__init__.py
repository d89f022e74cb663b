"""MQTT in: alerts through paho with QoS 1, the flood of metrics and the commands of buttons through an asyncio reader.

Three connections, because they want opposite things of the broker: an alert may never be lost, a number may never be
late (docs/decisions/0003-what-reads-the-flood.md), a command may wait behind neither, nor for a bridge that is away.
What they need of the engine stands here.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from singing_pager.sources.inbox import Count, Inbox, Keeper

__all__ = ["Connected", "Intake", "Interest", "Pace"]


class Connected(Protocol):
    """Sets `bridge_mqtt_connected{connection}`, on the loop's thread only."""

    def __call__(self, connection: str, /, *, up: bool) -> None:
        """Say that a connection is up, or down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Where a source delivers, and whom it tells of the rest.

    Attributes:
        inbox: Takes events.
        count: Counts the messages that do not become events.
        connected: Is told whether a connection is up.
        played: Waits until all that was offered so far has been played, where there is a keeper.
        keeper: Says when what was played is on disk, which is when an alert is acknowledged; None: nothing is kept, and
            an alert is acknowledged when the inbox has it.
    """

    inbox: Inbox
    count: Count
    connected: Connected
    played: Callable[[], Awaitable[None]] | None = None
    keeper: Keeper | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What the score asks of a topic.

    Attributes:
        wants_all: Says whether a rule asks for every payload.
        prompt: Says whether it sounds now, and so goes first.
    """

    wants_all: Callable[[str], bool]
    prompt: Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast readings are made of messages, and how many messages may wait.

    Attributes:
        tick: Seconds between two batches of readings; no ear follows more.
        budget: Topics in a batch.
        most_topics: Topics that may wait.
        most_payloads: Payloads of one topic that may wait where all are wanted.
    """

    tick: float = 0.02
    budget: int = 32
    most_topics: int = 10_000
    most_payloads: int = 1_000
