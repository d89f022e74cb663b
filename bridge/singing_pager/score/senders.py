"""The section of `score.yaml` that says how the JSON of other senders is read."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from singing_pager.core.webhooks import DEFAULT, FIELDS, Webhook
from singing_pager.score.words import Entry, as_text

__all__ = ["WebhookEntry"]

_MONTH = 30 * 86_400
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def _named(given: str) -> str:
    if not _NAME.fullmatch(given):
        raise ValueError(f"{given!r} is no part of an address; allowed: up to 64 letters, digits, _ and -")
    return given


def _paths(given: str) -> str:
    """Paths such as `data.title | title`, the first that leads to something being the one."""
    ways = [way.strip().split(".") for way in given.split("|")]
    if given.strip() and not all(key.strip() for way in ways for key in way):
        raise ValueError(f"{given!r} is no path; write the keys from the outside in: data.alerts.0.title | title")
    return given


def _somewhere(given: str) -> str:
    if not given.strip():
        raise ValueError("is empty; write the keys from the outside in: data.alerts.0.title | title")
    return given


def _words(given: object) -> list[str]:
    words = given if isinstance(given, list) else [given]
    return [as_text(word, "a word").lower() for word in words]


def _dictionary(given: object) -> object:
    if not isinstance(given, dict):
        return given
    return {as_text(word, "a word").lower(): severity for word, severity in given.items()}


_Path = Annotated[str, AfterValidator(_paths)]
_Words = Annotated[list[str], BeforeValidator(_words)]


class WebhookEntry(Entry):
    """How the body of `/webhook/generic/<name>` is read."""

    name: Annotated[str, AfterValidator(_named)] = Field(
        description="last part of its address, `/webhook/generic/<name>`; default: that of `/webhook/generic` itself"
    )
    alerts: _Path = Field(
        default="", description="path to the list of alerts, such as data.alerts; empty: the body is one, or a list"
    )
    fields: dict[str, _Path] = Field(
        default_factory=dict,
        description=f"path within an alert of its {', '.join(FIELDS)}; of several the first that is there",
    )
    labels: dict[str, Annotated[_Path, AfterValidator(_somewhere)]] = Field(
        default_factory=dict, description="path within an alert of each further label"
    )
    firing: _Words = Field(
        default_factory=list, description="words of the status that mean firing; default: all that do not mean resolved"
    )
    resolved: _Words | None = Field(
        default=None, description="words that mean resolved; default: resolved, ok, recovered, up, closed and the like"
    )
    severities: Annotated[dict[str, str], BeforeValidator(_dictionary)] = Field(
        default_factory=dict, description="severity that each word of the sender's means"
    )
    lasts: float | None = Field(
        default=None, ge=1, le=_MONTH, description="seconds after which an alert is over that the sender never resolves"
    )

    @model_validator(mode="after")
    def _possible(self) -> "WebhookEntry":
        for name in self.fields:
            if name not in FIELDS:
                raise ValueError(f"fields: {name} is not known; allowed: {', '.join(FIELDS)}; others are labels")
        if self.fields.get("name", "name").strip() == "":
            raise ValueError("fields: name is empty; an alert needs one")
        for label, field in (("alertname", "name"), ("severity", "severity")):
            if label in self.labels:
                raise ValueError(f"labels: {label} is what `fields: {{{field}: …}}` gives")
        both = [word for word in self.firing if word in (self.resolved or ())]
        if both:
            raise ValueError(f"resolved: {', '.join(both)} means firing already")
        return self

    def webhook(self) -> Webhook:
        """The core's value."""
        resolved = DEFAULT.resolved if self.resolved is None else self.resolved
        return Webhook(
            name=self.name,
            alerts=self.alerts,
            fields=self.fields,
            labels=self.labels,
            firing=tuple(self.firing),
            resolved=tuple(word for word in resolved if word not in self.firing),
            severities=self.severities,
            lasts=self.lasts,
        )
