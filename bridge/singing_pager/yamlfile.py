"""YAML files that people write: read with the line of every key, checked against a pydantic model."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from singing_pager.errors import ConfigError

__all__ = ["Document", "KeyPath", "checked", "faults", "parse", "read"]

KeyPath = tuple[str | int, ...]
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed YAML file.

    Attributes:
        name: What errors call the file.
        data: Mappings, sequences and scalars.
        lines: Line of each key and item, counted from 1, by its path.
    """

    name: str
    data: object
    lines: dict[KeyPath, int]

    def where(self, path: KeyPath) -> str:
        """Name the place of a key: file, line, and the path as one writes it."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
        return f"{self.name}:{self.lines.get(known, 1)}: {key or 'the file'}"


def read(path: Path) -> Document:
    """Read a YAML file; raises ConfigError when it is missing, not UTF-8 or not YAML."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}") from error


def parse(text: str, name: str) -> Document:
    """Parse YAML text; raises ConfigError for a syntax error, a duplicate key or a tag that is not plain data."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        lines: dict[KeyPath, int] = {}
        for path, node, line in _walk(root, ()):
            if path in lines:
                raise ConfigError(f"{name}:{line}: {path[-1]} stands here a second time")
            lines[path] = line
            del node
        return Document(name, yaml.safe_load(text), lines)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{name}:{line}: not YAML: {error.problem}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ConfigError(f"{name}: not YAML: {str(error).splitlines()[0]}") from error


def _walk(node: yaml.Node | None, path: KeyPath) -> Iterator[tuple[KeyPath, yaml.Node, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            yield here, value, key.start_mark.line + 1
            yield from _walk(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            here = (*path, index)
            yield here, item, item.start_mark.line + 1
            yield from _walk(item, here)


def checked(model: type[_Model], document: Document) -> _Model:
    """Validate a document; raises ConfigError with one line a fault: file, line, key, what is allowed."""
    try:
        return model.model_validate({} if document.data is None else document.data)
    except ValidationError as error:
        raise ConfigError("\n".join(f"{document.where(path)}: {fault}" for path, fault in faults(error))) from error


def faults(error: ValidationError) -> Iterator[tuple[KeyPath, str]]:
    """Say each fault of a validation in words that a person can act on."""
    for fault in error.errors(include_url=False):
        path = tuple(part for part in fault["loc"] if not (isinstance(part, str) and part.startswith("function-")))
        given = fault.get("input")
        match fault["type"]:
            case "missing":
                said = "is missing"
            case "extra_forbidden":
                said = "is not a key that is known here"
            case "value_error":
                said = str(fault["ctx"]["error"])
            case _:
                message = fault["msg"].removeprefix("Input ")
                said = f"{_shown(given)} {message[0].lower()}{message[1:]}"
        yield path, said


def _shown(value: object) -> str:
    text = repr(value)
    longest = 60
    return text if len(text) <= longest else f"{text[:longest]}…"
