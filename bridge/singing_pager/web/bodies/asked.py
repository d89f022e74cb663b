"""What requests hold."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from singing_pager.model import STRIPS

__all__ = [
    "LONGEST_MUTE",
    "LONGEST_SNOOZE",
    "PLAIN",
    "Asked",
    "Meet",
    "Mute",
    "Name",
    "Reason",
    "Severity",
    "Snooze",
    "SnoozeAll",
    "Take",
    "TakeAll",
    "Turn",
    "Who",
]

PLAIN = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
"""No control characters: what people write is shown on terminals, lamps and pages, and spoken."""
LONGEST_SNOOZE = 604_800.0
LONGEST_MUTE = 86_400.0

Name = Annotated[str, StringConstraints(max_length=200, pattern=PLAIN)]
Reason = Annotated[str, StringConstraints(max_length=1000, pattern=PLAIN)]
Severity = Literal["critical", "warning", "info", "other"]
Strip = Literal[STRIPS]  # type: ignore[valid-type]


class Asked(BaseModel):
    """Nothing is guessed, and a key that is not known is a mistake."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Who(Asked):
    """Who asks for it."""

    by: Name = Field(default="", description="who; empty: the name of the token, else http")


class Take(Who):
    """Who takes an alert, and why."""

    reason: Reason = Field(default="", description="why; it is kept in the journal, and in Alertmanager's silence")


class TakeAll(Take):
    """Who takes which alert."""

    fingerprint: str = Field(
        # an empty one, as a template makes whose variable is not set, is not meant for every alert
        default="",
        min_length=1,
        max_length=1000,
        description="which alert; left out: every one that is firing",
    )


class Snooze(Take):
    """For how long an alert is to rest."""

    seconds: float = Field(ge=1, le=LONGEST_SNOOZE, description="it fires again after so long")


class SnoozeAll(TakeAll):
    """For how long which alert is to rest."""

    seconds: float = Field(ge=1, le=LONGEST_SNOOZE, description="it fires again after so long")


class Mute(Take):
    """For how long nothing may sound."""

    seconds: float = Field(default=900.0, ge=1, le=LONGEST_MUTE, description="the mute ends by itself after so long")


class Meet(Who):
    """For how long only what the score lets through may sound."""

    seconds: float = Field(default=3600.0, ge=1, le=LONGEST_MUTE, description="it ends by itself after so long")


class Turn(Who):
    """To which level a strip of the mixer is brought."""

    strip: Strip = Field(default="master", description="which")
    level: float = Field(ge=0, le=1, description="0: nothing, 1: as the score has it")
