"""Settings: one table of models gives every environment variable, flag and configuration key.

Precedence: flag, environment, configuration file, default. A secret may stand in a file of its own (`…_FILE`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, SecretStr, ValidationError

from singing_pager.config.sections import (
    Alertmanager,
    Auth,
    Config,
    Desk,
    Host,
    Http,
    Log,
    Metrics,
    Mqtt,
    Osc,
    Sound,
    Store,
)
from singing_pager.errors import ConfigError
from singing_pager.yamlfile import Document, KeyPath, faults, read

__all__ = [
    "Alertmanager",
    "Auth",
    "Config",
    "Desk",
    "Host",
    "Http",
    "Log",
    "Metrics",
    "Mqtt",
    "Osc",
    "Setting",
    "Sound",
    "Store",
    "load",
    "settings",
]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting and its three names.

    Attributes:
        path: Its place in the configuration file.
        default: Default, as text.
        help: What it means.
        secret: Whether it has a `_FILE` twin and is never shown.
    """

    path: tuple[str, ...]
    default: str
    help: str
    secret: bool

    @property
    def env(self) -> str:
        """Name of the environment variable, such as `OSC_HOST`."""
        return "_".join(self.path).upper()

    @property
    def flag(self) -> str:
        """Name of the flag, such as `--osc-host`."""
        return "--" + "-".join(self.path).replace("_", "-")


def settings() -> Iterator[Setting]:
    """Every setting, in the order of the models; a secret is followed by its twin."""
    for name, field in Config.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            for key, inner in section.model_fields.items():
                secret = inner.annotation is SecretStr
                yield Setting((name, key), "" if secret else _text(inner.default), inner.description or "", secret)
                if secret:
                    yield Setting((name, key + "_file"), "", f"file that holds the {key}", secret=False)
        else:
            yield Setting((name,), _text(field.default), field.description or "", secret=False)


def _text(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return ",".join(default) if isinstance(default, list) else str(default)


def load(environ: Mapping[str, str], flags: Mapping[str, str], file: Path | None) -> Config:
    """Gather the settings.

    Args:
        environ: Environment variables; an empty one counts as not set.
        flags: Values by the environment variable's name.
        file: Configuration file in YAML, or None.

    Raises:
        ConfigError: One line a fault: where it was set, and what is allowed.
    """
    document = Document("no file", {}, {}) if file is None else read(file)
    gathered = _Gathered(document)
    for setting in settings():
        if setting.env in flags:
            gathered.put(setting.path, flags[setting.env], setting.flag)
        elif environ.get(setting.env):
            gathered.put(setting.path, environ[setting.env], setting.env)
    gathered.read_secrets()
    try:
        return Config.model_validate(gathered.data)
    except ValidationError as error:
        found = faults(error, Config)
        raise ConfigError("\n".join(f"{gathered.where(path)}: {fault}" for path, fault in found)) from error


class _Gathered:
    """Settings from all sources in one tree, each with the place that it came from."""

    def __init__(self, document: Document) -> None:
        if document.data is not None and not isinstance(document.data, dict):
            raise ConfigError(f"{document.where(())}: is not a mapping of sections")
        self._document = document
        self._places: dict[KeyPath, str] = {}
        self.data: dict[str, object] = {
            # a section whose keys are all commented out is empty, and null to YAML
            key: dict(value) if isinstance(value, dict) else value
            for key, value in (document.data or {}).items()
            if value is not None
        }

    def put(self, path: tuple[str, ...], value: object, place: str) -> None:
        *sections, key = path
        tree = self.data
        for name in sections:
            inner = tree.setdefault(name, {})
            if not isinstance(inner, dict):
                raise ConfigError(f"{self._document.where((name,))}: is not a mapping of settings")
            tree = inner
        tree[key] = value
        self._places[path] = place

    def read_secrets(self) -> None:
        for section, key in [setting.path for setting in settings() if setting.secret]:
            tree = self.data.get(section)
            twin = f"{key}_file"
            if not isinstance(tree, dict) or not tree.get(twin):
                if isinstance(tree, dict):
                    tree.pop(twin, None)
                continue
            place = self.where((section, twin))
            if tree.get(key):
                raise ConfigError(f"{place}: {key} is set too; allowed: one of the two")
            path = Path(str(tree.pop(twin)))
            try:
                tree[key] = secret = path.read_text(encoding="utf-8").rstrip("\r\n")
            except OSError as error:
                raise ConfigError(f"{place}: {path}: {error.strerror or error}") from error
            except ValueError:
                # the exception would show what it could not read
                raise ConfigError(f"{place}: {path}: not UTF-8") from None
            if not secret:
                # an empty secret is none, and what it was to guard would stand open
                raise ConfigError(f"{place}: {path}: is empty; allowed: the {key}")

    def where(self, path: KeyPath) -> str:
        for end in range(len(path), 0, -1):
            if path[:end] in self._places:
                return self._places[path[:end]]
        return self._document.where(path)
