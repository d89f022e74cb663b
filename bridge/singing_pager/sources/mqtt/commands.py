"""What a message under the command topic asks for: the secret first, then the command, then each of its fields."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from singing_pager.errors import BodyError
from singing_pager.model import (
    Acknowledge,
    Command,
    Drop,
    Meeting,
    Mute,
    Outcome,
    Play,
    Snooze,
    Test,
    Unacknowledge,
    Volume,
)

__all__ = ["COMMANDS", "Commands", "Refusal", "Result", "result_of"]

COMMANDS = ("ack", "unack", "snooze", "mute", "unmute", "meeting", "volume", "test", "play")
"""What may be asked for."""

_LONGEST = 4096
"""Bytes of a command: a button has little to say."""

_Name = Annotated[str, Meta(max_length=200)]
_Text = Annotated[str, Meta(max_length=500)]
# an empty one or null, as a template makes whose variable is not set, is not meant for every alert
_Fingerprint = Annotated[str, Meta(min_length=1, max_length=1000)]
_Seconds = Annotated[float, Meta(ge=0, le=86_400)]
_Level = Annotated[float, Meta(ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message is not obeyed, and what its sender is told; never anything of a secret."""

    drop: Drop
    words: str


class Result(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the sender of a command is told.

    Attributes:
        ok: Whether it was done.
        error: Why not.
        alerts: How many alerts it changed.
    """

    ok: bool
    error: str = ""
    alerts: int = 0


class Commands:
    """Reads commands.

    Args:
        secret: What each must carry.

    Raises:
        ValueError: The secret is empty: everybody would have it.
    """

    def __init__(self, secret: str) -> None:
        if not secret:
            raise ValueError("an empty secret is none")
        self._digest = _digest(secret)

    def read(self, payload: bytes, *, at: float, route: str) -> Command | Refusal:
        """Read a message; what is wrong with its fields is only told to those who know the secret.

        Args:
            payload: A JSON object.
            at: Unix time of its arrival, in seconds.
            route: The topic that it came by.
        """
        try:
            said = _object(payload)
            secret = said.get("secret")
            if not isinstance(secret, str) or not hmac.compare_digest(_digest(secret), self._digest):
                return Refusal(Drop.REFUSED, "the secret is wrong" if secret else "there is no secret")
            return _asked(said).command(at, route)
        except BodyError as wrong:
            return Refusal(Drop.UNREADABLE, str(wrong))


def result_of(outcome: Outcome) -> Result:
    """Say what became of a command that was played."""
    alerts = len({entry.alert.fingerprint for entry in outcome.entries if entry.alert is not None})
    if outcome.entries or outcome.cues or not outcome.drops:
        return Result(ok=True, alerts=alerts)
    return Result(ok=False, error=_WORDS.get(outcome.drops[0], str(outcome.drops[0])))


_WORDS = {
    Drop.NOT_ACTIVE: "there is nothing that this could change",
    Drop.REFUSED: "there is no such strip of the mixer",
    Drop.NO_RULE: "there is no such instrument, or no rule for the alert",
    Drop.MUTED: "the pager is muted",
    Drop.VOICES_FULL: "every voice is taken",
    Drop.INTERNAL: "a fault of the pager; its log has it",
}


class _Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="command"):
    secret: str
    by: _Name = "mqtt"
    reason: _Text = ""


class _OfAlerts(_Asked, frozen=True, kw_only=True):
    fingerprint: _Fingerprint | UnsetType = UNSET

    @property
    def which(self) -> str:
        """The alert that is meant; empty: all."""
        return "" if self.fingerprint is UNSET else self.fingerprint


class _Ack(_OfAlerts, frozen=True, kw_only=True, tag="ack"):
    def command(self, at: float, route: str) -> Command:
        return Acknowledge(at=at, by=self.by, fingerprint=self.which, reason=self.reason, route=route)


class _Unack(_OfAlerts, frozen=True, kw_only=True, tag="unack"):
    def command(self, at: float, route: str) -> Command:
        return Unacknowledge(at=at, by=self.by, fingerprint=self.which, reason=self.reason, route=route)


class _Snooze(_OfAlerts, frozen=True, kw_only=True, tag="snooze"):
    seconds: _Seconds = 900

    def command(self, at: float, route: str) -> Command:
        return Snooze(at=at, by=self.by, seconds=self.seconds, fingerprint=self.which, reason=self.reason, route=route)


class _Mute(_Asked, frozen=True, kw_only=True, tag="mute"):
    seconds: _Seconds = 900

    def command(self, at: float, route: str) -> Command:
        return Mute(at=at, by=self.by, seconds=self.seconds, reason=self.reason, route=route)


class _Unmute(_Asked, frozen=True, kw_only=True, tag="unmute"):
    def command(self, at: float, route: str) -> Command:
        return Mute(at=at, by=self.by, seconds=0, reason=self.reason, route=route)


class _Meeting(_Asked, frozen=True, kw_only=True, tag="meeting"):
    seconds: _Seconds = 3600

    def command(self, at: float, route: str) -> Command:
        return Meeting(at=at, by=self.by, seconds=self.seconds, route=route)


class _Volume(_Asked, frozen=True, kw_only=True, tag="volume"):
    level: _Level
    strip: _Name = "master"

    def command(self, at: float, route: str) -> Command:
        return Volume(at=at, by=self.by, strip=self.strip, level=self.level, route=route)


class _Test(_Asked, frozen=True, kw_only=True, tag="test"):
    instrument: _Name = "alert_info"

    def command(self, at: float, route: str) -> Command:
        return Test(at=at, by=self.by, instrument=self.instrument, route=route)


class _Play(_Asked, frozen=True, kw_only=True, tag="play"):
    fingerprint: _Fingerprint

    def command(self, at: float, route: str) -> Command:
        return Play(at=at, by=self.by, fingerprint=self.fingerprint, route=route)


_Any = _Ack | _Unack | _Snooze | _Mute | _Unmute | _Meeting | _Volume | _Test | _Play


def _object(payload: bytes) -> dict[str, object]:
    """Read a JSON object; raises BodyError."""
    if len(payload) > _LONGEST:
        raise BodyError(f"{len(payload)} bytes are more than {_LONGEST}")
    try:
        said = msgspec.json.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BodyError("it is no JSON") from None
    if not isinstance(said, dict):
        raise BodyError("it is no JSON object")
    return said


def _asked(said: dict[str, object]) -> _Any:
    """Read the command of an object; raises BodyError."""
    try:
        # devices whose templates put quotes round numbers are understood
        asked: _Any = msgspec.convert(said, _Any, strict=False)
    except msgspec.ValidationError as wrong:
        words = str(wrong)
        allowed = f"; allowed: {', '.join(COMMANDS)}" if words.endswith("$.command`") else ""
        raise BodyError(f"{words}{allowed}") from None
    if not all(text.isprintable() for key, text in said.items() if key != "secret" and isinstance(text, str)):
        raise BodyError("there are characters that cannot be printed")
    return asked


def _digest(secret: str) -> bytes:
    # of one length whatever the secret's, so that comparing takes as long
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
