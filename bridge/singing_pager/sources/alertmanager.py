"""Alertmanager's webhook, version 4: a body of alerts, decoded once from its bytes."""

import asyncio

import msgspec

from singing_pager.errors import BodyError
from singing_pager.model import AlertChange
from singing_pager.sources.alert import AlertObject, alert_change

__all__ = ["Body", "changes", "decode"]

_AT_A_STRETCH = 200
"""Alerts decoded before others have a turn: one or two milliseconds."""


class Body(msgspec.Struct):
    """What is read of the body; unknown keys are passed over.

    Attributes:
        alerts: Alert objects, not decoded yet: a body may hold 10,000.
        truncated: Alerts that Alertmanager left out (`max_alerts`).
    """

    alerts: list[msgspec.Raw]
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
    """Decode the alerts, giving way to others after every few.

    Args:
        body: As `decode` gives it.
        at: When it arrived.
        route: Where it came in.

    Raises:
        BodyError: An alert is not an object with labels; none of the body is taken then.
    """
    decoded: list[AlertChange] = []
    long = len(body.alerts) > _AT_A_STRETCH
    for index, raw in enumerate(body.alerts):
        if long and index % _AT_A_STRETCH == 0:
            await asyncio.sleep(0)
        try:
            decoded.append(alert_change(_ALERT.decode(raw), at=at, route=route))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BodyError(f"alerts[{index}]: {error}") from error
    return decoded
