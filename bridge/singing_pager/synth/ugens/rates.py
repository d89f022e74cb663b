"""From one rate to another."""

import numpy as np

from singing_pager.synth.unit import BLOCK, Evaluate, Signal, Unit

__all__ = ["UGENS"]


def _dc(_: Unit, value: Signal) -> Signal:
    """A value that stays."""
    return value


def _k2a(unit: Unit, signal: Signal) -> Signal:
    """A control made a signal: it goes straight to each new value within a control period."""
    return unit.ramped(signal, 0)


def _a2k(unit: Unit, signal: Signal) -> Signal:
    """A signal made a control: the first sample of each control period."""
    return unit.held(signal, 0)


def _t2k(unit: Unit, signal: Signal) -> Signal:
    """Triggers made a control: the highest of each control period, and 0 at least."""
    unit.before = np.maximum(signal[:, :1], np.float32(0))
    if signal.shape[1] > 1:
        signal = signal.reshape(len(signal), unit.blocks, BLOCK).max(axis=2)
    return np.maximum(signal, np.float32(0))


def _t2a(unit: Unit, signal: Signal, offset: Signal) -> Signal:
    """A control made triggers: one sample, so many after the beginning of its control period."""
    values = np.broadcast_to(unit.rowed(signal), (unit.span.rows, unit.blocks))
    last = unit.recall("last", unit.built(signal, 0), np.float32)
    unit.keep("last", values[:, -1:])
    rises = (values > 0) & (np.concatenate([last, values[:, :-1]], axis=1) <= 0)
    found = np.zeros((unit.span.rows, unit.blocks, BLOCK), np.float32)
    rows, blocks = np.nonzero(rises)
    places = np.broadcast_to(unit.rowed(offset), values.shape)[rows, blocks]
    found[rows, blocks, np.clip(places, 0, BLOCK - 1).astype(np.int64)] = values[rows, blocks]
    return found.reshape(unit.span.rows, -1)


UGENS: dict[str, Evaluate] = {"A2K": _a2k, "DC": _dc, "K2A": _k2a, "T2A": _t2a, "T2K": _t2k}
