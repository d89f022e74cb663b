"""A sound that is to begin, now or as soon as it may."""

from dataclasses import dataclass

from singing_pager.core.rules import AlertRule, Sound
from singing_pager.model import Alert, Intent, Priority, Status

__all__ = ["Onset", "alarm", "is_critical"]


@dataclass(slots=True)
class Onset:
    """A sound that waits for its place.

    Attributes:
        intent: What ought to sound.
        rule: What outcomes call the reason.
        alert: Fingerprint of the alert whose alarm it is; empty: it is no alarm.
    """

    intent: Intent
    rule: str
    alert: str


def is_critical(sound: Sound) -> bool:
    """Whether a sound is a critical alarm's."""
    return sound.instrument.priority is Priority.CRITICAL


def alarm(alert: Alert, rule: AlertRule) -> Intent:
    """What ought to sound for an alert that is firing."""
    sound = rule.sound
    return sound.intent(alert.fingerprint, alert.fingerprint, Status.FIRING, alert.name, lasts=sound.lasts)
