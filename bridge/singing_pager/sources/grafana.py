"""Grafana's webhook (unified alerting): Alertmanager's body, and links that lead back into Grafana."""

import asyncio
from typing import Final

import msgspec
from msgspec.structs import replace

from singing_pager.core.figures import SEVERITIES
from singing_pager.errors import BodyError
from singing_pager.model import AlertChange
from singing_pager.sources.alert import AlertObject, alert_change, label_text

__all__ = ["Body", "changes", "decode"]

_AT_A_STRETCH: Final = 200
"""Alerts decoded before others have a turn."""

_RANKS = {severity: rank for rank, severity in enumerate(SEVERITIES)}
_TRIAL = {"alertname": "TestAlert", "instance": "Grafana"}
_TRIAL_LASTS = 60.0
"""Seconds until the alert of Grafana's Test button is over: Grafana never resolves it."""


class _Alert(AlertObject, frozen=True, kw_only=True, gc=False):
    """Grafana's alert object: Alertmanager's, with more in it."""

    value_string: str | None = None
    dashboard_url: str | None = msgspec.field(default=None, name="dashboardURL")
    panel_url: str | None = msgspec.field(default=None, name="panelURL")
    silence_url: str | None = msgspec.field(default=None, name="silenceURL")
    generator_url: str | None = msgspec.field(default=None, name="generatorURL")


class Body(msgspec.Struct):
    """What is read of the body; unknown keys are passed over.

    Attributes:
        alerts: Alert objects, not decoded yet.
        group: Key of the group that they are of.
        truncated: Alerts that Grafana left out (Max Alerts of the contact point).
    """

    alerts: list[msgspec.Raw]
    group: str | None = msgspec.field(default=None, name="groupKey")
    truncated: int | None = msgspec.field(default=None, name="truncatedAlerts")


_BODY = msgspec.json.Decoder(Body)
_ALERT = msgspec.json.Decoder(_Alert)


def decode(body: bytes) -> Body:
    """Read the frame of a body; raises BodyError when it is no webhook of Grafana."""
    try:
        return _BODY.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BodyError(f"not a Grafana webhook: {error}") from error


async def changes(body: Body, *, at: float, route: str) -> list[AlertChange]:
    """Decode the alerts, giving way to others after every few; the most severe come first, as of Alertmanager's.

    Args:
        body: As `decode` gives it.
        at: When it arrived.
        route: Where it came in.

    Raises:
        BodyError: An alert is not an object with labels; none of the body is taken then.
    """
    decoded: list[AlertChange] = []
    for index, raw in enumerate(body.alerts):
        if index % _AT_A_STRETCH == _AT_A_STRETCH - 1:
            await asyncio.sleep(0)
        try:
            alert = _ALERT.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BodyError(f"alerts[{index}]: {error}") from error
        decoded.append(_change(alert, body.group or "", at, route))
    # the core makes one alarm of a group, and it is to be the worst one's
    return sorted(decoded, key=lambda change: _RANKS.get(change.severity.lower(), len(_RANKS)))


def _change(alert: _Alert, group: str, at: float, route: str) -> AlertChange:
    change = alert_change(alert, at=at, route=route, group=group)
    labels = dict(change.labels)
    if not labels.get("severity"):
        # the identity is Grafana's own: a label that we add does not touch it
        labels["severity"] = labels.get("priority", "").lower()
    links = {
        "values": alert.value_string,
        "dashboard_url": alert.dashboard_url,
        "panel_url": alert.panel_url,
        "silence_url": alert.silence_url,
        "generator_url": alert.generator_url,
    }
    annotations = {name: label_text(link) for name, link in links.items() if link} | dict(change.annotations)
    return replace(
        change,
        labels={name: value for name, value in labels.items() if value},
        annotations=annotations,
        lasts=_TRIAL_LASTS if _TRIAL.items() <= change.labels.items() else None,
    )
