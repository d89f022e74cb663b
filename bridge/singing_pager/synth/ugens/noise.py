"""Noise."""

import numpy as np
import numpy.typing as npt

from singing_pager.synth.ugens.pieces import by_period
from singing_pager.synth.unit import Evaluate, Signal, Unit

__all__ = ["UGENS"]

_SCALE = np.float32(2.0**-31)
_DICE = 16
_DIE_BITS = 19
_EIGHTH = np.float32(0.125)


def _white(unit: Unit) -> Signal:
    """Each sample by itself, evenly between −1 and 1."""
    found = _bits(unit).view(np.int32).astype(np.float32)
    found *= _SCALE
    return found


def _clip(unit: Unit) -> Signal:
    """Each sample −1 or 1."""
    return np.copysign(np.float32(1), _bits(unit).view(np.int32), dtype=np.float32)


def _gray(unit: Unit) -> Signal:
    """A number of 32 bits in which each sample turns one bit over."""
    turned = np.left_shift(np.uint32(1), _bits(unit) >> 27, dtype=np.uint32)
    counter = np.bitwise_xor.accumulate(turned, axis=1) ^ unit.recall("counter", 0, np.uint32)
    unit.keep("counter", counter[:, -1:])
    return counter.view(np.int32).astype(np.float32) * _SCALE


def _brown(unit: Unit) -> Signal:
    """A walk by steps of up to an eighth, reflected at −1 and 1.

    Steps up and down are equally likely, so that a walk without walls, folded afterwards, is the same by chance.
    """
    last = unit.recall("level", unit.span.chance.uniform(-1, 1, (unit.span.rows, 1)), np.float32)
    found = np.cumsum(_white(unit) * _EIGHTH, axis=1)
    found += last - 1
    found -= 4 * np.rint(found / 4)
    np.subtract(1, np.abs(found, out=found), out=found)
    unit.keep("level", found[:, -1:])
    return found


def _pink(unit: Unit) -> Signal:
    """The sum of 16 dice and of one more that is thrown for each sample (Voss and McCartney).

    Of the others one is thrown a sample, each half as often as the one before it.
    """
    rows = unit.span.rows
    thrown = _bits(unit)
    which = np.bitwise_count(~thrown & (thrown - 1)) % _DICE
    dice = unit.recall("dice", unit.span.chance.integers(0, 2**_DIE_BITS, (rows, _DICE)), np.int32)
    which = np.concatenate([np.tile(np.arange(_DICE, dtype=np.uint8), (rows, 1)), which], axis=1)
    values = np.concatenate([dice, (thrown >> (32 - _DIE_BITS)).view(np.int32)], axis=1)
    order = np.argsort(which, axis=1, kind="stable")
    places = order + values.shape[1] * np.arange(rows)[:, None]
    ordered = values.ravel().take(places)
    changes = np.empty_like(values)
    changes.ravel()[places] = np.diff(ordered, axis=1, prepend=0)
    changes[:, _DICE] += dice.sum(axis=1)
    total = np.cumsum(changes[:, _DICE:], axis=1, dtype=np.int32)
    begins = np.append(np.flatnonzero(order < _DICE), order.size)
    unit.keep("dice", ordered.ravel()[begins[1:] - 1].reshape(rows, _DICE))
    total += (_bits(unit) >> (32 - _DIE_BITS)).view(np.int32)
    found = total.astype(np.float32)
    found *= np.float32(2.0**-22)
    found -= 1
    return found


def _dust(unit: Unit, density: Signal) -> Signal:
    """So many impulses a second, at any time, each from 0 to 1."""
    drawn, chance = _draws(unit, density)
    drawn *= (drawn < chance) * (1 / np.maximum(chance, _TINY))
    return drawn


def _dust2(unit: Unit, density: Signal) -> Signal:
    """So many impulses a second, at any time, each from −1 to 1."""
    drawn, chance = _draws(unit, density)
    flags = drawn < chance
    drawn *= 2 / np.maximum(chance, _TINY)
    drawn -= 1
    drawn *= flags
    return drawn


def _draws(unit: Unit, density: Signal) -> tuple[Signal, Signal]:
    """A number from 0 to 1 for each sample, and below what it is an impulse."""
    chance = by_period(unit, density) * np.float32(1 / unit.sample_rate)
    if chance.shape[1] > 1:
        chance = np.repeat(chance, unit.width // chance.shape[1], axis=1)
    return unit.span.chance.random((unit.span.rows, unit.width), dtype=np.float32), chance


def _hasher(unit: Unit, signal: Signal) -> Signal:
    """A number from −1 to 1 that looks like chance but belongs to the input: Thomas Wang's mix of its bits."""
    key = (signal if unit.rate is unit.rates[0] else by_period(unit, signal)).astype(np.float32).view(np.uint32)
    key = key + ~(key << 15)
    key ^= key >> 10
    key += key << 3
    key ^= key >> 6
    key += ~(key << 11)
    key ^= key >> 16
    return (0x40000000 | (key >> 9)).view(np.float32) - 3


def _bits(unit: Unit) -> npt.NDArray[np.uint32]:
    """Chance: 32 bits for each column of each voice."""
    shape = unit.span.rows, unit.width
    count = shape[0] * shape[1]
    return unit.span.chance.bit_generator.random_raw(-(-count // 2)).view(np.uint32)[:count].reshape(shape)


_TINY = np.finfo(np.float32).tiny

UGENS: dict[str, Evaluate] = {
    "BrownNoise": _brown,
    "ClipNoise": _clip,
    "Dust": _dust,
    "Dust2": _dust2,
    "GrayNoise": _gray,
    "Hasher": _hasher,
    "PinkNoise": _pink,
    "WhiteNoise": _white,
}
