"""Noise."""

from functools import cache

import numpy as np
import numpy.typing as npt

from singing_pager.synth.ugens.pieces import by_period
from singing_pager.synth.unit import Evaluate, Signal, Unit

__all__ = ["UGENS", "tape"]

_SCALE = np.float32(2.0**-31)
_DICE = 16
_DIE_BITS = 19
_TAPE = 1 << 20
"""Samples of pink noise that are kept."""
_LONGEST = 1 << 14
"""Samples of the longest span."""
_SEED = 1963
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
    """Pink noise from a tape that goes round in 22 s; each voice begins at a place of its own.

    Nobody hears that it does: noise that repeats is told from noise that does not up to some seconds, and even then
    only by those who listen for it (Guttman and Julesz 1963; Warren, Bashford, Cooley and Brubaker 2001).
    """
    noise = tape()
    places = unit.memory.get("place")
    if places is None or unit.span.fresh is not None:
        places = unit.recall("place", unit.span.chance.integers(0, _TAPE, (unit.span.rows, 1)), np.int64)
    unit.keep("place", (places + unit.width) % _TAPE)
    return np.stack([noise[place : place + unit.width] for place in places[:, 0].tolist()])


@cache
def tape() -> Signal:
    """The sum of 16 dice and of one more that is thrown for each sample (Voss and McCartney), read-only.

    Of the others one is thrown a sample, each half as often as the one before it. At the beginning they lie as they do
    at the end. As much as a span is long is there twice, the second time after the end.
    """
    thrown, other = np.random.default_rng(_SEED).bit_generator.random_raw(_TAPE).view(np.uint32).reshape(2, -1)
    which = np.bitwise_count(~thrown & (thrown - 1)) & (_DICE - 1)
    thrown >>= 32 - _DIE_BITS
    other >>= 32 - _DIE_BITS
    changes = np.empty(_TAPE, np.int32)
    shown = 0
    for die in range(_DICE):
        places = np.flatnonzero(which == die)
        found = thrown[places].view(np.int32)
        changes[places] = np.diff(found, prepend=found[-1:])
        shown += int(found[-1])
    changes[0] += shown
    total = np.cumsum(changes, dtype=np.int32)
    total += other.view(np.int32)
    tape = total.astype(np.float32)
    tape *= np.float32(2.0**-22)
    tape -= 1
    return np.concatenate([tape, tape[:_LONGEST]])


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
