"""What the golden tests play: for each SynthDef the commands, with their times."""

from __future__ import annotations

import dataclasses
import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from golden.compiled import is_random
from studio import SUPERCOLLIDER, Argument, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SOURCES = Path(__file__).parent / "synthdefs"

Moment = tuple[float, bytes]
"""A time in seconds and an encoded command."""

START, END = 0.1003, 1.9
"""When a sound begins and ends, unless its score says otherwise: within a block, not at its edge."""
TURNS = (0.4007, 0.8011, 1.2003)
"""When controls are set to their next values."""


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """A score that both engines play: its name, the SynthDefs in it, and its commands."""

    name: str
    synthdefs: tuple[str, ...]
    moments: tuple[Moment, ...]
    seconds: float = 2.0
    silent: bool = False


def new(at: float, name: str, node: int = 1000, add: int = 1, target: int = 0, /, **controls: float) -> Moment:
    """Start a synth, at the tail of the root group unless told otherwise."""
    return (at, message("/s_new", name, node, add, target, *_pairs(controls)))


def put(at: float, node: int = 1000, /, **controls: float) -> Moment:
    """Set controls of a node."""
    return (at, message("/n_set", node, *_pairs(controls)))


def free(at: float, node: int = 1000) -> Moment:
    """Free a node."""
    return (at, message("/n_free", node))


def group(at: float, node: int, target: int = 0, action: int = 1) -> Moment:
    """Make a group."""
    return (at, message("/g_new", node, action, target))


def run(at: float, node: int, flag: int) -> Moment:
    """Pause a node or let it go on."""
    return (at, message("/n_run", node, flag))


def _pairs(controls: dict[str, float]) -> Iterator[Argument]:
    for name, value in controls.items():
        yield from (name, float(value))


# The small SynthDefs of synthdefs/

SHAPES = ("step", "lin", "exp", "sin", "welch", "sqr", "cub", "hold", "minus4", "plus3", "flat", "steep")
UNARY = (
    *("neg", "not", "bitNot", "abs", "asFloat", "asInteger", "ceil", "floor", "frac", "sign", "squared", "cubed"),
    *("sqrt", "exp", "reciprocal", "midicps", "cpsmidi", "midiratio", "ratiomidi", "dbamp", "ampdb", "octcps"),
    *("cpsoct", "log", "log2", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"),
    *("distort", "softclip", "rectWindow", "hanWindow", "welWindow", "triWindow", "ramp", "scurve"),
)
BINARY = (
    *("plus", "minus", "times", "over", "div", "mod", "equal", "unequal", "less", "greater", "lessequal"),
    *("greaterequal", "min", "max", "bitAnd", "bitOr", "bitXor", "lcm", "gcd", "round", "roundUp", "trunc", "atan2"),
    *("hypot", "hypotApx", "pow", "leftShift", "rightShift", "unsignedRightShift", "ring1", "ring2", "ring3"),
    *("ring4", "difsqr", "sumsqr", "sqrsum", "sqrdif", "absdif", "thresh", "amclip", "scaleneg", "clip2", "excess"),
    *("fold2", "wrap2", "firstArg"),
)
RATES = ("ar", "kr")
_LOOPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "lags.scd": (("lag", "lag2", "lag3"), ("ar", "ar_mod", "ar_time_kr", "kr", "kr_mod", "kr_time_kr")),
    "filters.scd": (("lpf", "hpf"), ("ar", "ar_control", "ar_freq_kr", "ar_freq_ar", "ar_edges", "kr")),
    "resonators": (
        ("bpf", "rlpf", "rhpf", "resonz"),
        ("ar", "ar_control", "ar_mod_kr", "ar_mod_ar", "ar_edges", "kr"),
    ),
    "ups and downs": (("lagud", "lag2ud", "lag3ud"), ("ar", "kr")),
    "delays": (
        ("delayn", "delayl", "delayc"),
        ("ar", "ar_control", "ar_time_kr", "ar_time_ar", "ar_edges", "ar_tiny", "kr", "kr_time_kr"),
    ),
    "combs": (
        ("combn", "combl", "combc", "allpassn", "allpassl", "allpassc"),
        ("ar", "ar_control", "ar_time_kr", "ar_time_ar", "ar_edges", "ar_negative", "kr", "kr_time_kr"),
    ),
    "ranges": (("clip", "fold", "wrap"), ("ar", "ar_control", "ar_kr", "ar_ar", "ar_mixed", "ar_edges", "kr")),
}
"""What the loops of the sources make: g_FIRST_SECOND."""


def _written(*, noise: bool) -> list[str]:
    """Return the names that stand in the sources, of the noise family or of all others."""
    return [
        name
        for path in sorted(SOURCES.glob("*.scd"))
        if (path.name == "noise.scd") is noise
        for name in re.findall(r"(?:\.\(|SynthDef\()\\(g_\w+)", path.read_text(encoding="utf-8"))
    ]


def _looped() -> Iterator[str]:
    for firsts, seconds in _LOOPS.values():
        yield from (f"g_{first}_{second}" for first in firsts for second in seconds)
    yield from (f"g_envgen_{rate}_{shape}" for shape in SHAPES for rate in RATES)
    for rate in RATES:
        yield from (f"g_unary_{name}_{rate}" for name in UNARY)
        yield from (f"g_binary_{name}_{rate}" for name in BINARY)


DRAWN = (
    *("rand", "rand2", "linrand", "bilinrand", "sum3rand", "coin"),
    *("rrand", "exprand"),
)
SMALL = tuple(dict.fromkeys((*_written(noise=False), *_looped())))
"""The names of all SynthDefs that are the same at each run."""
RANDOM = (
    *_written(noise=True),
    *(f"g_draw_{'binary' if name in DRAWN[-2:] else 'unary'}_{name}" for name in DRAWN),
)
"""The names of all others."""

_FREQ = (330.0, 1200.0, 77.0)
_LOW = (33.0, 7.0, 61.0)
_LEVEL = (0.9, -0.4, 0.6)
_TIME = (0.02, 0.15, 0.0777)
_NOW = (1.0, 1.0, 1.0)
_POS = (-1.0, 0.6, 1.5)

SETTINGS: dict[str, dict[str, tuple[float, ...]]] = {
    "g_sinosc_ar_control": {"freq": (660.0, -100.0, 200.0), "phase": (2.0, -1.0, 6.0)},
    "g_sinosc_ar_mul_add": {"mul": (0.2, 1.0, 0.5), "add": (-0.3, 0.0, 0.3)},
    "g_sinosc_kr_fm_kr": {"freq": _LOW},
    "g_lfpulse_ar_fm_kr": {"freq": _FREQ, "width": (0.1, 0.9, 0.0)},
    "g_varsaw_ar_mod_kr": {"freq": _FREQ, "width": (0.1, 0.9, 0.0)},
    "g_pulse_ar_mod_kr": {"freq": _FREQ, "width": (0.1, 0.9, 0.3)},
    "g_impulse_ar_fm_kr": {"freq": (33.0, 0.0, 100.0), "phase": (0.3, 0.9, 0.1)},
    "g_blip_ar_harms_kr": {"harms": (20.0, 1.0, 7.5)},
    "g_envgen_ar_controls": {"rise": (0.1, 0.1, 0.1), "top": (2.0, 2.0, 2.0), "fall": (1.0, 1.0, 1.0)},
    "g_envgen_kr_scaled": {"scale": (1.0, 0.3, 0.5), "bias": (0.0, 0.1, 0.3), "time": (2.0, 0.3, 1.0)},
    "g_envgen_ar_scaled": {"scale": (1.0, 0.3, 0.5), "bias": (0.0, 0.1, 0.3), "time": (2.0, 0.3, 1.0)},
    "g_envgen_kr_trigger": {"t_gate": _NOW},
    "g_steady": {"freq": _FREQ},
    "g_line_ar_controls": {"start": _LEVEL, "end": _LEVEL, "dur": _TIME},
    "g_k2a": {"level": _LEVEL},
    "g_t2a": {"t_on": (1.0, 0.5, 1.0)},
    "g_lag_zero": {"time": (0.1, 0.0, 0.3)},
    "g_varlag_kr": {"level": _LEVEL},
    "g_varlag_kr_curves": {"level": _LEVEL},
    "g_varlag_kr_time": {"level": _LEVEL, "time": (0.1, 0.3, 0.05)},
    "g_ramp_kr": {"level": _LEVEL},
    "g_decay_ar": {"time": (0.5, 0.01, 0.0)},
    "g_decay_ar_mod": {"time": (0.5, 0.01, 0.1)},
    "g_decay_kr": {"time": (0.5, 0.02, 0.1)},
    "g_decay2_ar_mod": {"rise": (0.05, 0.001, 0.02), "fall": (0.5, 0.05, 0.1)},
    "g_decay2_kr": {"fall": (0.5, 0.05, 0.1)},
    "g_leakdc_ar_mod": {"coef": (0.5, 0.999, 0.9)},
    "g_leakdc_kr": {"coef": (0.5, 0.99, 0.7)},
    "g_freeverb_control": {"mix": (1.0, 0.0, 0.5), "room": (0.1, 0.9, 1.0), "damp": (0.9, 0.0, 0.5)},
    "g_limiter_control": {"level": (0.2, 1.0, 0.7)},
    "g_compander": {"thresh": (0.1, 1.0, 0.3)},
    "g_compander_gate": {"thresh": (0.1, 1.0, 0.3)},
    "g_sanitize_ar": {"put": _LEVEL},
    "g_sanitize_kr": {"put": _LEVEL},
    "g_linlin_ar_control": {"lo": (-0.5, 0.2, 0.1), "hi": (0.5, 2.0, -1.0)},
    "g_linlin_kr": {"x": (0.9, -1.0, 2.0), "hi": (0.5, 2.0, -1.0)},
    "g_linexp_ar_control": {"lo": (0.5, 0.2, 0.01), "hi": (0.2, 2.0, 0.7)},
    "g_linexp_kr": {"x": (0.9, -1.0, 2.0)},
    "g_explin_kr": {"x": (0.9, 0.05, 2.0)},
    "g_lincurve_kr": {"x": (0.9, -1.0, 0.5), "curve": (3.0, 0.1, -5.0)},
    "g_select_ar_kr": {"which": (1.0, 2.7, -3.0)},
    "g_select_kr": {"which": (1.0, 2.7, 9.0)},
    "g_latch_ar_kr": {"t_now": _NOW},
    "g_latch_kr": {"t_now": _NOW},
    "g_trig_ar_control": {"time": (0.05, 0.0001, 0.02)},
    "g_trig_kr": {"time": (0.2, 0.001, 0.02), "t_now": (1.0, 0.4, 0.7)},
    "g_trig1_ar_control": {"time": (0.05, 0.0001, 0.02)},
    "g_trig1_kr": {"time": (0.2, 0.001, 0.02), "t_now": (1.0, 0.4, 0.7)},
    "g_toggleff_kr": {"t_now": _NOW},
    "g_sweep_ar_rate": {"rate": (3.0, -1.0, 0.5)},
    "g_sweep_ar_kr": {"t_now": (1.0, 0.5, 1.0)},
    "g_sweep_kr": {"t_now": (1.0, 0.5, 1.0), "rate": (3.0, -1.0, 0.5)},
    "g_phasor_ar_control": {"rate": (-0.01, 0.0, 0.003), "end": (0.3, 2.0, 0.7)},
    "g_phasor_ar_kr": {"t_now": (1.0, 0.5, 1.0)},
    "g_phasor_kr": {"t_now": (1.0, 0.5, 1.0), "rate": (-0.01, 0.0, 0.003)},
    "g_demand_kr": {"t_now": _NOW},
    "g_dseq_repeats": {"repeats": (1.0, 5.0, 2.0)},
    "g_tduty_ar_control": {"dur": (0.03, 0.2, 0.0111), "level": _LEVEL},
    "g_tduty_kr_reset": {"dur": (0.03, 0.2, 0.05)},
    "g_pan2_ar_control": {"pos": _POS, "level": (0.5, 0.9, 0.2)},
    "g_pan2_ar_ar_level": {"level": (0.9, 0.1, 0.4)},
    "g_pan2_kr": {"pos": _POS},
    "g_balance2_ar_control": {"pos": _POS, "level": (0.5, 0.9, 0.2)},
    "g_balance2_kr": {"pos": _POS},
    "g_xfade2_ar_control": {"pos": _POS, "level": (0.5, 0.9, 0.2)},
    "g_xfade2_ar_ar": {"level": (0.9, 0.1, 0.4)},
    "g_xfade2_kr": {"pos": _POS},
    "g_moogff_ar_control": {"freq": _FREQ, "gain": (3.0, 0.5, 2.5), "reset": (0.0, 1.0, 0.0)},
    "g_ringz_ar_control": {"freq": _FREQ, "time": (0.5, 0.02, 0.1)},
    "g_sum3_ar": {"c": _LEVEL},
    "g_sum3_mixed": {"c": _LEVEL},
    "g_sum3_kr": {"c": _LEVEL},
    "g_sum4_ar": {"c": _LEVEL},
    "g_sum4_mixed": {"c": _LEVEL},
    "g_sum4_kr": {"c": _LEVEL},
    "g_muladd_ar": {"c": _LEVEL, "d": _LEVEL},
    "g_muladd_ar_kr": {"c": _LEVEL},
    "g_muladd_ar_mixed": {"c": _LEVEL},
    "g_muladd_ar_constant": {"c": _LEVEL},
    "g_muladd_kr": {"c": _LEVEL, "d": _LEVEL},
    "g_muladd_kr_constants": {"c": _LEVEL},
    "g_control_kr": {"a": _LEVEL, "b": _LEVEL},
    "g_control_kr_freq": {"freq": _FREQ, "amp": (0.5, 0.1, 0.3)},
    "g_control_ir": {"freq": _FREQ, "amp": (0.5, 0.1, 0.3), "pitch": _FREQ, "level": (0.5, 0.1, 0.3)},
    "g_control_ir_kr": {"i_a": _LEVEL, "b": _LEVEL},
    "g_control_tr": {"t_a": (1.0, -0.5, 0.7), "b": _LEVEL},
    "g_control_tr_named": {"t": (1.0, 0.5, 0.7)},
    "g_control_lag": {"a": _LEVEL},
    "g_control_lags": {"a": _LEVEL, "b": _LEVEL, "c": _LEVEL},
    "g_control_lag_fixed": {"a": _LEVEL},
    "g_control_lag_many": {"levels": _LEVEL},
    "g_control_ar": {"a_sig": _LEVEL},
    "g_control_ar_freq": {"freq": _FREQ},
    "g_control_array": {"levels": _LEVEL},
    "g_control_literal": {"levels": _LEVEL, "c": _LEVEL},
    "g_control_default": {"a": _LEVEL},
    "g_onepole_kr": {"coef": (0.5, -0.5, 0.99)},
    "g_onezero_kr": {"coef": (0.5, -0.5, 0.99)},
    "g_fsinosc_kr": {"freq": _LOW},
    **{f"g_{name}_ar_mod": {"coef": (0.5, -0.5, 0.99)} for name in ("onepole", "onezero")},
    **{f"g_{name}_kr_fm_kr": {"freq": _LOW} for name in ("lfsaw", "lftri", "lfcub", "lfpulse", "impulse")},
    **{
        f"g_{name}_ar_{kind}": {"freq": _FREQ}
        for name, kind in (
            *(("lfsaw", "fm_kr"), ("lftri", "fm_kr"), ("lfcub", "fm_kr"), ("syncsaw", "fm_kr"), ("saw", "fm_kr")),
            *(("fsinosc", "fm_kr"), ("blip", "freq_kr")),
        )
    },
    **{f"g_{name}_ar_mod": {"level": _LEVEL, "time": (0.05, 0.0, 0.3)} for name in ("lag", "lag2", "lag3")},
    **{f"g_{name}_kr_mod": {"level": _LEVEL, "time": (0.05, 0.0, 0.3)} for name in ("lag", "lag2", "lag3")},
    **{f"g_{name}_kr": {"level": _LEVEL} for name in ("lagud", "lag2ud", "lag3ud")},
    **{f"g_{name}_ar_control": {"freq": _FREQ} for name in ("lpf", "hpf")},
    **{f"g_{name}_kr": {"freq": _LOW} for name in ("lpf", "hpf", "bpf", "rlpf", "rhpf", "resonz", "ringz", "moogff")},
    **{f"g_{name}_ar_control": {"freq": _FREQ, "rq": (1.0, 0.1, 0.01)} for name in ("bpf", "rlpf", "rhpf", "resonz")},
    **{f"g_{name}_ar_control": {"time": _TIME} for name in ("delayn", "delayl", "delayc")},
    **{f"g_{name}_kr": {"time": (0.3, 0.05, 0.0777)} for name in ("delayn", "delayl", "delayc")},
    **{f"g_{name}_ar_control": {"time": _TIME, "decay": (0.2, -1.0, 3.0)} for name in _LOOPS["combs"][0]},
    **{f"g_{name}_kr": {"time": (0.3, 0.05, 0.0777)} for name in _LOOPS["combs"][0]},
    **{
        f"g_{name}_ar_control": {"lo": (-0.125, -1.5, 0.25), "hi": (0.125, 1.5, 0.875)}
        for name in ("clip", "fold", "wrap")
    },
    **{f"g_{name}_kr": {"lo": (-0.125, -1.5, 0.25)} for name in ("clip", "fold", "wrap")},
    **{f"g_binary_control_{kind}": {"c": (0.9, -0.4, 0.7)} for kind in ("ar", "compare", "clip")},
    **{f"g_binary_control_{kind}": {"c": (0.9, 0.4, 0.7)} for kind in ("over", "kr")},
}
"""The values that controls take at the times of TURNS."""

_TWICE = ((0.9007, 0.0), (1.2003, 1.0), (1.5001, 0.0))
GATES: dict[str, tuple[tuple[float, float], ...]] = {
    "g_envgen_ar_asr": _TWICE,
    "g_envgen_kr_asr": _TWICE,
    "g_envgen_ar_adsr": ((0.9007, 0.0),),
    "g_envgen_kr_adsr": ((0.9007, 0.0), (1.1, 1.0), (1.3, 0.0)),
    "g_envgen_kr_adsr_exp": _TWICE,
    "g_envgen_kr_early": ((0.4007, 0.0),),
    "g_envgen_ar_forced": ((0.6007, -1.5),),
    "g_envgen_kr_forced": ((0.6007, -1.3),),
    "g_envgen_ar_closed": ((0.4007, 1.0), (1.2003, 0.0)),
    "g_envgen_kr_closed": ((0.4007, 1.0), (1.2003, 0.0)),
    "g_envgen_kr_loop": ((1.2007, 0.0),),
    "g_envgen_ar_loop": ((1.2007, 0.0),),
    "g_envgen_ar_release_levels": ((0.3007, 0.0), (1.2003, 1.0)),
    "g_linen_kr": _TWICE,
    "g_linen_kr_early": ((0.4007, 0.0), (1.0, 1.0)),
    "g_linen_kr_forced": ((0.6007, -1.4),),
    "g_done_linen": ((1.0007, 0.0),),
    "g_offsetout_ar_kr_env": ((1.0007, 0.0),),
}
"""When gates open and close."""

FREES_ITSELF = {
    *("g_envgen_ar_adsr", "g_envgen_kr_adsr", "g_envgen_kr_early", "g_envgen_ar_forced", "g_envgen_kr_forced"),
    *("g_done", "g_done_ar", "g_done_line", "g_done_linen", "g_done_ir", "g_tduty_ar_done", "g_offsetout_ar_done"),
    "g_offsetout_ar_kr_env",
}
"""What is gone by itself before the end."""

NEEDS_OTHERS = {"g_out_kr", "g_replaceout_ar", "g_replaceout_kr", "g_in_ar", "g_in_ar_offset", "g_in_kr", "g_bad"}
"""What does not sound alone: the combinations play it."""


def _small(name: str) -> Case:
    """Return the usual score of one small SynthDef."""
    moments = [new(START, name)]
    for at, values in zip(TURNS, zip(*SETTINGS.get(name, {}).values(), strict=True), strict=False):
        moments.append(put(at, **dict(zip(SETTINGS[name], values, strict=True))))
    moments += [put(at, gate=value) for at, value in GATES.get(name, ())]
    if name not in FREES_ITSELF:
        moments.append(free(END))
    return Case(name, (name,), tuple(moments))


# Combinations of them: neighbours, groups, buses


def _done(action: int, *, groups: bool) -> Case:
    """Return a score in which a synth ends with a done action amid two synths or two groups, in a group."""
    moments = [group(0.0, 50)]
    for node, freq in ((100, 200), (200, 300)):
        if groups:
            moments += [group(0.0, node, 50), group(0.0, node + 1, node)]
            moments.append(new(0.05, "g_steady", node + 2, 1, node + 1, freq=freq))
            moments.append(new(0.05, "g_steady", node + 3, 1, node, freq=freq * 1.25))
        else:
            moments.append(new(0.05, "g_steady", node, 1, 50, freq=freq))
    moments.append(new(START, "g_done", 1000, 3, 100, freq=440, action=action))
    moments.append(new(START, "g_steady", 2000, freq=700))
    if action == 15:
        moments.append(run(0.2, 200, 0))
    if action == 1:
        moments.append(run(1.1, 1000, 1))
    if action in {9, 10}:
        moments.append(run(1.1, 100 if action == 9 else 200, 1))
    return Case(f"done_{action}_{'groups' if groups else 'synths'}", ("g_done", "g_steady"), tuple(moments))


def _combinations() -> Iterator[Case]:
    for action, groups in itertools.product(range(16), (False, True)):
        yield _done(action, groups=groups)
    yield Case("done_paused_ar", ("g_done_ar",), (new(START, "g_done_ar", action=1), run(0.9, 1000, 1)))
    steady = ("g_steady",)
    yield Case("run", steady, (new(START, *steady), run(0.5003, 1000, 0), put(0.7, freq=500), run(1.0003, 1000, 1)))
    yield Case(
        "voices",
        ("g_sinosc_ar", "g_saw_ar_fm_kr", "g_envgen_kr_adsr", "g_lftri_ar"),
        (
            *(new(0.1 + 0.0777 * i, "g_saw_ar_fm_kr", 1000 + i, freq=100 + 37 * i) for i in range(12)),
            *(new(0.2 + 0.0551 * i, "g_envgen_kr_adsr", 1100 + i) for i in range(8)),
            *(put(0.7 + 0.0551 * i, 1100 + i, gate=0) for i in range(8)),
            *(put(1.0 + 0.0333 * i, 1000 + i, freq=440 - 11 * i) for i in range(12)),
            *(free(1.5 + 0.0222 * i, 1000 + i) for i in range(12)),
            new(0.5, "g_lftri_ar", 1200),
            new(0.5, "g_sinosc_ar", 1201),
            free(0.9, 1200),
        ),
    )
    yield Case(
        "group_set",
        ("g_steady",),
        (
            group(0.0, 10),
            group(0.0, 11, 10),
            *(new(0.1 + 0.05 * i, "g_steady", 100 + i, 1, 10 + i % 2, freq=200 + 50 * i) for i in range(4)),
            put(0.6007, 10, freq=333),
            put(1.0, 11, freq=444),
            free(1.4, 11),
            (1.7, message("/g_freeAll", 10)),
        ),
    )
    yield Case(
        "in_after_out",
        ("g_out_ar_stereo", "g_out_ar", "g_in_ar"),
        (
            new(0.05, "g_in_ar", 20),
            new(START, "g_out_ar_stereo", 10, 0, bus=16),
            new(0.3003, "g_out_ar", 11, 0, bus=17, freq=500),
            put(0.7, 20, gain=0.3),
            put(1.0, 10, bus=18),
            put(1.2, 20, bus=18),
            free(1.5, 10),
        ),
    )
    yield Case(
        "in_before_out",
        ("g_out_ar_stereo", "g_in_ar", "g_steady"),
        (
            new(0.05, "g_steady", 30),
            new(0.05, "g_in_ar", 20, 0),
            new(START, "g_out_ar_stereo", 10, bus=16),
            free(1.5, 10),
        ),
    )
    yield Case(
        "in_offset",
        ("g_out_ar_stereo", "g_in_ar_offset"),
        (new(START, "g_out_ar_stereo", 10, bus=16), new(START, "g_in_ar_offset", 20), free(1.5, 20)),
    )
    yield Case(
        "in_kr",
        ("g_out_kr", "g_in_kr", "g_replaceout_kr"),
        (
            new(START, "g_in_kr", 20),
            new(0.2003, "g_out_kr", 10, 0),
            new(0.5003, "g_out_kr", 11, 0, freq=5),
            new(0.8, "g_replaceout_kr", 12, 3, 20),
            free(1.1, 12),
            free(1.3, 10),
            free(1.3, 11),
            (1.5, message("/c_set", 5, 0.7)),
        ),
    )
    yield Case(
        "replaceout",
        ("g_out_ar_stereo", "g_out_ar", "g_replaceout_ar"),
        (
            new(START, "g_out_ar_stereo", 10),
            new(0.3003, "g_replaceout_ar", 20),
            new(0.6, "g_out_ar", 11, freq=700),
            put(0.8, 20, gain=2),
            put(1.0, 20, bus=1),
            new(1.2, "g_out_ar", 12, 0, freq=900),
            put(1.4, 12, bus=1),
        ),
    )
    yield Case(
        "out_beyond",
        ("g_out_ar_stereo",),
        (new(START, "g_out_ar_stereo", 10, bus=1), new(0.5, "g_out_ar_stereo", 11, bus=5), free(1.0, 10)),
    )
    yield Case(
        "offsetout_many",
        ("g_offsetout_ar_done", "g_offsetout_ar"),
        (
            *(new(0.1 + 0.0707 * i, "g_offsetout_ar_done", -1, i % 2) for i in range(20)),
            new(0.11, "g_offsetout_ar", 1000, freq=500),
            free(0.5003, 1000),
            new(0.9999, "g_offsetout_ar", 1001, freq=700),
        ),
    )
    yield Case(
        "offsets",
        ("g_offsetout_ar",),
        tuple(
            moment
            for i in range(16)
            for moment in (
                new(0.1 + i * (0.1 + 1 / 12000), "g_offsetout_ar", 1000 + i, freq=300 + i),
                free(0.15 + i * (0.1 + 1 / 12000), 1000 + i),
            )
        ),
    )
    yield Case(
        "bad_behind_safety",
        ("g_bad", "g_steady", "safety"),
        (new(0.05, "g_steady", 10), new(START, "g_bad", 1000, 0), new(0.0, "safety", 20)),
    )


# The product's own SynthDefs

CATALOGUE: dict[str, dict[str, Any]] = yaml.safe_load((SUPERCOLLIDER / "instruments.yaml").read_text())["instruments"]
COMPILED = SUPERCOLLIDER / "compiled"


def parameters(instrument: str) -> dict[str, tuple[float, float, float]]:
    """Return the lowest, usual and highest value of each parameter."""
    return {
        entry["name"]: (float(entry["range"][0]), float(entry["default"]), float(entry["range"][1]))
        for entry in CATALOGUE[instrument]["parameters"]
    }


def _struck(name: str) -> Iterator[Case]:
    usual = {key: values[1] for key, values in parameters(name).items()}
    longest = 4.2 if "dur" in usual else 3.2
    yield Case(name, (name,), (new(START, name, **usual),), longest)
    for key, values in parameters(name).items():
        for which, value in (("lowest", values[0]), ("highest", values[2])):
            moments = (new(START, name, **(usual | {key: value})),)
            yield Case(f"{name}_{key}_{which}", (name,), moments, longest, silent=key == "vol" and value == 0)
    four = tuple(new(START + 0.1234 * i, name, -1, **usual) for i in range(4))
    yield Case(f"{name}_four", (name,), four, longest)


def _held(name: str) -> Iterator[Case]:
    usual = {key: values[1] for key, values in parameters(name).items()}
    yield Case(name, (name,), (new(START, name, **usual), put(1.2003, gate=0)), 3.0)
    yield Case(f"{name}_bare", (name,), (new(START, name),), 2.0)
    for key, (lowest, default, highest) in ({"vol": (0.0, 0.5, 1.0)} | parameters(name)).items():
        moments = (
            new(START, name, **(usual | {key: lowest})),
            put(1.0003, **{key: highest}),
            put(1.1003, **{key: default}),
            put(2.0, **{key: highest * 2 + 1}),
            put(2.5, **{key: -highest}),
            put(3.0007, gate=0),
        )
        yield Case(f"{name}_{key}", (name,), moments, 5.0)
    gates = (new(START, name, **usual), put(0.5, gate=0), put(0.9, gate=1), put(1.3, gate=-1.2))
    yield Case(f"{name}_gate", (name,), gates, 2.5)


STAGE: tuple[Moment, ...] = (
    *(group(0.0, number) for number in range(900, 905)),
    new(0.0, "mix", 905, bus=16),
    new(0.0, "safety", 906),
)
"""The stage of bridge/singing_pager/sinks/scsynth.py."""
_CRITICAL, _SPEECH, _, _INFO, _AMBIENCE = ((900 + rank, 16 + 2 * rank) for rank in range(5))
"""Group and bus of each class."""

_QUIET = ("cpu", "network", "temperature", "ambient")


def _on(place: tuple[int, int], at: float, name: str, node: int = -1, /, **controls: float) -> Moment:
    """Start a synth of some class."""
    return new(at, name, node, 1, place[0], out=place[1], **controls)


def _stage() -> Iterator[Case]:
    ambience = tuple(_on(_AMBIENCE, START + 0.1 * i, name, 1000 + i, vol=0.8, gate=1) for i, name in enumerate(_QUIET))
    alarms = (
        _on(_CRITICAL, 1.5003, "alert_critical", vol=0.9),
        _on(_INFO, 2.1, "alert_info"),
        _on(_INFO, 5.0, "resolved"),
    )
    turns = (
        put(2.0, 1000, freq=800),
        put(2.0, 1001, rate=8),
        put(2.5003, 1002, brightness=0.9),
        put(6.0, 1000, gate=0),
        put(6.2, 1003, gate=0),
    )
    names = ("mix", "safety")
    voices = (*_QUIET, "alert_critical", "alert_info", "resolved")
    yield Case("stage", (*names, *voices), (*STAGE, *ambience, *alarms, *turns), 8.0)
    loud = tuple(_on(_CRITICAL, 0.1 + 0.0707 * i, "alert_critical", vol=1, freq=700 + 20 * i) for i in range(12))
    yield Case("stage_loud", (*names, "alert_critical"), (*STAGE, *loud, put(1.5, 906, vol=0.5)), 3.0)
    moved = (put(0.6007, 905, critical=0.5, ambience=0), put(1.4, 905, level=4, ambience=1), put(2.0, 906, vol=0))
    sounding = (*ambience, *(_on(_CRITICAL, at, "alert_critical") for at in (0.3003, 2.5)), put(2.4, 906, vol=0.7))
    yield Case("stage_volumes", (*names, *_QUIET, "alert_critical"), (*STAGE, *sounding, *moved), 4.0)
    doors = tuple(put(at, 906, mute=shut) for at, shut in ((0.7003, 1), (1.2, 0), (1.5, 1), (1.508, 0), (2.0, 2)))
    yield Case("stage_mute", (*names, *_QUIET, "alert_critical"), (*STAGE, *sounding, *doors), 4.0)
    shut = (*STAGE[:-1], new(0.0, "safety", 906, vol=0.5, mute=1), *sounding, put(1.0003, 906, mute=0))
    yield Case("stage_muted_from_the_start", (*names, *_QUIET, "alert_critical"), shut, 3.0)
    classes = (
        *(new(0.1, "g_out_ar_stereo", 1000 + bus, 1, 900, bus=bus, freq=250 + 5 * bus) for bus in (20, 24)),
        *(_on(_SPEECH, at, "alert_warning") for at in (0.5003, 4.0)),
        *(_on(_INFO, at, "alert_info") for at in (0.3, 2.0, 3.8)),
    )
    yield Case("stage_classes", (*names, "g_out_ar_stereo", "alert_warning", "alert_info"), (*STAGE, *classes), 6.0)
    yield Case(
        "stage_duck",
        (*names, "g_out_ar_stereo", "g_offsetout_ar_done"),
        (
            *STAGE,
            new(0.1, "g_out_ar_stereo", 1000, 1, 904, bus=24),
            *(new(0.5003 + 0.02 * i, "g_offsetout_ar_done", -1, 1, 900, bus=16) for i in range(12)),
        ),
        4.0,
    )
    bad = (
        new(0.1, "g_steady", 1000, 1, 900),
        new(0.5003, "g_bad", 1001, 1, 904, bus=24),
        new(0.8, "g_bad", 1003, 1, 900, bus=16),
        new(1.0, "g_bad", 1002, 1, 900),
    )
    yield Case("stage_bad", (*names, "g_steady", "g_bad"), (*STAGE, *bad), 3.0)


def _product() -> Iterator[Case]:
    for name, instrument in CATALOGUE.items():
        if not is_random(COMPILED / f"{name}.scsyndef"):
            yield from _held(name) if instrument["kind"] == "held" else _struck(name)
    yield from _stage()


CASES: tuple[Case, ...] = (
    *_product(),
    *(_small(name) for name in SMALL if name not in NEEDS_OTHERS),
    *_combinations(),
)
"""Everything that is the same at each run."""


PAUSE = 0.5
"""Seconds between scores that are played one after the other: a whole number of control periods."""


def batches(cases: Sequence[Case], seconds: float = 120.0) -> Iterator[list[tuple[float, Case]]]:
    """Line cases up one after the other, each with its place in seconds, in stretches of some two minutes."""
    batch: list[tuple[float, Case]] = []
    at = PAUSE
    for case in cases:
        batch.append((at, case))
        at += case.seconds + PAUSE
        if at >= seconds:
            yield batch
            batch, at = [], PAUSE
    if batch:
        yield batch
