"""Silences that acknowledgements make in Alertmanager, by rules."""

import asyncio
import math
from collections.abc import Callable, Coroutine

import httpx
import pytest
from msgspec.structs import replace
from reconciled import Scene, until
from singing_pager.model import AlertChange, Deed, Snooze, State, Status, Unacknowledge
from singing_pager.sinks import silences
from singing_pager.sources.alert import unix_time

DISK = {"alertname": "DiskFull", "severity": "warning", "instance": "db-1"}


async def acknowledged(count: int = 1, seconds: float = 900.0) -> tuple[Scene, str]:
    """A scene in which an alert is acknowledged and its silence stands."""
    scene = Scene(count, seconds=seconds)
    await scene.reconcile()
    key = scene.fire(**DISK)
    scene.acknowledge(key)
    await scene.settle()
    return scene, key


def ends(scene: Scene, silence: str) -> float:
    """Seconds until a silence ends."""
    return (unix_time(scene.fake.silences[silence]["endsAt"]) or 0.0) - scene.clock.now


def test_an_acknowledgement_makes_a_silence() -> None:
    """It has the labels of the alert and no other, author and reason, and the desk knows its id."""

    async def play() -> None:
        scene, key = await acknowledged()
        (made,) = scene.fake.active.values()
        assert DISK == {
            each["name"]: each["value"] for each in made["matchers"] if each["isEqual"] and not each["isRegex"]
        }
        assert ("ann", "mine", made["id"]) == (made["createdBy"], made["comment"], scene.alert(key).silence)
        assert 900 == pytest.approx(ends(scene, made["id"]), abs=0.01)
        assert (1, [Deed.LINKED]) == (scene.counted["made"], [scene.entries[-1].deed])

    asyncio.run(play())


@pytest.mark.parametrize(
    ("by", "reason", "expected"),
    [
        ("ann", "", ("ann", "acknowledged with the Singing Pager")),
        ("", "mine", ("singing-pager", "mine")),
    ],
)
def test_what_nobody_said(by: str, reason: str, expected: tuple[str, str]) -> None:
    """Alertmanager wants an author and a comment."""

    async def play() -> None:
        scene = Scene()
        await scene.reconcile()
        scene.acknowledge(scene.fire(**DISK), by, reason)
        await scene.settle()
        (made,) = scene.fake.active.values()
        assert expected == (made["createdBy"], made["comment"])

    asyncio.run(play())


async def _resolve(scene: Scene, _: str) -> None:
    scene.fake.alerts.clear()
    await scene.reconcile()


async def _unacknowledge(scene: Scene, key: str) -> None:
    scene.do(Unacknowledge(at=scene.clock.now, by="ann", fingerprint=key))
    await scene.settle()


@pytest.mark.parametrize("end", [_resolve, _unacknowledge], ids=["resolved", "given back"])
def test_the_silence_ends_with_the_acknowledgement(end: Callable[[Scene, str], Coroutine[None, None, None]]) -> None:
    """So a new firing sounds anew."""

    async def play() -> None:
        scene, key = await acknowledged()
        await end(scene, key)
        assert {} == scene.fake.active
        assert 1 == scene.counted["removed"]
        await scene.reconcile()
        assert [] == list(scene.silences.unwanted)

    asyncio.run(play())


def test_a_snooze_makes_a_silence_until_it_wakes() -> None:
    """It ends by itself then, and is ended all the same should Alertmanager's clock be behind."""

    async def play() -> None:
        scene = Scene()
        await scene.reconcile()
        key = scene.fire(**DISK)
        scene.do(Snooze(at=scene.clock.now, by="ann", seconds=1200, fingerprint=key))
        await scene.settle()
        (made,) = scene.fake.active
        assert 1200 == pytest.approx(ends(scene, made), abs=0.01)
        scene.clock.forward(1100)
        await scene.reconcile()
        assert 100 == pytest.approx(ends(scene, made), abs=0.02)
        assert 0 == scene.counted["renewed"]
        scene.clock.forward(100)
        list(scene.engine.core.desk.pass_time(scene.clock.now))
        assert scene.alert(key).state is State.FIRING
        await scene.reconcile()
        assert {} == scene.fake.active

    asyncio.run(play())


def test_a_snooze_of_what_was_acknowledged_changes_its_silence() -> None:
    """The same silence has another end and another comment, once Alertmanager has shown it."""

    async def play() -> None:
        scene, key = await acknowledged()
        scene.do(Snooze(at=scene.clock.now, by="bob", seconds=60, reason="later", fingerprint=key))
        assert 1 == scene.pokes
        await scene.reconcile()
        (made,) = scene.fake.active.values()
        assert ("bob", "later", scene.alert(key).silence) == (made["createdBy"], made["comment"], made["id"])
        assert 60 == pytest.approx(ends(scene, made["id"]), abs=0.02)

    asyncio.run(play())


@pytest.mark.parametrize(("left", "expected"), [(601, 601), (599, 900)])
def test_a_silence_is_kept_alive(left: float, expected: float) -> None:
    """It is made longer when less than two thirds of it is left; its id and its comment stay."""

    async def play() -> None:
        scene, key = await acknowledged()
        (made,) = scene.fake.active
        scene.fake.silences[made]["comment"] = "mine, see the ticket"
        scene.clock.forward(900 - left)
        await scene.reconcile()
        assert expected == pytest.approx(ends(scene, made), abs=0.05)
        assert ([made], "mine, see the ticket") == (list(scene.fake.active), scene.fake.active[made]["comment"])
        assert scene.alert(key).state is State.ACKNOWLEDGED

    asyncio.run(play())


def test_a_silence_that_somebody_ends_gives_the_alert_back() -> None:
    """To expire it in any tool is to say that the alert is to be heard; it is not made again."""

    async def play() -> None:
        scene, key = await acknowledged()
        scene.clock.forward(10)
        scene.fake.expire(scene.alert(key).silence)
        await scene.reconcile()
        assert (State.FIRING, {}) == (scene.alert(key).state, scene.fake.active)

    asyncio.run(play())


def test_a_snooze_whose_silence_somebody_ends_gets_no_other() -> None:
    """The hand that ended it counts."""

    async def play() -> None:
        scene = Scene()
        await scene.reconcile()
        key = scene.fire(**DISK)
        scene.do(Snooze(at=scene.clock.now, by="ann", seconds=1200, fingerprint=key))
        await scene.settle()
        scene.clock.forward(10)
        scene.fake.expire(scene.alert(key).silence)
        await scene.reconcile()
        await scene.reconcile()
        assert {} == scene.fake.active

    asyncio.run(play())


def test_a_silence_that_was_made_after_alertmanager_was_asked_is_not_missed() -> None:
    """An answer that is older than the silence says nothing of it."""

    async def play() -> None:
        scene, key = await acknowledged()
        scene.silences.keep(scene.clock.now - 1, {})
        await scene.settle()
        assert [scene.alert(key).silence] == list(scene.fake.silences)

    asyncio.run(play())


def test_who_takes_it_again_keeps_it_while_the_new_silence_is_not_made_yet() -> None:
    """That the old one was ended, by us, is no word of anybody's."""

    async def play() -> None:
        scene, key = await acknowledged()
        scene.clock.forward(10)
        await _unacknowledge(scene, key)
        scene.fake.answers["POST", "silences"] = lambda _: httpx.Response(503)
        scene.acknowledge(key)
        await scene.reconcile()
        assert (State.ACKNOWLEDGED, {}) == (scene.alert(key).state, scene.fake.active)

    asyncio.run(play())


def test_given_back_before_alertmanager_could_be_asked_after_a_restart() -> None:
    """The silence of the earlier life is ended nevertheless."""

    async def play() -> None:
        scene, key = await acknowledged()
        scene.begin(restored=[scene.alert(key)])
        scene.do(Unacknowledge(at=scene.clock.now, by="ann", fingerprint=key))
        await scene.reconcile()
        assert {} == scene.fake.active

    asyncio.run(play())


def test_a_silence_that_ran_out_while_nobody_kept_it_is_made_again() -> None:
    """Acknowledged is until cleared, however long Alertmanager or the pager was away."""

    async def play() -> None:
        scene, key = await acknowledged()
        before = scene.alert(key).silence
        scene.clock.forward(1000)
        await scene.reconcile()
        after = scene.alert(key)
        assert (State.ACKNOWLEDGED, [after.silence]) == (after.state, list(scene.fake.active))
        assert before != after.silence
        await scene.reconcile()
        assert [after.silence] == list(scene.fake.active)

    asyncio.run(play())


def test_a_silence_that_alertmanager_has_lost_is_made_again() -> None:
    """An Alertmanager without a disk forgets its silences when it is restarted."""

    async def play() -> None:
        scene, key = await acknowledged()
        scene.fake.silences.clear()
        await scene.reconcile()
        assert (State.ACKNOWLEDGED, [scene.alert(key).silence]) == (scene.alert(key).state, list(scene.fake.active))

    asyncio.run(play())


def test_after_a_restart_of_the_pager_silences_are_kept_alive() -> None:
    """The desk that was kept says which they are."""

    async def play() -> None:
        scene, key = await acknowledged()
        made = scene.alert(key).silence
        scene.clock.forward(500)
        scene.begin(restored=[scene.alert(key)])
        await scene.reconcile()
        assert [made] == list(scene.fake.active)
        assert 900 == pytest.approx(ends(scene, made), abs=0.05)

    asyncio.run(play())


def test_after_a_crash_before_the_id_was_kept_the_silence_is_found_again() -> None:
    """A silence with the same matchers, author and comment is it; others of the kind are ended."""

    async def play() -> None:
        scene, key = await acknowledged()
        scene.fake.silence(DISK, key="twin", by="ann", comment="mine")
        other = scene.fake.silence(DISK, key="other", by="bob", comment="mine")
        made = scene.alert(key).silence
        scene.begin(restored=[replace(scene.alert(key), silence="")])
        await scene.reconcile()
        assert {made, other} == set(scene.fake.active)
        assert made == scene.alert(key).silence

    asyncio.run(play())


def test_after_a_crash_between_a_resolve_and_the_end_of_its_silence_the_silence_is_ended() -> None:
    """Else the next firing would be silent."""

    async def play() -> None:
        scene, key = await acknowledged()
        scene.fake.alerts.clear()
        scene.begin(restored=[scene.alert(key)])
        await scene.reconcile()
        assert {} == scene.fake.active
        # and when the resolve itself was kept, but not what followed
        (silence,) = scene.fake.silences
        scene.fake.silences[silence]["endsAt"] = "2099-01-01T00:00:00.000Z"
        scene.begin(restored=[scene.alert(key)])
        await scene.reconcile()
        assert {} == scene.fake.active

    asyncio.run(play())


def test_a_firing_after_the_resolve_is_heard_though_the_old_silence_still_stands() -> None:
    """A silence that is about to be ended suppresses nothing."""

    async def play() -> None:
        scene, key = await acknowledged()
        made = scene.alert(key).silence
        scene.fake.alerts.clear()
        scene.fake.answers["DELETE", f"silence/{made}"] = lambda _: httpx.Response(503)
        await scene.reconcile()
        scene.fake.fire(DISK, age=0)
        scene.fake.suppress(key, silenced_by=[made])
        scene.clock.forward(1)
        await scene.reconcile()
        assert scene.alert(key).state is State.FIRING

    asyncio.run(play())


def test_a_request_that_failed_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while that grows, and after Alertmanager has shown that it is still needed."""
    waits: list[int] = []

    def wait(attempt: int) -> float:
        waits.append(attempt)
        return 30.0

    monkeypatch.setattr(silences, "full_jitter", wait)

    async def play() -> None:
        scene = Scene()
        await scene.reconcile()
        key = scene.fire(**DISK)
        scene.fake.answers["POST", "silences"] = lambda _: httpx.Response(503)
        scene.acknowledge(key)
        await scene.settle()
        await scene.reconcile()
        assert 1 == scene.counted["failed"]
        scene.clock.forward(30)
        await scene.reconcile()
        assert ([0, 1], 2) == (waits, scene.counted["failed"])
        del scene.fake.answers["POST", "silences"]
        scene.clock.forward(30)
        await scene.reconcile()
        assert [scene.alert(key).silence] == list(scene.fake.active)

    asyncio.run(play())


def test_that_some_are_refused_among_others_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """However many there are, and whatever succeeds in between."""

    async def play() -> None:
        scene = Scene()
        await scene.reconcile()

        def answer(request: httpx.Request) -> httpx.Response:
            return httpx.Response(400) if b'"bad"' in request.content else scene.fake.answer(request)

        scene.fake.answers["POST", "silences"] = answer
        for number in range(40):
            scene.fire(alertname=f"A{number}", kind="bad" if number % 2 else "good")
        scene.acknowledge("")
        await scene.settle()
        assert (20, 20) == (scene.counted["made"], scene.counted["failed"])
        assert 1 == sum("was not to be had" in message for message in caplog.messages)

    asyncio.run(play())


def test_a_failure_is_followed_by_a_reconciliation(monkeypatch: pytest.MonkeyPatch) -> None:
    """It need not wait for the schedule."""
    monkeypatch.setattr(silences, "full_jitter", lambda _: 0.001)

    async def play() -> None:
        scene = Scene()
        await scene.reconcile()
        scene.fake.answers["POST", "silences"] = lambda _: httpx.Response(503)
        scene.acknowledge(scene.fire(**DISK))
        running = asyncio.create_task(scene.silences.run())
        await until(lambda: scene.pokes)
        running.cancel()

    asyncio.run(play())


def lost(scene: Scene) -> None:
    """Let the next silence be made, and its answer be lost."""

    def answer(request: httpx.Request) -> httpx.Response:
        del scene.fake.answers["POST", "silences"]
        scene.fake.answer(request)
        raise httpx.ReadError("connection reset")

    scene.fake.answers["POST", "silences"] = answer


async def unanswered() -> tuple[Scene, str]:
    """Somebody has taken an alert, and the answer that tells the id of its silence was lost."""
    scene = Scene()
    await scene.reconcile()
    key = scene.fire(**DISK)
    lost(scene)
    scene.acknowledge(key)
    await scene.settle()
    return scene, key


def test_an_answer_that_was_lost_makes_no_second_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has been made nevertheless is taken for the one."""
    monkeypatch.setattr(silences, "full_jitter", lambda _: 0.0)

    async def play() -> None:
        scene, key = await unanswered()
        assert "" == scene.alert(key).silence
        await scene.reconcile()
        assert [scene.alert(key).silence] == list(scene.fake.active)

    asyncio.run(play())


def test_a_silence_whose_answer_was_lost_ends_with_its_alert(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows its id; it is found by what was asked for."""
    monkeypatch.setattr(silences, "full_jitter", lambda _: 0.0)

    async def play() -> None:
        scene, key = await unanswered()
        await _unacknowledge(scene, key)
        assert 1 == len(scene.fake.active)
        await scene.reconcile()
        assert {} == scene.fake.active

    asyncio.run(play())


def test_who_takes_back_and_takes_again_has_one_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the first answer was lost, and the second wish is the same as the first."""
    monkeypatch.setattr(silences, "full_jitter", lambda _: 0.0)

    async def play() -> None:
        scene, key = await unanswered()
        await _unacknowledge(scene, key)
        scene.acknowledge(key)
        await scene.settle()
        await scene.reconcile()
        assert [scene.alert(key).silence] == list(scene.fake.active)
        await _unacknowledge(scene, key)
        scene.acknowledge(key)
        await scene.settle()
        await scene.reconcile()
        assert (State.ACKNOWLEDGED, [scene.alert(key).silence]) == (scene.alert(key).state, list(scene.fake.active))

    asyncio.run(play())


def test_given_back_while_the_request_is_on_its_way() -> None:
    """The silence that nobody wants any more is ended as soon as it is made."""

    async def play() -> None:
        scene = Scene()
        await scene.reconcile()
        key = scene.fire(**DISK)

        def answer(request: httpx.Request) -> httpx.Response:
            scene.do(Unacknowledge(at=scene.clock.now, by="ann", fingerprint=key))
            return scene.fake.answer(request)

        scene.fake.answers["POST", "silences"] = answer
        scene.acknowledge(key)
        await scene.settle()
        assert ({}, 1) == (scene.fake.active, len(scene.fake.silences))

    asyncio.run(play())


def test_a_thousand_acknowledgements_are_a_few_requests_at_a_time() -> None:
    """A crowd of them is no burst, nor are their ends; and those are no single file."""

    async def play() -> None:
        scene = Scene()
        await scene.reconcile()
        for number in range(1000):
            scene.fire(alertname=f"A{number}")
        scene.acknowledge("")
        running = asyncio.create_task(scene.silences.run())
        await until(lambda: scene.counted["made"] == 1000)
        assert (1000, 4) == (len(scene.fake.active), scene.fake.most)
        scene.fake.most = 0
        scene.fake.alerts.clear()
        scene.clock.forward(1)
        await scene.reconciliation.reconcile()
        await until(lambda: scene.counted["removed"] == 1000)
        running.cancel()
        assert (0, 4) == (len(scene.fake.active), scene.fake.most)

    asyncio.run(play())


@pytest.mark.parametrize(
    ("labels", "route", "seconds"),
    [
        pytest.param(DISK, "alerts/#", 900.0, id="it did not come from Alertmanager"),
        pytest.param(DISK, "/alert", 0.0, id="the setting says none"),
        pytest.param({"": ""}, "/alert", 900.0, id="a silence of nothing would silence everything"),
    ],
)
def test_what_makes_no_silence(labels: dict[str, str], route: str, seconds: float) -> None:
    """Nothing is asked of Alertmanager then."""

    async def play() -> None:
        scene = Scene(seconds=seconds)
        await scene.reconcile()
        change = AlertChange(fingerprint="f", status=Status.FIRING, labels=labels, at=scene.clock.now, route=route)
        scene.engine.offer((change,))
        scene.acknowledge("f")
        await scene.settle()
        assert ({}, State.ACKNOWLEDGED) == (scene.fake.silences, scene.alert("f").state)

    asyncio.run(play())


def test_a_label_without_a_value_is_no_matcher() -> None:
    """To Alertmanager it is no label."""

    async def play() -> None:
        scene = Scene()
        await scene.reconcile()
        scene.acknowledge(scene.fire(alertname="A", team=""))
        await scene.settle()
        (made,) = scene.fake.active.values()
        assert ["alertname"] == [each["name"] for each in made["matchers"]]

    asyncio.run(play())


def test_more_alerts_than_are_cared_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What finds no room is counted, and acknowledged nevertheless."""
    monkeypatch.setattr(silences, "_MOST", 1)

    async def play() -> None:
        scene = Scene()
        await scene.reconcile()
        keys = [scene.fire(alertname=name) for name in "ab"]
        scene.acknowledge("")
        await scene.settle()
        assert (1, 1) == (len(scene.fake.active), scene.counted["dropped"])
        assert {State.ACKNOWLEDGED} == {scene.alert(key).state for key in keys}

    asyncio.run(play())


@pytest.mark.parametrize(("seconds", "expected"), [(900.0, 300.0), (0.0, math.inf)])
def test_how_soon_silences_want_to_be_seen_again(seconds: float, expected: float) -> None:
    """So often that none can run out between two reconciliations, whatever the interval is."""

    async def play() -> None:
        assert expected == Scene(seconds=seconds).silences.within

    asyncio.run(play())
