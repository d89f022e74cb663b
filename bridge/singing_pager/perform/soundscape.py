"""Values in, samples out: the signature of a machine as an array, for notebooks and scripts."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from singing_pager import instruments
from singing_pager.core.pipeline import Core
from singing_pager.model import Reading
from singing_pager.perform.alone import heard_alone
from singing_pager.perform.offline import NEAR, RATE, Samples, perform
from singing_pager.perform.timeline import moments

__all__ = ["pieces", "soundscape"]


def soundscape(
    values: Sequence[Mapping[str, float]], *, interval: float = 0.1, rate: int = RATE, score_path: Path | None = None
) -> Samples:
    """Play a series of values as the sound signature.

    Args:
        values: Each with `cpu`, `network`, `memory` and `anomaly`, from 0 to 1.
        interval: Seconds between them.
        rate: Samples a second.
        score_path: Score to play by; None: the one that came with the pager.

    Returns:
        (frames, 2) float32, full scale ±1; it rings out for 3 s after the last value.
    """
    return np.concatenate([*pieces(values, interval=interval, rate=rate, score_path=score_path)])


def pieces(
    values: Sequence[Mapping[str, float]], *, interval: float = 0.1, rate: int = RATE, score_path: Path | None = None
) -> Iterator[Samples]:
    """Give the same as `soundscape`, a second or less at a time."""
    core = Core(heard_alone(score_path, instruments.load()))
    readings = [
        Reading(stream="host.signature", data=dict(value), at=interval * place, route="soundscape")
        for place, value in enumerate(values)
    ]
    seconds = interval * len(readings)
    yield from perform(moments(core, readings, 0.0, seconds), seconds, rate=rate, ambience=NEAR)
