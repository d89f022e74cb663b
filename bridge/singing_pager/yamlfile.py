"""YAML files that people write: read with the line of every key, checked against a pydantic model."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, SecretStr, ValidationError

from singing_pager.errors import ConfigError

__all__ = ["Document", "KeyPath", "checked", "faults", "parse", "read"]

KeyPath = tuple[str | int, ...]
_Model = TypeVar("_Model", bound=BaseModel)

_MOST = 50_000
"""Keys and items of a file; one in which aliases multiply (a "billion laughs") has more."""

_IS = {
    "bool_parsing": "is neither true nor false",
    "bool_type": "is neither true nor false",
    "dict_type": "is no mapping of keys to values",
    "float_parsing": "is no number",
    "float_type": "is no number",
    "int_from_float": "is no whole number",
    "int_parsing": "is no whole number",
    "int_type": "is no whole number",
    "list_type": "is no list",
    "model_type": "is no mapping of keys to values",
    "string_type": "is no text; write it in quotes",
    "too_long": "has too many items",
    "tuple_type": "is no list",
}
"""What is said of a value for those of pydantic's errors that it words for programmers."""


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
        for path, line in _walk(root, ()):
            if path in lines:
                raise ConfigError(f"{name}:{line}: {path[-1]} stands here a second time")
            if len(lines) >= _MOST:
                raise ConfigError(f"{name}:{line}: more than {_MOST} keys and items, aliases counted where they stand")
            lines[path] = line
        return Document(name, yaml.safe_load(text), lines)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise ConfigError(f"{name}:{line}: not YAML: {said}") from error
    except yaml.reader.ReaderError as error:
        line, letter = text.count("\n", 0, error.position) + 1, ord(text[error.position])
        raise ConfigError(f"{name}:{line}: not YAML: character U+{letter:04X} is not allowed") from error
    except RecursionError as error:
        raise ConfigError(f"{name}: not YAML: nested too deeply") from error
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"{name}: not YAML: {str(error).splitlines()[0]}") from error


def _walk(node: yaml.Node | None, path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            yield here, key.start_mark.line + 1
            yield from _walk(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            here = (*path, index)
            yield here, item.start_mark.line + 1
            yield from _walk(item, here)


def checked(model: type[_Model], document: Document) -> _Model:
    """Validate a document; raises ConfigError with one line a fault: file, line, key, what is allowed."""
    try:
        return model.model_validate({} if document.data is None else document.data)
    except ValidationError as error:
        found = faults(error, model)
        raise ConfigError("\n".join(f"{document.where(path)}: {fault}" for path, fault in found)) from error


def faults(error: ValidationError, model: type[BaseModel]) -> Iterator[tuple[KeyPath, str]]:
    """Say each fault of a validation in words that a person can act on; a secret is never shown."""
    for fault in error.errors(include_url=False):
        path = fault["loc"]
        if path[-1:] == ("[key]",):
            path = (*path[:-2], str(path[-2]))
        given = "the secret" if _at(model, path) is SecretStr else _shown(fault.get("input"))
        match fault["type"]:
            case "missing":
                said = "is missing"
            case "extra_forbidden":
                said = f"is no key that is known here; allowed: {', '.join(_keys(_at(model, path[:-1])))}"
            case "value_error":
                said = str(fault["ctx"]["error"])
            case kind if kind in _IS:
                said = f"{given} {_IS[kind]}"
            case _:
                message = fault["msg"].removeprefix("Input ")
                said = f"{given} {message[0].lower()}{message[1:]}"
        yield path, said


def _at(kind: object, path: KeyPath) -> object:
    """Find the type of what stands at a path below a model or a container of models; None where there is none."""
    if isinstance(kind, type) and issubclass(kind, BaseModel) and path:
        fields = kind.model_fields.items()
        field = next((field for name, field in fields if path[0] == (field.alias or name)), None)
        return None if field is None else _at(field.annotation, path[1:])
    inner = get_args(kind)
    if not inner:
        return None if path else kind
    if get_origin(kind) in {list, dict, tuple}:
        return _at(inner[-1], path[1:])
    return next((found for found in (_at(part, path) for part in inner) if found is not None), None)


def _keys(kind: object) -> Iterator[str]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            yield field.alias or name


def _shown(value: object) -> str:
    text = repr(value)
    longest = 60
    return text if len(text) <= longest else f"{text[:longest]}…"
