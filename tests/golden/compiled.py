"""Reads what a compiled SynthDef is made of."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

RANDOM = {
    *("WhiteNoise", "PinkNoise", "BrownNoise", "ClipNoise", "GrayNoise", "Dust", "Dust2", "Crackle"),
    *("LFNoise0", "LFNoise1", "LFNoise2", "LFClipNoise", "LFDNoise0", "LFDNoise1", "LFDNoise3", "LFDClipNoise"),
    *("Rand", "ExpRand", "IRand", "LinRand", "NRand", "TRand", "TExpRand", "TIRand", "CoinGate"),
    *("Drand", "Dxrand", "Dshuf", "Dwrand", "Dwhite", "Diwhite", "Dbrown", "Dibrown"),
}
"""UGens that give something else at each run."""


def ugens(path: Path) -> set[str]:
    """Return the names of the UGens in a compiled SynthDef, operators with the number of theirs."""
    raw = path.read_bytes()
    (version, count), at = struct.unpack_from(">ih", raw, 4), 10
    assert (version, count) == (2, 1), path
    at += 1 + raw[at]
    (constants,) = struct.unpack_from(">i", raw, at)
    at += 4 + 4 * constants
    (controls,) = struct.unpack_from(">i", raw, at)
    at += 4 + 4 * controls
    (names,) = struct.unpack_from(">i", raw, at)
    at += 4
    for _ in range(names):
        at += 1 + raw[at] + 4
    (number,) = struct.unpack_from(">i", raw, at)
    at += 4
    found = set()
    for _ in range(number):
        name = raw[at + 1 : at + 1 + raw[at]].decode()
        at += 1 + raw[at]
        rate, inputs, outputs, special = struct.unpack_from(">biih", raw, at)
        at += 11 + 8 * inputs + outputs
        found.add(f"{name}.{('ir', 'kr', 'ar', 'dr')[rate]}" + (f" {special}" if name.endswith("OpUGen") else ""))
    return found


def used(paths: Iterable[Path]) -> set[str]:
    """Return the UGens of many compiled SynthDefs."""
    return set().union(*(ugens(path) for path in paths))


def is_random(path: Path) -> bool:
    """Return whether a compiled SynthDef sounds different at each run."""
    return any(name.partition(".")[0] in RANDOM for name in ugens(path))
