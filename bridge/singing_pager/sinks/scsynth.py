"""Cues as scsynth's own commands, for an engine with no sclang in front of it."""

from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path

from singing_pager.core.instrument import Catalogue
from singing_pager.model import Cue, Hold, Priority, Release, Strike
from singing_pager.sinks.osc import message, packets

__all__ = ["Scsynth"]

_ROOT, _AMBIENCE, _ALARMS, _DUCK, _SAFETY = 0, 900, 901, 902, 903
_FIRST_VOICE = 1000
_OUT, _AMBIENCE_BUS = 0, 16
"""Buses: the first of the outputs, and the first private one of a server with eight inputs and eight outputs."""
_TO_TAIL = 1
_ANY = -1


class Scsynth:
    """Translates cues into `/s_new` and `/n_set`, and remembers which node is which voice.

    Args:
        catalogue: Names the controls.
        synthdefs: Folder of compiled SynthDefs, sent to the server by `boot`.
        ambience: How much louder the ambience is than beside alarms, 0 to 8; 4 is 12 dB more.
    """

    def __init__(self, catalogue: Catalogue, synthdefs: Path, *, ambience: float = 1.0) -> None:
        self._catalogue = catalogue
        self._synthdefs = synthdefs
        self._ambience = ambience
        self._nodes: dict[str, int] = {}
        self._ids = count(_FIRST_VOICE)

    def boot(self) -> tuple[bytes, ...]:
        """What a server that has just been reached is told: SynthDefs, then the stage of `lib/stage.scd`.

        The server loads SynthDefs beside the sound, so the stage is set by the completion of the last one; when the
        answer to `/sync` comes, it stands and voices may be played.
        """
        self._nodes.clear()
        stage = (
            message("/g_freeAll", _ROOT),
            message("/g_new", _AMBIENCE, _TO_TAIL, _ROOT, _ALARMS, _TO_TAIL, _ROOT),
            message(*("/s_new", "duck", _DUCK, _TO_TAIL, _ROOT), *("ambience", _AMBIENCE_BUS, "level", self._ambience)),
            message("/s_new", "safety", _SAFETY, _TO_TAIL, _ROOT),
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

    def _new(self, cue: Strike | Hold, node: int) -> bytes:
        quiet = self._catalogue[cue.instrument].priority is Priority.AMBIENCE
        group, out = (_AMBIENCE, _AMBIENCE_BUS) if quiet else (_ALARMS, _OUT)
        return message("/s_new", cue.instrument, node, _TO_TAIL, group, "out", out, *self._controls(cue))

    def _controls(self, cue: Strike | Hold) -> tuple[object, ...]:
        names = [parameter.name for parameter in self._catalogue[cue.instrument].parameters]
        return tuple(chain.from_iterable(zip(names, cue.params, strict=True)))
