"""What was answered 202 is on the desk after any death; a disk that is full is an error, and then it is not."""

import contextlib
import http.client
import json
import os
import random
import resource
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import pytest
from broker import eventually, free_port
from forks import Forks

pytestmark = pytest.mark.timeout(600)

KILLS = 200
LANES = 4
"""Bridges at once: while one starts, another is posted to."""
SENDERS = 3
SCORE = "alerts: [{match: {}, instrument: alert_info}]\nambience: null\n"
"""Soon read."""
LONGEST = 0.15
"""Seconds from the first answer until a bridge is killed, at most."""


@pytest.fixture
def forks(tmp_path: Path) -> Iterator[Forks]:
    """Quick bridges."""
    with Forks(tmp_path / "bridges.log") as running:
        yield running


class Lane:
    """One store, a bridge on it that is killed again and again, and what it has promised.

    Attributes:
        kills: How often it was killed.
        lost: Promises that were broken.
        promised: State of every alert whose change was answered 202.
    """

    def __init__(self, forks: Forks, folder: Path, seed: int) -> None:
        folder.mkdir()
        (folder / "score.yaml").write_text(SCORE)
        self.port = free_port()
        self.kills = 0
        self.promised: dict[str, str] = {}
        self.lost: list[str] = []
        self._forks = forks
        self._random = random.Random(seed)  # noqa: S311 - moments, not secrets
        self._settings = {
            "HTTP_PORT": str(self.port),
            "HTTP_RATE": "0",
            "METRICS_PORT": str(free_port()),
            "OSC_PORT": str(free_port()),
            "MQTT_PORT": str(free_port()),
            "SOUND_OUTLET": "off",
            "LOG_LEVEL": "error",
            "SCORE": f"{folder}/score.yaml",
            "STORE_URL": f"sqlite:///{folder}/pager.db",
        }
        self.pid = 0

    def start(self) -> None:
        """Start a bridge, and wait until it answers."""
        self.pid = self._forks.bridge(self._settings)
        if not eventually(self._lives, 60):
            raise TimeoutError(self._forks.log)

    def kill(self, with_signal: int = signal.SIGKILL) -> None:
        """End the bridge, and wait until it is gone."""
        os.kill(self.pid, with_signal)
        if not eventually(lambda: not Path(f"/proc/{self.pid}").exists(), 30):
            raise TimeoutError(self._forks.log)

    def killed(self, times: int) -> None:
        """Stream webhooks into a bridge and kill it, so many times; then see what is left."""
        for life in range(times):
            self.start()
            self._check()
            answered: SimpleQueue[str] = SimpleQueue()
            senders = [
                threading.Thread(target=self._stream, args=(f"{life}-{number}", answered)) for number in range(SENDERS)
            ]
            for sender in senders:
                sender.start()
            answered.get(timeout=30)
            time.sleep(self._random.uniform(0, LONGEST))
            self.kill()
            self.kills += 1
            for sender in senders:
                sender.join()
        self.start()
        self._check()
        self.kill(signal.SIGTERM)

    def desk(self) -> dict[str, str]:
        """State of each alert, as the bridge tells it."""
        found: dict[str, str] = {}
        for query in ("", "state=resolved&"):
            offset = 0
            while page := self._page(f"/api/alerts?{query}limit=10000&offset={offset}"):
                found |= page
                offset += len(page)
        return found

    def _page(self, path: str) -> dict[str, str]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return {each["name"]: each["state"] for each in json.loads(answer.read())["alerts"]}

    def _lives(self) -> bool:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5).close()
            return True
        return False

    def _check(self) -> None:
        desk = self.desk()
        self.lost += [f"{name} is {desk.get(name)}, not {state}" for name, state in self.promised.items()
                      if desk.get(name) != state]  # fmt: skip

    def _stream(self, name: str, answered: "SimpleQueue[str]") -> None:
        """Post until the bridge is dead: new alerts, and resolves of those that were taken; note what was answered."""
        chance = random.Random(name)  # noqa: S311
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        mine: list[str] = []
        number = 0
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            while True:
                number += 1
                if mine and chance.random() < 0.2:
                    names, status = [mine.pop(chance.randrange(len(mine)))], "resolved"
                else:
                    names, status = [f"{name}-{number}-{each}" for each in range(chance.randint(1, 4))], "firing"
                for each in names:
                    # until it is answered nobody knows
                    self.promised.pop(each, None)
                if self._posted(connection, names, status) == http.client.ACCEPTED:
                    self.promised |= dict.fromkeys(names, status)
                    mine += names if status == "firing" else []
                    answered.put(status)

    @staticmethod
    def _posted(connection: http.client.HTTPConnection, names: list[str], status: str) -> int:
        alerts = [{"status": status, "labels": {"alertname": name, "severity": "warning"}} for name in names]
        connection.request("POST", "/alert", json.dumps({"version": "4", "status": status, "alerts": alerts}))
        answer = connection.getresponse()
        answer.read()
        return answer.status


def test_every_alert_that_was_answered_202_is_on_the_desk_after_sigkill(forks: Forks, tmp_path: Path) -> None:
    """200 times a bridge is killed at a random moment under a stream of webhooks; no promise is broken."""
    lanes = [Lane(forks, tmp_path / str(number), seed=number) for number in range(LANES)]
    with ThreadPoolExecutor(LANES) as threads:
        list(threads.map(lambda lane: lane.killed(KILLS // LANES), lanes))
    promised = sum(len(lane.promised) for lane in lanes)
    assert [] == [lost for lane in lanes for lost in lane.lost]
    assert KILLS == sum(lane.kills for lane in lanes)
    assert promised > 5 * KILLS
    assert {"firing", "resolved"} == {state for lane in lanes for state in lane.promised.values()}


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux can take the room from a running process")
def test_a_full_disk_is_503_and_when_there_is_room_again_all_is_kept(forks: Forks, tmp_path: Path) -> None:
    """A bridge whose files may not grow goes on playing and answers 503; later it writes all that it knew."""
    lane = Lane(forks, tmp_path / "lane", seed=0)
    lane.start()
    connection = http.client.HTTPConnection("127.0.0.1", lane.port, timeout=30)

    def post(name: str) -> int:
        return lane._posted(connection, [name], "firing")  # noqa: SLF001 - the same post

    assert 202 == post("before")
    _, hard = resource.prlimit(lane.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(lane.pid, resource.RLIMIT_FSIZE, (1, hard))
    assert [503] * 3 == [post(f"during-{number}") for number in range(3)]
    # it is known, it has sounded, and it is still not on disk: Alertmanager's next try is told so
    assert 503 == post("during-0")
    assert {"before", "during-0", "during-1", "during-2"} <= set(lane.desk())
    resource.prlimit(lane.pid, resource.RLIMIT_FSIZE, (hard, hard))
    assert eventually(lambda: post("during-0") == 202)
    connection.close()
    lane.kill()
    lane.start()
    assert {"before", "during-0", "during-1", "during-2"} <= set(lane.desk())
    lane.kill(signal.SIGTERM)
