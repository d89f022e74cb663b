"""SynthDefs written by hand, and their bytes, for tests that need no sclang."""

import struct
from collections.abc import Mapping, Sequence

from singing_pager.synth.scsyndef import Input, Rate, SynthDef, Ugen

Wire = float | tuple[int, int]
"""A constant, or the place of a UGen and of its output."""


def ugen(
    name: str, rate: Rate, *inputs: Wire, outputs: int = 1, special: int = 0
) -> tuple[str, Rate, tuple[Wire, ...], int, int]:
    """One UGen; its inputs are constants, or places of earlier UGens and their outputs."""
    return name, rate, inputs, outputs, special


def synthdef(
    name: str,
    ugens: Sequence[tuple[str, Rate, tuple[Wire, ...], int, int]],
    parameters: Mapping[str, float] | None = None,
    variants: Mapping[str, tuple[float, ...]] | None = None,
) -> SynthDef:
    """Make a SynthDef; where it has parameters, its first UGen is their Control."""
    parameters = parameters or {}
    constants = sorted({wire for _, _, inputs, _, _ in ugens for wire in inputs if not isinstance(wire, tuple)})
    return SynthDef(
        name,
        tuple(constants),
        tuple(parameters.values()),
        {parameter: place for place, parameter in enumerate(parameters)},
        tuple(
            Ugen(
                kind,
                rate,
                tuple(Input(*wire) if isinstance(wire, tuple) else Input(-1, constants.index(wire)) for wire in inputs),
                (rate,) * outputs,
                special,
            )
            for kind, rate, inputs, outputs, special in ugens
        ),
        variants or {},
    )


def tone(name: str = "tone", *, out: str = "Out", level: float = 0.5) -> SynthDef:
    """A sine of `freq` Hz, by default 480: a whole number of periods in a hundred samples at 48 kHz."""
    return synthdef(
        name,
        [
            ugen("Control", Rate.CONTROL, outputs=2),
            ugen("SinOsc", Rate.AUDIO, (0, 0), 0.0),
            ugen("BinaryOpUGen", Rate.AUDIO, (1, 0), level, special=2),
            ugen(out, Rate.AUDIO, (0, 1), (2, 0), outputs=0),
        ],
        {"freq": 480.0, "out": 0.0},
    )


def steady(name: str = "steady", *, out: str = "Out") -> SynthDef:
    """Its control `level`, at audio rate, on bus `out`."""
    return synthdef(
        name,
        [
            ugen("Control", Rate.CONTROL, outputs=2),
            ugen("SinOsc", Rate.AUDIO, 0.0, 0.0),
            ugen("MulAdd", Rate.AUDIO, (1, 0), 0.0, (0, 0)),
            ugen(out, Rate.AUDIO, (0, 1), (2, 0), outputs=0),
        ],
        {"level": 1.0, "out": 0.0},
    )


def passing(name: str = "passing", *, factor: float = 0.5, out: str = "ReplaceOut") -> SynthDef:
    """What is on bus `in`, times a factor, to bus `out`."""
    return synthdef(
        name,
        [
            ugen("Control", Rate.CONTROL, outputs=2),
            ugen("In", Rate.AUDIO, (0, 0)),
            ugen("BinaryOpUGen", Rate.AUDIO, (1, 0), factor, special=2),
            ugen(out, Rate.AUDIO, (0, 1), (2, 0), outputs=0),
        ],
        {"in": 0.0, "out": 0.0},
    )


def compiled(*synthdefs: SynthDef) -> bytes:
    """The bytes of a `.scsyndef` file, format version 2."""
    return b"SCgf" + struct.pack(">ih", 2, len(synthdefs)) + b"".join(_bytes(one) for one in synthdefs)


def _bytes(one: SynthDef) -> bytes:
    parts = [
        _text(one.name),
        _floats(one.constants),
        _floats(one.parameters),
        struct.pack(">i", len(one.names)),
        *(_text(name) + struct.pack(">i", place) for name, place in one.names.items()),
        struct.pack(">i", len(one.ugens)),
    ]
    for unit in one.ugens:
        parts += [
            _text(unit.name),
            struct.pack(">biih", unit.rate, len(unit.inputs), len(unit.outputs), unit.special),
            *(struct.pack(">ii", wire.ugen, wire.output) for wire in unit.inputs),
            *(struct.pack(">b", rate) for rate in unit.outputs),
        ]
    parts.append(struct.pack(">h", len(one.variants)))
    parts += [_text(name) + struct.pack(f">{len(values)}f", *values) for name, values in one.variants.items()]
    return b"".join(parts)


def _text(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def _floats(values: Sequence[float]) -> bytes:
    return struct.pack(f">i{len(values)}f", len(values), *values)
