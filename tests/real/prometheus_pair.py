"""A real Prometheus and a real Alertmanager with the repository's own configuration, its waiting times made short."""

import contextlib
import re
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from broker import eventually, free_port

__all__ = ["alertmanager", "prometheus", "ready"]

_ROOT = Path(__file__).resolve().parents[2]


def _configuration(file: Path, into: Path, addresses: Mapping[str, str]) -> Path:
    """Copy a configuration, with addresses of this machine, and seconds where it has minutes."""
    text = (_ROOT / file).read_text()
    for name, address in addresses.items():
        text = text.replace(name, address)
    text = re.sub(r"(_interval|_wait|for): [1-9]\w*", r"\1: 1s", text)
    text = text.replace("repeat_interval: 1s", "repeat_interval: 1h")
    target = into / file.name
    target.write_text(text)
    return target


@contextlib.contextmanager
def _serving(command: list[str], port: int, log: Path) -> Iterator[str]:
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as server:
        log.with_suffix(".pid").write_text(str(server.pid))
        try:
            if not eventually(lambda: ready(url), 30):
                raise TimeoutError(log.read_text())
            yield url
        finally:
            server.terminate()
            server.wait(15)


def ready(url: str) -> bool:
    """Whether a server says that it is ready."""
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/-/ready", timeout=2) as answer:
        return bool(answer.status == 200)
    return False


@contextlib.contextmanager
def alertmanager(
    directory: Path, bridge: str, *peers: int, port: int = 0, instead: Mapping[str, str] | None = None
) -> Iterator[tuple[str, int]]:
    """Run Alertmanager; its URL and its cluster port.

    Args:
        directory: Where its files go; its process id is in `alertmanager.pid` there.
        bridge: Host and port of the bridge.
        peers: Cluster ports of others.
        port: Where it listens; 0: on any that is free.
        instead: What stands in its configuration in place of what the repository's has.
    """
    directory.mkdir(parents=True, exist_ok=True)
    port, cluster = port or free_port(), free_port()
    changes = {"bridge:8000": bridge, **(instead or {})}
    command = [
        "prometheus-alertmanager",
        f"--config.file={_configuration(Path('alertmanager/alertmanager.yml'), directory, changes)}",
        f"--storage.path={directory}",
        f"--web.listen-address=127.0.0.1:{port}",
        f"--cluster.listen-address=127.0.0.1:{cluster}",
        "--cluster.advertise-address=127.0.0.1:" + str(cluster),
        # nothing is sent before gossip has settled, which takes some tens of its intervals
        "--cluster.gossip-interval=20ms",
        "--cluster.peer-timeout=1s",
        *(f"--cluster.peer=127.0.0.1:{peer}" for peer in peers),
    ]
    with _serving(command, port, directory / "alertmanager.log") as url:
        yield url, cluster


@contextlib.contextmanager
def prometheus(directory: Path, bridge_metrics: str, alertmanagers: str) -> Iterator[str]:
    """Run Prometheus with the repository's rules; its URL.

    Args:
        directory: Where its files go.
        bridge_metrics: Host and port to scrape.
        alertmanagers: Host and port of Alertmanager.
    """
    directory.mkdir(parents=True, exist_ok=True)
    port = free_port()
    _configuration(Path("prometheus/alerts.yml"), directory, {})
    addresses = {
        "bridge:9109": bridge_metrics,
        "alertmanager:9093": alertmanagers,
        "localhost:9090": f"127.0.0.1:{port}",
    }
    # the node exporter is no part of this chain; something that answers stands where it would be scraped
    addresses["node-exporter:9100"] = bridge_metrics
    command = [
        "prometheus",
        f"--config.file={_configuration(Path('prometheus/prometheus.yml'), directory, addresses)}",
        f"--storage.tsdb.path={directory / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with _serving(command, port, directory / "prometheus.log") as url:
        yield url
