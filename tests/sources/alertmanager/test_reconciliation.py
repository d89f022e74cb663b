"""The desk brought to what Alertmanager knows."""

import asyncio
import logging

import pytest
from reconciled import Scene, until
from singing_pager.model import Deed, Link, State, Survey
from singing_pager.sources.alertmanager import reconciliation
from singing_pager.sources.alertmanager.union import Terms

DISK = {"alertname": "DiskFull", "severity": "warning"}


def test_a_missed_resolve_ends_its_alert() -> None:
    """What Alertmanager does not know any more is over."""

    async def play() -> None:
        scene = Scene()
        key = scene.fire(**DISK)
        scene.fake.alerts.clear()
        assert await scene.reconcile()
        assert scene.alert(key).state is State.RESOLVED
        assert [Deed.FIRED, Deed.RESOLVED] == [
            entry.deed for entry in scene.entries if entry.deed in {Deed.FIRED, Deed.RESOLVED}
        ]

    asyncio.run(play())


def test_a_missed_firing_is_begun() -> None:
    """What Alertmanager knows and the desk does not is on the desk afterwards."""

    async def play() -> None:
        scene = Scene()
        key = scene.fake.fire(DISK)
        await scene.reconcile()
        assert (State.FIRING, DISK) == (scene.alert(key).state, scene.alert(key).labels)

    asyncio.run(play())


def test_a_young_alert_is_left_to_its_webhook_and_is_there_nevertheless() -> None:
    """Within its grace it is not begun here, and not ended either."""

    async def play() -> None:
        scene = Scene(terms=Terms(grace=60))
        key = scene.fire(**DISK)
        scene.clock.forward(1)
        young = scene.fake.fire({"alertname": "Young"}, age=30)
        await scene.reconcile()
        assert scene.alert(key).state is State.FIRING
        assert scene.engine.core.desk.get(young) is None

    asyncio.run(play())


def test_a_silence_stops_the_alarm_and_its_end_begins_it_anew() -> None:
    """Whoever made it is told, and why."""

    async def play() -> None:
        scene = Scene()
        key = scene.fire(**DISK)
        silence = scene.fake.silence(DISK, by="bob", comment="new disk comes at noon")
        scene.fake.suppress(key, silenced_by=[silence])
        await scene.reconcile()
        alert = scene.alert(key)
        assert (State.SUPPRESSED, (silence,), "bob", "new disk comes at noon") == (
            alert.state,
            alert.silenced_by,
            alert.by,
            alert.reason,
        )
        scene.fake.expire(silence)
        scene.fake.suppress(key)
        await scene.reconcile()
        assert scene.alert(key).state is State.FIRING

    asyncio.run(play())


def test_a_peer_that_has_just_started_ends_nothing() -> None:
    """The alert stays until one that has settled does not know it."""

    async def play() -> None:
        scene = Scene(terms=Terms(grace=0, settle=120))
        key = scene.fire(**DISK)
        scene.fake.alerts.clear()
        scene.fake.started = scene.clock.now
        await scene.reconcile()
        assert scene.alert(key).state is State.FIRING
        scene.clock.forward(120)
        await scene.reconcile()
        assert scene.alert(key).state is State.RESOLVED

    asyncio.run(play())


def test_when_nobody_answers_the_link_is_down_and_the_desk_stays() -> None:
    """The link's state is told when it changes, not at each attempt, with what is known of the fault."""

    async def play() -> None:
        scene = Scene(2)
        key = scene.fire(**DISK)
        for states in ((True, True), (True, True), (True, False), (False, False), (True, True)):
            for fake, down in zip(scene.fakes, states, strict=True):
                fake.down = down
            assert (states != (True, True)) is await scene.reconcile()
        links = [outcome.event for outcome in scene.heard.outcomes if isinstance(outcome.event, Link)]
        away = "http://am0:9093: All connection attempts failed; http://am1:9093: All connection attempts failed"
        assert [(False, away), (True, ""), (False, away)] == [(link.up, link.detail) for link in links]
        assert scene.alert(key).state is State.FIRING
        assert [(0, False), (1, False), (1, True), (0, True), (0, False), (1, False)] == [
            (place, up) for place, _, up in scene.states
        ]

    asyncio.run(play())


def test_each_peer_is_told_of_in_the_log_when_its_state_changes(caplog: pytest.LogCaptureFixture) -> None:
    """Once when it falls silent, once when it answers."""

    async def play() -> None:
        scene = Scene(2)
        for away in (False, True, True, False):
            scene.fakes[1].down = away
            await scene.reconcile()

    with caplog.at_level(logging.INFO, "singing_pager.alertmanager"):
        asyncio.run(play())
    assert [
        "Alertmanager http://am0:9093 answers",
        "Alertmanager http://am1:9093 answers",
        "the Alertmanagers of ALERTMANAGER_URL are no cluster: a silence made at one is not at the others",
        "Alertmanager http://am1:9093: All connection attempts failed; further failures are not told",
        "Alertmanager http://am1:9093 answers",
    ] == caplog.messages


@pytest.mark.parametrize(
    ("peers", "members", "age", "expected"),
    [
        pytest.param(1, 1, 3600, [], id="one of one"),
        pytest.param(2, 2, 3600, [], id="two of two"),
        pytest.param(1, 3, 3600, ["ALERTMANAGER_URL names 1 of the cluster's 3 members"], id="one of three"),
        pytest.param(2, 1, 3600, ["the Alertmanagers of ALERTMANAGER_URL are no cluster"], id="two alone"),
        pytest.param(2, 1, 10, [], id="two that have just started"),
        pytest.param(1, 0, 3600, [], id="clustering is off"),
    ],
)
def test_addresses_that_are_odd(
    peers: int, members: int, age: float, expected: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """What is not asked is not known: that is said once."""

    async def play() -> None:
        scene = Scene(peers)
        for fake in scene.fakes:
            fake.members, fake.started = members, scene.clock.now - age
        await scene.reconcile()
        await scene.reconcile()

    asyncio.run(play())
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert expected == [message.partition(":")[0] for message in said]


def test_a_survey_is_dated_when_the_first_was_asked() -> None:
    """What comes to the desk while the answers are on their way is not judged by them."""

    async def play() -> None:
        scene = Scene()
        asked = asyncio.create_task(scene.reconciliation.reconcile())
        await asyncio.sleep(0)
        at = scene.clock.now
        scene.clock.forward(1)
        key = scene.fire(**DISK)
        scene.fake.alerts.clear()
        await asked
        surveys = [outcome.event for outcome in scene.heard.outcomes if isinstance(outcome.event, Survey)]
        assert [at] == [survey.at for survey in surveys]
        assert scene.alert(key).state is State.FIRING

    asyncio.run(play())


def test_a_full_inbox_is_tried_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A survey that found no room asks for another, long before the interval is over."""
    monkeypatch.setattr(reconciliation, "_SOON", 0.01)

    async def play() -> None:
        scene = Scene()
        monkeypatch.setattr(scene.engine, "offer", lambda _: False)
        running = asyncio.create_task(scene.reconciliation.run())
        await until(lambda: scene.fake.requests.count(("GET", "alerts")) == 3)
        running.cancel()

    asyncio.run(play())


def test_many_who_ask_are_served_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins at once, and again soon after it was asked for, once for all who asked meanwhile."""
    monkeypatch.setattr(reconciliation, "_SOON", 0.01)

    async def play() -> None:
        scene = Scene()
        running = asyncio.create_task(scene.reconciliation.run())

        def surveys() -> int:
            return len([True for outcome in scene.heard.outcomes if isinstance(outcome.event, Survey)])

        await until(lambda: surveys() == 1)
        for _ in range(10):
            scene.reconciliation.poke()
            await asyncio.sleep(0)
        await until(lambda: surveys() == 2)
        await asyncio.sleep(0.05)
        running.cancel()
        assert 2 == surveys()

    asyncio.run(play())
