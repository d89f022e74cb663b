"""YAML files that people write: read with the line of every key, checked against a pydantic model."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, SecretStr, ValidationError

from singing_pager.errors import ConfigError, Fault

__all__ = ["Document", "KeyPath", "checked", "faults", "parse", "read", "read_text"]

KeyPath = tuple[str | int, ...]
_Model = TypeVar("_Model", bound=BaseModel)

_MOST = 50_000
"""Keys and items of a file; one in which aliases multiply (a "billion laughs") has more."""

_LARGEST = 2_000_000
"""Characters of all values, aliases counted where they stand: messages quote them."""
_NESTED = 20
"""Brackets that may be open at once."""
_NUMBERS = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
_DIGITS = 1000
"""Characters of a number."""
_TOLD = 200
"""Faults that are told one by one."""
_LONGEST = 60
"""Characters of a value that are quoted."""

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

    def fault(self, path: KeyPath, said: str) -> Fault:
        """Say what is wrong with a key: file, line, and the path as one writes it."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
        return Fault(self.name, said, self.lines.get(known, 1), key or "the file")

    def where(self, path: KeyPath) -> str:
        """Name the place of a key: file, line, and the path as one writes it."""
        return str(self.fault(path, ""))


def read(path: Path) -> Document:
    """Read a YAML file; raises ConfigError when it is missing, not UTF-8 or not YAML."""
    return parse(read_text(path), str(path))


def read_text(path: Path) -> str:
    """Read the text of a file; raises ConfigError when it is missing or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}") from error


def parse(text: str, name: str) -> Document:
    """Parse YAML text; raises ConfigError for a syntax error, a duplicate key or a tag that is not plain data."""
    try:
        return _parsed(text, name)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 0)
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise ConfigError.of([Fault(name, f"not YAML: {said}", line, column=column)]) from error
    except yaml.reader.ReaderError as error:
        line, letter = text.count("\n", 0, error.position) + 1, ord(text[error.position])
        column = error.position - text.rfind("\n", 0, error.position)
        said = f"not YAML: character U+{letter:04X} is not allowed"
        raise ConfigError.of([Fault(name, said, line, column=column)]) from error
    except RecursionError as error:
        raise ConfigError.of([Fault(name, "not YAML: nested too deeply")]) from error
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError.of([Fault(name, f"not YAML: {str(error).splitlines()[0]}")]) from error


class _Loader(yaml.SafeLoader):
    """Takes time in proportion to a text: at each token, PyYAML looks at every bracket that is open."""

    def fetch_flow_collection_start(self, TokenClass: type[yaml.Token]) -> None:  # noqa: N803 - PyYAML's name
        """Open a bracket."""
        if self.flow_level >= _NESTED:
            raise yaml.scanner.ScannerError(None, None, "nested too deeply", self.get_mark())
        super().fetch_flow_collection_start(TokenClass)


def _parsed(text: str, name: str) -> Document:
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        lines: dict[KeyPath, int] = {}
        size = 0
        for path, line, length in _walk(root, ()):
            size += length
            if path in lines:
                raise ConfigError.of([Fault(name, f"{path[-1]} stands here a second time", line)])
            if len(lines) >= _MOST:
                said = f"more than {_MOST} keys and items, aliases counted where they stand"
                raise ConfigError.of([Fault(name, said, line)])
            if size > _LARGEST:
                said = f"more than {_LARGEST} characters of values, aliases counted where they stand"
                raise ConfigError.of([Fault(name, said, line)])
            lines[path] = line
        return Document(name, None if root is None else loader.construct_document(root), lines)
    finally:
        loader.dispose()


def _walk(node: yaml.Node | None, path: KeyPath) -> Iterator[tuple[KeyPath, int, int]]:
    """Path and line of every key and item, and how many characters of text stand there."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                said = "while constructing a mapping", node.start_mark, "found unhashable key", key.start_mark
                raise yaml.constructor.ConstructorError(*said)
            here = (*path, str(key.value))
            yield here, key.start_mark.line + 1, _length(key) + _length(value)
            yield from _walk(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            here = (*path, index)
            yield here, item.start_mark.line + 1, _length(item)
            yield from _walk(item, here)
    elif node is not None:
        _length(node)


def _length(node: yaml.Node) -> int:
    """Characters of a scalar; a number to the base 60 takes the square of its length to read."""
    length = len(node.value) if isinstance(node, yaml.ScalarNode) else 0
    if node.tag in _NUMBERS and not 0 < length <= _DIGITS:
        said = f"found a number of {length} characters; at most {_DIGITS} are allowed"
        raise yaml.constructor.ConstructorError(None, None, said, node.start_mark)
    return length


def checked(model: type[_Model], document: Document) -> _Model:
    """Validate a document; raises ConfigError with one line a fault: file, line, key, what is allowed."""
    try:
        return model.model_validate({} if document.data is None else document.data)
    except ValidationError as error:
        found = islice(faults(error, model), _TOLD)
        told = [document.fault(path, said) for path, said in found]
        if (more := error.error_count() - len(told)) > 0:
            told.append(Fault(document.name, f"and {more} more"))
        raise ConfigError.of(told) from error


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
    try:
        text = repr(value)
    except ValueError:
        # Python writes no number of more than some thousand digits
        return "a number of thousands of digits"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
