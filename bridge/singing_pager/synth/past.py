"""What a delay line holds: the samples before this span, a line of its own length for every voice."""

import numpy as np

from singing_pager.synth.unit import Places, Signal, Unit

__all__ = ["keep_line", "recall_line"]


def recall_line(unit: Unit, length: int, begin: Signal | None = None, name: str = "line") -> Signal:
    """Give the last samples of every voice, the newest last; silence where there were none.

    Args:
        unit: Whose line.
        length: Samples to go back.
        begin: (rows, 1) the newest sample of a voice that begins; None: silence.
        name: What the line is kept under.

    Returns:
        (rows, length), to be written to as one likes.
    """
    lines = np.zeros((unit.span.rows, length), np.float32)
    for row, kept in enumerate(unit.recall(name, np.array(None, object), object)[:, 0]):
        if isinstance(kept, np.ndarray):
            there = min(length, len(kept))
            lines[row, length - there :] = kept[len(kept) - there :]
        elif begin is not None:
            lines[row, -1] = begin[row, 0]
    return lines


def keep_line(unit: Unit, samples: Signal, lengths: int | Places, name: str = "line") -> None:
    """Keep the newest samples of (rows, columns) for the next span: so many, or for each voice its own number."""
    state = np.empty((len(samples), 1), object)
    for row, length in enumerate(np.broadcast_to(lengths, len(samples)).tolist()):
        state[row, 0] = samples[row, samples.shape[1] - length :].copy()
    unit.keep(name, state)
