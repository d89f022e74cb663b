"""Controls and buses: how values come into a synth, and how signals leave it."""

from collections.abc import Iterator
from functools import partial, reduce

import numpy as np

from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Evaluate, Flags, Places, Signal, Unit

__all__ = ["HEARERS", "READERS", "UGENS", "WRITERS"]


def _control(unit: Unit) -> tuple[Signal, ...]:
    """Values of the controls, which commands change between spans; the same at each rate."""
    first = unit.special
    values = unit.span.controls[:, first : first + unit.outputs].copy()
    if unit.rate is Rate.SCALAR:
        values = unit.recall("value", values, np.float32)
        unit.keep("value", values)
    known: tuple[Signal, ...] = unit.plan or ()
    unit.settled = True
    unit.plan = found = tuple(_known(known, values, place) for place in range(unit.outputs))
    return found


def _known(known: tuple[Signal, ...], values: Signal, place: int) -> Signal:
    """The very array that was given before, where nothing has changed: what depends on it need not be evaluated."""
    now = values[:, place : place + 1]
    return known[place] if known and np.array_equal(known[place], now) else now


def _trig_control(unit: Unit) -> tuple[Signal, ...]:
    """Values that are there for one control period and are then 0."""
    found = []
    for place in range(unit.special, unit.special + unit.outputs):
        values = np.zeros((unit.span.rows, unit.blocks), np.float32)
        values[:, 0] = unit.span.controls[:, place]
        unit.span.controls[:, place] = 0
        found.append(values)
    unit.before = np.zeros((1, 1), np.float32)
    return tuple(found)


def _lag_control(unit: Unit, *lags: Signal) -> tuple[Signal, ...]:
    """Values that go to where they are set exponentially: 60 dB of the way in each lag time."""
    found = []
    for place, lag in enumerate(lags):
        target = unit.span.controls[:, unit.special + place : unit.special + place + 1].astype(np.float64)
        last = unit.recall(f"value{place}", target)
        seconds = unit.rowed(lag).astype(np.float64)
        with np.errstate(divide="ignore"):
            decay = np.where(seconds == 0, 0.0, np.exp(np.log(0.001) / (seconds * unit.sample_rate)))
        if np.array_equal(last, target):
            values = target
        else:
            values = target + (last - target) * decay ** np.arange(1, unit.blocks + 1)
        unit.keep(f"value{place}", values[:, -1:])
        found.append(values.astype(np.float32))
    return tuple(found)


def _in(unit: Unit, bus: Signal) -> tuple[Signal, ...]:
    """What is on buses; where nothing was written the very same silence every time, so that what hears it can rest."""
    if bus.shape[1] > 1:
        parts = [[signal * there for signal in _in(unit, number)] for number, there in _moving(unit, bus)]
        return tuple(reduce(np.add, channel) for channel in zip(*parts, strict=True))
    numbers = bus[:, 0].astype(np.int64)
    found = []
    for channel in range(unit.outputs):
        rows = [_read(unit, int(number) + channel) for number in numbers]
        found.append(rows[0] if len(rows) == 1 else np.concatenate(np.broadcast_arrays(*rows)))
    return tuple(found)


_SILENCE = np.zeros((1, 1), np.float32)
_SILENCE.flags.writeable = False


def _read(unit: Unit, bus: int) -> Signal:
    if unit.rate is Rate.AUDIO:
        samples = unit.span.buses.audio(bus)
        return _SILENCE if samples is None else samples[None, :].copy()
    return unit.span.buses.control(bus)[None, :]


def _out(unit: Unit, bus: Signal, *channels: Signal) -> tuple[()]:
    """Add to buses."""
    unit.span.later.append(partial(_add, unit, bus, channels, None))
    return ()


def _offset_out(unit: Unit, bus: Signal, *channels: Signal) -> tuple[()]:
    """Add to buses, late by as many samples as the synth begins after its first control period does."""
    offsets = unit.span.offsets
    unit.span.later.append(partial(_add, unit, bus, channels, offsets if offsets.any() else None))
    return ()


def _replace_out(unit: Unit, bus: Signal, *channels: Signal) -> tuple[()]:
    """Put signals in place of what is on buses."""
    unit.span.later.append(partial(_replace, unit, bus, channels))
    return ()


def _add(unit: Unit, bus: Signal, channels: tuple[Signal, ...], offsets: Places | None) -> None:
    if bus.shape[1] > 1:
        for number, there in _moving(unit, bus):
            _add(unit, number, tuple(unit.whole(signal) * there for signal in channels), offsets)
        return
    span = unit.span
    if unit.rate is Rate.AUDIO and not any(signal.shape[1] > 1 or signal.any() for signal in channels):
        return
    whole = span.ended == span.blocks
    if span.alive is not None:
        whole &= span.alive
    ending = np.flatnonzero(
        (span.ended < span.blocks) if span.alive is None else (span.ended < span.blocks) & span.alive
    )
    totals: dict[int, list[tuple[int, Signal]]] = {}
    starts = _starts(unit, bus)
    for channel, signal in enumerate(channels):
        # the channels of one signal are summed once
        known = totals.get(id(signal))
        if known is None:
            known = [(place, _total(unit, signal, rows & whole, offsets)) for place, rows in starts]
            known += [(_bus_of(bus, row), _ending(unit, signal, row, offsets)) for row in ending.tolist()]
            totals[id(signal)] = known
        for place, total in known:
            if unit.rate is Rate.AUDIO:
                span.buses.add(place + channel, total)
            else:
                span.buses.add_control(place + channel, np.resize(total, span.blocks))


def _ending(unit: Unit, signal: Signal, row: int, offsets: Places | None) -> Signal:
    """One voice up to the end of the control period in which it ends."""
    end = (int(unit.span.ended[row]) + 1) * (BLOCK if unit.rate is Rate.AUDIO else 1)
    alone = unit.whole(signal)[row if len(signal) > 1 else 0, :end]
    return alone if offsets is None else np.concatenate([np.zeros(int(offsets[row]), np.float32), alone])


def _moving(unit: Unit, bus: Signal) -> Iterator[tuple[Signal, Signal]]:
    """Each bus that a moving bus number comes to, and 1 in the control periods, or their samples, where it is there."""
    times = BLOCK if unit.rate is Rate.AUDIO and bus.shape[1] > 1 else 1
    for number in np.unique(np.trunc(bus)):
        there = (np.trunc(bus) == number).astype(np.float32)
        yield np.array([[number]], np.float32), np.repeat(there, times, axis=1)


def _starts(unit: Unit, bus: Signal) -> list[tuple[int, Flags]]:
    """The first bus of each voice: bus and (rows,) which voices write there."""
    numbers = np.broadcast_to(bus[:, 0].astype(np.int64), unit.span.rows)
    if len(bus) == 1 or (numbers == numbers[0]).all():
        return [(int(numbers[0]), np.ones(unit.span.rows, np.bool_))]
    return [(int(number), numbers == number) for number in np.unique(numbers)]


def _bus_of(bus: Signal, row: int) -> int:
    return int(bus[row if len(bus) > 1 else 0, 0])


def _total(unit: Unit, signal: Signal, rows: Flags, offsets: Places | None) -> Signal:
    """The sum of voices, each late by its own offset."""
    count = int(np.count_nonzero(rows))
    if offsets is None or not count:
        return _sum(unit, signal, rows, count)
    # voices in the order of their offsets, so that those of one offset are summed in one go
    order = np.flatnonzero(rows)[np.argsort(offsets[rows], kind="stable")]
    late, begins = np.unique(offsets[order], return_index=True)
    totals = np.add.reduceat(unit.rowed(signal)[order], begins, axis=0, dtype=np.float32)
    found = np.zeros(unit.width + int(late[-1]), np.float32)
    for offset, total in zip(late.tolist(), totals, strict=True):
        found[offset : offset + unit.width] += total
    return found


def _sum(unit: Unit, signal: Signal, rows: Flags, count: int) -> Signal:
    if len(signal) == 1:
        total = signal[0] * np.float32(count)
    elif count == len(signal):
        total = signal.sum(axis=0, dtype=np.float32)
    else:
        total = signal[rows].sum(axis=0, dtype=np.float32)
    return np.broadcast_to(total, unit.width)


def _replace(unit: Unit, bus: Signal, channels: tuple[Signal, ...]) -> None:
    """One synth's writing: those that replace have a batch of their own."""
    span = unit.span
    if span.alive is not None and not span.alive[0]:
        return
    until = (int(span.ended[0]) + 1) * (BLOCK if unit.rate is Rate.AUDIO else 1)
    for number, there in _moving(unit, bus):
        at = np.broadcast_to(there[0], unit.width) > 0
        at = at & (np.arange(unit.width) < until)
        for channel, signal in enumerate(channels):
            place = int(number[0, 0]) + channel
            old = span.buses.audio(place) if unit.rate is Rate.AUDIO else span.buses.control(place)
            new = np.where(at, signal[0], np.float32(0) if old is None else old)
            if unit.rate is Rate.AUDIO:
                span.buses.replace(place, new)
            else:
                span.buses.replace_control(place, new)


UGENS: dict[str, Evaluate] = {
    "AudioControl": _control,
    "Control": _control,
    "In": _in,
    "LagControl": _lag_control,
    "OffsetOut": _offset_out,
    "Out": _out,
    "ReplaceOut": _replace_out,
    "TrigControl": _trig_control,
}

READERS = frozenset({"In"})
"""UGens that read buses."""
HEARERS = frozenset({"AudioControl", "Control", "LagControl", "TrigControl"})
"""UGens that give what commands have set."""
WRITERS = frozenset({"OffsetOut", "Out", "ReplaceOut"})
"""UGens that write them."""
