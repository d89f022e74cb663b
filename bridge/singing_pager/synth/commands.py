"""scsynth's commands (SuperCollider's help file "Server Command Reference"): what each does to the tree of nodes."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from singing_pager.synth.graph import Graph, prepare
from singing_pager.synth.packet import Message, PacketError, messages
from singing_pager.synth.scsyndef import SynthDef, SynthDefError, parse, read
from singing_pager.synth.stage import Stage
from singing_pager.synth.tree import AddAction, Group, Synth, Tree, TreeError

__all__ = ["Commands"]

Arguments = tuple[object, ...]
"""What a message carries: int, float, str, bytes, or lists of them."""

_SILENT = frozenset({"/sync", "/notify", "/status", "/version", "/dumpOSC", "/error", "/quit", "/n_query", "/n_trace"})
"""Commands that ask for an answer or a log line: there is nobody to answer."""


class Commands:
    """Carries out commands; what cannot be done is counted by its reason and ignored, as scsynth does.

    Args:
        tree: The nodes.
        stage: Where they sound.
    """

    def __init__(self, tree: Tree, stage: Stage) -> None:
        self.ignored: Counter[str] = Counter()
        self._tree = tree
        self._stage = stage
        self._graphs: dict[str, Graph] = {}
        self._offset = 0
        self._known: dict[str, Callable[[Arguments], None]] = {
            "/c_set": self._c_set,
            "/c_setn": self._c_setn,
            "/d_free": self._d_free,
            "/d_load": self._d_load,
            "/d_loadDir": self._d_load,
            "/d_recv": self._d_recv,
            "/g_deepFree": self._g_deep_free,
            "/g_freeAll": self._g_free_all,
            "/g_head": self._g_head,
            "/g_new": self._g_new,
            "/g_tail": self._g_tail,
            "/n_after": self._n_after,
            "/n_before": self._n_before,
            "/n_free": self._n_free,
            "/n_order": self._n_order,
            "/n_run": self._n_run,
            "/n_set": self._n_set,
            "/n_setn": self._n_setn,
            "/p_new": self._g_new,
            "/s_new": self._s_new,
            "/s_noid": lambda _: None,
        }

    @property
    def synthdefs(self) -> list[str]:
        """The SynthDefs that can be played."""
        return sorted(self._graphs)

    def load(self, path: Path) -> None:
        """Take the SynthDefs of a `.scsyndef` file, or of all of them in a folder; raises SynthDefError."""
        files = sorted(path.glob("*.scsyndef")) if path.is_dir() else [path]
        for file in files:
            for synthdef in read(file):
                try:
                    self._learn(synthdef)
                except SynthDefError as error:
                    raise SynthDefError(f"{file}: {error}") from error

    def do(self, message: Message, offset: int) -> None:
        """Carry out one command at so many samples after the beginning of a control period."""
        self._offset = offset
        command = self._known.get(message.address)
        if command is None:
            if message.address not in _SILENT:
                self.ignored["unknown_command"] += 1
            return
        try:
            command(message.arguments)
        except TreeError as error:
            self.ignored[str(error)] += 1
        except SynthDefError:
            self.ignored["bad_synthdef"] += 1
        except (TypeError, ValueError, IndexError):
            self.ignored["bad_arguments"] += 1

    def _s_new(self, arguments: Arguments) -> None:
        name, number, action, target, *pairs = arguments
        graph = self._graphs.get(_text(name))
        if graph is None:
            self.ignored["no_such_synthdef"] += 1
            return
        synthdef = graph.synthdef
        controls = np.array(synthdef.variants.get(_text(name), synthdef.parameters), np.float32)
        own = self._tree.own_id() if _whole(number) == -1 else _whole(number)
        synth = Synth(own, None, graph, controls, self._offset)
        for index, value in _values(pairs, synthdef.names):
            if 0 <= index < len(controls):
                controls[index] = value
        self._stage.leave(self._tree.add(synth, _whole(action), _whole(target)))
        self._stage.join(synth)

    def _g_new(self, arguments: Arguments) -> None:
        for at in range(0, len(arguments), 3):
            number, action, target = (_whole(argument) for argument in arguments[at : at + 3])
            own = self._tree.own_id() if number == -1 else number
            self._stage.leave(self._tree.add(Group(own, None), action, target))

    def _n_set(self, arguments: Arguments) -> None:
        number, *pairs = arguments
        for synth in self._synths(_whole(number)):
            for index, value in _values(pairs, synth.graph.synthdef.names):
                self._stage.set(synth, index, value)

    def _n_setn(self, arguments: Arguments) -> None:
        number, *rest = arguments
        while rest:
            control, count = rest[0], _whole(rest[1])
            values, rest = rest[2 : 2 + count], rest[2 + count :]
            self._n_set((number, control, values))

    def _n_free(self, arguments: Arguments) -> None:
        for number in arguments:
            self._stage.leave(self._tree.free(_whole(number)))

    def _n_run(self, arguments: Arguments) -> None:
        for number, flag in _pairs(arguments):
            self._tree[_whole(number)].running = _whole(flag) != 0
        self._stage.changed()

    def _n_before(self, arguments: Arguments) -> None:
        for number, target in _pairs(arguments):
            self._move(_whole(number), AddAction.BEFORE, _whole(target))

    def _n_after(self, arguments: Arguments) -> None:
        for number, target in _pairs(arguments):
            self._move(_whole(number), AddAction.AFTER, _whole(target))

    def _n_order(self, arguments: Arguments) -> None:
        action, target, *numbers = (_whole(argument) for argument in arguments)
        if action in {AddAction.TAIL, AddAction.BEFORE}:
            for number in numbers:
                self._move(number, action, target)
        else:
            for number in reversed(numbers):
                self._move(number, action, target)

    def _g_head(self, arguments: Arguments) -> None:
        for group, number in _pairs(arguments):
            self._move(_whole(number), AddAction.HEAD, _whole(group))

    def _g_tail(self, arguments: Arguments) -> None:
        for group, number in _pairs(arguments):
            self._move(_whole(number), AddAction.TAIL, _whole(group))

    def _g_free_all(self, arguments: Arguments) -> None:
        for number in arguments:
            self._stage.leave(self._tree.free_inside(_whole(number), deep=False))

    def _g_deep_free(self, arguments: Arguments) -> None:
        for number in arguments:
            self._stage.leave(self._tree.free_inside(_whole(number), deep=True))

    def _c_set(self, arguments: Arguments) -> None:
        for bus, value in _pairs(arguments):
            self._stage.buses.set_control(_whole(bus), _number(value))

    def _c_setn(self, arguments: Arguments) -> None:
        rest = list(arguments)
        while rest:
            first, count = _whole(rest[0]), _whole(rest[1])
            for place, value in enumerate(rest[2 : 2 + count]):
                self._stage.buses.set_control(first + place, _number(value))
            rest = rest[2 + count :]

    def _d_recv(self, arguments: Arguments) -> None:
        content, *completion = arguments
        for synthdef in parse(_bytes(content)):
            self._learn(synthdef)
        self._complete(completion)

    def _d_load(self, arguments: Arguments) -> None:
        path, *completion = arguments
        self.load(Path(_text(path)))
        self._complete(completion)

    def _d_free(self, arguments: Arguments) -> None:
        for name in arguments:
            self._graphs.pop(_text(name), None)

    def _learn(self, synthdef: SynthDef) -> None:
        graph = prepare(synthdef)
        for name in (synthdef.name, *synthdef.variants):
            self._graphs[name] = graph

    def _complete(self, completion: list[object]) -> None:
        """Carry out the message that follows the loading of a SynthDef."""
        try:
            for content in completion:
                for message in messages(_bytes(content)):
                    self.do(message, self._offset)
        except PacketError:
            self.ignored["bad_packet"] += 1

    def _move(self, number: int, action: int, target: int) -> None:
        self._tree.move(number, action, target)
        self._stage.changed()

    def _synths(self, number: int) -> list[Synth]:
        """A synth, or every synth of a group, paused ones too."""
        node = self._tree[number]
        if isinstance(node, Synth):
            return [node]
        return [synth for inner in node.inside for synth in self._synths(inner.number)]


def _values(pairs: list[object], names: dict[str, int] | object) -> Iterator[tuple[int, float]]:
    """Controls by name or place, each with a value or a list of values for it and those that follow it."""
    places = names if isinstance(names, dict) else {}
    for control, given in _pairs(tuple(pairs)):
        index = places.get(control, -1) if isinstance(control, str) else _whole(control)
        values = given if isinstance(given, list) else [given]
        if index >= 0:
            yield from ((index + place, _number(value)) for place, value in enumerate(values))


def _pairs(arguments: Arguments) -> Iterator[tuple[object, object]]:
    if len(arguments) % 2:
        raise ValueError("arguments come in pairs")
    return ((arguments[at], arguments[at + 1]) for at in range(0, len(arguments), 2))


def _whole(argument: object) -> int:
    return int(_number(argument))


def _number(argument: object) -> float:
    if isinstance(argument, int | float) and not isinstance(argument, bool):
        return argument
    raise TypeError(f"{argument!r} is no number")


def _text(argument: object) -> str:
    if isinstance(argument, str):
        return argument
    raise TypeError(f"{argument!r} is no text")


def _bytes(argument: object) -> bytes:
    if isinstance(argument, bytes):
        return argument
    raise TypeError(f"{argument!r} is no blob")
