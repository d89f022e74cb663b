"""The sink of all tabs: who is told what and when, and what a storm costs."""

import asyncio
import json
import logging

import pytest
from singing_pager.errors import BusyError
from singing_pager.model import Deed, Entry, Hold, Mix, Release, State
from singing_pager.model.alerts import Alert
from singing_pager.sinks.browser import LATENCY, Closing
from singing_pager.testing import START, reading
from tabbing import Browsed, addresses, catalogue, kinds, outcome, strike

CPU = Hold("voice", "cpu", catalogue()["cpu"].params({}), 0)


def fired(fingerprint: str, state: State = State.FIRING) -> Entry:
    """The line of an alert that has come, or is in another state by now."""
    alert = Alert(fingerprint=fingerprint, labels={}, state=state, since=START, changed=START, route="/alert")
    return Entry(at=START, deed=Deed.FIRED, alert=alert, subject=fingerprint)


def test_with_no_tab_it_only_remembers_what_is_held() -> None:
    """Nobody is told, nothing is made, and who comes later hears what is held."""
    browsed = Browsed()

    async def talk() -> None:
        for number in range(1000):
            browsed.sink.play([outcome(strike("v", "alert_warning"), CPU, entries=[fired(str(number))])])
        await asyncio.sleep(0)
        assert [] == browsed.teller.calls
        with browsed.sink.join() as tab:
            tab.listen()
            frames = await browsed.until(tab, "state")
            assert ["boot", "state"] == [kind for kind in kinds(frames) if kind != "osc"]
            assert any(b"cpu" in frame and b"/s_new" in frame for frame in frames if isinstance(frame, bytes))
        assert [] == browsed.counted

    browsed.run(talk())


@pytest.mark.parametrize("state", [State.FIRING, State.ACKNOWLEDGED, State.RESOLVED])
def test_who_comes_while_an_alarm_sounds_hears_it(state: State) -> None:
    """A tab that comes in the moment of a critical alarm sounds it, unless somebody has the alert by now."""
    browsed = Browsed()
    browsed.sink.play([outcome(strike("f1"), entries=[fired("f1")])])
    browsed.sink.play([outcome(entries=[fired("f1", state)])])
    browsed.clock.forward(2.0)

    async def talk() -> None:
        with browsed.sink.join() as tab:
            tab.listen()
            frames = await browsed.until(tab, "state")
            sounding = [frame for frame in frames if isinstance(frame, bytes) and frame.startswith(b"/s_new")]
            captions = [json.loads(frame)["at"] for frame in frames if kinds([frame]) == ["caption"]]
            expected = [browsed.clock()] if state is State.FIRING else []
            assert (len(expected), expected) == (len(sounding), captions)

    browsed.run(talk())


def test_sound_waits_for_no_news() -> None:
    """A moment is in the queue of a tab that listens when `play` returns, with a caption of what is struck."""
    browsed = Browsed()

    async def talk() -> None:
        browsed.teller.slow.clear()
        with browsed.sink.join() as tab, browsed.sink.join() as silent:
            tab.listen()
            await browsed.until(tab, "boot")
            await asyncio.sleep(0.05)
            browsed.sink.play([outcome(strike("f1", "alert_critical", "firing", "Disk full"))])
            frames = await browsed.until(tab, "caption")
            bundle = next(frame for frame in frames if isinstance(frame, bytes) and frame.startswith(b"#bundle"))
            assert ["/s_new"] == addresses(bundle)
            assert json.loads(frames[-1]) == {
                "kind": "caption",
                "at": START + LATENCY,
                "instrument": "alert_critical",
                "voice": "f1",
                "name": "Disk full",
                "severity": "critical",
                "status": "firing",
                "help": catalogue()["alert_critical"].help,
            }
            assert ["caption"] == kinds(await browsed.taken(silent, 1))
            assert [("browser", "strike")] == browsed.counted

    browsed.run(talk())


def test_changes_are_gathered() -> None:
    """What changes in a tenth of a second is told as one frame of each kind, an alert once."""
    browsed = Browsed()

    async def talk() -> None:
        with browsed.sink.join() as tab:
            await browsed.until(tab, "state")
            for number in range(100):
                browsed.sink.play([outcome(entries=[fired(f"f{number % 10}")])])
            frames = await browsed.until(tab, "entries")
            told = {json.loads(frame)["kind"]: json.loads(frame) for frame in frames}
            assert [f"f{number}" for number in range(10)] == told["alerts"]["alerts"]
            assert 100 == len(told["entries"]["entries"])

    browsed.run(talk())


def test_a_storm_is_told_as_a_state() -> None:
    """Of more than 500 changes the whole state is told, made once for all tabs, and the last 200 lines."""
    browsed = Browsed()

    async def talk() -> None:
        with browsed.sink.join() as one, browsed.sink.join() as other:
            for tab in (one, other):
                await browsed.until(tab, "state")
            browsed.clock.forward(2.0)
            for number in range(10_000):
                browsed.sink.play([outcome(entries=[fired(f"f{number}")])])
            for tab in (one, other):
                frames = await browsed.until(tab, "entries")
                assert "alerts" not in kinds(frames)
                assert "state" in kinds(frames)
                assert 200 == len(json.loads(frames[-1])["entries"])
            assert 2 == browsed.teller.calls.count("state")

    browsed.run(talk())


def test_states_of_a_storm_are_a_second_apart() -> None:
    """A storm that goes on does not fill the line with states."""
    browsed = Browsed()

    async def talk() -> None:
        with browsed.sink.join() as tab:
            await browsed.until(tab, "state")
            for wave in range(3):
                for number in range(600):
                    browsed.sink.play([outcome(entries=[fired(f"{wave}.{number}")])])
                await browsed.until(tab, "entries")
            assert 1 == browsed.teller.calls.count("state")
            browsed.clock.forward(1.1)
            browsed.sink.play([outcome(entries=[fired("last")])])
            await browsed.until(tab, "state")
            assert "alerts" not in browsed.teller.calls

    browsed.run(talk())


def test_what_changes_while_a_state_is_made_is_told_after_it() -> None:
    """A newcomer gets the state as it was, then what has changed since: never the other way round."""
    browsed = Browsed()

    async def talk() -> None:
        browsed.teller.slow.clear()
        with browsed.sink.join() as tab:
            while "state" not in browsed.teller.calls:  # noqa: ASYNC110 - what is awaited has no event
                await asyncio.sleep(0)
            browsed.teller.links = 7
            browsed.sink.play([outcome(entries=[fired("f")])])
            browsed.teller.slow.set()
            frames = await browsed.until(tab, "entries")
            assert ["state", "links", "alerts", "entries"] == kinds(frames)
            assert (0, 7) == (json.loads(frames[0])["links"], json.loads(frames[1])["links"])

    browsed.run(talk())


def test_an_alarm_that_sounds_again_changes_its_alert() -> None:
    """A repetition has no line in the journal, and the page is told when it was last heard."""
    browsed = Browsed()
    browsed.known.add("f1")

    async def talk() -> None:
        with browsed.sink.join() as tab:
            await browsed.until(tab, "state")
            browsed.sink.play([outcome(strike("f1"), strike("heartbeat", "heartbeat"))])
            frames = await browsed.until(tab, "alerts")
            assert ["f1"] == json.loads(frames[-1])["alerts"]

    browsed.run(talk())


def test_links_are_looked_at_though_nobody_tells() -> None:
    """What no outcome tells of reaches the tabs within a second or so, once."""
    browsed = Browsed()

    async def talk() -> None:
        with browsed.sink.join() as tab:
            await browsed.until(tab, "state")
            browsed.teller.links = 1
            assert ["links"] == kinds(await browsed.until(tab, "links"))

    browsed.run(talk())


def test_voices_are_told_when_they_change() -> None:
    """At most four times a second, and not when they are as they were."""
    browsed = Browsed()

    async def talk() -> None:
        with browsed.sink.join() as tab:
            await browsed.until(tab, "state")
            browsed.sink.play([outcome(CPU)])
            await browsed.until(tab, "voices")
            browsed.teller.held = 1
            browsed.sink.play([outcome(Release("voice", "cpu", 0))])
            await asyncio.sleep(0.3)
            assert 0 == len(tab)
            browsed.clock.forward(0.3)
            assert ["voices"] == kinds(await browsed.until(tab, "voices"))

    browsed.run(talk())


def test_anomaly_is_told_once_a_second_at_its_greatest() -> None:
    """Of several values the greatest is told; what is no number is none."""
    browsed = Browsed()

    async def talk() -> None:
        with browsed.sink.join() as tab:
            await browsed.until(tab, "state")
            for value in (0.1, "0.9", "much", 0.4):
                browsed.sink.play([outcome(event=reading("host.anomaly", value))])
            browsed.sink.play([outcome(event=reading("host.anomaly.cpu", 1.0))])
            told = json.loads((await browsed.until(tab, "anomaly"))[-1])
            assert 0.9 == told["value"]

    browsed.run(talk())


def test_a_fault_stops_neither_sound_nor_later_news(caplog: pytest.LogCaptureFixture) -> None:
    """News that cannot be made is counted and logged once, and everybody is told everything when it can be again."""
    browsed = Browsed()

    async def talk() -> None:
        browsed.teller.fault = True
        with browsed.sink.join() as tab:
            tab.listen()
            await browsed.until(tab, "boot")
            while len(browsed.failures) < 2:
                browsed.sink.play([outcome(entries=[fired("f")])])
                await asyncio.sleep(0.02)
            browsed.sink.play([outcome(strike())])
            assert len(tab)
            browsed.teller.fault = False
            await browsed.until(tab, "state")

    with caplog.at_level(logging.ERROR):
        browsed.run(talk())
    assert "browser" == browsed.failures[0]
    assert 1 == len(caplog.records)


def test_tabs_are_bounded() -> None:
    """One tab too many is told so and counted; when another has left there is room again."""
    browsed = Browsed(most=2)
    with browsed.sink.join():
        with browsed.sink.join() as tab:
            tab.listen()
            with pytest.raises(BusyError, match="2 tabs are connected already; at most 2 may"), browsed.sink.join():
                pass
            stats = browsed.sink.stats
            assert (2, 1, 1) == (stats.connected, stats.listening, stats.closed[Closing.FULL])
        with browsed.sink.join():
            assert 2 == browsed.sink.stats.connected


def test_when_the_pager_stops_every_tab_is_closed() -> None:
    """No tab keeps the server, and none comes in any more."""
    browsed = Browsed()
    with browsed.sink.join() as tab:
        browsed.sink.close()
        assert Closing.GOING == tab.closing
    with pytest.raises(BusyError, match="about to stop"), browsed.sink.join():
        pass


def test_the_mix_is_of_the_stage() -> None:
    """A mute that was set before anybody came is heard by whoever comes."""
    browsed = Browsed()
    browsed.sink.play([outcome(Mix(muted=True))])

    async def talk() -> None:
        with browsed.sink.join() as tab:
            tab.listen()
            frames = await browsed.until(tab, "state")
            assert any(b"mute\0" in frame and b"\x3f\x80\0\0" in frame for frame in frames if isinstance(frame, bytes))

    browsed.run(talk())
