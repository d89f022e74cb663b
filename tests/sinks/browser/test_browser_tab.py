"""One tab: what it is told, in which order, and what becomes of what it does not take."""

import asyncio
import itertools
import json
from collections.abc import Iterator, Sequence

import pytest
from singing_pager import instruments
from singing_pager.model import Cue, Hold, Mix, Release
from singing_pager.sinks.browser.stage import Stage
from singing_pager.sinks.browser.stats import Closing, Lost, Stats
from singing_pager.sinks.browser.tab import Tab
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.synth.server import Server
from singing_pager.testing import START, FakeClock
from tabbing import addresses, catalogue, kinds, strike, time_tag

CPU = Hold("voice", "cpu", catalogue()["cpu"].params({}), 0)
WARNING = strike("w", "alert_warning")
LENGTH = catalogue()["alert_critical"].params({})[2]
"""Seconds of a critical alarm."""


class Page:
    """A tab, and what its page takes."""

    def __init__(self, loop: asyncio.Runner) -> None:
        self._loop = loop
        self.clock = FakeClock()
        self.stage = Stage(catalogue())
        self.stats = Stats()
        self.renewed = 0
        self.tab = Tab(
            Scsynth(catalogue(), instruments.compiled_path()),
            self.stage,
            who=None,
            caption=lambda strike, when: json.dumps({"kind": "caption", "voice": strike.voice, "at": when}),
            clock=self.clock,
            renew=self._renew,
            stats=self.stats,
        )

    def _renew(self) -> None:
        self.renewed += 1

    def play(self, *cues: Cue) -> None:
        """Play as the sink does."""
        self.stage.take(cues, self.clock())
        self.tab.play(cues, self.clock() + 0.05)

    def taken(self) -> list[str | bytes]:
        """Take all that waits."""

        async def take() -> list[str | bytes]:
            found: list[str | bytes] = []
            frames = self.tab.frames()
            while True:
                waiting = asyncio.ensure_future(anext(frames))
                done, _ = await asyncio.wait({waiting}, timeout=0.01)
                if not done:
                    waiting.cancel()
                    await asyncio.gather(waiting, return_exceptions=True)
                    return found
                try:
                    found.append(waiting.result())
                except StopAsyncIteration:
                    return found

        return self._loop.run(take())


@pytest.fixture
def page() -> Iterator[Page]:
    """A page, and a loop in which it takes."""
    with asyncio.Runner() as loop:
        yield Page(loop)


def booted(frames: Sequence[str | bytes]) -> list[bytes]:
    """The packets of the boot with which frames begin."""
    head = json.loads(frames[0])
    assert head["kind"] == "boot"
    packets = list(itertools.takewhile(lambda frame: isinstance(frame, bytes), frames[1:]))
    assert head["packets"] <= len(packets)
    return [packet for packet in packets[: head["packets"]] if isinstance(packet, bytes)]


def test_a_tab_without_an_engine_is_told_and_plays_nothing(page: Page) -> None:
    """A page whose sound has not been started gets the news only."""
    page.tab.tell('{"kind":"hello"}')
    page.play(strike())
    assert ['{"kind":"hello"}'] == page.taken()


def test_a_boot_sets_the_whole_stage(page: Page) -> None:
    """SynthDefs, groups, the mix as it is now, and what is held: an engine that plays them sounds like the others."""
    page.stage.take([Mix((0.5,) * 6), CPU], START)
    page.tab.listen()
    packets = booted(page.taken())
    engine = Server()
    for packet in packets:
        engine.receive(packet)
    engine.render(24_000)
    assert abs(engine.render(24_000)).max() > 0.001
    assert not engine.ignored
    assert ["/sync", "/s_new"] == [addresses(packet)[0] for packet in packets[-2:]]


def test_a_boot_is_of_the_moment_at_which_it_is_taken(page: Page) -> None:
    """What is released while the boot waits is not in it."""
    page.play(CPU)
    page.tab.listen()
    page.play(Release("voice", "cpu", 0))
    assert "/sync" == addresses(booted(page.taken())[-1])[0]


def test_what_is_played_is_dated(page: Page) -> None:
    """Each moment is a bundle with its time."""
    page.tab.listen()
    page.taken()
    page.play(strike(), CPU)
    page.play(Mix())
    frames = page.taken()
    assert ["osc", "osc"] == kinds(frames)
    bundles = [frame for frame in frames if isinstance(frame, bytes)]
    assert [["/s_new", "/s_new"], ["/n_set", "/n_set"]] == [addresses(bundle) for bundle in bundles]
    assert {round(START + 0.05, 3)} == {round(time_tag(bundle), 3) for bundle in bundles}


def test_what_was_struck_too_long_ago_is_left_out(page: Page) -> None:
    """A tab that comes back hears what is held as it is, and no burst of old alarms."""
    page.tab.listen()
    page.taken()
    page.play(WARNING, CPU)
    page.play(WARNING)
    page.clock.forward(1.1)
    page.play(WARNING)
    frames = [frame for frame in page.taken() if isinstance(frame, bytes)]
    assert [["/s_new"], ["/s_new"]] == [addresses(frame) for frame in frames]
    assert b"cpu" in frames[0]
    assert 2 == page.stats.lost[Lost.LATE]


def test_a_tab_that_takes_nothing_is_told_anew(page: Page) -> None:
    """When no more can wait, all of it is thrown away and counted; the tab then gets a boot, and asks for the state."""
    page.tab.listen()
    page.taken()
    page.stage.take([CPU], START)
    for number in range(3000):
        page.tab.tell(f'{{"kind":"caption","at":{number}}}')
        page.play(WARNING)
    assert 0 == len(page.tab)
    assert 6000 == page.stats.lost[Lost.FULL]
    assert 0 == page.renewed
    frames = page.taken()
    assert page.renewed == 1
    assert page.tab.wants_state
    assert len(booted(frames)) == len(frames) - 1
    page.play(strike())
    assert ["osc"] == kinds(page.taken())


def test_a_tab_that_takes_no_news_keeps_little_of_it(page: Page) -> None:
    """JSON that waits is bounded by its length, too; one frame always has its place."""
    page.tab.tell("x" * 20_000_000)
    assert 1 == len(page.tab)
    page.tab.tell("y")
    assert (0, 2) == (len(page.tab), page.stats.lost[Lost.FULL])


def test_a_tab_at_rest_plays_nothing(page: Page) -> None:
    """An engine that is gone gets nothing, nor what waited for it; news goes on."""
    page.tab.listen()
    page.play(strike())
    page.tab.rest()
    page.play(strike())
    page.tab.tell('{"kind":"entries"}')
    assert ["entries"] == kinds(page.taken())


def test_one_boot_is_enough(page: Page) -> None:
    """A page that asks again before it has its boot gets one."""
    page.tab.listen()
    page.tab.listen()
    page.tab.resync()
    frames = page.taken()
    assert 1 == kinds(frames).count("boot")
    assert (1, True) == (page.renewed, page.tab.wants_state)


def test_an_engine_that_begins_anew_knows_no_voice(page: Page) -> None:
    """After a second boot a held voice begins, and is not brought to values that no node has."""
    for _ in range(2):
        page.tab.listen()
        page.play(CPU)
        assert "/s_new" in addresses(booted(page.taken())[-1])


def test_a_tab_that_is_closed_is_told_nothing_more(page: Page) -> None:
    """Who is closed gets nothing of what waits, and is counted once."""
    page.tab.tell('{"kind":"hello"}')
    page.tab.end(Closing.REVOKED)
    page.tab.end(Closing.GOING)
    assert [] == page.taken()
    assert (Closing.REVOKED, 1) == (page.tab.closing, page.stats.closed.total())


def struck(packets: Sequence[bytes]) -> list[str]:
    """Critical alarms among packets."""
    return ["alert_critical"] * sum(
        packet.count(b"/s_new") and packet.count(b"alert_critical\0") for packet in packets if b"/d_recv" not in packet
    )


def test_an_alarm_that_a_new_stage_cuts_off_is_struck_again(page: Page) -> None:
    """A tab whose stage is set anew hears the alarm of that moment, and reads what it is; not those that are past."""
    page.tab.listen()
    page.taken()
    page.play(strike("f1"), WARNING)
    assert ["osc"] == kinds(page.taken())
    page.clock.forward(LENGTH + 4.9)
    page.tab.resync()
    frames = page.taken()
    assert ["alert_critical"] == struck(booted(frames))
    assert not any(b"alert_warning" in packet for packet in booted(frames) if b"/d_recv" not in packet)
    assert [("f1", page.clock())] == [(said["voice"], said["at"]) for said in map(json.loads, frames[-1:])]
    page.clock.forward(0.2)
    page.tab.resync()
    assert [] == struck(booted(page.taken()))


def test_an_alarm_that_a_tab_had_no_room_for_is_struck_when_it_takes_again(page: Page) -> None:
    """What was thrown away is told anew: a critical alarm too, as long as it is fresh."""
    page.tab.listen()
    page.taken()
    for number in range(1100):
        page.tab.tell(f'{{"kind":"entries","at":{number}}}')
    page.play(strike("f1"))
    page.clock.forward(3.0)
    assert ["alert_critical"] == struck(booted(page.taken()))


def test_alarms_that_sound_the_same_are_one_and_each_is_captioned(page: Page) -> None:
    """Two alarms of one sound in one moment would only be louder; one of another sound is heard beside them."""
    page.tab.listen()
    page.taken()
    page.play(strike("f1"))
    page.play(strike("f2"))
    page.play(strike("lost", "lost"))
    page.taken()
    page.tab.resync()
    frames = page.taken()
    assert (["/s_new", "/s_new"], 1) == (addresses(booted(frames)[-1]), len(struck(booted(frames))))
    assert ["f1", "f2", "lost"] == [json.loads(frame)["voice"] for frame in frames[-3:]]


def test_an_alarm_that_is_still_to_come_is_not_doubled(page: Page) -> None:
    """What waits behind the new stage is struck by that alone."""
    page.tab.listen()
    page.play(strike("f1"))
    frames = page.taken()
    packets = booted(frames)
    assert [] == struck(packets)
    assert ["alert_critical"] == struck([frame for frame in frames[1 + len(packets) :] if isinstance(frame, bytes)])


def test_an_alarm_of_a_short_rest_is_struck_when_the_engine_is_back(page: Page) -> None:
    """A card that something takes for a second costs nobody a critical alarm; what is past by then is not struck."""
    page.tab.listen()
    page.taken()
    page.tab.rest()
    page.play(strike("meanwhile"))
    page.clock.forward(1.0)
    page.tab.listen()
    assert ["alert_critical"] == struck(booted(page.taken()))
    page.tab.rest()
    page.clock.forward(10.0)
    page.tab.listen()
    assert [] == struck(booted(page.taken()))


def test_a_critical_alarm_is_late_rather_than_left_out(page: Page) -> None:
    """A tab that is a little behind sounds it at once; what has been acknowledged or is past is left out."""
    page.tab.listen()
    page.taken()
    page.play(strike("f1"), WARNING)
    page.play(strike("f2"))
    page.stage.forget("f2")
    page.clock.forward(3.0)
    (frame,) = page.taken()
    assert isinstance(frame, bytes)
    assert (["alert_critical"], page.clock()) == (struck([frame]), time_tag(frame))
    assert 2 == page.stats.lost[Lost.LATE]


def test_the_stage_keeps_a_bounded_number_of_alarms() -> None:
    """Of very many the oldest are given up, and a repeated alarm counts once."""
    stage = Stage(catalogue())
    for number in range(1000):
        stage.take([strike(f"f{number}"), strike("f999")], START)
    assert (64, "f999") == (len(stage.fresh(START)), stage.fresh(START)[-1].voice)
    assert [] == stage.fresh(START + LENGTH + 5.0)
