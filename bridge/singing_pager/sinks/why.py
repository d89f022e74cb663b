"""Why a voice is heard: the rule, the stream and the value that stand behind each voice that is held."""

from collections.abc import Sequence

from singing_pager.core.instrument import Parameter
from singing_pager.core.mapping import Mapping, Warp
from singing_pager.core.pipeline import Core
from singing_pager.core.rules import MetricRule
from singing_pager.model import Drop, Hold, Intent, Outcome, Reading, Release

__all__ = ["Why"]

_View = dict[str, object]


class Why:
    """Notes the reading behind each held voice, and tells it; holds no more than the voices do.

    Args:
        core: Has the voices, and the score by which they sound.
    """

    name = "why"

    def __init__(self, core: Core) -> None:
        self._core = core
        self._readings: dict[str, Reading] = {}

    def play(self, moment: Sequence[Outcome]) -> None:
        """Note what a moment says of held voices."""
        for outcome in moment:
            event = outcome.event
            reading = event if isinstance(event, Reading) else None
            for cue in outcome.cues:
                if isinstance(cue, Release):
                    self._readings.pop(cue.voice, None)
                elif reading is not None and isinstance(cue, Hold):
                    self._readings[cue.voice] = reading
            if reading is not None and not outcome.drops and self._core.sounds(reading.stream):
                # the same sound as before, and so no cue
                for intent in self._core.voices.held:
                    if intent.stream == reading.stream:
                        self._readings[intent.key] = reading

    def views(self) -> list[_View]:
        """Tell of each held voice what it sounds, by which rule, and why in one sentence; quick enough for a loop."""
        return [self._view(intent) for intent in self._core.voices.held]

    def _view(self, intent: Intent) -> _View:
        instrument = self._core.score.instruments[intent.instrument]
        view: _View = {
            "voice": intent.key,
            "stream": intent.stream,
            "instrument": intent.instrument,
            "help": instrument.help,
            "priority": intent.priority,
            "params": {
                parameter.name: {"value": value, "units": parameter.units}
                for parameter, value in zip(instrument.parameters, intent.params, strict=True)
            },
        }
        rule = next((rule for key, rule in self._core.rules_of(intent.stream) if key == intent.key), None)
        if rule is None:
            return view | {"rule": "", "value": None, "at": None, "mappings": [], "why": _unruled(intent)}
        reading = self._readings.get(intent.key)
        paths = [mapping.path or rule.path for _, mapping in rule.mappings] or [rule.path]
        values = [_value(rule, reading, path) for path in paths]
        value = values[0] if len(set(paths)) == 1 else None
        moved = zip(rule.mappings, values, strict=False)
        return view | {
            "rule": rule.name,
            "value": value,
            "at": None if reading is None else reading.at,
            "mappings": [_mapping(rule, *mapped, its) for mapped, its in moved],
            "why": _sentence(intent, rule, value, values),
        }


def _value(rule: MetricRule, reading: Reading | None, path: tuple[str, ...]) -> float | None:
    found = Drop.NO_VALUE if reading is None else rule.value(reading, path)
    return None if isinstance(found, Drop) else found


def _mapping(rule: MetricRule, place: int, mapping: Mapping, value: float | None) -> _View:
    parameter = rule.sound.instrument.parameters[place]
    return {
        "parameter": parameter.name,
        "path": ".".join(mapping.path or rule.path),
        "value": value,
        "from": list(mapping.source),
        "range": list(mapping.range),
        "warp": mapping.warp,
        "scale": mapping.scale,
        "units": parameter.units,
    }


def _unruled(intent: Intent) -> str:
    if not intent.stream:
        return f"{intent.instrument}: the ambience of the score, which stands for no stream: the pager lives"
    return f"{intent.instrument}: somebody tries it out; it ends by itself"


def _sentence(intent: Intent, rule: MetricRule, value: float | None, values: Sequence[float | None]) -> str:
    """Say what one hears and why, in one sentence."""
    parameters = rule.sound.instrument.parameters
    now = [_with_units(sounding, parameter) for sounding, parameter in zip(intent.params, parameters, strict=True)]
    of = "" if rule.of == "last" else f" ({rule.of})"
    told = "" if value is None else f" is {_figure(value)}{of}"
    head = f"{intent.instrument}: {intent.stream}{told}; rule {rule.name}"
    if not rule.mappings:
        named = (f"{parameter.name} {said}" for parameter, said in zip(parameters, now, strict=True))
        return f"{head} plays {', '.join((intent.instrument, *named))}"
    clauses = []
    for (place, mapping), its in zip(rule.mappings, values, strict=True):
        own = f"{'.'.join(mapping.path or rule.path)} {_figure(its)} of " if value is None and its is not None else ""
        bends = ", ".join(word for word in (mapping.warp if mapping.warp is Warp.EXP else "", mapping.scale) if word)
        span = f"{parameters[place].name} {_span(mapping.range)} {parameters[place].units}".rstrip()
        clauses.append(f"{own}{_span(mapping.source)} to {span}{f' ({bends})' if bends else ''}: {now[place]}")
    return f"{head} maps {', '.join(clauses)}"


def _with_units(value: float, parameter: Parameter) -> str:
    return f"{_figure(value)} {parameter.units}".rstrip()


def _span(ends: tuple[float, float]) -> str:
    return f"{_figure(ends[0])}–{_figure(ends[1])}"


def _figure(value: float) -> str:
    """A number for people: three figures, whole where it is large."""
    return f"{value:.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.3g}"  # noqa: PLR2004
