"""The tree of nodes: groups and synths, in the order in which they are evaluated."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from singing_pager.synth.batch import Batch, Kept
from singing_pager.synth.graph import Graph

__all__ = ["ROOT", "AddAction", "Group", "Node", "Place", "Synth", "Tree", "TreeError"]

ROOT = 0
_MOST_NODES = 1024
"""As many as scsynth has by default."""


Place = tuple[int, int]
"""Where a batch stands: how many synths before it read or replace what others write; and which graph it plays."""


class TreeError(Exception):
    """A command names a node that is not there, or one that is; its text is the reason that is counted."""


class AddAction(IntEnum):
    """Where a new node goes: the head or tail of a group, before, after or in place of a node."""

    HEAD = 0
    TAIL = 1
    BEFORE = 2
    AFTER = 3
    REPLACE = 4


@dataclass(slots=True, eq=False)
class Group:
    """A node that holds nodes."""

    number: int
    parent: "Group | None"
    running: bool = True
    inside: list["Node"] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Synth:
    """A node that sounds: an instance of a SynthDef.

    Attributes:
        number: Node id.
        parent: The group that it is in.
        graph: What it plays.
        controls: Values of its controls until it has a row; then the batch has them.
        offset: Samples by which it begins after the beginning of its first control period.
        running: False: paused.
        batch: Where its row is.
        row: Which row is its.
        place: Which batch that is.
        kept: What it remembers while it has no row because it is paused.
    """

    number: int
    parent: Group | None
    graph: Graph
    controls: npt.NDArray[np.float32]
    offset: int
    running: bool = True
    batch: Batch | None = None
    row: int = -1
    place: Place | None = None
    kept: Kept | None = None


Node = Group | Synth


class Tree:
    """Every node by its id, and the order of all of them."""

    def __init__(self) -> None:
        self.root = Group(ROOT, None)
        self._nodes: dict[int, Node] = {ROOT: self.root}
        self._next_own = -8

    def __len__(self) -> int:
        return len(self._nodes)

    def __getitem__(self, number: int) -> Node:
        try:
            return self._nodes[number]
        except KeyError:
            raise TreeError("no_such_node") from None

    def __contains__(self, number: int) -> bool:
        return number in self._nodes

    def get(self, number: int) -> Node | None:
        """A node, if there is one of that id."""
        return self._nodes.get(number)

    def group(self, number: int) -> Group:
        """A group; raises TreeError when there is none of that id."""
        node = self[number]
        if not isinstance(node, Group):
            raise TreeError("no_such_node")
        return node

    def own_id(self) -> int:
        """An id for a node that nobody will name again (-1 in a command)."""
        while self._next_own in self._nodes:
            self._next_own -= 1
        self._next_own -= 1
        return self._next_own + 1

    def add(self, node: Node, action: int, target: int) -> list[Synth]:
        """Put a new node in its place; gives the synths that it took the place of.

        Raises:
            TreeError: The target is not there, the id is taken, or there are too many nodes.
        """
        if node.number in self._nodes:
            raise TreeError("duplicate_node")
        if len(self._nodes) >= _MOST_NODES:
            raise TreeError("too_many_nodes")
        there = self[target]
        if action in {AddAction.HEAD, AddAction.TAIL}:
            group = self.group(target)
            self._put(node, group, 0 if action == AddAction.HEAD else len(group.inside))
            return []
        if there.parent is None or action not in set(AddAction):
            raise TreeError("no_such_node")
        at = there.parent.inside.index(there)
        self._put(node, there.parent, at + (action == AddAction.AFTER))
        return self.free(there.number) if action == AddAction.REPLACE else []

    def move(self, number: int, action: int, target: int) -> None:
        """Move a node before or after another, or to the head or tail of a group; raises TreeError."""
        node, there = self[number], self[target]
        inner = {AddAction.HEAD, AddAction.TAIL}
        group = self.group(target) if action in inner else there.parent
        if node.parent is None or group is None or node is there or _inside(group, node):
            raise TreeError("no_such_node")
        node.parent.inside.remove(node)
        if action in inner:
            at = 0 if action == AddAction.HEAD else len(group.inside)
        else:
            at = group.inside.index(there) + (action == AddAction.AFTER)
        group.inside.insert(at, node)
        node.parent = group

    def free(self, number: int) -> list[Synth]:
        """Take a node away with all that is inside; gives the synths among them; raises TreeError."""
        node = self[number]
        if node.parent is None:
            raise TreeError("no_such_node")
        node.parent.inside.remove(node)
        return list(self._forget(node))

    def free_inside(self, number: int, *, deep: bool) -> list[Synth]:
        """Take away what is inside a group, or (`deep`) only the synths inside it and its groups; raises TreeError."""
        group = self.group(number)
        if not deep:
            gone = [synth for node in group.inside for synth in self._forget(node)]
            group.inside.clear()
            return gone
        gone = []
        for node in list(group.inside):
            gone += self.free_inside(node.number, deep=True) if isinstance(node, Group) else self.free(node.number)
        return gone

    def synths(self, group: Group | None = None) -> Iterator[Synth]:
        """Every running synth, in order."""
        for node in (group or self.root).inside:
            if not node.running:
                continue
            if isinstance(node, Group):
                yield from self.synths(node)
            else:
                yield node

    def synths_of(self, node: Node) -> list[Synth]:
        """A synth itself, or every running synth in a group."""
        return [node] if isinstance(node, Synth) else list(self.synths(node))

    def neighbour(self, synth: Synth) -> Synth | None:
        """A synth next to another in its group that is evaluated when that is, where both run."""
        group = synth.parent
        if group is None or not synth.running:
            return None
        at = 0 if group.inside[0] is synth else group.inside.index(synth)
        near = group.inside[at + 1 : at + 2] or group.inside[at - 1 : at]
        return near[0] if near and isinstance(near[0], Synth) and near[0].running else None

    def _put(self, node: Node, group: Group, at: int) -> None:
        group.inside.insert(at, node)
        node.parent = group
        self._nodes[node.number] = node

    def _forget(self, node: Node) -> Iterator[Synth]:
        del self._nodes[node.number]
        if isinstance(node, Synth):
            yield node
        else:
            for inner in node.inside:
                yield from self._forget(inner)


def _inside(group: Group, node: Node) -> bool:
    """Whether a group is a node, or somewhere inside it."""
    up: Group | None = group
    while up is not None:
        if up is node:
            return True
        up = up.parent
    return False
