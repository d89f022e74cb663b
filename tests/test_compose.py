"""docker-compose.yml: every combination of profiles is valid, and what it starts is shut, pinned and watched."""

import itertools
import json
import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PLUGINS = Path(os.environ.get("DOCKER_CONFIG", Path.home() / ".docker")) / "cli-plugins"
STARTS = {
    "observability": {"prometheus", "alertmanager", "node-exporter"},
    "broker": {"mosquitto"},
    "bridge": {"bridge"},
    "audio": {"supercollider"},
    "viz": {"nodered"},
}
EVERYTHING = set().union(*STARTS.values())
COMBINATIONS = [
    combination for size in range(len(STARTS) + 1) for combination in itertools.combinations(STARTS, size)
] + [("all",)]


@cache
def compose() -> tuple[str, ...] | None:
    """The command that is Compose v2: docker's plugin, or the plugin by itself; None where there is none."""
    for command in (("docker", "compose"), (str(PLUGINS / "docker-compose"),)):
        try:
            subprocess.run([*command, "version"], check=True, capture_output=True, timeout=30)
        except (OSError, subprocess.SubprocessError):
            continue
        return command
    return None


if compose() is None and "CI" not in os.environ:
    pytest.skip("no Compose v2: tests/real/compose-plugin.sh installs it", allow_module_level=True)


def model(profiles: Iterable[str], environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What Compose makes of the file for some profiles; no .env and no variables of this shell."""
    program = compose()
    assert program, "tests/real/compose-plugin.sh should have installed Compose v2"
    command = [*program, "--env-file", os.devnull]
    for profile in profiles:
        command += ["--profile", profile]
    known = {name: os.environ[name] for name in ("PATH", "HOME", "DOCKER_CONFIG") if name in os.environ}
    answer = subprocess.run(
        [*command, "config", "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=ROOT,
        env=known | dict(environment or {}),
    )
    assert answer.returncode == 0, f"{profiles}: {answer.stderr}"
    assert answer.stderr == ""
    given: dict[str, Any] = json.loads(answer.stdout)
    return given


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """Every service, with the defaults."""
    given: dict[str, Any] = model(["all"])["services"]
    return given


@pytest.fixture(scope="module")
def source() -> dict[str, Any]:
    """The file as it is written."""
    given: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return given


def test_every_combination_of_profiles_is_valid_and_starts_what_it_names() -> None:
    """No profile needs another, and none brings another's services."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        models = list(pool.map(model, COMBINATIONS))

    assert len(models) == 2 ** len(STARTS) + 1
    for combination, given in zip(COMBINATIONS, models, strict=True):
        expected = EVERYTHING if combination == ("all",) else set().union(*(STARTS[name] for name in combination))
        assert set(given.get("services") or {}) == expected, combination


def test_the_file_is_of_this_age(source: dict[str, Any]) -> None:
    """No `version:`, which Compose has ignored for years."""
    assert "version" not in source


def test_ports_are_bound_to_loopback(services: dict[str, Any]) -> None:
    """Nothing is reachable from another machine by default."""
    ports = {(name, port["target"]): port["host_ip"] for name, it in services.items() for port in it.get("ports", [])}

    assert set(ports.values()) == {"127.0.0.1"}
    assert {("bridge", 8000), ("bridge", 9109), ("supercollider", 57120), ("nodered", 1880)} <= set(ports)


def test_the_broker_publishes_only_the_listeners_with_a_password(services: dict[str, Any]) -> None:
    """What devices reach as 1883 is 1884 inside; 1883 inside, which asks for nothing, is not published."""
    published = {(port["published"], port["target"]) for port in services["mosquitto"]["ports"]}
    conf = (ROOT / "mosquitto/mosquitto.conf").read_text()
    doors = re.findall(r"^listener (\d+)$(.*?)(?=^listener|\Z)", conf, re.MULTILINE | re.DOTALL)
    shut = {int(port) for port, rest in doors if "allow_anonymous false" in rest and "password_file" in rest}

    assert published == {("1883", 1884), ("9001", 9001)}
    assert {target for _, target in published} == shut
    assert len(doors) == 3


def hosts(environment: Mapping[str, str]) -> dict[str, set[str]]:
    """Addresses to which each service's ports are bound in an environment."""
    given = model(["all"], environment)["services"]
    return {name: {port["host_ip"] for port in it["ports"]} for name, it in given.items() if "ports" in it}


def test_a_user_opens_everything_or_one_service() -> None:
    """BIND opens all, BIND_MQTT only the broker."""
    everywhere = "0.0.0.0"  # noqa: S104 - what a user may write in .env

    assert set().union(*hosts({"BIND": everywhere}).values()) == {everywhere}
    broker_only = hosts({"BIND_MQTT": everywhere})
    assert broker_only.pop("mosquitto") == {everywhere}
    assert set().union(*broker_only.values()) == {"127.0.0.1"}


@pytest.mark.parametrize("name", sorted(EVERYTHING))
def test_a_service_is_pinned_watched_and_confined(services: dict[str, Any], name: str) -> None:
    """An exact image or a build, a restart policy, a health check, bounded logs, no privileges to gain."""
    service = services[name]
    tag = service["image"].rpartition(":")[2]

    assert tag != "latest"
    assert "build" in service or re.fullmatch(r"v?\d+\.\d+\.\d+(-\d+)?", tag)
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    assert "max-size" in service["logging"]["options"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert not service.get("privileged")


def test_an_image_is_overridden_by_a_variable() -> None:
    """The versions of .env are taken."""
    given = model(["all"], {"PROMETHEUS_VERSION": "v2.53.3"})["services"]

    assert given["prometheus"]["image"] == "prom/prometheus:v2.53.3"


def test_no_service_depends_on_another(services: dict[str, Any]) -> None:
    """A dependency on a service of another profile makes the project invalid, or its containers be made anew."""
    assert not any("depends_on" in service for service in services.values())


def test_what_is_mounted_from_the_repository_is_there(services: dict[str, Any]) -> None:
    """A missing source would become an empty directory; and nothing in the repository is writable."""
    for service in services.values():
        for volume in service.get("volumes", []):
            if volume["type"] == "bind":
                assert Path(volume["source"]).exists()
                assert volume["read_only"] is True


def test_what_is_built_has_a_dockerfile(services: dict[str, Any]) -> None:
    """The builds point into the repository."""
    for service in services.values():
        if "build" in service:
            assert (Path(service["build"]["context"]) / service["build"].get("dockerfile", "Dockerfile")).is_file()


def test_the_servers_name_each_other_as_the_file_does(services: dict[str, Any]) -> None:
    """Hosts in the configurations are services here."""
    prometheus = yaml.safe_load((ROOT / "prometheus/prometheus.yml").read_text())
    targets = [
        target for job in prometheus["scrape_configs"] for it in job["static_configs"] for target in it["targets"]
    ]
    targets += [
        target for it in prometheus["alerting"]["alertmanagers"] for target in it["static_configs"][0]["targets"]
    ]
    webhook = yaml.safe_load((ROOT / "alertmanager/alertmanager.yml").read_text())["receivers"][0]["webhook_configs"][0]

    assert {target.partition(":")[0] for target in targets} - {"localhost"} <= set(services)
    assert webhook == {"url": "http://bridge:8000/alert", "send_resolved": True, "max_alerts": 0}
    assert services["bridge"]["environment"]["MQTT_HOST"] in services
    assert services["bridge"]["environment"]["OSC_HOST"] in services


def test_env_example_holds_every_variable_with_its_default() -> None:
    """.env.example is the list of what can be set, and nothing else."""
    text = (ROOT / "docker-compose.yml").read_text()
    comments = re.compile(r"^\s*#.*$", re.MULTILINE)
    used = dict(re.findall(r"\$\{([A-Z_]+):?-(?:\$\{[A-Z_]+:-[^}]*\}|([^${}]*))\}", comments.sub("", text)))
    used |= dict(re.findall(r":-\$\{([A-Z_]+):-([^}]*)\}", text))
    explained = dict(re.findall(r"^#([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert explained.pop("COMPOSE_PROFILES") == ""
    assert explained == used
