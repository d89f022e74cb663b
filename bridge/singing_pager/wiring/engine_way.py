"""The way to SuperCollider: what carries the cues, what it is told, and who asks it how it is."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from singing_pager import config, instruments
from singing_pager.core.instrument import Catalogue
from singing_pager.errors import ConfigError
from singing_pager.metrics import Instruments
from singing_pager.sinks.osc import Encoder, packets, to_sclang
from singing_pager.sinks.probe import SCLANG, SCSYNTH, Dialect
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.sinks.transport import TcpDialled, TcpListening, Udp

__all__ = ["EngineWay", "opened"]


@dataclass(frozen=True, slots=True)
class EngineWay:
    """What `osc.protocol` means.

    Attributes:
        transport: Carries packets.
        encode: Makes an engine's messages of a cue.
        run: Keeps the way open.
        dialect: How the engine is asked whether it lives.
    """

    transport: Udp | TcpListening | TcpDialled
    encode: Encoder
    run: Callable[[], Coroutine[Any, Any, None]]
    dialect: Dialect


async def opened(osc: config.Osc, catalogue: Catalogue, counts: Instruments) -> EngineWay:
    """Open the way; raises ConfigError when the port cannot be had."""
    match osc.protocol:
        case "udp":
            udp = Udp(osc.host, osc.port, counts.packet)
            await udp.start()
            return EngineWay(udp, to_sclang(catalogue), udp.run, SCLANG)
        case "tcp":
            listening = TcpListening(osc.host, osc.port, counts.packet)
            try:
                await listening.start()
            except OSError as error:
                raise ConfigError(
                    f"OSC_HOST, OSC_PORT: cannot listen on {osc.host}:{osc.port}: {error.strerror}"
                ) from error
            return EngineWay(listening, to_sclang(catalogue), listening.run, SCLANG)
        case "scsynth":
            scsynth = Scsynth(catalogue, instruments.compiled_path())
            dialled = TcpDialled(osc.host, osc.port, counts.packet, greet=lambda: packets(scsynth.boot(), None))
            return EngineWay(dialled, scsynth.encode, dialled.run, SCSYNTH)
