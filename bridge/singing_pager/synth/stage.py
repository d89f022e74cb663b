"""Which synths are evaluated together, and in what order."""

from collections.abc import Iterator

import numpy as np

from singing_pager.synth.batch import Batch
from singing_pager.synth.buses import Buses
from singing_pager.synth.done import LATER, act
from singing_pager.synth.tree import Node, Place, Synth, Tree
from singing_pager.synth.unit import BLOCK, Span

__all__ = ["Stage"]


_END: Place = (1 << 60, 0)


class Stage:
    """Plays the synths of a tree.

    Synths that only add to buses may be evaluated in any order: between two that read buses, all synths of one
    SynthDef are rows of one batch.

    Args:
        tree: The nodes.
        rate: Samples a second.
        chance: Where noise comes from.
    """

    def __init__(self, tree: Tree, rate: float, chance: np.random.Generator) -> None:
        self.buses = Buses(BLOCK)
        self._tree = tree
        self._rate = rate
        self._chance = chance
        self._batches: dict[Place, Batch] = {}
        self._changed = True

    @property
    def single(self) -> bool:
        """Whether a synth may act on others at its end, so that control periods are to be evaluated one by one."""
        self._arrange()
        return any(batch.graph.single for batch in self._batches.values())

    @property
    def rows(self) -> int:
        """Rows of the largest batch."""
        self._arrange()
        return max((batch.rows for batch in self._batches.values()), default=1)

    def changed(self) -> None:
        """Take note that nodes have moved, or wait or run again."""
        self._changed = True

    def join(self, synth: Synth) -> None:
        """Give a new synth of the tree its row: beside a neighbour at once, else when the next span begins."""
        near = self._tree.neighbour(synth)
        if self._changed or synth.graph.ordered or near is None or near.graph.ordered or near.place is None:
            self._changed = True
        else:
            self._seat(synth, (near.place[0], id(synth.graph)))

    def leave(self, synths: list[Synth]) -> None:
        """Take rows away from synths that are no more."""
        for synth in synths:
            if synth.batch is not None:
                synth.batch.leave(synth.row)
                synth.batch = synth.place = None

    def set(self, synth: Synth, index: int, value: float) -> None:
        """Set a control of a synth; one that it does not have is ignored, as in scsynth."""
        if 0 <= index < len(synth.controls):
            if synth.batch is None:
                synth.controls[index] = value
            else:
                synth.batch.set(synth.row, index, value)

    def run(self, blocks: int) -> None:
        """Evaluate so many control periods; what is done by itself is freed."""
        self._arrange()
        self.buses.begin(blocks)
        later: list[tuple[Batch, Span]] = []
        place: Place = (-1, 0)
        while (place := min((other for other in self._batches if other > place), default=_END)) != _END:
            batch = self._batches[place]
            if batch.empty:
                del self._batches[place]
                continue
            span = batch.run(blocks, self._rate, self.buses, self._chance)
            if any(action not in LATER for *_, action in span.actions):
                self._end(batch, span, place)
            elif span.actions or (span.ended < blocks).any():
                later.append((batch, span))
        self.buses.end()
        for batch, span in later:
            self._end(batch, span, place)

    def _end(self, batch: Batch, span: Span, place: Place) -> None:
        """Do what done actions say; what stands after `place` is not to sound, or is to sound again, at once."""
        for row, _, action in span.actions:
            owner = batch.owner(row)
            if owner is not None and owner in self._tree:
                deed = act(self._tree, owner, action)
                self.leave(deed.gone)
                self._turn(deed.changed, place)
        for row in np.flatnonzero(span.ended < span.blocks).tolist():
            owner = batch.owner(row)
            if owner is not None and owner in self._tree:
                self.leave(self._tree.free(owner))
        if span.actions:
            self._changed = True
        for number, row in (batch.tidy() or {}).items():
            node = self._tree[number]
            if isinstance(node, Synth):
                node.row = row

    def _turn(self, nodes: list[Node], place: Place) -> None:
        """Begin or stop to evaluate nodes at once."""
        for node in nodes:
            for synth in self._tree.synths_of(node):
                if not node.running:
                    self._unseat(synth)
                elif place != _END:
                    self._seat(synth, (place[0] + 1, id(synth.graph)))

    def _arrange(self) -> None:
        """Give every running synth its row."""
        if not self._changed:
            return
        self._changed = False
        places = dict(self._places())
        for batch in self._batches.values():
            for number in batch.owners():
                node = self._tree.get(number)
                if isinstance(node, Synth) and node not in places:
                    self._unseat(node)
        for synth, place in places.items():
            if synth.batch is None or synth.batch is not self._batches.get(place):
                self._seat(synth, place)

    def _places(self) -> Iterator[tuple[Synth, Place]]:
        before = 0
        for synth in self._tree.synths():
            before += synth.graph.ordered
            yield synth, (before, id(synth.graph))
            before += synth.graph.ordered

    def _unseat(self, synth: Synth) -> None:
        """Take a synth's row away, keeping all that it remembers."""
        if synth.batch is not None:
            synth.controls = synth.batch.controls[synth.row].copy()
            synth.kept = synth.batch.kept(synth.row)
            synth.batch.leave(synth.row)
            synth.batch = synth.place = None

    def _seat(self, synth: Synth, place: Place) -> None:
        self._unseat(synth)
        batch = self._batches.get(place)
        if batch is None:
            batch = self._batches[place] = Batch(synth.graph)
        synth.row = batch.join(synth.number, synth.controls, synth.offset, synth.kept)
        synth.batch, synth.place, synth.kept = batch, place, None
