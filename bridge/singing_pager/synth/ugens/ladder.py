"""Moog's ladder of four low passes, fed back on itself."""

import numpy as np
from scipy.linalg.blas import dtbsv

from singing_pager.synth.coefficients import SMOOTH, begun, follow, periodic, samples
from singing_pager.synth.recurrence import Reals, settled
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Evaluate, Flags, Signal, Unit

__all__ = ["UGENS"]

_STAGES = 4
_REACH = 5
"""Unknowns between a stage of one sample and the farthest of the sample before that it is made of."""


def _moog_ff(unit: Unit, signal: Signal, freq: Signal, gain: Signal, reset: Signal) -> Signal:
    """Moog's low pass, its structure kept (Fontana, "Preserving the Digital Structure of the Moog VCF", 2007)."""
    x = samples(unit, signal)
    half = np.maximum(np.tan(periodic(unit, freq, 1) * (np.pi / unit.sample_rate)), 0)
    b = _stepped(unit, half / (1 + half), x)
    k = follow(unit, np.clip(periodic(unit, gain, 2), 0, _STAGES), steps=SMOOTH, late=True)[0]
    k = np.broadcast_to(k, x.shape)
    anew = _stepped(unit, periodic(unit, reset, 3), x) > 0
    if unit.rate is Rate.AUDIO:
        anew &= np.arange(x.shape[1]) % BLOCK == 0
    begin = np.zeros((1, _STAGES))
    if unit.span.fresh is not None:
        start = begun(unit, signal)
        built = _solve(start, b[:, :1], k[:, :1], anew[:, :1], np.zeros((len(x), _STAGES)))
        unit.before = built[:, :, 0].astype(np.float32)
        begin = _states(start, b[:, :1], k[:, :1], built)
    states = unit.recall("states", begin)
    found = _solve(x, b, k, anew, states)
    unit.keep("states", settled(_states(x, b, k, found)))
    return found[:, :, 0].astype(np.float32)


def _stepped(unit: Unit, values: Reals, x: Reals) -> Reals:
    """Spread what is worked out once a period over its samples."""
    if unit.rate is Rate.AUDIO and values.shape[1] > 1:
        values = np.repeat(values, BLOCK, axis=1)
    return np.broadcast_to(values, x.shape)


def _solve(x: Reals, b: Reals, k: Reals, anew: Flags, states: Reals) -> Reals:
    """Give (rows, columns, 4): what comes out, and what the first three low passes give.

    Each low pass is f[n] = b·u[n] + s[n], s[n+1] = b·u[n] − a·f[n], a = 2b − 1; the first is fed with u = x − k·out,
    and out is found from the states of all four. All of it is one triangular system with five diagonals below.
    """
    squared = b * b
    last = 1 / (1 + k * squared * squared)
    third, second, first = last * b, last * squared, last * b * squared
    c, a, fed, x1 = (np.where(anew, 0.0, _before(part)) for part in (b, 2 * b - 1, k, x))
    bands = np.zeros((*x.shape, _STAGES, _REACH + 1))
    for stage, reach, value in (
        *((0, 1, c * last - a * third), (0, 2, c * third - a * second), (0, 3, c * second - a * first)),
        *((0, 4, -c * fed * first - a * last), (1, 1, -b * k), (2, 1, b), (3, 1, b)),
        *((1, 4, -a), (2, 4, -a), (3, 4, -a), (1, 5, -c * fed), (2, 5, c), (3, 5, c)),
    ):
        if reach > stage:
            bands[:, :-1, stage - reach + _STAGES, reach] = -value[:, 1:]
        else:
            bands[:, :, stage - reach, reach] = -value
    y = np.zeros((*x.shape, _STAGES))
    y[:, :, 0] = first * (b * x + c * x1)
    y[:, :, 1] = b * x + c * x1
    kept = np.where(anew[:, :1], 0.0, states)
    y[:, 0, 0] += sum(part[:, 0] * kept[:, place] for place, part in enumerate((first, second, third, last)))
    y[:, 0, 1:] += kept[:, :3]
    return _substitute(bands, y)


def _substitute(bands: Reals, y: Reals) -> Reals:
    """Solve the triangular system; if what is no number has leaked from row to row, each row by itself."""
    lower = bands.reshape(-1, _REACH + 1).T
    found: Reals = dtbsv(_REACH, lower, y.reshape(-1), lower=1, diag=1).reshape(y.shape)
    if len(y) > 1 and not np.isfinite(found[:, -1]).all():
        return np.concatenate([_substitute(bands[row : row + 1], y[row : row + 1]) for row in range(len(y))])
    return found


def _states(x: Reals, b: Reals, k: Reals, found: Reals) -> Reals:
    """Give what the four low passes remember after the last sample: (rows, 4)."""
    b, last = b[:, -1:], found[:, -1]
    feeds = np.concatenate([x[:, -1:] - k[:, -1:] * last[:, :1], last[:, 1:]], axis=1)
    states: Reals = b * feeds - (2 * b - 1) * np.roll(last, -1, axis=1)
    return states


def _before(values: Reals) -> Reals:
    """Give what stood a sample before, and 0 before the first."""
    return np.concatenate([np.zeros_like(values[:, :1]), values[:, :-1]], axis=1)


UGENS: dict[str, Evaluate] = {"MoogFF": _moog_ff}
