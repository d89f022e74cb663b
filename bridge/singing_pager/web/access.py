"""Which role opens which route: one closed table. What does not stand in it is there for nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["GRAFANA", "TABLE", "WEBSOCKET", "Access", "Door", "Role"]

GRAFANA = "/webhook/grafana"
"""The route that a signature opens too, where `auth.grafana_secret` is set."""
WEBSOCKET = "WEBSOCKET"
"""The method by which the table and the guard call the handshake of a WebSocket."""


class Role(StrEnum):
    """What the holder of a token may do."""

    SEND = "send"
    LISTEN = "listen"
    OPERATE = "operate"

    @property
    def opens(self) -> frozenset["Role"]:
        """The roles whose doors this one opens: who may change the desk may look at it."""
        return frozenset({Role.OPERATE, Role.LISTEN} if self is Role.OPERATE else {self})


@dataclass(frozen=True, slots=True)
class Door:
    """One method of one path.

    Attributes:
        method: GET stands for HEAD too.
        path: As the route is declared, `{name}` for a part that differs.
        role: Who comes in; None: everybody.
    """

    method: str
    path: str
    role: Role | None


def _doors(role: Role | None, method: str, *paths: str) -> tuple[Door, ...]:
    return tuple(Door(method, path, role) for path in paths)


_ALERT = "/api/alerts/{fingerprint}"

TABLE: tuple[Door, ...] = (
    *_doors(None, "GET", "/healthz"),
    *_doors(Role.SEND, "POST", "/alert", "/metric", GRAFANA, "/webhook/datadog"),
    *_doors(Role.SEND, "POST", "/webhook/generic", "/webhook/generic/{name}"),
    *_doors(Role.SEND, "PUT", GRAFANA),
    *_doors(Role.LISTEN, "GET", "/", "/openapi.json", "/metrics", "/readyz", "/listen", "/listen.wav", "/listen.ogg"),
    *_doors(Role.LISTEN, "GET", "/api/alerts", _ALERT, "/api/summary", "/api/links", "/api/kpi", "/api/journal"),
    *_doors(Role.LISTEN, "GET", "/api/mute", "/api/meeting", "/api/volume"),
    *_doors(Role.LISTEN, "GET", "/page/{file}", "/page/{folder}/{file}", "/page/{folder}/{subfolder}/{file}"),
    *_doors(Role.LISTEN, "GET", "/api/instruments", "/api/voices", "/api/timeline", "/api/score"),
    *_doors(Role.LISTEN, "POST", "/api/ticket", "/api/score/check"),
    *_doors(Role.LISTEN, "WEBSOCKET", "/ws"),
    *_doors(Role.OPERATE, "POST", "/api/score/audition"),
    *_doors(Role.OPERATE, "PUT", "/api/score"),
    *_doors(Role.OPERATE, "POST", _ALERT + "/ack", _ALERT + "/unack", _ALERT + "/snooze", _ALERT + "/play"),
    *_doors(Role.OPERATE, "POST", "/api/ack", "/api/snooze", "/api/mute", "/api/meeting", "/api/test/{instrument}"),
    *_doors(Role.OPERATE, "DELETE", "/api/mute", "/api/meeting"),
    *_doors(Role.OPERATE, "PUT", "/api/volume"),
    *_doors(Role.OPERATE, "POST", "/-/reload"),
)
"""Every route of the pager; tests/web/test_guard.py holds the application to it."""


class Access:
    """Finds doors by what was asked.

    Args:
        table: All doors.
    """

    def __init__(self, table: Iterable[Door] = TABLE) -> None:
        self._plain: dict[tuple[str, str], Door] = {}
        self._shaped: dict[int, list[tuple[tuple[str, ...], Door]]] = {}
        methods: dict[str, set[str]] = {}
        for door in table:
            methods.setdefault(door.path, set()).add(door.method)
            if "{" in door.path:
                parts = tuple("" if part.startswith("{") else part for part in door.path.split("/")[1:])
                self._shaped.setdefault(len(parts), []).append((parts, door))
                continue
            self._plain[door.method, door.path] = door
            if door.method == "GET":
                self._plain["HEAD", door.path] = door
        self._methods: Mapping[str, frozenset[str]] = {path: frozenset(found) for path, found in methods.items()}

    def find(self, method: str, path: str) -> Door | None:
        """Find the door that a request is for; None: there is none."""
        door = self._plain.get((method, path))
        if door is not None or not self._shaped:
            return door
        method = "GET" if method == "HEAD" else method
        return next((door for door in self._fitting(path) if door.method == method), None)

    def methods(self, path: str) -> frozenset[str]:
        """Methods that a path knows; none: there is nothing at it."""
        return self._methods.get(path) or frozenset(door.method for door in self._fitting(path))

    def _fitting(self, path: str) -> Iterable[Door]:
        asked = path.split("/")[1:]
        for parts, door in self._shaped.get(len(asked), ()):
            if all(word == part if part else word for part, word in zip(parts, asked, strict=True)):
                yield door
