"""An instrument as the catalogue describes it: what it is called, how it sounds, what it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from singing_pager.model import Params, Priority

__all__ = ["Catalogue", "Instrument", "Kind", "Parameter"]


class Kind(StrEnum):
    """How an instrument's sound ends."""

    STRUCK = "struck"
    """By itself."""
    HELD = "held"
    """When it is released."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of an instrument, in SuperCollider's ControlSpec words.

    Attributes:
        name: Name of the SynthDef's control.
        units: Unit of the value, such as Hz or s; empty for a ratio.
        range: Least and greatest value.
        default: Value that is sent when the score names none.
    """

    name: str
    units: str
    range: tuple[float, float]
    default: float

    def clip(self, value: float) -> float:
        """Bring a value into the range."""
        low, high = self.range
        return min(max(value, low), high)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A SynthDef and the OSC address that plays it.

    Attributes:
        name: Name of the instrument and of its SynthDef.
        address: OSC address that sclang binds to it.
        kind: Struck or held.
        priority: Right of way of its voices.
        parameters: In the order in which their values travel.
        severity: Text that travels behind the parameters; only alarms have one.
        help: How it sounds, in one sentence.
        meaning: What it says, in a few words.
    """

    name: str
    address: str
    kind: Kind
    priority: Priority
    parameters: tuple[Parameter, ...]
    severity: str = ""
    help: str = ""
    meaning: str = ""

    def params(self, given: Mapping[str, float]) -> Params:
        """Order named values as the catalogue does, clipped to range, with defaults for those not given."""
        return tuple(parameter.clip(given.get(parameter.name, parameter.default)) for parameter in self.parameters)

    def clipped(self, values: Sequence[float]) -> Params:
        """Bring values in catalogue order into their ranges; defaults for those that are missing."""
        given = zip((parameter.name for parameter in self.parameters), values, strict=False)
        return self.params(dict(given))

    def index(self, name: str) -> int:
        """Place of a parameter; raises KeyError when there is none of that name."""
        for index, parameter in enumerate(self.parameters):
            if parameter.name == name:
                return index
        raise KeyError(name)


Catalogue = Mapping[str, Instrument]
"""Instruments by name."""
