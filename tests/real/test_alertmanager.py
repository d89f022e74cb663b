"""The whole bridge beside a real Alertmanager and its amtool: what one knows of an alert, the other comes to know."""

import json
import os
import signal
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from broker import eventually, free_port
from prometheus_pair import alertmanager

from bridge import Bridge

pytestmark = [pytest.mark.needs("alertmanager"), pytest.mark.timeout(120)]

CPU = {"alertname": "HighCPU", "severity": "critical", "instance": "db-1"}
DISK = {"alertname": "DiskFull", "severity": "warning", "instance": "db-1"}

_MARKER = "marker"

SCORE = """
alerts:
  - {match: {}, instrument: alert_info, repeat: 2.5}
start: {settle: 0}
ambience: null
"""


class Pair:
    """A bridge and the Alertmanagers that it asks.

    Attributes:
        bridge: It need not run yet.
        urls: Of the Alertmanagers.
        homes: Where their files are.
    """

    def __init__(self, bridge: Bridge, urls: Sequence[str], homes: Sequence[Path]) -> None:
        self.bridge = bridge
        self.urls = urls
        self.homes = homes
        self._marks = 0

    def tell(self, labels: Mapping[str, str], place: int = 0, *, over: bool = False) -> None:
        """Tell an Alertmanager of an alert, as Prometheus does."""
        now = datetime.now(UTC)
        times = {"endsAt": (now if over else now + timedelta(minutes=5)).isoformat()}
        times |= {} if over else {"startsAt": now.isoformat()}
        body = json.dumps([{"labels": labels, "annotations": {"summary": "93%"}, **times}]).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.urls[place]}/api/v2/alerts", data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=5) as answer:
            assert answer.status == 200

    def amtool(self, *words: str, place: int = 0) -> str:
        """What amtool says."""
        command = ["amtool", f"--alertmanager.url={self.urls[place]}", *words]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()

    def silences(self, place: int = 0) -> list[dict[str, Any]]:
        """The silences that amtool shows, but for the test's own."""
        found: list[dict[str, Any]] = json.loads(self.amtool("silence", "query", "-o", "json", place=place))
        return [silence for silence in found if silence["createdBy"] != _MARKER]

    def alert(self, name: str) -> dict[str, Any]:
        """An alert that is on the desk, or was lately; nothing where there is none."""
        for query in ("", "?state=resolved"):
            status, text = self.bridge.get(f"/api/alerts{query}")
            assert status == 200, text
            for alert in json.loads(text)["alerts"]:
                if alert["name"] == name:
                    return dict(alert)
        return {}

    def state(self, name: str) -> str:
        """State of an alert on the desk."""
        return str(self.alert(name).get("state", ""))

    def reconciled(self) -> None:
        """Wait for a reconciliation that begins from now on: nothing else brings an alert that was always silenced."""
        if not self._marks:
            self.amtool("silence", "add", f"--author={_MARKER}", "--comment=a test", "alertname=~Mark.*", place=-1)
        self._marks += 1
        self.tell({"alertname": f"Mark{self._marks}"}, -1)
        assert eventually(lambda: self.state(f"Mark{self._marks}") == "suppressed")


@contextmanager
def paired(
    directory: Path,
    number: int = 1,
    *,
    instead: Mapping[str, str] | None = None,
    interval: float = 0.5,
    deaf: bool = False,
) -> Iterator[Pair]:
    """Run Alertmanagers in a cluster, and have a bridge that asks them.

    Args:
        directory: Where all files go.
        number: How many Alertmanagers.
        instead: What stands in their configuration in place of what the repository's has.
        interval: Seconds between two reconciliations.
        deaf: Their webhook leads nowhere.
    """
    score = directory / "score.yaml"
    score.write_text(SCORE)
    ports = [free_port() for _ in range(number)]
    settings = {
        "SCORE": str(score),
        "SOUND_OUTLET": "off",
        "STORE_URL": f"sqlite:///{directory / 'pager.db'}",
        "ALERTMANAGER_URL": ",".join(f"http://127.0.0.1:{port}" for port in ports),
        "ALERTMANAGER_INTERVAL": str(interval),
        "ALERTMANAGER_GRACE": "0",
        "ALERTMANAGER_SETTLE": "0",
    }
    bridge = Bridge(directory, free_port(), environment=settings)
    webhook = f"127.0.0.1:{free_port() if deaf else bridge.port}"
    homes = [directory / f"am{place}" for place in range(number)]
    with ExitStack() as stack:
        urls: list[str] = []
        peers: list[int] = []
        for home, port in zip(homes, ports, strict=True):
            url, peer = stack.enter_context(alertmanager(home, webhook, *peers, port=port, instead=instead))
            urls.append(url)
            peers.append(peer)
        yield Pair(bridge, urls, homes)


def test_an_acknowledgement_is_a_silence_that_amtool_shows_until_the_alert_is_resolved(tmp_path: Path) -> None:
    """Every other tool sees who has it and why; the resolve, which Alertmanager does not send then, ends it."""
    with paired(tmp_path) as pair, pair.bridge as bridge:
        pair.tell(CPU)
        assert eventually(lambda: pair.state("HighCPU") == "firing", 20)
        path = f"/api/alerts/{pair.alert('HighCPU')['fingerprint']}/ack"
        assert bridge.post(path, {"by": "ann", "reason": "replacing the fan"})[0] == 200

        assert eventually(lambda: pair.alert("HighCPU")["silence"])
        (silence,) = pair.silences()
        assert (pair.alert("HighCPU")["silence"], "ann", "replacing the fan") == (
            silence["id"],
            silence["createdBy"],
            silence["comment"],
        )
        assert CPU == {each["name"]: each["value"] for each in silence["matchers"]}
        assert "replacing the fan" in pair.amtool("silence", "query", "alertname=HighCPU")
        pair.reconciled()
        assert pair.state("HighCPU") == "acknowledged"

        pair.tell(CPU, over=True)
        assert eventually(lambda: pair.state("HighCPU") == "resolved")
        assert eventually(lambda: pair.silences() == [])
        pair.tell(CPU)
        assert eventually(lambda: pair.state("HighCPU") == "firing")


def test_a_silence_made_with_amtool_stops_the_alarm_and_its_end_begins_it_anew(tmp_path: Path) -> None:
    """The alarm is not repeated meanwhile, and the desk says who silences it and why."""
    with paired(tmp_path) as pair, pair.bridge:
        for labels in (CPU, DISK):
            pair.tell(labels)
        assert eventually(lambda: pair.alert("HighCPU").get("alarms", 0) >= 2, 20)

        made = pair.amtool("silence", "add", "--author=bob", "--comment=moving house", "alertname=HighCPU")
        assert eventually(lambda: pair.state("HighCPU") == "suppressed")
        alert = pair.alert("HighCPU")
        assert ([made], "bob", "moving house") == (alert["silenced_by"], alert["by"], alert["reason"])
        repeated = pair.alert("DiskFull")["alarms"]
        assert eventually(lambda: pair.alert("DiskFull")["alarms"] >= repeated + 2, 20)
        assert alert["alarms"] == pair.alert("HighCPU")["alarms"]

        pair.amtool("silence", "expire", made)
        assert eventually(lambda: pair.state("HighCPU") == "firing")
        assert eventually(lambda: pair.alert("HighCPU")["alarms"] >= 1)


def test_a_silence_of_ours_that_amtool_ends_gives_the_alert_back(tmp_path: Path) -> None:
    """Whoever expires it wants to hear it."""
    with paired(tmp_path) as pair, pair.bridge as bridge:
        pair.tell(CPU)
        assert eventually(lambda: pair.state("HighCPU") == "firing", 20)
        assert bridge.post(f"/api/alerts/{pair.alert('HighCPU')['fingerprint']}/ack", {"by": "ann"})[0] == 200
        assert eventually(lambda: pair.alert("HighCPU")["silence"])
        pair.amtool("silence", "expire", pair.alert("HighCPU")["silence"])
        assert eventually(lambda: pair.state("HighCPU") == "firing")
        assert pair.silences() == []


def test_a_resolve_that_was_lost_while_the_bridge_was_down_is_healed(tmp_path: Path) -> None:
    """Alertmanager never sends it; the reconciliation at the start tells. What was acknowledged stays so."""
    with paired(tmp_path, interval=3600, instead={"send_resolved: true": "send_resolved: false"}) as pair:
        with pair.bridge as bridge:
            for labels in (CPU, DISK):
                pair.tell(labels)
            assert eventually(lambda: pair.state("HighCPU") == pair.state("DiskFull") == "firing", 20)
            assert bridge.post(f"/api/alerts/{pair.alert('DiskFull')['fingerprint']}/ack", {"by": "ann"})[0] == 200
            assert eventually(lambda: pair.alert("DiskFull")["silence"])
            silence = pair.alert("DiskFull")["silence"]
        pair.tell(CPU, over=True)
        with pair.bridge as bridge:
            assert eventually(lambda: pair.state("HighCPU") == "resolved")
            assert ("acknowledged", silence) == (pair.state("DiskFull"), pair.alert("DiskFull")["silence"])
            assert [silence] == [each["id"] for each in pair.silences()]


def test_a_firing_whose_webhook_does_not_come_is_begun(tmp_path: Path) -> None:
    """Though Alertmanager cannot reach the bridge; so is its end."""
    with paired(tmp_path, deaf=True) as pair, pair.bridge as bridge:
        pair.tell(CPU)
        assert eventually(lambda: pair.state("HighCPU") == "firing", 20)
        assert eventually(lambda: pair.alert("HighCPU")["alarms"] >= 1)
        assert bridge.metric("bridge_messages_total", route="/alert") == 0
        pair.tell(CPU, over=True)
        assert eventually(lambda: pair.state("HighCPU") == "resolved")


def test_of_two_alertmanagers_in_a_cluster_one_is_killed_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """Both post, both are asked: one firing, one resolve; what only the dead one knew stays, what is new comes."""
    only = {"alertname": "OnlyThere", "severity": "warning"}
    with paired(tmp_path, 2) as pair, pair.bridge as bridge:
        for place in (0, 1):
            pair.tell(CPU, place)
        pair.tell(only, 0)
        assert eventually(lambda: pair.state("HighCPU") == pair.state("OnlyThere") == "firing", 30)
        assert bridge.post(f"/api/alerts/{pair.alert('OnlyThere')['fingerprint']}/ack", {"by": "ann"})[0] == 200
        assert eventually(lambda: [each["createdBy"] for each in pair.silences(place=1)] == ["ann"])
        assert eventually(lambda: bridge.metric("bridge_alertmanager_up", peer="0") == 1)
        pair.reconciled()

        os.kill(int((pair.homes[0] / "alertmanager.pid").read_text()), signal.SIGKILL)
        assert eventually(lambda: bridge.metric("bridge_alertmanager_up", peer="0") == 0)
        assert bridge.metric("bridge_alertmanager_up", peer="1") == 1
        pair.tell(DISK, 1)
        assert eventually(lambda: pair.state("DiskFull") == "firing", 20)
        pair.reconciled()
        assert ("firing", "acknowledged") == (pair.state("HighCPU"), pair.state("OnlyThere"))
        assert ["ann"] == [each["createdBy"] for each in pair.silences(place=1)]
        links = {link["name"]: link["up"] for link in json.loads(bridge.get("/api/links")[1])["links"]}
        assert links["alertmanager"]

        pair.tell(CPU, 1, over=True)
        assert eventually(lambda: pair.state("HighCPU") == "resolved", 20)
        told = json.loads(bridge.get("/api/journal?limit=1000")[1])["entries"]
        deeds = [(entry["deed"], entry["name"]) for entry in told]
        assert (1, 1, 1) == (
            deeds.count(("fired", "HighCPU")),
            deeds.count(("resolved", "HighCPU")),
            deeds.count(("fired", "OnlyThere")),
        )
