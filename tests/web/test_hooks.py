"""Where alerts and readings come in by HTTP."""

import asyncio
import gzip
import json
import logging
import time
from collections.abc import Iterator, Sequence

import httpx
import pytest
from bridging import BODY_LIMIT, Bridge
from singing_pager.model import Hold, Outcome, Strike
from singing_pager.testing import CaptureSink
from singing_pager.web.intake import Events, Intake
from starlette.requests import Request
from starlette.types import Message

GOOD = json.dumps(
    {"version": "4", "alerts": [{"status": "firing", "labels": {"alertname": "Good", "severity": "critical"}}]}
).encode()


def alerts(*each: object) -> bytes:
    """Make a body of alerts."""
    return json.dumps({"alerts": each}).encode()


def nested(depth: int, inner: bytes = b"1") -> bytes:
    """Make JSON in so many lists."""
    return b"[" * depth + inner + b"]" * depth


ALERTS: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "blanks": (b"  \n", 400),
    "no JSON": (b"alert!", 400),
    "a form": (b"alerts=1&status=firing", 400),
    "XML": (b"<alerts/>", 400),
    "truncated": (GOOD[:-2], 400),
    "truncated in a text": (b'{"alerts": [{"labels": {"alertname": "Hi', 400),
    "truncated in an escape": (b'{"alerts": [{"labels": {"a": "\\u00', 400),
    "something behind": (GOOD + b"}", 400),
    "two bodies": (GOOD + GOOD, 400),
    "null": (b"null", 400),
    "a number": (b"42", 400),
    "a text": (b'"firing"', 400),
    "a list": (b"[]", 400),
    "an empty object": (b"{}", 400),
    "alerts are null": (b'{"alerts": null}', 400),
    "alerts are a text": (b'{"alerts": "x"}', 400),
    "alerts are an object": (b'{"alerts": {}}', 400),
    "an alert is null": (alerts(None), 400),
    "an alert is a number": (alerts(1), 400),
    "an alert is a list": (alerts([]), 400),
    "the second alert is a text": (alerts({}, "x"), 400),
    "labels are a list": (alerts({"labels": []}), 400),
    "labels are a text": (alerts({"labels": "x"}), 400),
    "annotations are a number": (alerts({"annotations": 1}), 400),
    "the status is a number": (alerts({"status": 1}), 400),
    "the fingerprint is a number": (alerts({"fingerprint": 1}), 400),
    "the start is a number": (alerts({"startsAt": 1}), 400),
    "the end is an object": (alerts({"endsAt": {}}), 400),
    "the number of truncated alerts is a text": (b'{"alerts": [], "truncatedAlerts": "x"}', 400),
    "NaN": (b'{"alerts": [{"labels": {"a": NaN}}]}', 400),
    "Infinity": (b'{"alerts": [{"labels": {"a": -Infinity}}]}', 400),
    "a number too large": (b'{"alerts": [{"labels": {"a": 1e999}}]}', 400),
    "single quotes": (b"{'alerts': []}", 400),
    "a comma at the end": (b'{"alerts": [],}', 400),
    "a comment": (b'{"alerts": [] /* none */}', 400),
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD, 400),
    "UTF-16": (GOOD.decode().encode("utf-16"), 400),
    "invalid UTF-8": (b'{"alerts": [{"labels": {"alertname": "\xff\xfe"}}]}', 400),
    "half a letter": (b'{"alerts": [{"labels": {"alertname": "\\ud83d"}}]}', 400),
    "a bare control character": (b'{"alerts": [{"labels": {"a": "\x01"}}]}', 400),
    "NUL bytes": (b"\0" * 1000, 400),
    "deep lists": (nested(100_000), 400),
    "deep lists among the alerts": (b'{"alerts": ' + nested(100_000) + b"}", 400),
    "deep lists in a label": (b'{"alerts": [{"labels": {"a": ' + nested(100_000) + b"}}]}", 400),
    "deep objects in an unknown key": (b'{"x": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b', "alerts": []}', 400),
    "compressed": (gzip.compress(GOOD), 400),
    "over the limit": (b" " * BODY_LIMIT + GOOD, 413),
    "10 MB": (alerts({"labels": {"a": "x" * 10_000_000}}), 413),
    "more alerts than may wait": (b'{"alerts": [' + b",".join([b"{}"] * 20_001) + b"]}", 413),
    # what can be read plays, or is dropped one by one
    "no alerts": (b'{"alerts": []}', 202),
    "an alert of nothing": (alerts({}), 202),
    "nulls wherever they may be": (
        alerts(dict.fromkeys(("status", "labels", "annotations", "startsAt", "endsAt"))),
        202,
    ),
    "a status that is none": (alerts({"status": "sleeping"}), 202),
    "a time that is none": (alerts({"startsAt": "yesterday", "endsAt": ""}), 202),
    "labels that are no texts": (alerts({"labels": {"a": 1, "b": None, "c": [1], "d": {"e": True}}}), 202),
    "emoji": (alerts({"labels": {"alertname": "🔥💻", "größe": "✓"}}), 202),
    "a NUL in a label": (alerts({"labels": {"alertname": "a\0b"}}), 202),
    "a very long label": (alerts({"labels": {"alertname": "x" * 500_000}}), 202),
    "a very long fingerprint": (alerts({"fingerprint": "f" * 500_000}), 202),
    "thousands of labels": (alerts({"labels": {f"l{number}": "x" for number in range(5000)}}), 202),
    "duplicate keys": (b'{"alerts": [], "alerts": [{}], "status": 1, "status": 2}', 202),
    "unknown keys of every kind": (b'{"alerts": [{"x": [1, {"y": null}]}], "version": 5, "z": 1e400}', 202),
    "huge integers": (b'{"alerts": [{"labels": {"a": ' + b"9" * 300 + b"}}]}", 202),
    "lists in lists": (b'{"alerts": [{"labels": {"a": ' + nested(100) + b"}}]}", 202),
    "10,000 alerts": (alerts(*({"labels": {"alertname": f"A{number}"}} for number in range(10_000))), 202),
    "10,000 alerts of nothing": (b'{"alerts": [' + b",".join([b"{}"] * 10_000) + b"]}", 202),
}

METRICS: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "a number": (b"0.42", 400),
    "a list": (b'[{"type": "cpu", "value": 0.42}]', 400),
    "truncated": (b'{"type": "cpu", "value": 0.', 400),
    "no value": (b'{"type": "cpu"}', 400),
    "no type": (b'{"value": 1}', 400),
    "null": (b'{"type": "cpu", "value": null}', 400),
    "a list as value": (b'{"type": "cpu", "value": [1]}', 400),
    "an object as value": (b'{"type": "cpu", "value": {"value": 1}}', 400),
    "a word as value": (b'{"type": "cpu", "value": "hot"}', 400),
    "an empty text": (b'{"type": "cpu", "value": ""}', 400),
    "NaN": (b'{"type": "cpu", "value": NaN}', 400),
    "nan as text": (b'{"type": "cpu", "value": "nan"}', 400),
    "a number too large": (b'{"type": "cpu", "value": 1e999}', 400),
    "an integer beyond floats": (b'{"type": "cpu", "value": ' + b"9" * 400 + b"}", 400),
    "an empty type": (b'{"type": "", "value": 1}', 400),
    "a wildcard": (b'{"type": "+/cpu", "value": 1}', 400),
    "a long type": (b'{"type": "' + b"x" * 129 + b'", "value": 1}', 400),
    "a number as type": (b'{"type": 1, "value": 1}', 400),
    "invalid UTF-8": (b'{"type": "\xff", "value": 1}', 400),
    "deep": (b'{"type": "cpu", "value": ' + nested(100_000) + b"}", 400),
    "10 MB": (b'{"type": "cpu", "value": 1' + b" " * 10_000_000 + b"}", 413),
    "text that begins with a number": (b'{"type": "cpu", "value": "93 %"}', 202),
    "true": (b'{"type": "cpu", "value": true}', 202),
    "duplicate keys": (b'{"type": "x", "type": "cpu", "value": 0, "value": 1}', 202),
    "a type that no rule knows": (b'{"type": "nobody", "value": 1}', 202),
    "emoji": ('{"type": "🌡", "value": 21.5}'.encode(), 202),
    "a huge integer": (b'{"type": "cpu", "value": ' + b"9" * 300 + b"}", 202),
}

BODIES = [
    pytest.param(path, body, status, id=f"{path} {name}")
    for path, table in (("/alert", ALERTS), ("/metric", METRICS))
    for name, (body, status) in table.items()
]


def test_there_are_many() -> None:
    """The tables hold what people and programs really send."""
    assert len(BODIES) >= 60


@pytest.mark.parametrize(("path", "body", "status"), BODIES)
def test_bad_bodies(path: str, body: bytes, status: int, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever comes in is answered in one sentence, leaves no traceback, and the next good alert plays."""
    bridge = Bridge(with_api=False)

    async def send(client: httpx.AsyncClient) -> tuple[httpx.Response, httpx.Response]:
        first = await client.post(path, content=body)
        await bridge.until_idle()
        return first, await client.post("/alert", content=GOOD)

    with caplog.at_level(logging.DEBUG):
        answered, next_one = bridge.talk(send)
    assert status == answered.status_code
    said = answered.json()
    if status == 202:
        assert said == {"ok": True}
    else:
        assert list(said) == ["ok", "error"]
        assert said["ok"] is False
        assert 10 < len(said["error"]) < 300
        assert said["error"].isprintable()
    assert (next_one.status_code, next_one.json()) == (202, {"ok": True})
    assert "Good" in bridge.heard()
    assert [record.message for record in caplog.records if record.exc_info or "Traceback" in record.message] == []
    assert [outcome for outcome in bridge.sink.outcomes if "internal" in outcome.drops] == []


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "text/plain"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "nonsense"},
        {"content_type": "application/json; charset=latin-1"},
        {"content_type": ""},
        {"accept": "text/html"},
        {"expect": "nothing"},
    ],
    ids=str,
)
def test_headers_do_not_matter(headers: dict[str, str]) -> None:
    """A good body plays whatever its headers say of it."""
    bridge = Bridge()
    assert bridge.ask("POST", "/alert", GOOD, **headers).status_code == 202
    assert bridge.heard() == ["Good"]


def test_an_alert_has_played_when_it_is_answered() -> None:
    """The answer comes after the sound, and holds the tutorial's own."""
    bridge = Bridge()
    answered = bridge.ask("POST", "/alert", GOOD)
    assert (answered.status_code, answered.json(), answered.headers["content-type"]) == (
        202,
        {"ok": True},
        "application/json",
    )
    assert [cue.instrument for cue in bridge.sink.cues if isinstance(cue, Strike)] == ["alert_critical"]
    assert bridge.ask("POST", "/alert", GOOD).status_code == 202
    assert bridge.heard() == ["Good"]


def test_an_alert_is_kept_when_it_is_answered() -> None:
    """The answer comes after the disk; a reading, which a restart need not know, waits for no disk."""
    bridge = Bridge()
    assert bridge.ask("POST", "/alert", GOOD).status_code == 202
    assert bridge.keeper.kept == 1
    bridge.keeper.fault = "there is no disk"
    assert bridge.ask("POST", "/metric", b'{"type": "cpu", "value": 0.5}').status_code == 202


def test_what_cannot_be_kept_is_to_be_sent_again() -> None:
    """A full disk is a 503 that says so; what has sounded does not sound again when it is sent again."""
    bridge = Bridge()
    bridge.keeper.fault = "pager.db: database or disk is full"
    refused = bridge.ask("POST", "/alert", GOOD)
    expected = "it was played, and cannot be kept: pager.db: database or disk is full; try again"
    assert (refused.status_code, refused.json()) == (503, {"ok": False, "error": expected})
    assert refused.headers["retry-after"] == "5"
    bridge.keeper.fault = ""
    assert bridge.ask("POST", "/alert", GOOD).status_code == 202
    assert bridge.heard() == ["Good"]


def test_a_body_that_waits_is_answered_when_it_has_played() -> None:
    """What does not fit into the first slice of time is answered when the last of it has played."""
    bridge = Bridge()
    many = alerts(*({"labels": {"alertname": f"A{number}"}} for number in range(5000)))
    assert bridge.ask("POST", "/alert", many).status_code == 202
    assert (len(bridge.engine.core.desk), bridge.engine.waiting) == (5000, 0)


def test_a_metric_sounds() -> None:
    """The tutorial's body moves the tutorial's pitch."""
    bridge = Bridge()
    assert bridge.ask("POST", "/metric", b'{"type": "cpu", "value": 0.5}').json() == {"ok": True}
    assert [Hold("cpu:metrics/cpu", "cpu", (660.0,), 0)] == bridge.sink.cues


class SlowSink(CaptureSink):
    """A sink that is slow."""

    def play(self, moment: Sequence[Outcome]) -> None:
        """Keep a moment, and take a while."""
        super().play(moment)
        time.sleep(0.005)


def test_a_full_inbox_asks_to_try_again() -> None:
    """What does not fit is refused as a whole, with the status that makes Alertmanager send it again."""
    # a sink that takes longer for a moment than the engine may hold the loop: the inbox empties slowly
    bridge = Bridge(capacity=5000, sink=SlowSink())
    many = alerts(*({"labels": {"alertname": f"A{number}"}} for number in range(5000)))

    async def flood(client: httpx.AsyncClient) -> list[httpx.Response]:
        first = asyncio.create_task(client.post("/alert", content=many))
        while not bridge.engine.waiting:  # noqa: ASYNC110 - what is awaited has no event
            await asyncio.sleep(0)
        second = await client.post("/alert", content=many)
        return [await first, second, await client.post("/alert", content=GOOD)]

    first, second, third = bridge.talk(flood)
    assert [answered.status_code for answered in (first, second, third)] == [202, 503, 202]
    assert second.json() == {"ok": False, "error": "the inbox is full; try again"}
    assert second.headers["retry-after"] == "5"
    assert "Good" in bridge.on_desk()
    text = bridge.ask("GET", "/metrics").text
    assert 'bridge_messages_total{result="inbox_full",route="/alert"} 5000.0' in text


def test_alerts_that_alertmanager_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """What `max_alerts` cut off is counted, and told once."""
    bridge = Bridge()
    for number in (7, 5):
        body = b'{"alerts": [], "truncatedAlerts": %d}' % number
        assert bridge.ask("POST", "/alert", body).status_code == 202
    assert caplog.messages == [
        "/alert: Alertmanager leaves alerts out; set max_alerts: 0 there; the same again is only counted"
    ]
    assert 'bridge_drops_total{reason="truncated"} 12.0' in bridge.ask("GET", "/metrics").text
    assert bridge.ask("POST", "/alert", b'{"alerts": [], "truncatedAlerts": -7}').status_code == 202


def test_the_same_bad_body_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """A sender that goes on being wrong does not fill the log; every time is counted."""
    bridge = Bridge()
    for body in (b"x", b"x", b"x", b"[]", b"[]"):
        assert bridge.ask("POST", "/alert", body).status_code == 400
    assert len(caplog.messages) == 2
    assert 'bridge_messages_total{result="unreadable",route="/alert"} 5.0' in bridge.ask("GET", "/metrics").text


def test_a_sender_that_hangs_up(caplog: pytest.LogCaptureFixture) -> None:
    """A body that breaks off is counted, and is no error of ours."""
    bridge = Bridge()

    async def run() -> list[int]:
        statuses: list[int] = []
        said: Iterator[dict[str, object]] = iter(
            [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
        )

        async def receive() -> dict[str, object]:
            return next(said)

        async def send(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                statuses.append(int(str(message["status"])))

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/alert",
            "headers": [],
            "query_string": b"",
            "root_path": "",
        }
        await bridge.app(scope, receive, send)  # type: ignore[arg-type]
        return statuses

    assert asyncio.run(run()) == [400]
    assert "the sender hung up before the end of the body" in caplog.text
    assert [bridge.ask("POST", "/alert", GOOD), bridge.heard()][1] == ["Good"]


def test_an_alert_that_finds_no_room_on_the_desk_is_to_be_sent_again() -> None:
    """What is not on the desk is not answered 202; what is there already, and what ends, is."""
    bridge = Bridge(desk=1)
    known, other = ({"labels": {"alertname": name}} for name in "AB")
    answers = [bridge.ask("POST", "/alert", alerts(*given)) for given in ((known,), (known,), (known, other))]
    assert [202, 202, 503] == [answered.status_code for answered in answers]
    assert {"ok": False, "error": "the desk is full; try again"} == answers[-1].json()
    over = {"status": "resolved", "labels": {"alertname": "A"}}
    assert 202 == bridge.ask("POST", "/alert", alerts(over)).status_code
    assert 202 == bridge.ask("POST", "/alert", alerts(other)).status_code


def test_an_alert_has_arrived_when_all_of_it_has() -> None:
    """A sender's slowness is neither the pager's, as its metric would have it, nor the age of what he sends."""
    bridge = Bridge(with_api=False)
    intake = Intake(bridge.engine, keeper=bridge.keeper, body_limit=BODY_LIMIT, count=bridge.counts.count)
    parts: list[Message] = [{"type": "http.request", "body": GOOD[at::2], "more_body": at == 0} for at in (0, 1)]
    arrived: list[float] = []

    async def receive() -> Message:
        bridge.clock.forward(20)
        return parts.pop(0)

    async def read(_: bytes, at: float) -> Events:
        arrived.append(at)
        return ()

    scope = {"type": "http", "method": "POST", "path": "/alert", "headers": []}
    asyncio.run(intake.take(Request(scope, receive), "/alert", read))
    assert [bridge.clock()] == arrived
