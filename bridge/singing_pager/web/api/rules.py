"""Rules of a score as plain values, for answers."""

from collections.abc import Iterable, Mapping, Sequence

from singing_pager.core import mapping as core
from singing_pager.core.instrument import Parameter
from singing_pager.core.matching import Matcher
from singing_pager.core.rules import AlertRule, MetricRule, Sound
from singing_pager.errors import Fault
from singing_pager.model import Params
from singing_pager.score.draft import Rule
from singing_pager.web.api.views import View

__all__ = ["fault", "quantities", "views"]

_NOTHING: View = {"match": [], "repeat": None, "stream": "", "path": "", "of": "", "stale_after": None, "mappings": []}


def views(rules: Mapping[str, Rule]) -> list[View]:
    """Show rules, each with its key."""
    return [_NOTHING | {"key": key} | _rule(key, rule) for key, rule in rules.items()]


def quantities(parameters: Sequence[Parameter], params: Params, moved: Iterable[str] = ()) -> View:
    """Show values by the names of their parameters, but for those that something moves."""
    named = zip(parameters, params, strict=True)
    return {each.name: {"value": value, "units": each.units} for each, value in named if each.name not in moved}


def fault(given: Fault) -> View:
    """Show what is wrong in a score."""
    return {"line": given.line or 1, "column": given.column or None, "key": given.key, "message": given.said}


def _rule(key: str, rule: Rule) -> View:
    match rule:
        case Sound():
            return _sound(rule) | {"name": key, "kind": "sound"}
        case AlertRule():
            match = [_matcher(matcher) for matcher in rule.matchers]
            return _sound(rule.sound) | {"name": rule.name, "kind": "alert", "match": match, "repeat": rule.repeat}
        case MetricRule():
            mappings = [_mapping(rule, place, mapping) for place, mapping in rule.mappings]
            return _sound(rule.sound, {str(each["parameter"]) for each in mappings}) | {
                "name": rule.name,
                "kind": "metric",
                "priority": rule.priority,
                "stream": rule.stream,
                "path": ".".join(rule.path),
                "of": rule.of,
                "stale_after": rule.stale_after,
                "mappings": mappings,
            }


def _sound(sound: Sound, moved: Iterable[str] = ()) -> View:
    instrument = sound.instrument
    params = quantities(instrument.parameters, sound.params, moved)
    return {"instrument": instrument.name, "priority": instrument.priority, "params": params}


def _mapping(rule: MetricRule, place: int, mapping: core.Mapping) -> View:
    parameter = rule.sound.instrument.parameters[place]
    return {
        "parameter": parameter.name,
        "path": ".".join(mapping.path or rule.path),
        "from": mapping.source,
        "range": mapping.range,
        "warp": mapping.warp,
        "step": mapping.step,
        "scale": mapping.scale,
        "root": mapping.root,
        "outside": mapping.outside,
        "units": parameter.units,
    }


def _matcher(matcher: Matcher) -> str:
    """As Alertmanager writes it."""
    escaped = matcher.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{matcher.label}{matcher.operator}"{escaped}"'
