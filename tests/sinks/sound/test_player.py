"""The built-in engine as a sink."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from singing_pager import instruments
from singing_pager.errors import PagerError
from singing_pager.model import Cue, Hold, Outcome, Release, Strike, Tick
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.sinks.sound.card import Card
from singing_pager.sinks.sound.encoders import Format
from singing_pager.sinks.sound.files import SoundFile
from singing_pager.sinks.sound.player import BuiltIn
from singing_pager.sinks.sound.samples import Samples
from singing_pager.sinks.sound.stream import Broadcast
from singing_pager.sinks.sound.tape import Tape
from singing_pager.synth.server import Server
from singing_pager.testing import START, FakeClock
from sounding import LEVEL, RATE, Organ, PortAudio, decoded, eventually, pitch

ALARM = Strike("f", "alert_critical", (880.0, 0.9, 2.0))


def hold(voice: str = "cpu:x", freq: float = 440.0) -> Hold:
    """A held voice."""
    return Hold(voice, "cpu", (freq,), 0)


def moment(*cues: Cue) -> list[Outcome]:
    """Cues as the engine hands them on."""
    return [Outcome(Tick(START), START, cues)]


class Stage:
    """A player with organs in place of engines."""

    def __init__(self, **outlets: Any) -> None:  # noqa: ANN401
        self.organs: list[Organ] = []
        self.counted: Counter[str] = Counter()
        self.ready: Callable[[Organ], None] = lambda _organ: None
        scsynth = Scsynth(instruments.load(), instruments.compiled_path())
        self.player = BuiltIn(scsynth, self._organ, count=self._count, **outlets)

    def _organ(self) -> Organ:
        self.organs.append(Organ())
        self.ready(self.organs[-1])
        return self.organs[-1]

    def _count(self, engine: str, kind: str) -> None:
        self.counted[f"{engine} {kind}"] += 1

    @contextmanager
    def playing(self) -> Iterator[BuiltIn]:
        """Run the player's thread."""
        with self.player as player:
            yield player


def test_cues_sound() -> None:
    """What is struck and held sounds on a stage that has been set; what is released ends."""
    tape = Tape(30.0)
    stage = Stage(recorder=tape)
    with stage.playing() as player:
        player.play(moment(hold(freq=440.0)))
        eventually(lambda: player.stats().now.peak > 0.2)
        player.play(moment(hold(freq=440.0), ALARM))
        player.play(moment(Release("cpu:x", "cpu", 0)))
        eventually(lambda: len(stage.organs[0].played) == 2)
    (organ,) = stage.organs
    assert organ.played == ["cpu", "alert_critical"]
    assert organ.told[-1].arguments[1:] == ("gate", 0.0)
    assert stage.counted == {"built-in hold": 2, "built-in strike": 1, "built-in release": 1}
    loud = tape.samples[np.abs(tape.samples[:, 0]) > 0]
    assert pitch(loud[: RATE // 20]) == pytest.approx(440.0, rel=0.05)


def test_a_card_sets_the_pace() -> None:
    """With a card, exactly what it asks for is rendered, and comes out of it."""
    module = PortAudio()
    card = Card(module=module, block=480, clock=FakeClock())
    card.open()
    stage = Stage(card=card)
    player = stage.player
    player.play(moment(hold()))
    (stream,) = module.streams
    with stage.playing():
        eventually(lambda: player.stats().frames == 3 * 480)

        def rendered(frames: int) -> bool:
            return player.stats().frames == frames

        heard = []
        for number in range(20):
            eventually(partial(rendered, (3 + number) * 480))
            heard.append(stream.ask(480))
        stats = player.stats()
        assert (stats.outlet, stats.callback_age, stats.underruns) == (
            "card",
            0.0,
            {"card": 0, "engine": 0, "stream": 0},
        )
    assert pitch(np.concatenate(heard)) == pytest.approx(440.0, rel=0.02)
    assert not stream.active


def test_nobody_listens() -> None:
    """Without an outlet nothing is rendered; held voices are remembered, and what is struck is counted as dropped."""
    broadcast = Broadcast()
    stage = Stage(broadcast=broadcast)
    with stage.playing() as player:
        player.play(moment(hold("a"), hold("b"), ALARM))
        player.play(moment(hold("a", 660.0), Release("b", "cpu", 0)))
        stats = player.stats()
        assert (stats.outlet, stats.frames, stats.dropped["offline"], stage.organs) == ("rest", 0, 1, [])
        assert stats.render_age == float("inf")


def test_whoever_joins_hears_the_present() -> None:
    """The first listener wakes the engine, which holds what is held; the last one lets it rest."""
    broadcast = Broadcast()
    stage = Stage(broadcast=broadcast)
    stage.player.play(moment(hold("a", 660.0), ALARM))

    async def listen() -> bytes:
        data = b""
        with broadcast.join(Format.WAV) as listener:
            async for piece in listener:
                data += piece
                if len(data) > 50_000:
                    break
        return data

    with stage.playing() as player:
        for number in (1, 2):
            heard = decoded(asyncio.run(listen()))
            assert pitch(heard[-8000:]) == pytest.approx(660.0, rel=0.02)
            eventually(lambda: player.stats().outlet == "rest" and player.stats().now.peak == 0.0)
            assert [["cpu"]] * number == [organ.played for organ in stage.organs]
        assert player.stats().dropped == {"offline": 1, "outbox_full": 0}


def test_an_engine_that_fails_begins_anew(caplog: pytest.LogCaptureFixture) -> None:
    """A fault is logged once and counted; the next engine holds what is held."""
    stage = Stage(recorder=Tape(1.0))

    def ready(organ: Organ) -> None:
        organ.fails = len(stage.organs) < 3
        organ.ignored["bad_packet"] += 1

    stage.ready = ready
    stage.player.play(moment(hold()))
    with caplog.at_level(logging.ERROR), stage.playing() as player:
        eventually(lambda: player.stats().now.peak > 0.2)
        stats = player.stats()
    assert (stats.failures, len(stage.organs), stats.ignored) == (2, 3, {"bad_packet": 3})
    assert stage.organs[2].played == ["cpu"]
    assert caplog.messages == ["the built-in engine failed and begins anew; the same again is only counted"]


def test_an_engine_that_is_too_slow() -> None:
    """Time that an engine cannot render is skipped and counted, not made up for."""
    clock = FakeClock()
    stage = Stage(recorder=Tape(1.0), clock=clock)
    stage.ready = lambda organ: setattr(organ, "before", lambda: clock.forward(1.0))
    with stage.playing() as player:
        eventually(lambda: player.stats().underruns["engine"] >= 3)


def test_what_is_no_number_is_silence(caplog: pytest.LogCaptureFixture) -> None:
    """An engine that gives no numbers is not heard, and it shows."""
    tape = Tape(1.0)
    stage = Stage(recorder=tape)
    stage.ready = lambda organ: setattr(organ, "spoilt", True)
    stage.player.play(moment(hold()))
    with caplog.at_level(logging.ERROR), stage.playing() as player:
        eventually(lambda: player.stats().failures > 2)
    assert not tape.samples.any()
    assert caplog.messages == [
        "the built-in engine gave what is no number; it is silenced; the same again is only counted"
    ]


def test_a_bad_cue_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """A cue for an instrument that there is not is counted; what comes with it sounds."""
    stage = Stage(recorder=Tape(1.0))
    stage.player.play(moment(Hold("x", "gong", (1.0,), 0), hold()))
    with caplog.at_level(logging.ERROR), stage.playing() as player:
        eventually(lambda: player.stats().now.peak > 0.2)
        assert player.stats().failures == 1
    assert stage.organs[0].played == ["cpu"]
    assert caplog.messages == ["a cue could not be played; the same again is only counted"]


def test_a_recorder_that_fails_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    """A full disk ends the recording, and is told; with no other outlet the player rests."""

    class Full:
        def write(self, block: Samples) -> None:
            del block
            raise PagerError("take.wav: No space left on device")

    stage = Stage(recorder=Full())
    with caplog.at_level(logging.ERROR), stage.playing() as player:
        eventually(lambda: player.stats().outlet == "rest")
        assert player.stats().failures == 1
    assert caplog.messages == ["nothing more is recorded: take.wav: No space left on device"]


def test_a_file(tmp_path: Path) -> None:
    """What sounds can be kept in a file."""
    path = tmp_path / "take.flac"
    with SoundFile(path) as file:
        stage = Stage(recorder=file)
        stage.player.play(moment(hold()))
        with stage.playing() as player:
            assert player.stats().outlet == "file"
            eventually(lambda: player.stats().frames >= RATE // 4)
    heard = decoded(path.read_bytes())
    assert player.stats().frames == len(heard)
    assert pitch(heard) == pytest.approx(440.0, rel=0.01)
    assert player.stats().ever.peak == pytest.approx(LEVEL, rel=0.01)


def test_the_true_engine() -> None:
    """The pager's own instruments sound on its own engine."""
    scsynth = Scsynth(instruments.load(), instruments.compiled_path())
    with BuiltIn(scsynth, Server, recorder=Tape(1.0)) as player:
        player.play(moment(hold()))
        eventually(lambda: player.stats().now.peak > 0.01)
        player.play(moment(ALARM))
        eventually(lambda: player.stats().now.peak > 0.1)
        stats = player.stats()
    assert (stats.ignored, stats.failures) == ({}, 0)


def test_a_card_that_goes_and_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    """A card that asks no more is closed and told, and played again when it can be had."""
    module, clock = PortAudio(), FakeClock()
    card = Card(module=module, block=480, clock=clock)
    card.open()
    stage = Stage(card=card, clock=clock)
    stage.player.play(moment(hold()))
    with caplog.at_level(logging.INFO, logger="singing_pager.sound"), stage.playing() as player:
        eventually(lambda: player.stats().frames == 3 * 480)
        module.streams[0].active = False
        eventually(lambda: player.stats().outlet == "rest" and player.stats().failures == 1)
        clock.forward(60.0)
        eventually(lambda: player.stats().outlet == "card")
        eventually(lambda: len(stage.organs) == 2 and stage.organs[1].played == ["cpu"])
    assert caplog.messages == [
        "the sound card Speakers plays no more; it is tried again",
        "the sound card Speakers plays again",
    ]
