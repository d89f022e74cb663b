"""How the bridge's own sound leaves: which outlets there are, opened and closed together."""

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from singing_pager import config, instruments
from singing_pager.core.instrument import Catalogue
from singing_pager.engine import Sink
from singing_pager.errors import ConfigError
from singing_pager.metrics import Instruments
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.sinks.sound.card import Card, CardError
from singing_pager.sinks.sound.gauges import SoundMetrics
from singing_pager.sinks.sound.player import BuiltIn
from singing_pager.sinks.sound.remote import Workshop
from singing_pager.sinks.sound.stream import Broadcast
from singing_pager.synth.scsyndef import SynthDefError
from singing_pager.synth.server import Server

__all__ = ["Sound", "opened"]

_log = logging.getLogger("singing_pager")

_RATE = 48_000


@dataclass(frozen=True, slots=True)
class Sound:
    """The built-in engine and its outlets; all of it is absent when `sound.outlet` is off.

    Attributes:
        player: The engine as a sink.
        card: The sound card, where there is one.
        broadcast: The live stream.
        silent: Why there is no card.
    """

    player: BuiltIn | None = None
    card: Card | None = None
    broadcast: Broadcast | None = None
    silent: str = ""

    @property
    def sinks(self) -> tuple[Sink, ...]:
        """What the bridge's engine is to serve."""
        return () if self.player is None else (self.player,)

    def close(self) -> None:
        """Let listeners go, so that the server can stop."""
        if self.broadcast is not None:
            self.broadcast.close()

    def greet(self, url: str) -> None:
        """Say where there is something to hear."""
        if self.card is not None:
            _log.info("sound: the sound card %s, and live at %s", self.card.name, url)
        elif self.broadcast is not None:
            why = f" ({self.silent})" if self.silent else ""
            _log.info("sound: live at %s; open it in a browser or a player%s", url, why)
        else:
            _log.info("sound: none is made here (SOUND_OUTLET is off)")


@contextlib.contextmanager
def opened(settings: config.Sound, catalogue: Catalogue, counts: Instruments) -> Iterator[Sound]:
    """Open the outlets that are wished for, and start the engine.

    Raises:
        ConfigError: A card was asked for and there is none, or a SynthDef that came with the pager is broken.
    """
    if settings.outlet == "off":
        counts.registry.register(SoundMetrics(None))
        yield Sound()
        return
    folder = instruments.compiled_path()
    try:
        Server().load(folder)
    except SynthDefError as error:
        raise ConfigError(str(error)) from error
    card, silent = _card(settings)
    broadcast = Broadcast(rate=_RATE, most=settings.listeners)
    scsynth = Scsynth(catalogue, folder)
    with Workshop(rate=_RATE) as workshop:
        player = BuiltIn(scsynth, workshop.engine, card=card, broadcast=broadcast, rate=_RATE, count=counts.cue)
        counts.registry.register(SoundMetrics(player.stats))
        with player:
            yield Sound(player, card, broadcast, silent)


def _card(settings: config.Sound) -> tuple[Card | None, str]:
    """The sound card, or why there is none."""
    if settings.outlet == "stream":
        return None, ""
    card = Card(rate=_RATE, device=settings.card)
    try:
        card.open()
    except CardError as error:
        if settings.outlet == "card" or settings.card:
            raise ConfigError(f"SOUND_OUTLET, SOUND_CARD: {error}") from error
        return None, str(error)
    return card, ""
