"""Who sounds again next: the alerts of each rule that nobody has yet, in turn."""

from collections import OrderedDict
from collections.abc import Iterator

from singing_pager.core.rules import AlertRule
from singing_pager.model import Priority

__all__ = ["MOMENT", "Turns"]

MOMENT = 0.001
"""Seconds that make no difference: times since 1970 are not that exact."""


class _Queue:
    """The alerts of one rule, the one that was heard longest ago in front."""

    def __init__(self, rule: AlertRule) -> None:
        self.rule = rule
        self.alerts: OrderedDict[str, float] = OrderedDict()
        self.struck = 0.0


class Turns:
    """Repetition: each alarm by its own interval, and when there are many, no more of them than can be told apart.

    With up to `side_by_side` alerts of a rule each repeats by the rule's interval; with more they take turns, so that
    the rule as a whole sounds no oftener than that.
    """

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = {}
        self._places: dict[str, _Queue] = {}

    def clear(self) -> None:
        """Forget every turn."""
        self._queues.clear()
        self._places.clear()

    def take(self, fingerprint: str, rule: AlertRule, heard: float, *, struck: bool = False) -> None:
        """Let an alert wait for its next turn; not so where its rule never repeats.

        Args:
            fingerprint: The alert.
            rule: How it sounds.
            heard: Unix time at which it was heard, or something stood for it.
            struck: Whether it was its own alarm that was heard: only that makes the others of its rule wait.
        """
        self.leave(fingerprint)
        if not rule.repeat:
            return
        queue = self._queues.get(rule.name)
        if queue is None or queue.rule != rule:
            queue = self._queues[rule.name] = _Queue(rule)
        queue.alerts[fingerprint] = heard
        if struck:
            queue.struck = heard
        self._places[fingerprint] = queue

    def leave(self, fingerprint: str) -> None:
        """Let an alert sound no more."""
        queue = self._places.pop(fingerprint, None)
        if queue is not None:
            del queue.alerts[fingerprint]
            if not queue.alerts and self._queues.get(queue.rule.name) is queue:
                del self._queues[queue.rule.name]

    def due(self, now: float, side_by_side: int, *, flooding: bool) -> Iterator[tuple[str, AlertRule]]:
        """The alerts whose turn it is: one of each rule at most, criticals first, and in a flood only those."""
        queues = sorted(self._queues.values(), key=lambda queue: queue.rule.sound.instrument.priority.rank)
        for queue in queues:
            rule = queue.rule
            if flooding and rule.sound.instrument.priority is not Priority.CRITICAL:
                continue
            fingerprint, heard = next(iter(queue.alerts.items()))
            together = 1 if flooding else min(len(queue.alerts), side_by_side)
            since, pause = now + MOMENT - heard, now + MOMENT - queue.struck
            if since >= rule.repeat and pause >= rule.repeat / together:
                yield fingerprint, rule

    def pass_over(self, fingerprint: str) -> None:
        """Let an alert that may not be heard now give its turn to the next."""
        self._places[fingerprint].alerts.move_to_end(fingerprint)
