"""The sections of the settings, each a model: key, type, default and what it means."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator

from singing_pager.core.matching import checked_filter

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
    "Sound",
    "Store",
]

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


def _asked_name(name: str) -> str:
    if "/" in name or name.count(":") == 1 or "*" in name:
        raise ValueError(f"{name!r} is no name alone; allowed: a name as in pager.example, with no scheme, port or *")
    return _host(name)


def _origin(text: str) -> str:
    scheme, mark, rest = text.rstrip("/").partition("://")
    if scheme not in {"http", "https"} or not mark or not rest or "/" in rest or "*" in rest:
        raise ValueError(f"{text!r} is no web origin; allowed: scheme, name and port as in https://wall.example:8443")
    return text


Words = Annotated[list[str], BeforeValidator(_words)]
"""A list; in the environment and in flags separated by commas."""

TopicFilters = Annotated[list[Annotated[str, AfterValidator(checked_filter)]], BeforeValidator(_words)]
"""A list; in the environment and in flags separated by commas."""

HostName = Annotated[str, AfterValidator(_host)]

HostNames = Annotated[list[Annotated[str, AfterValidator(_asked_name)]], BeforeValidator(_words)]

Origins = Annotated[list[Annotated[str, AfterValidator(_origin)]], BeforeValidator(_words)]


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
    publish: bool = Field(default=True, description="publish what comes in by HTTP, the desk and its summary")
    keepalive: int = Field(default=30, ge=5, le=3600, description="seconds between signs of life")
    session_expiry: int = Field(
        default=3600, ge=0, description="seconds for which the broker keeps alerts for a bridge that is away"
    )
    prefix: str = Field(default="pager", description="topics of commands, desk and summary begin with this")
    command_secret: SecretStr = Field(
        default=SecretStr(""), description="what a command must carry as `secret`; empty: commands by MQTT are off"
    )


class Http(_Section):
    """Webhooks and health."""

    host: HostName = Field(default="127.0.0.1", description="address to listen on")
    port: Port = Field(default=8000, description="port to listen on")
    body_limit: int = Field(default=8_388_608, ge=1024, description="bytes of the largest body that is read")
    cert_file: str = Field(default="", description="certificate and chain (PEM): serve HTTPS")
    key_file: str = Field(default="", description="its key (PEM)")
    hosts: HostNames = Field(
        default=[], description="names by which the pager may be asked (Host), besides its own address and localhost"
    )
    origins: Origins = Field(default=[], description="web origins besides its own whose pages may use the API (CORS)")
    rate: float = Field(
        default=200.0, ge=0, description="requests a second that one client may send, in bursts of ten seconds'; 0: any"
    )
    published: HostName = Field(
        default="",
        description="address at which a container publishes the port: it says, in place of host, who reaches it",
    )
    insecure: bool = Field(
        default=False, description="serve other machines without credentials; whoever reaches the port may do anything"
    )


class Auth(_Section):
    """Who may do what; without tokens only this machine is served."""

    tokens: Words = Field(default=[], description="name:role:hash, as `singing-pager token create` prints it")
    tokens_file: str = Field(default="", description="file of such lines, read again on reload")
    grafana_secret: SecretStr = Field(
        default=SecretStr(""), description="key of Grafana's HMAC signature at /webhook/grafana"
    )


class Alertmanager(_Section):
    """Where the truth about alerts is."""

    url: Words = Field(default=[], description="addresses of every Alertmanager of the cluster; empty: none is asked")
    receiver: str = Field(
        default="", description="regular expression: alerts of these receivers are begun here; empty: all"
    )
    interval: float = Field(default=30.0, ge=0.1, le=3600, description="seconds between two reconciliations")
    grace: float = Field(
        default=60.0, ge=0, le=3600, description="seconds for which a new alert is left to the webhook"
    )
    settle: float = Field(
        default=120.0,
        ge=0,
        le=3600,
        description="seconds after its start for which an Alertmanager that lacks an alert proves nothing",
    )
    silence: float = Field(
        default=900.0,
        ge=0,
        le=86_400,
        description="seconds of the silence that an acknowledgement makes and keeps alive; 0: it makes none",
    )
    username: str = Field(default="", description="user name for Basic authentication")
    password: SecretStr = Field(default=SecretStr(""), description="its password")
    token: SecretStr = Field(default=SecretStr(""), description="bearer token")
    ca_file: str = Field(default="", description="certificates to trust, in place of the system's (PEM)")
    timeout: float = Field(default=5.0, gt=0, le=60, description="seconds that one request may take")


class Store(_Section):
    """What survives a restart."""

    url: str = Field(
        default="",
        description="SQLAlchemy URL (sqlite, postgresql+psycopg); empty: a file in the user's state folder; "
        "off: nothing is kept",
    )
    retention: float = Field(default=90.0, gt=0, le=3650, description="days that the journal keeps")

    @field_validator("url", mode="before")
    @classmethod
    def _off(cls, url: object) -> object:
        # a bare off is false to YAML
        return "off" if url is False else url


class Desk(_Section):
    """The alert desk."""

    timeout: float = Field(
        default=86_400.0,
        ge=0,
        description="seconds without word after which an alert is over that no Alertmanager vouches for; 0: never",
    )


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
    auth: Auth = Field(default_factory=Auth)
    alertmanager: Alertmanager = Field(default_factory=Alertmanager)
    store: Store = Field(default_factory=Store)
    desk: Desk = Field(default_factory=Desk)
    metrics: Metrics = Field(default_factory=Metrics)
    sound: Sound = Field(default_factory=Sound)
    host: Host = Field(default_factory=Host)
    log: Log = Field(default_factory=Log)
    score: str = Field(default="", description="path of the score; empty: the one that came with the pager")
    record: str = Field(default="", description="path of a file that every outcome is written to; empty: none")
