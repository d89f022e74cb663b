"""What Alertmanager's API v2 answers, as values: alerts, silences, how long it has been up."""

import msgspec
from msgspec import Struct

from singing_pager.sources.alert import unix_time

__all__ = ["Answer", "Known", "Matcher", "Silence"]

_BY_HAND = 1.0
"""Seconds between a silence's end and its last change, below which the change was its end."""


class _Receiver(Struct, frozen=True, gc=False):
    name: str


class _Suppression(Struct, frozen=True, rename="camel", gc=False):
    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()


class Known(Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """An alert that is not resolved, as `GET /api/v2/alerts` tells it; unknown keys are passed over."""

    fingerprint: str
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    starts_at: str
    ends_at: str
    receivers: tuple[_Receiver, ...] = ()
    status: _Suppression = _Suppression()

    @property
    def ends(self) -> float:
        """Unix time until which Alertmanager takes it for firing if it hears no more; 0 when it does not say."""
        return unix_time(self.ends_at) or 0.0


class Matcher(Struct, frozen=True, rename="camel", gc=False, order=True):
    """One condition of a silence."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True


class _State(Struct, frozen=True, gc=False):
    state: str = ""


class Silence(Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """A silence; times are RFC 3339."""

    id: str = ""
    matchers: tuple[Matcher, ...]
    starts_at: str
    ends_at: str
    created_by: str
    comment: str
    updated_at: str = ""
    status: _State = _State()

    @property
    def active(self) -> bool:
        """Whether it silences now."""
        return self.status.state == "active"

    @property
    def expired(self) -> bool:
        """Whether it has ended."""
        return self.status.state == "expired"

    @property
    def taken_back(self) -> bool:
        """Whether somebody has ended it before its time."""
        ended, changed = unix_time(self.ends_at), unix_time(self.updated_at)
        return self.expired and ended is not None and ended - (changed or 0.0) < _BY_HAND

    @property
    def ends(self) -> float:
        """Unix time of its end; 0 when it does not say."""
        return unix_time(self.ends_at) or 0.0

    @property
    def changed(self) -> float:
        """Unix time of its last change; 0 when it does not say."""
        return unix_time(self.updated_at) or 0.0

    def written(self) -> bytes:
        """The body that makes it, or changes it where it has an id."""
        fields = {
            "matchers": [
                {"name": each.name, "value": each.value, "isRegex": each.is_regex, "isEqual": each.is_equal}
                for each in self.matchers
            ],
            "startsAt": self.starts_at,
            "endsAt": self.ends_at,
            "createdBy": self.created_by,
            "comment": self.comment,
        }
        return msgspec.json.encode({"id": self.id, **fields} if self.id else fields)


class Answer(Struct, frozen=True, kw_only=True):
    """All that one Alertmanager said when it was asked.

    Attributes:
        alerts: Those that are not resolved, by fingerprint.
        silences: By id; those that have expired too, for as long as it keeps them.
        age: Seconds since it was started.
        members: How many the cluster has of which it is; 0: it is in none.
    """

    alerts: dict[str, Known]
    silences: dict[str, Silence]
    age: float
    members: int
