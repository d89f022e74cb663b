"""What a cluster of Alertmanagers knows, by rules."""

import asyncio
import re

import pytest
from alertmanagers import Fake, peers_of
from singing_pager.model import Status, Surveyed
from singing_pager.sources.alertmanager.union import Cluster, Terms
from singing_pager.testing import START, FakeClock

DISK = {"alertname": "DiskFull", "severity": "warning"}
CPU = {"alertname": "HighCPU", "severity": "critical"}


class Scene:
    """Two Alertmanagers, and what is known of both together."""

    def __init__(self, terms: Terms | None = None) -> None:
        self.clock = FakeClock()
        self.fakes = (Fake(self.clock), Fake(self.clock))
        self.cluster = Cluster(terms or Terms(grace=0))

    def ask(self, *unwanted: str) -> dict[str, Surveyed]:
        """Ask both, and give what is known by the name of the alert."""

        async def ask() -> tuple[Surveyed, ...]:
            peers = peers_of(*self.fakes)
            answers = [
                None if fake.down else await peer.ask(self.clock.now)
                for fake, peer in zip(self.fakes, peers, strict=True)
            ]
            self.cluster.hear(answers, self.clock.now)
            return await self.cluster.surveyed(self.clock.now, unwanted)

        return {surveyed.change.name: surveyed for surveyed in asyncio.run(ask())}


def test_an_alert_becomes_a_firing_as_the_webhook_brings_it() -> None:
    """Fingerprint, labels, annotations and beginning are the webhook's; the route too."""
    scene = Scene()
    key = scene.fakes[0].fire(DISK, age=600)
    change = scene.ask()["DiskFull"].change
    assert (change.fingerprint, change.status, change.labels, change.annotations) == (
        key,
        Status.FIRING,
        DISK,
        {"summary": "93%"},
    )
    assert (change.starts_at, change.ends_at, change.at, change.route) == (START - 600, None, START, "/alert")


def test_what_any_peer_knows_is_known_once() -> None:
    """The union is by fingerprint."""
    scene = Scene()
    for place, labels in [(0, DISK), (1, DISK), (1, CPU)]:
        scene.fakes[place].fire(labels)
    assert ["DiskFull", "HighCPU"] == sorted(scene.ask())


def test_suppressed_anywhere_is_suppressed() -> None:
    """An alert that one peer silences and another does not is suppressed, by whom the silence says."""
    scene = Scene()
    for fake in scene.fakes:
        key = fake.fire(DISK)
    scene.fakes[1].suppress(key, silenced_by=[scene.fakes[1].silence(DISK)])
    found = scene.ask()["DiskFull"]
    assert (("5e",), "ann", "at work") == (found.suppressed_by, found.by, found.reason)


def test_an_inhibited_alert_names_what_inhibits_it() -> None:
    """The reason is the name of the alert that inhibits, not its number."""
    scene = Scene()
    cpu = scene.fakes[0].fire(CPU)
    scene.fakes[0].suppress(scene.fakes[0].fire(DISK), inhibited_by=[cpu])
    found = scene.ask()["DiskFull"]
    assert ((cpu,), "", "inhibited by HighCPU") == (found.suppressed_by, found.by, found.reason)


def test_a_silence_that_is_about_to_be_ended_suppresses_nothing() -> None:
    """Its alert was resolved and fires anew: it is to be heard."""
    scene = Scene()
    fake = scene.fakes[0]
    fake.suppress(fake.fire(DISK), silenced_by=[fake.silence(DISK)])
    assert ((), "", "") == ((found := scene.ask("5e")["DiskFull"]).suppressed_by, found.by, found.reason)


def test_the_latest_change_of_a_silence_counts() -> None:
    """A peer that has not heard yet that a silence was ended does not keep it."""
    scene = Scene()
    for fake in scene.fakes:
        fake.silence(DISK)
    scene.clock.forward(10)
    scene.fakes[1].expire("5e")
    scene.ask()
    assert scene.cluster.silences["5e"].taken_back


@pytest.mark.parametrize(
    ("age", "receiver", "expected"),
    [
        pytest.param(60, "bridge", True, id="as old as the grace"),
        pytest.param(59, "bridge", False, id="younger: the webhook will bring it"),
        pytest.param(-5, "bridge", False, id="begins in a moment: a clock is ahead"),
        pytest.param(-300, "bridge", True, id="begins in the far future: that says nothing"),
        pytest.param(60, "bridge-2", True, id="another receiver that matches"),
        pytest.param(60, "the-bridge", False, id="the expression is for the whole name"),
    ],
)
def test_which_alerts_are_begun_here(age: float, receiver: str, expected: bool) -> None:  # noqa: FBT001
    """New ones are left to the webhook, others' receivers to others; both are there nevertheless."""
    scene = Scene(Terms(receiver=re.compile("bridge.*"), grace=60))
    scene.fakes[0].fire(DISK, age=age, receiver=receiver)
    assert expected is scene.ask()["DiskFull"].ours


@pytest.mark.parametrize(
    ("ages", "down", "expected"),
    [
        pytest.param((120, 120), (False, False), True, id="both have been up for a while"),
        pytest.param((119, 120), (False, False), True, id="one of them has just started: the other knows"),
        pytest.param((119, 119), (False, False), False, id="both have just started"),
        pytest.param((120, 119), (True, False), False, id="the only one that knows does not answer"),
        pytest.param((119, 120), (True, False), True, id="the one that knows answers"),
    ],
)
def test_when_what_is_missing_is_over(ages: tuple[int, int], down: tuple[bool, bool], expected: bool) -> None:  # noqa: FBT001
    """A peer that has just begun proves nothing."""
    scene = Scene(Terms(settle=120))
    for fake, age, away in zip(scene.fakes, ages, down, strict=True):
        fake.started, fake.down = START - age, away
    scene.ask()
    assert expected is scene.cluster.complete


def test_what_only_a_dead_peer_knew_stays_until_its_own_end() -> None:
    """Prometheus may not reach the other one; when the alert's end is past, the dead peer would not know it either."""
    scene = Scene()
    scene.fakes[0].fire(DISK, lasts=300)
    assert ["DiskFull"] == list(scene.ask())
    scene.fakes[0].down = True
    scene.clock.forward(299)
    assert ["DiskFull"] == list(scene.ask())
    scene.clock.forward(1)
    assert [] == list(scene.ask())


def test_what_both_knew_is_over_when_the_living_one_says_so() -> None:
    """A dead peer's word does not stand against one that knew the alert too."""
    scene = Scene()
    for fake in scene.fakes:
        fake.fire(DISK)
    scene.ask()
    scene.fakes[0].down = True
    scene.fakes[1].alerts.clear()
    assert [] == list(scene.ask())


def test_a_peer_that_begins_anew_takes_nothing_away() -> None:
    """What it knew before its restart stays until it has settled, or until its own end."""
    scene = Scene(Terms(grace=0, settle=120))
    scene.fakes[0].fire(DISK)
    scene.ask()
    scene.fakes[0].alerts.clear()
    scene.fakes[0].started = scene.clock.now
    assert ["DiskFull"] == list(scene.ask())
    scene.clock.forward(120)
    assert [] == list(scene.ask())


def test_silences_of_a_dead_peer_stay_until_their_end() -> None:
    """What only it knew of is not made anew meanwhile."""
    scene = Scene()
    scene.fakes[0].silence(DISK, lasts=900)
    scene.ask()
    scene.fakes[0].down = True
    scene.ask()
    assert ["5e"] == list(scene.cluster.silences)
    scene.clock.forward(900)
    scene.ask()
    assert [] == list(scene.cluster.silences)


def test_thousands_of_alerts_give_way_to_others() -> None:
    """While a large answer is laid out, the loop has turns for others."""
    scene = Scene()
    for number in range(3000):
        scene.fakes[0].fire({"alertname": f"A{number}"})

    async def survey() -> int:
        scene.cluster.hear([await next(iter(peers_of(*scene.fakes))).ask(START)], START)
        task = asyncio.create_task(scene.cluster.surveyed(START, ()))
        turns = 0
        while not task.done():
            turns += 1
            await asyncio.sleep(0)
        assert len(task.result()) == 3000
        return turns

    assert asyncio.run(survey()) >= 3000 / 200
