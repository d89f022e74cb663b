"""The sound card; the machine that runs the tests has none."""

import importlib
from typing import Any

import numpy as np
import pytest
from singing_pager.sinks.sound.card import Card, CardError
from singing_pager.testing import FakeClock
from sounding import PortAudio, tone

BLOCK = 480


def opened(module: PortAudio, clock: FakeClock | None = None, **settings: Any) -> Card:  # noqa: ANN401
    """Open a card."""
    card = Card(module=module, block=BLOCK, clock=clock or FakeClock(), **settings)
    card.open()
    return card


def test_what_is_put_sounds() -> None:
    """Blocks come out of the card in their order, whatever sizes it asks for."""
    module = PortAudio()
    card = opened(module)
    sound = tone(0.05)
    asked = []
    for at in range(0, len(sound), BLOCK):
        assert card.claim(0.0)
        card.put(sound[at : at + BLOCK])
        asked += [module.streams[0].ask(100), module.streams[0].ask(BLOCK - 100)]
    assert np.array_equal(np.concatenate(asked), sound)
    assert (card.underruns, card.alive, card.name) == (0, True, "Speakers")
    assert {
        key: module.streams[0].settings[key] for key in ("samplerate", "channels", "dtype", "blocksize", "device")
    } == {"samplerate": 48_000, "channels": 2, "dtype": "float32", "blocksize": BLOCK, "device": None}


def test_the_ring_is_bounded() -> None:
    """No more than the ring's blocks can be claimed ahead of the card: that is its delay."""
    module = PortAudio()
    card = opened(module, blocks=3)
    assert [card.claim(0.0) for _ in range(4)] == [True, True, True, False]
    assert card.latency == pytest.approx(3 * BLOCK / 48_000 + 0.01)
    for _ in range(3):
        card.put(tone(0.01))
    module.streams[0].ask(BLOCK)
    assert [card.claim(0.0), card.claim(0.0)] == [True, False]


def test_an_empty_ring_is_silence_that_counts() -> None:
    """Before the first block nothing is late; afterwards every callback that finds nothing is an underrun."""
    module = PortAudio()
    card = opened(module)
    assert not module.streams[0].ask(BLOCK).any()
    assert card.underruns == 0
    card.put(tone(0.005))
    half = module.streams[0].ask(BLOCK)
    assert half[: BLOCK // 2].any()
    assert not half[BLOCK // 2 :].any()
    assert card.underruns == 1
    module.streams[0].ask(BLOCK)
    assert card.underruns == 2


def test_what_portaudio_itself_missed_counts() -> None:
    """PortAudio says when it had nothing to play."""
    module = PortAudio()
    card = opened(module)
    card.put(tone(0.01))
    module.streams[0].ask(BLOCK, underflow=True)
    assert card.underruns == 1


def test_a_card_that_asks_no_more_is_dead() -> None:
    """A card is alive while it asks for sound."""
    module, clock = PortAudio(), FakeClock()
    card = opened(module, clock)
    clock.forward(1.0)
    module.streams[0].ask(BLOCK)
    clock.forward(1.5)
    ages = [(card.age, card.alive)]
    clock.forward(1.0)
    ages.append((card.age, card.alive))
    module.streams[0].ask(BLOCK)
    ages.append((card.age, card.alive))
    module.streams[0].active = False
    ages.append((card.age, card.alive))
    assert ages == [(1.5, True), (2.5, False), (0.0, True), (0.0, False)]


def test_opened_again() -> None:
    """A card that is opened again lets go of what it had, and begins with an empty ring."""
    module = PortAudio()
    card = opened(module)
    card.put(tone(0.01))
    card.open()
    assert [stream.active for stream in module.streams] == [False, True]
    assert not module.streams[1].ask(BLOCK).any()
    card.close()
    card.close()
    assert (card.alive, module.streams[1].active) == (False, False)


@pytest.mark.parametrize(
    ("device", "fault", "expected"),
    [
        (
            "",
            PortAudio.PortAudioError("Error opening OutputStream: Device unavailable [PaErrorCode -9985]"),
            "the sound card (Speakers) is busy: another program has it",
        ),
        (
            "",
            PortAudio.PortAudioError("Error opening OutputStream: Invalid sample rate [PaErrorCode -9997]"),
            "the sound card (Speakers) does not play 48000 samples a second",
        ),
        (
            "gong",
            None,
            "the sound device 'gong' cannot be had: No output device matching 'gong'; there are: Speakers",
        ),
        (
            "1",
            PortAudio.PortAudioError("Error opening OutputStream: Host error"),
            "the sound device 1 cannot be had: Error opening OutputStream: Host error; there are: Speakers",
        ),
    ],
)
def test_a_card_that_cannot_be_had(device: str, fault: Exception | None, expected: str) -> None:
    """Whoever chose a device is told why it does not play, and which there are."""
    module = PortAudio()
    module.fault = fault
    with pytest.raises(CardError) as refused:
        opened(module, device=device)
    assert expected == str(refused.value)


def test_no_card() -> None:
    """A machine without a card is told so."""
    module = PortAudio()
    module.devices = module.devices[:1]
    with pytest.raises(CardError, match=r"^there is no sound card$"):
        opened(module)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (ModuleNotFoundError("No module named 'sounddevice'"), "pip install sounddevice"),
        (OSError("PortAudio library not found"), "apt install libportaudio2"),
    ],
)
def test_what_is_missing_is_named(fault: Exception, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the module or its library, the pager says what to install."""

    def fail(name: str) -> None:
        assert name == "sounddevice"
        raise fault

    monkeypatch.setattr(importlib, "import_module", fail)
    with pytest.raises(CardError) as refused:
        Card().open()
    assert expected in str(refused.value)
