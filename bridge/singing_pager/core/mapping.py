"""From a measured value to a parameter of sound, in ControlSpec's words."""

from dataclasses import dataclass
from enum import StrEnum

from singing_pager.core.scales import quantise
from singing_pager.model import Drop

__all__ = ["Mapping", "Outside", "Warp"]


class Warp(StrEnum):
    """How the output moves while the input moves evenly."""

    LIN = "lin"
    EXP = "exp"


class Outside(StrEnum):
    """What becomes of a value outside `from`."""

    CLAMP = "clamp"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A straight line from `source` to `range`, warped, stepped and tuned.

    Attributes:
        source: Input values that land on the two ends of `range` (the score's `from`); they differ.
        range: Output at the two ends; of one sign and not 0 where `warp` is exp.
        warp: lin: equal differences; exp: equal ratios, as pitch is heard.
        step: Output is rounded to multiples of this; 0: not at all.
        scale: Name in `scales.SCALES` that the output is tuned to; empty: none.
        root: First degree of that scale in Hz.
        outside: Clamp (the answer is the nearer end), or drop the reading.
        path: Keys that lead to the value in a JSON payload; empty: those of the rule.
    """

    source: tuple[float, float] = (0.0, 1.0)
    range: tuple[float, float] = (0.0, 1.0)
    warp: Warp = Warp.LIN
    step: float = 0.0
    scale: str = ""
    root: float = 440.0
    outside: Outside = Outside.CLAMP
    path: tuple[str, ...] = ()

    def __call__(self, value: float) -> float | Drop:
        """Map a finite value; the answer is always inside `range`."""
        start, end = self.source
        position = (value - start) / (end - start)
        if not 0 <= position <= 1:
            if self.outside is Outside.DROP:
                return Drop.OUT_OF_RANGE
            position = 0.0 if position < 0 else 1.0
        first, last = self.range
        result = first + position * (last - first) if self.warp is Warp.LIN else first * (last / first) ** position
        low, high = min(self.range), max(self.range)
        if self.step:
            result = round(result / self.step) * self.step
        result = min(max(result, low), high)
        return quantise(result, self.scale, self.root, low, high) if self.scale else result
