"""Reads compiled SynthDefs: `.scsyndef` files, format version 2 (SuperCollider's "Synth Definition File Format")."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from struct import calcsize, unpack_from
from typing import Any

from singing_pager.errors import PagerError

__all__ = ["Input", "Rate", "SynthDef", "SynthDefError", "Ugen", "parse", "read"]

_MAGIC = b"SCgf"
_VERSION = 2
_MOST = 1 << 20
"""Most things of one kind in a SynthDef: a count beyond it is a broken file, not a large one."""


class SynthDefError(PagerError):
    """A SynthDef cannot be read, or needs what the built-in engine does not have."""


class Rate(IntEnum):
    """How often a signal has a value: once, each control period, each sample, or when asked."""

    SCALAR = 0
    CONTROL = 1
    AUDIO = 2
    DEMAND = 3


@dataclass(frozen=True, slots=True)
class Input:
    """Where an input comes from: an output of an earlier UGen, or (`ugen` -1) a constant, each by its place."""

    ugen: int
    output: int


@dataclass(frozen=True, slots=True)
class Ugen:
    """One UGen of a graph: its class, its rate, its inputs, how many outputs, and its special index."""

    name: str
    rate: Rate
    inputs: tuple[Input, ...]
    outputs: tuple[Rate, ...]
    special: int


@dataclass(frozen=True, slots=True)
class SynthDef:
    """A compiled SynthDef.

    Attributes:
        name: As sclang gave it.
        constants: What inputs with `ugen` -1 refer to.
        parameters: Initial values of the controls.
        names: Place of the first value of each named control.
        ugens: In the order in which they are evaluated.
        variants: Other initial values, by `name.variant`.
    """

    name: str
    constants: tuple[float, ...]
    parameters: tuple[float, ...]
    names: Mapping[str, int]
    ugens: tuple[Ugen, ...]
    variants: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


def read(path: Path) -> Iterator[SynthDef]:
    """Read the SynthDefs of a file; raises SynthDefError that names it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SynthDefError(f"{path}: {error.strerror or error}") from error
    try:
        yield from parse(data)
    except SynthDefError as error:
        raise SynthDefError(f"{path}: {error}") from error


def parse(data: bytes) -> list[SynthDef]:
    """Read the SynthDefs of a file's content, as `/d_recv` brings it; raises SynthDefError."""
    if data[:4] != _MAGIC:
        raise SynthDefError("is no compiled SynthDef: it does not begin with SCgf")
    reader = _Reader(data, 4)
    version = reader.number(">i")
    if version != _VERSION:
        raise SynthDefError(
            f"has format version {version}; allowed: {_VERSION}, which SuperCollider 3.5 and later write"
        )
    return [_synthdef(reader) for _ in range(reader.count(">h"))]


class _Reader:
    """Takes numbers and texts off a file, one after another."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def number(self, form: str) -> Any:  # noqa: ANN401 - int or float, as the form says
        return self.numbers(form, 1)[0]

    def numbers(self, form: str, count: int) -> tuple[Any, ...]:
        layout = f">{count}{form[1:]}"
        end = self._at + calcsize(layout)
        if end > len(self._data):
            raise SynthDefError(f"ends at byte {len(self._data)}, in the middle of a SynthDef")
        found = unpack_from(layout, self._data, self._at)
        self._at = end
        return found

    def count(self, form: str = ">i") -> int:
        found: int = self.number(form)
        if not 0 <= found <= _MOST:
            raise SynthDefError(f"is broken: a count of {found} before byte {self._at}")
        return found

    def text(self) -> str:
        """A text with its length in front."""
        size: int = self.number(">B")
        return bytes(self.numbers(">B", size)).decode("utf-8", "replace")


def _synthdef(reader: _Reader) -> SynthDef:
    name = reader.text()
    constants = reader.numbers(">f", reader.count())
    parameters = reader.numbers(">f", reader.count())
    names = {reader.text(): reader.count() for _ in range(reader.count())}
    ugens: list[Ugen] = []
    for _ in range(reader.count()):
        ugens.append(_ugen(reader, ugens, len(constants), name))
    variants = {reader.text(): reader.numbers(">f", len(parameters)) for _ in range(reader.count(">h"))}
    return SynthDef(name, constants, parameters, names, tuple(ugens), variants)


def _ugen(reader: _Reader, before: list[Ugen], constants: int, synthdef: str) -> Ugen:
    name = reader.text()
    rate = _rate(reader.number(">b"))
    inputs, outputs = reader.count(), reader.count()
    special: int = reader.number(">h")
    sources = [Input(*reader.numbers(">i", 2)) for _ in range(inputs)]
    for source in sources:
        if source.ugen < 0:
            good = source.ugen == -1 and 0 <= source.output < constants
        else:
            good = source.ugen < len(before) and 0 <= source.output < len(before[source.ugen].outputs)
        if not good:
            raise SynthDefError(f"is broken: the SynthDef {synthdef!r} has a {name} that takes what is not there")
    return Ugen(name, rate, tuple(sources), tuple(_rate(reader.number(">b")) for _ in range(outputs)), special)


def _rate(number: int) -> Rate:
    try:
        return Rate(number)
    except ValueError as error:
        raise SynthDefError(f"is broken: there is no rate {number}") from error
