"""Settings: one table of models gives every environment variable, flag and configuration key.

Precedence: flag, environment, configuration file, default. A secret may stand in a file of its own (`…_FILE`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)

from singing_pager.core.matching import checked_filter
from singing_pager.errors import ConfigError
from singing_pager.yamlfile import Document, KeyPath, faults, read

__all__ = ["Config", "Host", "Http", "Log", "Metrics", "Mqtt", "Osc", "Setting", "Sound", "load", "settings"]

Port = Annotated[int, Field(ge=1, le=65535)]


def _words(given: object) -> object:
    return [word.strip() for word in given.split(",") if word.strip()] if isinstance(given, str) else given


def _host(name: str) -> str:
    try:
        name.encode("idna")
    except UnicodeError:
        name = " "
    if not name.isprintable() or " " in name:
        raise ValueError("is no name or address of a host")
    return name


TopicFilters = Annotated[list[Annotated[str, AfterValidator(checked_filter)]], BeforeValidator(_words)]
"""A list; in the environment and in flags separated by commas."""

HostName = Annotated[str, AfterValidator(_host)]


_QUICKEST = 0.01
"""Seconds between two samples of this machine, at least."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_default=True, allow_inf_nan=False, hide_input_in_errors=True)


class Osc(_Section):
    """Where the sound is made."""

    host: HostName = Field(
        default="127.0.0.1", description="host of sclang or scsynth; with protocol tcp: address to listen on"
    )
    port: Port = Field(default=57120, description="its port")
    protocol: Literal["udp", "tcp", "scsynth"] = Field(
        default="udp",
        description="udp: datagrams to sclang; tcp: sclang dials in; scsynth: dial scsynth by TCP and play it directly",
    )
    latency: float = Field(
        default=0.0, ge=0, le=10, description="seconds that bundles are dated ahead; 0: play at once"
    )


class Mqtt(_Section):
    """The broker."""

    host: HostName = Field(default="", description="host of the broker; empty: try localhost, and go on without one")
    port: Port = Field(default=1883, description="its port")
    client_id: str = Field(default="singing-pager", min_length=1, max_length=64, description="MQTT client id")
    username: str = Field(default="", description="user name")
    password: SecretStr = Field(default=SecretStr(""), description="password")
    tls: bool = Field(default=False, description="speak TLS")
    ca_file: str = Field(default="", description="certificates to trust, in place of the system's (PEM)")
    cert_file: str = Field(default="", description="client certificate (PEM)")
    key_file: str = Field(default="", description="its key (PEM)")
    alerts: TopicFilters = Field(default=["alerts/#"], description="topic filters of alerts, QoS 1")
    metrics: TopicFilters = Field(default=["metrics/#"], description="topic filters of readings, QoS 0")
    publish: bool = Field(default=True, description="publish what comes in by HTTP")
    keepalive: int = Field(default=30, ge=5, le=3600, description="seconds between signs of life")
    session_expiry: int = Field(
        default=3600, ge=0, description="seconds for which the broker keeps alerts for a bridge that is away"
    )


class Http(_Section):
    """Webhooks and health."""

    host: HostName = Field(default="127.0.0.1", description="address to listen on")
    port: Port = Field(default=8000, description="port to listen on")
    body_limit: int = Field(default=8_388_608, ge=1024, description="bytes of the largest body that is read")


class Metrics(_Section):
    """The scrape target of Prometheus."""

    host: HostName = Field(default="127.0.0.1", description="address to listen on")
    port: Port = Field(default=9109, description="port to listen on")


class Sound(_Section):
    """The built-in engine: sound with no SuperCollider."""

    outlet: Literal["auto", "card", "stream", "off"] = Field(
        default="auto",
        description="auto: the sound card where there is one, and /listen; card: not without a card; stream: only "
        "/listen; off: none",
    )
    card: str = Field(default="", description="sound card: its number or part of its name; empty: the system's own")
    listeners: int = Field(default=16, ge=1, le=1000, description="how many may open /listen at once")


class Host(_Section):
    """This machine as a source."""

    interval: float = Field(
        default=0.0, ge=0, le=10, description="seconds between samples of this machine, 0.01 to 10; 0: none are taken"
    )

    @field_validator("interval")
    @classmethod
    def _possible(cls, interval: float) -> float:
        if 0 < interval < _QUICKEST:
            raise ValueError(f"{interval:g} is too quick; allowed: 0 (none) or {_QUICKEST:g} to 10")
        return interval


class Log(_Section):
    """What the pager writes to standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="least severity written")


class Config(_Section):
    """All settings."""

    osc: Osc = Field(default_factory=Osc)
    mqtt: Mqtt = Field(default_factory=Mqtt)
    http: Http = Field(default_factory=Http)
    metrics: Metrics = Field(default_factory=Metrics)
    sound: Sound = Field(default_factory=Sound)
    host: Host = Field(default_factory=Host)
    log: Log = Field(default_factory=Log)
    score: str = Field(default="", description="path of the score; empty: the one that came with the pager")
    record: str = Field(default="", description="path of a file that every outcome is written to; empty: none")


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
                tree[key] = path.read_text(encoding="utf-8").rstrip("\r\n")
            except OSError as error:
                raise ConfigError(f"{place}: {path}: {error.strerror or error}") from error
            except ValueError:
                # the exception would show what it could not read
                raise ConfigError(f"{place}: {path}: not UTF-8") from None

    def where(self, path: KeyPath) -> str:
        for end in range(len(path), 0, -1):
            if path[:end] in self._places:
                return self._places[path[:end]]
        return self._document.where(path)
