"""What UGens give when a voice is built: scsynth's slopes begin there."""

from collections.abc import Callable
from typing import Any

from singing_pager.synth.unit import Signal, Unit

__all__ = ["begin"]


def begin(unit: Unit, evaluate: Callable[..., Any], *inputs: Signal) -> None:
    """Hand on what the inputs were when the voices that begin with this span were built.

    Args:
        unit: A unit that has no memory of its own.
        evaluate: What it makes of its inputs.
        inputs: As they are in this span.
    """
    if unit.span.fresh is None:
        return
    unit.before = None
    for source in unit.sources:
        if source is not None and source.before is not None:
            unit.before = evaluate(*[unit.built(signal, place) for place, signal in enumerate(inputs)])
            return
