"""A SynthDef made ready: every UGen looked up, every input wired."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from singing_pager.synth.scsyndef import Input, Rate, SynthDef, SynthDefError, Ugen
from singing_pager.synth.ugens import BEFOREHAND, CHANCES, HEARERS, PURE, READERS, UGENS, WRITERS
from singing_pager.synth.unit import Evaluate, Signal, Unit

__all__ = ["Graph", "Step", "prepare"]

_DONE_ACTION = {"DetectSilence": 3, "EnvGen": 4, "Line": 3, "XLine": 3, "Linen": 4, "Duty": 2, "TDuty": 2}
"""Which input says what is to happen at the end."""
_OWN_ACTIONS = (0.0, 2.0)
"""Done actions that concern only the synth itself: nothing, and its end."""


@dataclass(frozen=True, slots=True)
class Step:
    """One UGen of a graph.

    Attributes:
        ugen: Which it is.
        rates: Of its inputs.
        evaluate: How it is evaluated.
        inputs: From what.
        spent: Places of the UGens whose outputs nobody needs any more after it.
        pure: Whether what it gives depends on nothing but its inputs, slopes apart.
        hears: Whether it gives what commands have set.
    """

    ugen: Ugen
    rates: tuple[Rate, ...]
    evaluate: Evaluate
    inputs: tuple[Input | Signal, ...]
    spent: tuple[int, ...]
    pure: bool
    hears: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """A SynthDef that the engine can play.

    Attributes:
        synthdef: What it was made of.
        steps: Its UGens in order.
        ordered: Its synths stand where they stand in the order of nodes: they read buses, replace what is there, or act
            on other nodes.
        eager: It reads buses after it has written some: each write is done at once.
        single: It may act on other nodes when it is done, or several of its UGens ask one sequence in turn: it is
            evaluated one control period at a time.
    """

    synthdef: SynthDef
    steps: tuple[Step, ...]
    ordered: bool
    eager: bool
    single: bool

    def units(self) -> list[Unit]:
        """New units with no memory, one a step."""
        units = [Unit(step.ugen, step.rates) for step in self.steps]
        for unit, step in zip(units, self.steps, strict=True):
            unit.sources = tuple(units[source.ugen] if isinstance(source, Input) else None for source in step.inputs)
        return units


def prepare(synthdef: SynthDef) -> Graph:
    """Look every UGen up; raises SynthDefError that names all that the engine does not have, and the SynthDef."""
    unknown = sorted({ugen.name for ugen in synthdef.ugens if ugen.name not in UGENS})
    if unknown:
        raise SynthDefError(
            f"the SynthDef {synthdef.name!r} needs {', '.join(unknown)}, which the built-in engine does not have; "
            "docs/engine.md lists what it has"
        )
    constants = [np.array([[value]], np.float32) for value in synthdef.constants]
    last_use = {source.ugen: place for place, ugen in enumerate(synthdef.ugens) for source in ugen.inputs}
    steps = []
    for place, ugen in enumerate(synthdef.ugens):
        inputs = tuple(constants[source.output] if source.ugen < 0 else source for source in ugen.inputs)
        spent = {source.ugen for source in ugen.inputs if source.ugen >= 0 and last_use[source.ugen] == place}
        steps.append(
            Step(
                ugen,
                _rates(ugen, synthdef.ugens),
                UGENS[ugen.name],
                inputs,
                tuple(spent),
                pure=(ugen.name, ugen.special) not in CHANCES and ugen.name in PURE and ugen.rate is not Rate.DEMAND,
                hears=ugen.name in HEARERS,
            )
        )
    names = [ugen.name for ugen in synthdef.ugens]
    for name in BEFOREHAND.keys() & set(names):
        BEFOREHAND[name]()
    reads = [place for place, name in enumerate(names) if name in READERS]
    writes = [place for place, name in enumerate(names) if name in WRITERS]
    eager = bool(reads and writes) and max(reads) > min(writes)
    acts = any(_acts_on_others(ugen, synthdef) for ugen in synthdef.ugens)
    return Graph(
        synthdef,
        tuple(steps),
        ordered=bool(reads) or acts or "ReplaceOut" in names,
        eager=eager,
        single=eager or acts or _shares_demand(synthdef),
    )


def _rates(ugen: Ugen, ugens: Sequence[Ugen]) -> tuple[Rate, ...]:
    return tuple(
        Rate.SCALAR if source.ugen < 0 else ugens[source.ugen].outputs[source.output] for source in ugen.inputs
    )


def _acts_on_others(ugen: Ugen, synthdef: SynthDef) -> bool:
    place = _DONE_ACTION.get(ugen.name)
    if place is None or place >= len(ugen.inputs):
        return False
    source = ugen.inputs[place]
    return source.ugen >= 0 or synthdef.constants[source.output] not in _OWN_ACTIONS


def _shares_demand(synthdef: SynthDef) -> bool:
    asked = [source.ugen for ugen in synthdef.ugens for source in set(ugen.inputs) if source.ugen >= 0]
    return any(synthdef.ugens[place].rate is Rate.DEMAND and asked.count(place) > 1 for place in set(asked))
