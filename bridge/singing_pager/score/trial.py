"""What a rule makes of a value, before anybody saves it."""

from dataclasses import replace

from singing_pager.core.rules import MetricRule, Sound
from singing_pager.model import Drop, Reading
from singing_pager.score.draft import Rule

__all__ = ["Value", "sound_of"]

Value = float | dict[str, object]
"""A number, or a payload with numbers in it."""


def sound_of(rule: Rule, value: Value) -> Sound | Drop:
    """Give what a rule would sound for a value, or why nothing.

    Args:
        rule: An alert's rule and a single sound make the same of every value.
        value: What the reading's number would be, reduced already; a number stands at the end of every path.
    """
    if isinstance(rule, Sound):
        return rule
    if not isinstance(rule, MetricRule):
        return rule.sound
    instant = replace(rule, of="last")
    if not isinstance(value, dict):
        mappings = tuple((place, replace(mapping, path=())) for place, mapping in rule.mappings)
        instant = replace(instant, path=(), mappings=mappings)
    intent = instant.intent("", Reading(stream=rule.stream, data=value, at=0.0, route=""))
    return intent if isinstance(intent, Drop) else Sound(rule.sound.instrument, intent.params)
