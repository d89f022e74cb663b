"""The score of those who listen to this machine and nothing else."""

from dataclasses import replace
from pathlib import Path

from singing_pager import score
from singing_pager.core.instrument import Catalogue
from singing_pager.core.rules import Score

__all__ = ["heard_alone"]


def heard_alone(path: Path | None, catalogue: Catalogue) -> Score:
    """Read a score; the one that came with the pager goes without its drone.

    The signature says by itself that all is well, and the drone's 220 Hz would cover an idle machine's pitch.

    Args:
        path: The score; None: the one that came with the pager.
        catalogue: Instruments that rules may name.

    Raises:
        ConfigError: The score is wrong.
    """
    read = score.load(path, catalogue)
    return read if path is not None else replace(read, ambience=None)
