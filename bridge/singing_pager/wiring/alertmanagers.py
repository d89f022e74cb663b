"""Alertmanager as the truth about alerts: asked on a schedule, and told of acknowledgements."""

import re
from contextlib import AsyncExitStack
from dataclasses import dataclass

from singing_pager import config
from singing_pager.engine import Engine, Sink
from singing_pager.errors import ConfigError
from singing_pager.metrics import Instruments
from singing_pager.sinks.silences import Silences
from singing_pager.sources.alertmanager.api import Peers
from singing_pager.sources.alertmanager.reconciliation import Reconciliation
from singing_pager.sources.alertmanager.union import Terms
from singing_pager.wiring import Lasting

__all__ = ["Truth", "consulted"]


@dataclass(frozen=True, slots=True)
class Truth:
    """What there is to do with a cluster; nothing where there is none.

    Attributes:
        sinks: Make silences of acknowledgements.
        tasks: What runs as long as the bridge.
    """

    sinks: tuple[Sink, ...] = ()
    tasks: tuple[Lasting, ...] = ()


async def consulted(settings: config.Alertmanager, engine: Engine, counts: Instruments, stack: AsyncExitStack) -> Truth:
    """Make what asks and tells the cluster.

    Raises:
        ConfigError: An address, the certificates or the regular expression of the receiver is wrong.
    """
    if not settings.url:
        return Truth()
    try:
        receiver = re.compile(settings.receiver) if settings.receiver else None
    except re.error as error:
        raise ConfigError(f"ALERTMANAGER_RECEIVER: {settings.receiver!r} is no regular expression: {error}") from error
    peers = Peers(
        settings.url,
        username=settings.username,
        password=settings.password.get_secret_value(),
        token=settings.token.get_secret_value(),
        ca_file=settings.ca_file,
        timeout=settings.timeout,
    )
    await stack.enter_async_context(peers)
    silences = Silences(
        engine,
        engine.core.desk,
        peers,
        seconds=settings.silence,
        count=counts.silenced,
        poke=lambda: reconciliation.poke(),  # noqa: PLW0108 - it is made below
    )
    reconciliation = Reconciliation(
        engine,
        peers,
        silencer=silences,
        terms=Terms(receiver=receiver, grace=settings.grace, settle=settings.settle),
        interval=settings.interval,
        told=counts.peer,
    )
    return Truth((silences,), (("alertmanager", reconciliation.run), ("silences", silences.run)))
