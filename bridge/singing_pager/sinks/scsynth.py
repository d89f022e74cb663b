"""Cues as scsynth's own commands, for an engine with no sclang in front of it."""

from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path

from pythonosc.osc_message import OscMessage

from singing_pager.core.instrument import Catalogue, Kind
from singing_pager.model import Cue, Hold, Release, Strike
from singing_pager.sinks.osc import message

__all__ = ["Scsynth"]

_ROOT, _AMBIENCE, _ALARMS, _SAFETY = 0, 900, 901, 902
_FIRST_VOICE = 1000
_TO_HEAD, _TO_TAIL = 0, 1
_ANY = -1


class Scsynth:
    """Translates cues into `/s_new` and `/n_set`, and remembers which node is which voice.

    Args:
        catalogue: Names the controls.
        synthdefs: Folder of compiled SynthDefs, sent to the server by `boot`.
    """

    def __init__(self, catalogue: Catalogue, synthdefs: Path) -> None:
        self._catalogue = catalogue
        self._synthdefs = synthdefs
        self._nodes: dict[str, int] = {}
        self._ids = count(_FIRST_VOICE)

    def boot(self) -> tuple[OscMessage, ...]:
        """What a server that has just been reached is told: SynthDefs, groups, and the safety stage after them all."""
        self._nodes.clear()
        definitions = [message("/d_recv", file.read_bytes()) for file in sorted(self._synthdefs.glob("*.scsyndef"))]
        return (
            *definitions,
            message("/g_freeAll", _ROOT),
            message("/g_new", _AMBIENCE, _TO_HEAD, _ROOT, _ALARMS, _TO_TAIL, _ROOT),
            message("/s_new", "safety", _SAFETY, _TO_TAIL, _ROOT),
        )

    def encode(self, cue: Cue) -> Sequence[OscMessage]:
        """Give the commands for one cue."""
        match cue:
            case Strike():
                return (self._new(cue, _ANY),)
            case Hold():
                node = self._nodes.get(cue.voice)
                if node is not None:
                    return (message("/n_set", node, *self._controls(cue)),)
                self._nodes[cue.voice] = node = next(self._ids)
                return (self._new(cue, node),)
            case Release(voice):
                node = self._nodes.pop(voice, None)
                return () if node is None else (message("/n_set", node, "gate", 0.0),)

    def _new(self, cue: Strike | Hold, node: int) -> OscMessage:
        group = _AMBIENCE if self._catalogue[cue.instrument].kind is Kind.HELD else _ALARMS
        return message("/s_new", cue.instrument, node, _TO_TAIL, group, *self._controls(cue))

    def _controls(self, cue: Strike | Hold) -> tuple[object, ...]:
        names = [parameter.name for parameter in self._catalogue[cue.instrument].parameters]
        return tuple(chain.from_iterable(zip(names, cue.params, strict=True)))
