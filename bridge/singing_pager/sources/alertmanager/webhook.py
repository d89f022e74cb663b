"""Alertmanager's webhook, version 4: a body of alerts, decoded once from its bytes."""

import asyncio
from itertools import chain

import msgspec

from singing_pager.core.figures import SEVERITIES
from singing_pager.errors import BodyError
from singing_pager.model import AlertChange
from singing_pager.sources.alert import AlertObject, alert_change

__all__ = ["Body", "changes", "decode"]

_AT_A_STRETCH = 200
"""Alerts decoded before others have a turn: one or two milliseconds."""
_RANKS = {severity: rank for rank, severity in enumerate(SEVERITIES)}


class Body(msgspec.Struct):
    """What is read of the body; unknown keys are passed over.

    Attributes:
        alerts: Alert objects, not decoded yet: a body may hold 10,000.
        group_key: Of the group that the alerts are; anything but a text is no key.
        truncated: Alerts that Alertmanager left out (`max_alerts`).
    """

    alerts: list[msgspec.Raw]
    group_key: object = msgspec.field(default="", name="groupKey")
    truncated: int = msgspec.field(default=0, name="truncatedAlerts")


_BODY = msgspec.json.Decoder(Body)
_ALERT = msgspec.json.Decoder(AlertObject)


def decode(body: bytes) -> Body:
    """Read the frame of a body; raises BodyError when it is no webhook of Alertmanager."""
    try:
        return _BODY.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BodyError(f"not an Alertmanager webhook: {error}") from error


async def changes(body: Body, *, at: float, route: str) -> list[AlertChange]:
    """Decode the alerts, giving way to others after every few; the most severe come first.

    The core makes one alarm of a group that arrives at one time, and it is to be the worst one's.

    Args:
        body: As `decode` gives it.
        at: When it arrived.
        route: Where it came in.

    Raises:
        BodyError: An alert is not an object with labels; none of the body is taken then.
    """
    group = body.group_key if isinstance(body.group_key, str) else ""
    ranked: tuple[list[AlertChange], ...] = tuple([] for _ in range(len(SEVERITIES) + 1))
    long = len(body.alerts) > _AT_A_STRETCH
    for index, raw in enumerate(body.alerts):
        if long and index % _AT_A_STRETCH == 0:
            await asyncio.sleep(0)
        try:
            change = alert_change(_ALERT.decode(raw), at=at, route=route, group=group)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BodyError(f"alerts[{index}]: {error}") from error
        ranked[_RANKS.get(change.severity.lower(), -1)].append(change)
    return list(chain.from_iterable(ranked))
