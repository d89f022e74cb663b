"""This machine, heard."""

import asyncio
import logging
import os
import signal
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from singing_pager.errors import ConfigError
from singing_pager.perform import listening
from singing_pager.perform.listening import Outlets, SilenceError, listen, opened
from singing_pager.sinks.sound.card import Card, CardError
from singing_pager.sinks.sound.files import SoundFile, SoundFileError
from singing_pager.sinks.sound.samples import Samples
from singing_pager.sinks.sound.stats import Stats
from sounding import Organ, PortAudio, decoded

BLOCK = 1024 / 48_000


def test_a_machine_into_a_file(tmp_path: Path) -> None:
    """The file holds as many seconds as were asked for, sounds, and ends faded out."""
    path = tmp_path / "machine.wav"
    told: list[tuple[float, Stats]] = []
    with opened(path) as outlets:
        asyncio.run(listen(outlets, seconds=3.0, watch=lambda seconds, stats: told.append((seconds, stats))))
    heard = decoded(path.read_bytes())
    assert pytest.approx(3.0, abs=6 * BLOCK) == len(heard) / 48_000
    assert np.abs(heard).max() > 0.003
    assert np.abs(heard[-480:]).max() < np.abs(heard).max() / 4
    seconds = [at for at, _ in told]
    assert sorted(seconds) == seconds
    assert (3.0, "file") == (seconds[-1], told[-1][1].outlet)


def test_until_a_signal(tmp_path: Path) -> None:
    """SIGTERM ends it: what is held fades out, and the handlers are as they were."""
    before = signal.getsignal(signal.SIGTERM)
    path = tmp_path / "machine.wav"

    def stop(seconds: float, _: Stats) -> None:
        if seconds > 0.5:
            os.kill(os.getpid(), signal.SIGTERM)

    async def run(outlets: Outlets) -> None:
        await listen(outlets, watch=stop)

    with opened(path) as outlets:
        asyncio.run(run(outlets))
    heard = decoded(path.read_bytes())
    assert 2.0 < len(heard) / 48_000 < 10.0
    assert signal.getsignal(signal.SIGTERM) is before


class OutOfTune(Organ):
    """An engine that always fails."""

    def __init__(self, rate: int) -> None:
        super().__init__()
        assert rate
        self.fails = 10_000


def test_an_engine_that_fails_is_no_silence_in_disguise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the engine failed, listening ends in time with an error, and the file is whole."""
    monkeypatch.setattr(listening, "Server", OutOfTune)
    with (
        caplog.at_level(logging.CRITICAL),
        pytest.raises(SilenceError, match=r"the sound failed \d+ times"),
        opened(tmp_path / "machine.wav") as outlets,
    ):
        asyncio.run(listen(outlets, seconds=2.0))
    assert 0 == len(decoded((tmp_path / "machine.wav").read_bytes()))


class Full(SoundFile):
    """A file on a disk that takes no more than half a second."""

    def write(self, block: Samples) -> None:
        """Write, or refuse to."""
        if self.seconds > 0.5:
            raise SoundFileError(f"{self.path}: No space left on device")
        super().write(block)


def test_a_full_disk_ends_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where the only outlet is lost, nobody goes on listening for ever: it ends with an error."""
    with (
        caplog.at_level(logging.ERROR),
        pytest.raises(SilenceError, match="1 times"),
        Full(tmp_path / "machine.wav") as file,
    ):
        asyncio.run(listen(Outlets(file=file)))
    assert f"nothing more is recorded: {tmp_path}/machine.wav: No space left on device" in caplog.messages


def test_a_wrong_score(tmp_path: Path) -> None:
    """A score that is wrong is told before anything sounds."""
    (tmp_path / "score.yaml").write_text("alerts: no\n")
    with opened(tmp_path / "machine.wav") as outlets, pytest.raises(ConfigError, match=r"score\.yaml:1"):
        asyncio.run(listen(outlets, score_path=tmp_path / "score.yaml"))


def test_no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a card the error says that a file would do."""

    def absent(_: Card) -> None:
        raise CardError("there is no sound card")

    monkeypatch.setattr(Card, "open", absent)
    with pytest.raises(CardError, match=r"there is no sound card; or write a file: -o sound\.wav"), opened(None):
        pass


def test_what_outlets_are_called(tmp_path: Path) -> None:
    """A person is told the card's name and the file's."""
    card = Card(module=PortAudio())
    card.open()
    with SoundFile(tmp_path / "x.wav") as file:
        assert ["", "Speakers", f"{tmp_path}/x.wav", f"Speakers and {tmp_path}/x.wav"] == [
            outlets.name for outlets in (Outlets(), Outlets(card), Outlets(file=file), Outlets(card, file))
        ]
    card.close()


def test_what_was_ignored_is_counted() -> None:
    """The engine that commands use takes every cue of the pager: nothing is ignored."""
    ignored: Counter[str] = Counter()
    with listening.built_in(Outlets()) as player:
        ignored.update(player.stats().ignored)
    assert not ignored
