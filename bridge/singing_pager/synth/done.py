"""Done actions: what a synth does to itself and its neighbours when its envelope ends.

The numbers are SuperCollider's (its help file "Done").
"""

from dataclasses import dataclass, field

from singing_pager.synth.tree import ROOT, Group, Node, Synth, Tree

__all__ = ["LATER", "Deed", "act"]

_PAUSE = 1
_FREE = 2
_BEFORE, _AFTER = 3, 4
_EMPTY_BEFORE, _EMPTY_AFTER = 5, 6
_ALL_BEFORE, _ALL_AFTER = 7, 8
_PAUSE_BEFORE, _PAUSE_AFTER = 9, 10
_DEEP_BEFORE, _DEEP_AFTER = 11, 12
_ALL_OTHERS = 13
_GROUP = 14
_RESUME_AFTER = 15
LATER = frozenset({_PAUSE, _GROUP})
"""Actions that leave the control period in which they are done as it is; the others act on what comes after at once."""


@dataclass(slots=True)
class Deed:
    """What a done action has done.

    Attributes:
        gone: Synths that are no more.
        changed: Nodes that were running and wait now, or the other way round.
    """

    gone: list[Synth] = field(default_factory=list)
    changed: list[Node] = field(default_factory=list)


def act(tree: Tree, number: int, action: int) -> Deed:
    """Do what a done action says to the tree. Numbers without a meaning do nothing."""
    deed = Deed()
    node = tree[number]
    group = node.parent
    if group is None or not _PAUSE <= action <= _RESUME_AFTER:
        return deed
    if action == _PAUSE:
        node.running = False
        deed.changed.append(node)
        return deed
    if action == _GROUP:
        deed.gone = tree.free_inside(ROOT, deep=False) if group.parent is None else tree.free(group.number)
        return deed
    at = group.inside.index(node)
    before, after = group.inside[:at], group.inside[at + 1 :]
    deed.gone = tree.free(number)
    for other in _freed(action, before, after):
        deed.gone += tree.free(other.number)
    for other, deep in _emptied(action, before, after):
        inside = isinstance(other, Group)
        deed.gone += tree.free_inside(other.number, deep=deep) if inside else tree.free(other.number)
    for other in _turned(action, before, after):
        other.running = action == _RESUME_AFTER
        deed.changed.append(other)
    return deed


def _turned(action: int, before: list[Node], after: list[Node]) -> list[Node]:
    return {_PAUSE_BEFORE: before[-1:], _PAUSE_AFTER: after[:1], _RESUME_AFTER: after[:1]}.get(action, [])


def _freed(action: int, before: list[Node], after: list[Node]) -> list[Node]:
    return {
        _BEFORE: before[-1:],
        _AFTER: after[:1],
        _ALL_BEFORE: before,
        _ALL_AFTER: after,
        _ALL_OTHERS: before + after,
    }.get(action, [])


def _emptied(action: int, before: list[Node], after: list[Node]) -> list[tuple[Node, bool]]:
    near = before[-1:] if action in {_EMPTY_BEFORE, _DEEP_BEFORE} else after[:1]
    if action not in {_EMPTY_BEFORE, _EMPTY_AFTER, _DEEP_BEFORE, _DEEP_AFTER}:
        return []
    return [(node, action in {_DEEP_BEFORE, _DEEP_AFTER}) for node in near]
