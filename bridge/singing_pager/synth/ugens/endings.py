"""UGens that end their own synth."""

import numpy as np

from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Evaluate, Flags, Places, Signal, Unit

__all__ = ["UGENS"]

_FREE = np.array([[2]], np.float32)
_UNHEARD = -(2**40)
"""When a sound was last heard that has not begun."""


def _free_self(unit: Unit, signal: Signal) -> Signal:
    """End the synth when the input is above 0."""
    unit.done(_first(unit, unit.rowed(unit.held(signal, 0)) > 0), _FREE)
    return signal


def _detect_silence(unit: Unit, signal: Signal, threshold: Signal, seconds: Signal, action: Signal) -> Signal:
    """Give 1, and do what is to be done, when the input has been silent for some time after it was heard."""
    loud = np.abs(unit.rowed(unit.whole(unit.held(signal, 0)))) > threshold[:, :1]
    columns = np.arange(1, unit.width + 1)
    heard = np.maximum.accumulate(np.where(loud, columns, unit.recall("heard", _UNHEARD, np.int64)), axis=1)
    unit.keep("heard", np.where(heard[:, -1:] > _UNHEARD // 2, heard[:, -1:] - unit.width, _UNHEARD))
    silent = np.maximum(1, np.trunc(seconds[:, :1].astype(np.float64) * unit.sample_rate))
    found = (heard > _UNHEARD // 2) & (columns - heard >= silent)
    unit.done(_first(unit, found) // (BLOCK if unit.rate is Rate.AUDIO else 1), action)
    return found.astype(np.float32)


def _first(unit: Unit, flags: Flags) -> Places:
    """Which column is the first that is flagged; beyond the last where none is."""
    return np.where(flags.any(axis=1), flags.argmax(axis=1), unit.width)


UGENS: dict[str, Evaluate] = {"DetectSilence": _detect_silence, "FreeSelf": _free_self}
