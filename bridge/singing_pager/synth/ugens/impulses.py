"""Oscillators that count cycles: impulses, and saws that begin anew with another's cycle."""

import numpy as np

from singing_pager.synth.recurrence import Reals
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.ugens.phases import UNITS, Phases, cycles, run, signed, steps, wrapped
from singing_pager.synth.ugens.pieces import by_period, hold, pair
from singing_pager.synth.unit import BLOCK, Evaluate, Flags, Places, Signal, Unit

__all__ = ["UGENS"]

_HALF = np.array([[-(2**63)]])
_LARGEST = 1 - 2.0**-53


def _impulse(unit: Unit, freq: Signal, phase: Signal) -> Signal:
    """A single 1 as each cycle begins; the phase may be moved, which gives none by itself."""
    parts = np.minimum(np.maximum(_cycles(unit, freq), -_LARGEST), _LARGEST)
    wrong = np.asarray(np.isnan(parts).any(axis=1))
    if wrong.any():
        parts = np.nan_to_num(parts, nan=0.0)
    moves = _moves(unit, phase)
    start = steps(phase[:, :1])
    due = unit.recall("due", start == 0, np.bool_)
    below = unit.recall("below", 0.0)
    found = np.empty((unit.span.rows, unit.width), np.float32)
    found[:, :1] = due
    if moves is None and not below.any():
        step = steps(parts)
        phases = run(unit, step, start)
        found[:, 1:] = _begun(phases[:, 1:], parts if parts.shape[1] == 1 else _columns(parts, unit.width)[:, :-1])
        due = _begun(phases[:, -1:] + step[:, -1:], parts[:, -1:])
    else:
        way = np.where(parts[:, :1] < 0, -1.0, 1.0)
        place = np.mod(unit.recall("phase", start, np.int64).view(np.uint64) / UNITS * way, 1) + below
        begun, place = _walk(place, way * (0 if moves is None else moves), way * _columns(parts, unit.width))
        found[:, 1:], due = begun[:, :-1], begun[:, -1:]
        below = np.floor(place)
        unit.keep("phase", steps(place * way))
    unit.keep("due", due)
    unit.keep("below", below)
    if wrong.any():
        # a frequency that is no number gives no impulse, the first one included
        found[np.broadcast_to(wrong, len(found))] = 0
    return found


def _begun(phases: Phases, parts: Reals) -> Flags:
    """Say where a step, up or down, has begun a new cycle."""
    if (parts < 0).any():
        phases = np.where(parts < 0, -phases, phases)
    return np.asarray(phases.view(np.uint64) < (np.abs(parts) * UNITS).astype(np.uint64))


def _walk(place: Reals, moves: Reals, parts: Reals) -> tuple[Flags, Reals]:
    """Walk on from a place in the cycle, each column by a move and a step: only a step up gives an impulse.

    Returns:
        Where steps begin a cycle; the place after the last one, below 0 if it was moved there.
    """
    way = np.empty((len(place), 2 * parts.shape[1]))
    way[:, 1::2] = place + np.cumsum(moves + parts, axis=1)
    way[:, ::2] = way[:, 1::2] - parts
    turns = np.maximum(np.maximum.accumulate(np.floor(way), axis=1), 0)
    return turns[:, 1::2] > turns[:, ::2], way[:, -1:] - turns[:, -1:]


def _cycles(unit: Unit, freq: Signal) -> Reals:
    """Parts of a cycle a sample; a control-rate frequency goes to where it is set in a line over a control period."""
    parts = cycles(unit, freq)
    return _line(unit, parts) if (unit.rate, unit.rates[0]) == (Rate.AUDIO, Rate.CONTROL) else parts


def _line(unit: Unit, values: Reals) -> Reals:
    """As `unit.slope`, in double precision, and a sample ahead: a period's last sample is where the line goes to."""
    now, was = pair(unit, values, "freq")
    if now is was:
        return now
    lines = was[:, :, None] + ((now - was) / BLOCK)[:, :, None] * np.arange(1, BLOCK + 1)
    return np.asarray(lines.reshape(len(lines), -1))


def _moves(unit: Unit, phase: Signal) -> Reals | None:
    """Parts of a cycle by which a phase is moved at each column; None: it is left alone.

    As in scsynth 3.13 a phase is followed sample by sample only if the frequency is an audio signal, too.
    """
    followed = unit.rate is not Rate.AUDIO or unit.rates[:2] == (Rate.AUDIO, Rate.AUDIO)
    values = phase if followed and unit.rate is Rate.AUDIO else by_period(unit, phase)
    now, was = pair(unit, values, "moved", columns=unit.width if followed else unit.blocks)
    if now is was:
        return None
    change = now.astype(np.float64) - was
    return change if followed else np.repeat(change / BLOCK, BLOCK, axis=1)


def _sync_saw(unit: Unit, master: Signal, slave: Signal) -> Signal:
    """A saw that begins anew with each cycle of another one that is not heard; both are a sample on when they begin."""
    unit.before = np.zeros((1, 1), np.float32)
    first, second = cycles(unit, master, 2), cycles(unit, slave, 2, 1)
    columns = max(first.shape[1], second.shape[1])
    ratios = _columns(second, columns) / _columns(first, columns)
    leads = run(unit, steps(first), _HALF + steps(first[:, :1]), "leads")
    follows = run(unit, steps(second), _HALF + steps(second[:, :1]), "follows")
    begun = wrapped(leads, unit.recall("before", _HALF, np.int64))
    unit.keep("before", leads[:, -1:])
    rows, places = np.nonzero(begun)
    on = leads[rows, places].view(np.uint64) * _before(unit, ratios, rows, places)
    shift = unit.recall("shift", 0, np.int64)
    if len(rows):
        shift = hold(begun, on.astype(np.uint64).view(np.int64) - follows[rows, places], shift)
    unit.keep("shift", shift[:, -1:])
    return signed(follows + shift + _HALF)


def _columns(values: Reals, columns: int) -> Reals:
    return np.repeat(values, columns // values.shape[1], axis=1)


def _before(unit: Unit, ratios: Reals, rows: Places, columns: Places) -> Reals:
    """What stood a column before some places."""
    last = unit.recall("ratio", ratios[:, :1])
    unit.keep("ratio", ratios[:, -1:])
    whole = np.broadcast_to(ratios, (unit.span.rows, ratios.shape[1]))
    return np.asarray(
        np.where(columns == 0, last[rows, 0], whole[rows, (columns - 1) // (unit.width // whole.shape[1])])
    )


UGENS: dict[str, Evaluate] = {"Impulse": _impulse, "SyncSaw": _sync_saw}
