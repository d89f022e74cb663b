"""What senders post, for the OpenAPI document: bodies that are read from their bytes, and by no model."""

from typing import Any

__all__ = ["ALERTMANAGER", "DATADOG", "GENERIC", "GRAFANA", "METRIC"]

_Shape = dict[str, Any]


def _body(description: str, schema: _Shape, example: object) -> _Shape:
    content = {"application/json": {"schema": schema, "example": example}}
    return {"requestBody": {"required": True, "description": description, "content": content}}


_ANY: _Shape = {"description": "a text; anything else is read as its JSON"}
_TEXTS: _Shape = {"type": ["object", "null"], "additionalProperties": _ANY}
_ALERT: _Shape = {
    "type": "object",
    "properties": {
        "status": {"type": ["string", "null"], "description": "firing or resolved"},
        "labels": _TEXTS,
        "annotations": _TEXTS,
        "startsAt": {"type": ["string", "null"], "description": "RFC 3339"},
        "endsAt": {"type": ["string", "null"], "description": "RFC 3339"},
        "fingerprint": {"type": ["string", "null"]},
    },
}
_ALERTS: _Shape = {
    "type": "object",
    "required": ["alerts"],
    "properties": {
        "alerts": {"type": "array", "items": _ALERT},
        "groupKey": {"type": ["string", "null"]},
        "truncatedAlerts": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    },
}
_FIRING: _Shape = {"status": "firing", "labels": {"alertname": "HighCPU", "severity": "critical"}}

ALERTMANAGER = _body("Alertmanager's body", _ALERTS, {"version": "4", "alerts": [_FIRING]})
GRAFANA = _body("Grafana's body", _ALERTS, {"alerts": [_FIRING], "groupKey": "{}:{}", "orgId": 1})
DATADOG = _body(
    "Datadog's variables in an object; a title must be among them (docs/senders.md)",
    {
        "type": "object",
        "required": ["title"],
        "properties": {
            "title": {"type": "string", "pattern": "^[A-Za-z]"},
            **dict.fromkeys(("alert_id", "alert_transition", "alert_type", "alert_priority", "alert_scope"), _ANY),
            **dict.fromkeys(("aggreg_key", "alert_cycle_key", "tags", "hostname", "date", "link", "text"), _ANY),
        },
    },
    {"title": "[Triggered on {host:web-1}] CPU is high", "alert_transition": "Triggered", "alert_priority": "P1"},
)
GENERIC = _body(
    "Any JSON, read as the score says (docs/senders.md); without a word in the score by the names that most use",
    {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "pattern": "^[A-Za-z]"},
            **dict.fromkeys(("status", "severity", "fingerprint", "summary", "description"), _ANY),
        },
    },
    {"name": "Backup failed", "severity": "warning", "status": "firing"},
)
METRIC = _body(
    "One value",
    {
        "type": "object",
        "required": ["type", "value"],
        "properties": {
            "type": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,128}$"},
            "value": {"type": ["number", "boolean"], "minimum": -1.7e308, "maximum": 1.7e308},
        },
    },
    {"type": "cpu", "value": 0.42},
)
