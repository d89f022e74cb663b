"""The score: `score.yaml`, read, checked as a whole against the catalogue, and resolved into the core's rules."""

import logging
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import get_args

from pydantic import BaseModel

from singing_pager.core.instrument import Catalogue
from singing_pager.core.rules import Score
from singing_pager.score.entries import ScoreFile
from singing_pager.score.resolution import resolved
from singing_pager.yamlfile import Document, checked, parse, read, read_text

__all__ = ["ScoreFile", "every_key", "load", "resolve", "text"]

_log = logging.getLogger(__name__)


def load(path: Path | None, catalogue: Catalogue) -> Score:
    """Read a score and check it as a whole.

    Args:
        path: File to read; None: the score that came with the pager.
        catalogue: Instruments that rules may name.

    Raises:
        ConfigError: One line a fault: file, line, key, what is allowed.
    """
    found = _resolved(parse(text(None), "default score") if path is None else read(path), catalogue)
    if not found.alerts:
        _log.warning("%s: alerts: there is no rule, so no alert will sound; `- match: {}` takes every alert", path)
    return found


def resolve(written: str, name: str, catalogue: Catalogue) -> Score:
    """Check the text of a score as a whole.

    Args:
        written: The text.
        name: What errors call it.
        catalogue: Instruments that rules may name.

    Raises:
        ConfigError: One line a fault: file, line, key, what is allowed.
    """
    return _resolved(parse(written, name), catalogue)


def text(path: Path | None) -> str:
    """Read the text of a score and no more; None: of the one that came with the pager; raises ConfigError."""
    if path is None:
        return files("singing_pager").joinpath("default_score.yaml").read_text("utf-8")
    return read_text(path)


def _resolved(document: Document, catalogue: Catalogue) -> Score:
    return resolved(checked(ScoreFile, document), document, catalogue)


def every_key(model: type[BaseModel] = ScoreFile, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every key of the score with what it means, for the documentation and its test."""
    for name, field in model.model_fields.items():
        key = prefix + (field.alias or name)
        yield key, field.description or ""
        for inner in _models(field.annotation):
            yield from every_key(inner, f"{key}.")


def _models(kind: object) -> Iterator[type[BaseModel]]:
    """Find the models that a type is made of: of `list[AlertEntry]`, AlertEntry."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in get_args(kind):
        yield from _models(part)
