"""Alertmanagers in memory that answer the API v2 as the real one does (0.25), for tests that set the time."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx
from singing_pager.core.fingerprint import fingerprint
from singing_pager.sources.alert import rfc3339, unix_time
from singing_pager.sources.alertmanager.api import Peers
from singing_pager.testing import START, FakeClock

__all__ = ["Fake", "peers_of"]


class Fake:
    """One Alertmanager.

    Attributes:
        clock: The time.
        started: Unix time of its start.
        down: It cannot be reached.
        answers: In place of its own answers to a method and a path.
        alerts: JSON objects by fingerprint.
        silences: JSON objects by id.
        requests: Method and path of each request, in order.
        most: Requests in flight at the most.
        members: Addresses in its cluster.
    """

    def __init__(self, clock: FakeClock, *, age: float = 3600.0) -> None:
        self.clock = clock
        self.started = clock.now - age
        self.down = False
        self.answers: dict[tuple[str, str], Callable[[httpx.Request], httpx.Response]] = {}
        self.alerts: dict[str, dict[str, Any]] = {}
        self.silences: dict[str, dict[str, Any]] = {}
        self.requests: list[tuple[str, str]] = []
        self.members = 1
        self.most = 0
        self._flying = 0

    def fire(
        self, labels: Mapping[str, str], *, age: float = 600.0, lasts: float = 300.0, receiver: str = "bridge"
    ) -> str:
        """Have an alert that began so long ago and would be forgotten in so many seconds; gives its fingerprint."""
        key = fingerprint(labels)
        self.alerts[key] = {
            "fingerprint": key,
            "labels": dict(labels),
            "annotations": {"summary": "93%"},
            "startsAt": rfc3339(self.clock.now - age),
            "endsAt": rfc3339(self.clock.now + lasts),
            "updatedAt": rfc3339(self.clock.now),
            "generatorURL": "",
            "receivers": [{"name": receiver}],
            "status": {"state": "active", "silencedBy": [], "inhibitedBy": []},
        }
        return key

    def suppress(self, key: str, *, silenced_by: Sequence[str] = (), inhibited_by: Sequence[str] = ()) -> None:
        """Let an alert be silenced or inhibited."""
        self.alerts[key]["status"] = {
            "state": "suppressed",
            "silencedBy": list(silenced_by),
            "inhibitedBy": list(inhibited_by),
        }

    def silence(
        self,
        labels: Mapping[str, str],
        *,
        key: str = "5e",
        by: str = "ann",
        comment: str = "at work",
        lasts: float = 900.0,
    ) -> str:
        """Have a silence that nobody asked for by the API."""
        matchers = [{"name": name, "value": labels[name], "isRegex": False, "isEqual": True} for name in sorted(labels)]
        self._put(key, {"matchers": matchers, "createdBy": by, "comment": comment}, START, self.clock.now + lasts)
        return key

    def expire(self, key: str) -> None:
        """End a silence, as amtool does."""
        silence = self.silences[key]
        if self._state(silence) != "expired":
            silence["endsAt"] = silence["updatedAt"] = rfc3339(self.clock.now)

    @property
    def active(self) -> dict[str, dict[str, Any]]:
        """Silences that are active, by id."""
        return {key: each for key, each in self.silences.items() if self._state(each) == "active"}

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        path = request.url.path.removeprefix("/prefix").removeprefix("/api/v2/")
        self.requests.append((request.method, path))
        if self.down:
            raise httpx.ConnectError("All connection attempts failed")
        self._flying += 1
        self.most = max(self.most, self._flying)
        try:
            await asyncio.sleep(0)
            answer = self.answers.get((request.method, path), self.answer)(request)
        finally:
            self._flying -= 1
        answer.headers["Date"] = format_datetime(datetime.fromtimestamp(self.clock.now, UTC), usegmt=True)
        return answer

    def answer(self, request: httpx.Request) -> httpx.Response:  # noqa: PLR0911 - one for each route
        """Answer as Alertmanager does."""
        path = request.url.path.removeprefix("/prefix").removeprefix("/api/v2/")
        match request.method, path.split("/"):
            case "GET", ["status"]:
                peers = [{"name": str(number), "address": ""} for number in range(self.members)]
                uptime = rfc3339(self.started)
                return httpx.Response(200, json={"uptime": uptime, "cluster": {"status": "ready", "peers": peers}})
            case "GET", ["alerts"]:
                return httpx.Response(200, json=list(self.alerts.values()))
            case "GET", ["silences"]:
                told = [{**each, "status": {"state": self._state(each)}} for each in self.silences.values()]
                return httpx.Response(200, json=told)
            case "POST", ["silences"]:
                return self._post(json.loads(request.content))
            case "DELETE", ["silence", key] if key in self.silences:
                self.expire(key)
                return httpx.Response(200)
            case "DELETE", ["silence", _]:
                return httpx.Response(500, json="silence not found")
        return httpx.Response(404, text="404 page not found")

    def _post(self, body: dict[str, Any]) -> httpx.Response:
        key = body.pop("id", "")
        starts, ends = unix_time(body["startsAt"]) or 0.0, unix_time(body["endsAt"]) or 0.0
        if ends < self.clock.now:
            return httpx.Response(400, json="end time can't be in the past")
        if key and key not in self.silences:
            return httpx.Response(404, json="silence not found")
        known = self.silences.get(key)
        if known is not None:
            same = (int(unix_time(known["startsAt"]) or 0), known["matchers"]) == (int(starts), body["matchers"])
            if same and self._state(known) == "active":
                self._put(key, body, starts, ends)
                return httpx.Response(200, json={"silenceID": key})
            self.expire(key)
        key = f"silence-{len(self.silences)}"
        self._put(key, body, max(starts, self.clock.now), ends)
        return httpx.Response(200, json={"silenceID": key})

    def _put(self, key: str, body: dict[str, Any], starts: float, ends: float) -> None:
        self.silences[key] = {
            **body,
            "id": key,
            "startsAt": rfc3339(starts),
            "endsAt": rfc3339(ends),
            "updatedAt": rfc3339(self.clock.now),
        }

    def _state(self, silence: dict[str, Any]) -> str:
        return "active" if (unix_time(silence["endsAt"]) or 0.0) > self.clock.now else "expired"


def peers_of(*fakes: Fake) -> Peers:
    """A client of some Alertmanagers, called http://am0:9093, http://am1:9093 and so on."""

    async def answer(request: httpx.Request) -> httpx.Response:
        return await fakes[int(request.url.host.removeprefix("am"))](request)

    urls = [f"http://am{place}:9093" for place in range(len(fakes))]
    return Peers(urls, transport=httpx.MockTransport(answer))
