"""How far the built-in engine may be from scsynth."""

from __future__ import annotations

LIMIT = -90.0
"""In dB of the signal."""
LOOSE = -60.0
"""Where there is a reason for it."""

_MODULATED = (
    "A frequency that an audio-rate SinOsc makes adds up the last bits of that sine, which scsynth reads from a table: "
    "the phase drifts by less than a thousandth of a sample a second."
)
EXCEPTIONS: dict[str, str] = {"g_saw_ar_fm_ar": _MODULATED, "g_pulse_ar_mod_ar": _MODULATED}
"""Cases that only have to keep the loose limit, each with its reason in one sentence, as docs/engine.md has it."""


def limit(name: str) -> float:
    """Return the limit of a case."""
    return LOOSE if name in EXCEPTIONS else LIMIT
