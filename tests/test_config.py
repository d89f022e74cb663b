"""Settings: where they come from, and what is said of what is wrong."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from singing_pager import config
from singing_pager.errors import ConfigError

SETTINGS = {setting.env: setting for setting in config.settings()}
SECRET = "hunter2-hunter2"  # noqa: S105 - of nothing

OTHER = {
    "OSC_HOST": "10.0.0.1",
    "OSC_PORT": "57121",
    "OSC_PROTOCOL": "tcp",
    "OSC_LATENCY": "0.2",
    "MQTT_HOST": "broker.example",
    "MQTT_PORT": "8883",
    "MQTT_CLIENT_ID": "other",
    "MQTT_USERNAME": "pager",
    "MQTT_PASSWORD": SECRET,
    "MQTT_TLS": "true",
    "MQTT_CA_FILE": "/ca.pem",
    "MQTT_CERT_FILE": "/cert.pem",
    "MQTT_KEY_FILE": "/key.pem",
    "MQTT_ALERTS": "alerts/#,plant/+/alarm",
    "MQTT_METRICS": "plant/+/value",
    "MQTT_PUBLISH": "false",
    "MQTT_KEEPALIVE": "60",
    "MQTT_SESSION_EXPIRY": "0",
    "MQTT_PREFIX": "house/pager",
    "MQTT_COMMAND_SECRET": SECRET,
    "HTTP_HOST": "0.0.0.0",  # noqa: S104 - never listened on
    "HTTP_PORT": "8001",
    "HTTP_BODY_LIMIT": "4096",
    "HTTP_CERT_FILE": "/cert.pem",
    "HTTP_KEY_FILE": "/key.pem",
    "HTTP_HOSTS": "pager.lan,bridge",
    "HTTP_ORIGINS": "https://wall.example,http://10.0.0.1:3000",
    "HTTP_RATE": "50.0",
    "HTTP_PUBLISHED": "192.168.1.5",
    "HTTP_INSECURE": "true",
    "AUTH_TOKENS": "am:send:sha256:1,wall:listen:sha256:2",
    "AUTH_TOKENS_FILE": "/tokens",
    "AUTH_GRAFANA_SECRET": SECRET,
    "ALERTMANAGER_URL": "http://am-1:9093,http://am-2:9093",
    "ALERTMANAGER_RECEIVER": "pager.*",
    "ALERTMANAGER_INTERVAL": "5.0",
    "ALERTMANAGER_GRACE": "10.0",
    "ALERTMANAGER_SETTLE": "60.0",
    "ALERTMANAGER_SILENCE": "0.0",
    "ALERTMANAGER_USERNAME": "pager",
    "ALERTMANAGER_PASSWORD": SECRET,
    "ALERTMANAGER_TOKEN": SECRET,
    "ALERTMANAGER_CA_FILE": "/ca.pem",
    "ALERTMANAGER_TIMEOUT": "2.5",
    "STORE_URL": "sqlite:////pager.db",
    "STORE_RETENTION": "7.0",
    "DESK_TIMEOUT": "0.0",
    "METRICS_HOST": "::1",
    "METRICS_PORT": "9110",
    "SOUND_OUTLET": "stream",
    "SOUND_CARD": "USB",
    "SOUND_LISTENERS": "3",
    "HOST_INTERVAL": "0.5",
    "LOG_LEVEL": "debug",
    "SCORE": "/score.yaml",
    "RECORD": "/night.jsonl",
}
"""A value other than the default for each setting, as the environment has it."""

TWINS = {f"{setting.env}_FILE" for setting in SETTINGS.values() if setting.secret}
"""Settings that name the file of a secret."""
LISTS = {"metrics", "alerts", "hosts", "origins", "tokens", "url"}
"""Keys of lists."""


def load(
    environ: Mapping[str, str] | None = None, flags: Mapping[str, str] | None = None, file: Path | None = None
) -> config.Config:
    """Gather the settings; nothing is set but what is given."""
    return config.load(environ or {}, flags or {}, file)


def value(settings: config.Config, path: tuple[str, ...]) -> str:
    """Find a setting by its path, as text."""
    found: object = settings
    for part in path:
        found = getattr(found, part)
    if isinstance(found, list):
        return ",".join(found)
    if isinstance(found, bool):
        return str(found).lower()
    return found.get_secret_value() if hasattr(found, "get_secret_value") else str(found)


def written(path: tuple[str, ...], text: str, folder: Path) -> Path:
    """Write a configuration file with one setting."""
    file = folder / "pager.yaml"
    is_list = path[-1] in LISTS and path != ("store", "url")
    quoted = str(text.split(",")) if is_list else text
    file.write_text(f"{path[0]}: {quoted}\n" if len(path) == 1 else f"{path[0]}:\n  {path[1]}: {quoted}\n")
    return file


def refusal(
    environ: Mapping[str, str] | None = None, flags: Mapping[str, str] | None = None, file: Path | None = None
) -> str:
    """Give what is said against settings."""
    with pytest.raises(ConfigError) as refused:
        load(environ, flags, file)
    return str(refused.value)


def test_every_setting_is_tried_here() -> None:
    """The table above has every setting but the places of secrets."""
    assert set(OTHER) == set(SETTINGS) - TWINS


def test_defaults() -> None:
    """With nothing set, each setting is what its help says."""
    defaults = load()
    for setting in SETTINGS.values():
        if setting.env not in TWINS:
            assert setting.default == value(defaults, setting.path)
    ports = (defaults.osc.port, defaults.mqtt.port, defaults.http.port, defaults.metrics.port)
    assert ports == (57120, 1883, 8000, 9109)


@pytest.mark.parametrize("env", sorted(OTHER))
def test_three_places(env: str, tmp_path: Path) -> None:
    """Each setting may stand in the environment, in a flag and in the file."""
    setting = SETTINGS[env]
    file = written(setting.path, OTHER[env], tmp_path)
    for settings in (load({env: OTHER[env]}), load(flags={env: OTHER[env]}), load(file=file)):
        assert OTHER[env] == value(settings, setting.path)
        assert load() != settings


def test_names() -> None:
    """The environment's names are the tutorial's, and a flag has the same words."""
    assert {"OSC_HOST", "OSC_PORT", "MQTT_HOST", "MQTT_PORT", "HTTP_HOST", "HTTP_PORT", "METRICS_PORT", "SCORE"} <= set(
        SETTINGS
    )
    for setting in SETTINGS.values():
        assert "--" + setting.env.lower().replace("_", "-") == setting.flag
        assert setting.help


def test_precedence(tmp_path: Path) -> None:
    """A flag goes before the environment, that before the file, that before the default."""
    file = tmp_path / "pager.yaml"
    file.write_text("osc: {host: file, port: 1}\nscore: file\n")
    settings = load({"OSC_HOST": "env", "SCORE": "env"}, {"SCORE": "flag"}, file)
    assert (settings.osc.host, settings.osc.port, settings.score, settings.osc.protocol) == ("env", 1, "flag", "udp")


def test_an_empty_variable_is_not_set(tmp_path: Path) -> None:
    """Compose files leave variables empty; what stands in the file then counts."""
    assert load(file=written(("osc", "host"), "file", tmp_path)) == load(
        {"OSC_HOST": "", "OSC_PORT": ""}, file=tmp_path / "pager.yaml"
    )


def test_an_empty_section_is_empty(tmp_path: Path) -> None:
    """A section whose keys are all commented out, and an empty file, set nothing."""
    file = tmp_path / "pager.yaml"
    file.write_text("osc:\n  # host: x\nscore:\n")
    assert load() == load(file=file)
    assert load({"OSC_HOST": "env"}) == load({"OSC_HOST": "env"}, file=file)
    file.write_text("")
    assert load() == load(file=file)


NAME = "is no name alone; allowed: a name as in pager.example, with no scheme, port or *"
ORIGIN = "is no web origin; allowed: scheme, name and port as in https://wall.example:8443"
FAULTS = [
    ("OSC_PORT", "0", "'0' should be greater than or equal to 1"),
    ("OSC_PORT", "65536", "'65536' should be less than or equal to 65535"),
    ("OSC_PORT", "57120a", "'57120a' is no whole number"),
    ("HTTP_PORT", "80.5", "'80.5' is no whole number"),
    ("OSC_PROTOCOL", "sctp", "'sctp' should be 'udp', 'tcp' or 'scsynth'"),
    ("OSC_LATENCY", "-1", "'-1' should be greater than or equal to 0"),
    ("OSC_LATENCY", "nan", "'nan' should be a finite number"),
    ("OSC_HOST", "a..b", "is no name or address of a host"),
    ("OSC_HOST", "a b", "is no name or address of a host"),
    ("OSC_HOST", "a" * 64, "is no name or address of a host"),
    ("MQTT_TLS", "maybe", "'maybe' is neither true nor false"),
    ("MQTT_CLIENT_ID", "x" * 65, f"'{'x' * 59}… string should have at most 64 characters"),
    (
        "MQTT_ALERTS",
        "alerts/#/x",
        "'alerts/#/x' is no MQTT topic filter: + stands for one whole level, # for the rest at the end",
    ),
    ("MQTT_KEEPALIVE", "1", "'1' should be greater than or equal to 5"),
    ("HTTP_HOSTS", "pager:8000", f"'pager:8000' {NAME}"),
    ("HTTP_HOSTS", "https://pager.lan", f"'https://pager.lan' {NAME}"),
    ("HTTP_HOSTS", "*", f"'*' {NAME}"),
    ("HTTP_ORIGINS", "wall.example", f"'wall.example' {ORIGIN}"),
    ("HTTP_ORIGINS", "https://wall.example/desk", f"'https://wall.example/desk' {ORIGIN}"),
    ("HTTP_ORIGINS", "*", f"'*' {ORIGIN}"),
    ("HTTP_ORIGINS", "null", f"'null' {ORIGIN}"),
    ("HTTP_RATE", "-1", "'-1' should be greater than or equal to 0"),
    ("HTTP_INSECURE", "perhaps", "'perhaps' is neither true nor false"),
    ("HTTP_BODY_LIMIT", "12", "'12' should be greater than or equal to 1024"),
    ("LOG_LEVEL", "loud", "'loud' should be 'debug', 'info', 'warning' or 'error'"),
]


@pytest.mark.parametrize(("env", "text", "expected"), FAULTS)
def test_faults_name_their_place(env: str, text: str, expected: str, tmp_path: Path) -> None:
    """A fault names the variable, the flag, or file and line where it was set, and what is allowed."""
    setting = SETTINGS[env]
    assert f"{env}: {expected}" == refusal({env: text})
    assert f"{setting.flag}: {expected}" == refusal(flags={env: text})
    file = tmp_path / "pager.yaml"
    file.write_text(f"{setting.path[0]}:\n  {setting.path[1]}: '{text}'\n")
    assert f"{file}:2: {'.'.join(setting.path)}: {expected}" == refusal(file=file).replace("[0]:", ":")


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """Faults of all three places are told together, one line each."""
    file = tmp_path / "pager.yaml"
    file.write_text("osc:\n  port: 0\nhttp: {prot: 1}\n")
    assert [
        f"{file}:2: osc.port: 0 should be greater than or equal to 1",
        "MQTT_PORT: 'x' is no whole number",
        f"{file}:3: http.prot: is no key that is known here; allowed: {', '.join(config.Http.model_fields)}",
        "--log-level: 'x' should be 'debug', 'info', 'warning' or 'error'",
    ] == refusal({"MQTT_PORT": "x"}, {"LOG_LEVEL": "x"}, file).splitlines()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[osc]", "{file}:1: the file: is not a mapping of sections"),
        (
            "sco: 1",
            (
                "{file}:1: sco: is no key that is known here; allowed: osc, mqtt, http, auth, alertmanager, "
                "store, desk, metrics, sound, host, log, score, record"
            ),
        ),
        ("osc: 5", "{file}:1: osc: 5 is no mapping of keys to values"),
        ("osc: {host: [1]}", "{file}:1: osc.host: [1] is no text; write it in quotes"),
        ("osc: {port: 1, port: 2}", "{file}:1: port stands here a second time"),
        ("1: 2", "{file}:1: 1: 2 is no key that is known here"),
        ("osc: [", None),
        ("mqtt: {password: 12345}", "{file}:1: mqtt.password: the secret is no text; write it in quotes"),
    ],
)
def test_faulty_files(text: str, expected: str | None, tmp_path: Path) -> None:
    """A faulty configuration file is refused with file, line and key."""
    file = tmp_path / "pager.yaml"
    file.write_text(text)
    said = refusal(file=file)
    assert "12345" not in said
    if expected is not None and not text.startswith("1"):
        assert expected.format(file=file) == said
    assert said.startswith(f"{file}:1: ") or "not YAML" in said


def test_a_variable_for_a_section_that_is_none(tmp_path: Path) -> None:
    """Where the file has a word in place of a section, no variable can repair it."""
    file = tmp_path / "pager.yaml"
    file.write_text("osc: loud\n")
    assert f"{file}:1: osc: is not a mapping of settings" == refusal({"OSC_HOST": "x"}, file=file)


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\n\n"])
@pytest.mark.parametrize("name", sorted(TWINS))
def test_a_secret_in_a_file_of_its_own(name: str, ending: str, tmp_path: Path) -> None:
    """`…_FILE` names the file of a secret, in all three places; the line end does not belong to it."""
    secret = tmp_path / "secret"
    secret.write_bytes(f" {SECRET}{ending}".encode())
    file = written(SETTINGS[name].path, str(secret), tmp_path)
    path = SETTINGS[name.removesuffix("_FILE")].path
    for settings in (load({name: str(secret)}), load(flags={name: str(secret)}), load(file=file)):
        assert f" {SECRET}" == value(settings, path)


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    """No text that the settings or their errors give holds a secret."""
    settings = load({"MQTT_PASSWORD": SECRET, "OSC_PORT": "1"})
    for text in (repr(settings), str(settings), repr(settings.mqtt), settings.model_dump_json()):
        assert SECRET not in text
    with pytest.raises(ConfigError) as refused:
        load({"MQTT_PASSWORD": SECRET, "OSC_PORT": "x"})
    error: BaseException | None = refused.value
    while error is not None:
        assert SECRET not in f"{error}{error!r}"
        error = error.__cause__
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET.encode() + b"\xff")
    with pytest.raises(ConfigError) as refused:
        load({"MQTT_PASSWORD_FILE": str(secret)})
    assert f"MQTT_PASSWORD_FILE: {secret}: not UTF-8" == str(refused.value)
    assert refused.value.__cause__ is None


def test_a_number_as_a_secret_is_never_shown(tmp_path: Path) -> None:
    """A password that YAML takes for a number is refused without being told."""
    file = tmp_path / "pager.yaml"
    file.write_text("mqtt:\n  password: 73313374\n")
    with pytest.raises(ConfigError) as refused:
        load(file=file)
    error: BaseException | None = refused.value
    while error is not None:
        assert "73313374" not in f"{error}{error!r}"
        error = error.__cause__


@pytest.mark.parametrize("place", ["env", "flag", "file"])
def test_faulty_secrets(place: str, tmp_path: Path) -> None:
    """A secret's file that is not there or empty, and a secret that is given twice, are refused by their place."""
    missing = str(tmp_path / "none")
    name = "MQTT_PASSWORD_FILE"
    file = written(("mqtt", "password_file"), missing, tmp_path)
    given: dict[str, tuple[dict[str, str], dict[str, str], Path | None, str]] = {
        "env": ({name: missing}, {}, None, name),
        "flag": ({}, {name: missing}, None, "--mqtt-password-file"),
        "file": ({}, {}, file, f"{file}:2: mqtt.password_file"),
    }
    environ, flags, read, said = given[place]
    assert f"{said}: {missing}: No such file or directory" == refusal(environ, flags, read)
    Path(missing).write_text("\n")
    assert f"{said}: {missing}: is empty; allowed: the password" == refusal(environ, flags, read)
    both = f"{said}: password is set too; allowed: one of the two"
    assert both == refusal({**environ, "MQTT_PASSWORD": SECRET}, flags, read)


def test_a_missing_configuration_file(tmp_path: Path) -> None:
    """A file that is not there is named."""
    expected = f"{tmp_path / 'none.yaml'}: No such file or directory"
    assert expected == refusal(file=tmp_path / "none.yaml")
