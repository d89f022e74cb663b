"""Alerts in any JSON, found by path (`core.webhooks`)."""

import asyncio
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from singing_pager.core.fingerprint import fingerprint
from singing_pager.core.webhooks import FIELDS, Webhook
from singing_pager.errors import BodyError
from singing_pager.model import AlertChange, Status
from singing_pager.sources.alert import label_text
from singing_pager.sources.times import moment

__all__ = ["change", "changes", "decode"]

_AT_A_STRETCH = 200
"""Alerts decoded before others have a turn."""

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_ANYTHING = msgspec.json.Decoder()
_FAULTS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def decode(webhook: Webhook, body: bytes) -> list[msgspec.Raw]:
    """Find the alerts of a body, and decode none of them yet; raises BodyError when there is no list of them."""
    try:
        found = _found(webhook.alerts, msgspec.Raw(body))
        # what is no list is one alert
        return _LIST.decode(found) if bytes(memoryview(found)[:64]).lstrip().startswith(b"[") else [found]
    except _FAULTS as error:
        raise BodyError(f"not JSON: {error}") from error


async def changes(webhook: Webhook, alerts: list[msgspec.Raw], *, at: float, route: str) -> list[AlertChange]:
    """Read the alerts of a body, giving way to others after every few.

    Args:
        webhook: What stands where.
        alerts: As `decode` gives them.
        at: When they arrived.
        route: Where they came in.

    Raises:
        BodyError: An alert has no name; none of the body is taken then.
    """
    read: list[AlertChange] = []
    for index, raw in enumerate(alerts):
        if index % _AT_A_STRETCH == _AT_A_STRETCH - 1:
            await asyncio.sleep(0)
        place = f"{webhook.alerts or 'the body'}[{index}]" if len(alerts) > 1 else webhook.alerts or "the body"
        try:
            alert = _ANYTHING.decode(raw)
        except _FAULTS as error:
            raise BodyError(f"{place}: {error}") from error
        read.append(change(webhook, alert, place=place, at=at, route=route))
    return read


def change(webhook: Webhook, alert: object, *, place: str, at: float, route: str) -> AlertChange:
    """Read one alert.

    Args:
        webhook: What stands where.
        alert: Decoded JSON.
        place: Where it stands in the body.
        at: When it arrived.
        route: Where it came in.

    Raises:
        BodyError: It has no name, or its status is none of those that the webhook names.
    """
    said = {name: _at(alert, webhook.path(name)) for name in FIELDS}
    text = {name: label_text(value).strip() for name, value in said.items()}
    if not text["name"]:
        raise BodyError(f"{place}: there is no name; looked for at {webhook.path('name')} (webhook {webhook.name})")
    status = _status(webhook, text["status"].lower(), place)
    labels = {name: label_text(value) for name, path in webhook.labels.items() if (value := _at(alert, path)) != ""}
    labels["alertname"] = text["name"]
    # what comes with the resolve is often another severity
    identity = {name: value for name, value in labels.items() if name != "severity"}
    if text["fingerprint"]:
        identity = {"id": text["fingerprint"]}
    if severity := text["severity"].lower():
        labels["severity"] = webhook.severity(severity)
    return AlertChange(
        fingerprint=fingerprint(identity | {"webhook": webhook.name}),
        status=status,
        labels=labels,
        annotations={name: text[name] for name in ("summary", "description") if text[name]},
        starts_at=moment(said["starts_at"]) if status is Status.FIRING else None,
        ends_at=moment(said["ends_at"]) if status is Status.RESOLVED else None,
        lasts=webhook.lasts,
        at=at,
        route=route,
    )


def _status(webhook: Webhook, word: str, place: str) -> Status:
    if word in webhook.resolved:
        return Status.RESOLVED
    if not word or not webhook.firing or word in webhook.firing:
        return Status.FIRING
    allowed = ", ".join((*webhook.firing, *webhook.resolved))
    raise BodyError(f"{place}: status is {word[:40]!r}; allowed: {allowed} (webhook {webhook.name})")


@lru_cache(maxsize=512)  # paths are of the score: few, and the same for every alert
def _ways(paths: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(path.strip().split(".")) for path in paths.split("|") if path.strip())


def _at(alert: object, paths: str) -> object:
    """What stands at the first path that leads to something; an empty text when none does."""
    for way in _ways(paths):
        found = alert
        for key in way:
            if isinstance(found, Mapping):
                found = found.get(key)
            elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
                found = found[int(key)]
            else:
                found = None
        if found is not None and found != "":
            return found
    return ""


def _found(paths: str, body: msgspec.Raw) -> msgspec.Raw:
    """What stands at a path, undecoded."""
    for way in _ways(paths):
        found: msgspec.Raw | None = body
        for key in way:
            found = _below(found, key)
        if found is not None:
            return found
    if not _ways(paths):
        return body
    raise BodyError(f"there is nothing at {paths}, where the alerts should be")


def _below(raw: msgspec.Raw | None, key: str) -> msgspec.Raw | None:
    if raw is None:
        return None
    try:
        return _OBJECT.decode(raw).get(key)
    except msgspec.ValidationError:
        pass
    try:
        each = _LIST.decode(raw)
    except msgspec.ValidationError:
        return None
    return each[int(key)] if key.isdecimal() and int(key) < len(each) else None
