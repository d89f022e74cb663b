"""Cues as scsynth's own commands, for an engine with no sclang in front of it."""

from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path

from singing_pager.core.instrument import Catalogue
from singing_pager.model import STRIPS, Cue, Hold, Mix, Priority, Release, Strike
from singing_pager.sinks.osc import message, packets

__all__ = ["Scsynth"]

_ROOT = 0
_GROUPS = {priority: 900 + priority.rank for priority in Priority}
_MIX, _SAFETY = 905, 906
_FIRST_VOICE = 1000
_BUS = 16
"""The first private bus of a server with eight inputs and eight outputs."""
_BUSES = {priority: _BUS + 2 * priority.rank for priority in Priority}
_TO_TAIL = 1
_ANY = -1


class Scsynth:
    """Translates cues into `/s_new` and `/n_set`, and remembers which node is which voice, and the mix.

    Args:
        catalogue: Names the controls.
        synthdefs: Folder of compiled SynthDefs, sent to the server by `boot`.
        ambience: How much louder the ambience is than beside alarms, 0 to 8; 4 is 12 dB more.
    """

    def __init__(self, catalogue: Catalogue, synthdefs: Path, *, ambience: float = 1.0) -> None:
        self._catalogue = catalogue
        self._synthdefs = synthdefs
        self._ambience = ambience
        self._mix = Mix()
        self._nodes: dict[str, int] = {}
        self._ids = count(_FIRST_VOICE)

    def boot(self) -> tuple[bytes, ...]:
        """What a server that has just been reached is told: SynthDefs, then the stage of `lib/stage.scd`.

        The server loads SynthDefs beside the sound, so the stage is set by the completion of the last one; when the
        answer to `/sync` comes, it stands and voices may be played. Volumes and mute are from the first sample on what
        they were last.
        """
        self._nodes.clear()
        volumes, end = self._strips()
        groups = chain.from_iterable((group, _TO_TAIL, _ROOT) for group in _GROUPS.values())
        stage = (
            message("/g_freeAll", _ROOT),
            message("/g_new", *groups),
            message("/s_new", "mix", _MIX, _TO_TAIL, _ROOT, "bus", _BUS, "level", self._ambience, *volumes),
            message("/s_new", "safety", _SAFETY, _TO_TAIL, _ROOT, *end),
        )
        *files, last = [file.read_bytes() for file in sorted(self._synthdefs.glob("*.scsyndef"))]
        return (
            *(message("/d_recv", file) for file in files),
            message("/d_recv", last, next(packets(stage, None))),
            message("/sync", 0),
        )

    def encode(self, cue: Cue) -> Sequence[bytes]:
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
            case Mix():
                self._mix = cue
                volumes, end = self._strips()
                return message("/n_set", _MIX, *volumes), message("/n_set", _SAFETY, *end)

    def _new(self, cue: Strike | Hold, node: int) -> bytes:
        priority = self._catalogue[cue.instrument].priority
        place = (_TO_TAIL, _GROUPS[priority], "out", _BUSES[priority])
        return message("/s_new", cue.instrument, node, *place, *self._controls(cue))

    def _strips(self) -> tuple[tuple[object, ...], tuple[object, ...]]:
        """Controls of `mix`, a volume for each class, and of `safety`: the volume of everything, and the mute."""
        master, *classes = self._mix.levels
        volumes = chain.from_iterable(zip(STRIPS[1:], classes, strict=True))
        return tuple(volumes), ("vol", master, "mute", float(self._mix.muted))

    def _controls(self, cue: Strike | Hold) -> tuple[object, ...]:
        names = [parameter.name for parameter in self._catalogue[cue.instrument].parameters]
        return tuple(chain.from_iterable(zip(names, cue.params, strict=True)))
