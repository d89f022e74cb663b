"""The control panel: commands of buttons on the wall come in, what lamps and displays show goes out.

A connection of its own: a command must not wait behind a flood of alerts. It has no session, so that the broker keeps
nothing for a bridge that is away: a command is obeyed now or never. What stands retained is told anew at each
connection.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

import mqtt5
import msgspec

from singing_pager.model import Command, Drop, Outcome
from singing_pager.sources.mqtt import Intake
from singing_pager.sources.mqtt.bucket import Bucket
from singing_pager.sources.mqtt.commands import Commands, Refusal, Result, result_of
from singing_pager.sources.mqtt.connection import Broker
from singing_pager.sources.mqtt.lasting import Lasting
from singing_pager.sources.mqtt.letters import ORIGIN
from singing_pager.sources.mqtt.places import Places
from singing_pager.sources.mqtt.session import Session
from singing_pager.sources.mqtt.topics import Routes

__all__ = ["GONE", "Display", "Panel"]

_log = logging.getLogger("singing_pager.mqtt.panel")

GONE = b"unknown"
"""What stands under the summary's state while there is no pager."""

_OBEYED = 20.0
"""Commands a second that are obeyed: nobody presses faster."""
_ANSWERED = 2.0
"""Refusals a second that are answered."""
_AGAIN_AFTER = 60.0
"""Seconds after which the log tells of refusals again."""


class Display(Protocol):
    """What is shown on the panel; on the loop's thread."""

    def greeted(self) -> None:
        """The connection stands: everything is to be told."""

    def found(self, topic: str, payload: bytes) -> None:
        """This stands retained, and was left by us."""

    def leave(self) -> None:
        """The connection ends: what still goes out is the last."""


class Panel:
    """Obeys commands and publishes, for as long as `run` runs.

    Args:
        broker: Where, and as whom.
        places: The topics.
        commands: Reads commands; None: there are none, and nobody listens for them.
        intake: Is told what was refused, and of the connection `panel`.
        do: Plays a command at once.

    Raises:
        ConfigError: A certificate is missing or wrong.
    """

    def __init__(
        self,
        broker: Broker,
        places: Places,
        commands: Commands | None,
        intake: Intake,
        do: Callable[[Command], Outcome],
    ) -> None:
        self._broker = broker
        self._context = broker.tls_context()
        self._places = places
        self._commands = commands
        self._count = intake.count
        self._now = intake.inbox.now
        self._do = do
        self._own = (ORIGIN, broker.client_id)
        self._lasting = Lasting("panel", broker, intake.connected)
        self._obeyed = Bucket(_OBEYED, 2 * _OBEYED)
        self._answered = Bucket(_ANSWERED, 5 * _ANSWERED)
        self._told: dict[Drop, tuple[float, int]] = {}
        self._display: Display | None = None
        self._session: Session | None = None

    async def run(self) -> None:
        """Connect, obey, publish, and connect again, until cancelled; raises nothing else."""
        if self._commands is None:
            _log.info("panel: commands by MQTT are off: there is no MQTT_COMMAND_SECRET")
            if self._display is None:
                return
        await self._lasting.run(self._open, began=self._began, ended=self._ended)

    def show(self, display: Display) -> None:
        """Have something shown."""
        self._display = display

    @property
    def settled(self) -> bool | None:
        """Whether the broker has taken what it was given before `ask`; None: there is no connection."""
        return None if self._session is None else self._session.settled

    def ask(self) -> None:
        """Ask the broker whether it has taken what was published so far."""
        if self._session is not None:
            self._session.ask()

    def publish(self, topic: str, payload: bytes, *, retain: bool = True) -> Drop | None:
        """Publish with QoS 0; says why not, or None."""
        return self._send(mqtt5.PublishPacket(topic, payload, retain=retain, user_properties=[self._own]))

    def look_again(self) -> None:
        """Have the display told again of what stands retained: a broker sends no more at once than it may keep."""
        if self._session is not None:
            self._session.ask_again(self._places.every_alert)

    def _send(self, message: mqtt5.PublishPacket) -> Drop | None:
        if self._session is None:
            return Drop.OFFLINE
        return None if self._session.publish(message) else Drop.OUTBOX_FULL

    # the connection

    def _open(self) -> Session:
        subscriptions: list[str] = []
        will = None
        if self._commands is not None:
            subscriptions.append(self._places.command)
        if self._display is not None:
            subscriptions.append(self._places.every_alert)
            will = mqtt5.Will(self._places.summary_state, payload=GONE, retain=True, user_properties=[self._own])
        return Session(
            self._broker,
            self._context,
            Routes(subscriptions),
            name="panel",
            will=will,
            messages=self._take,
            refused=self._lasting.refused,
        )

    def _began(self, session: Session) -> None:
        self._session = session
        if self._display is not None:
            self._display.greeted()

    def _ended(self) -> None:
        if self._display is not None:
            self._display.leave()
        self._session = None

    def _take(self, messages: Sequence[mqtt5.PublishPacket]) -> None:
        for message in messages:
            if message.topic == self._places.command:
                self._command(message)
            elif self._display is not None and message.retain and message.payload and self._is_ours(message):
                self._display.found(message.topic, message.payload)

    def _is_ours(self, message: mqtt5.PublishPacket) -> bool:
        # two pagers at one broker leave each other's alone
        return self._places.is_alert(message.topic) and self._own in message.user_properties

    # commands

    def _command(self, message: mqtt5.PublishPacket) -> None:
        if self._commands is None:
            return
        now = self._now()
        if message.retain:
            read: Command | Refusal = Refusal(Drop.REFUSED, "it is retained, and would be obeyed at each connection")
        else:
            read = self._commands.read(message.payload, at=now, route=self._places.command)
        if not isinstance(read, Refusal) and not self._obeyed.take(now):
            read = Refusal(Drop.REFUSED, f"more than {_OBEYED:g} commands a second")
        if isinstance(read, Refusal):
            self._count(self._places.command, read.drop, 1)
            if self._answered.take(now):
                self._answer(message, Result(ok=False, error=read.words))
            self._tell(read, now)
            return
        # what became of it is counted with its outcome
        self._answer(message, result_of(self._do(read)))

    def _answer(self, message: mqtt5.PublishPacket, result: Result) -> None:
        wished = message.response_topic or ""
        self._send(
            mqtt5.PublishPacket(
                wished if self._places.may_answer(wished) else self._places.result,
                msgspec.json.encode(result),
                correlation_data=message.correlation_data,
                user_properties=[self._own],
            )
        )

    def _tell(self, refusal: Refusal, now: float) -> None:
        """Log the first refusal of a kind, and then one a minute with how many there were."""
        said, more = self._told.get(refusal.drop, (None, 0))
        if said is not None and now - said < _AGAIN_AFTER:
            self._told[refusal.drop] = said, more + 1
            return
        self._told[refusal.drop] = now, 0
        words = "".join(letter if letter.isprintable() else "?" for letter in refusal.words[:200])
        further = f" ({more} more since)" if more else ""
        _log.warning("%s: a command was not obeyed: %s%s", self._places.command, words, further)
