"""The broker: alerts and readings in, changes out, and a panel of commands, lamps and displays."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from singing_pager import config
from singing_pager.core.matching import unshared
from singing_pager.engine import Engine, Sink
from singing_pager.metrics import Instruments
from singing_pager.model import Drop
from singing_pager.sinks.mqtt import Board, MqttSink
from singing_pager.sources.inbox import Keeper
from singing_pager.sources.mqtt import Intake, Interest, Pace
from singing_pager.sources.mqtt.alerts import AlertSource
from singing_pager.sources.mqtt.commands import Commands
from singing_pager.sources.mqtt.connection import Broker
from singing_pager.sources.mqtt.link import BrokerLink
from singing_pager.sources.mqtt.metrics import MetricSource
from singing_pager.sources.mqtt.panel import Panel
from singing_pager.sources.mqtt.places import Places
from singing_pager.sources.mqtt.topics import Routes
from singing_pager.wiring import Lasting

__all__ = ["Connections", "connections"]


@dataclass(frozen=True, slots=True)
class Connections:
    """What there is to do with a broker.

    Attributes:
        sinks: Take outcomes.
        tasks: What runs as long as the bridge.
    """

    sinks: Sequence[Sink]
    tasks: Sequence[Lasting]


def connections(mqtt: config.Mqtt, engine: Engine, keeper: Keeper, counts: Instruments) -> Connections:
    """Make the connections: alerts, the flood of readings, and the panel; raises ConfigError."""
    address = f"{mqtt.host or 'localhost'}:{mqtt.port}"
    link = BrokerLink(engine, address, asked=bool(mqtt.host))

    def connected(connection: str, *, up: bool) -> None:
        # a broker that nobody asked for is missed by nobody: it shows from its first connection on
        if up or mqtt.host or f"mqtt {connection}" in counts.links():
            counts.connected(connection, up=up)
        link(connection, up=up)

    broker = _broker(mqtt)
    intake = Intake(inbox=engine, count=counts.count, connected=connected, played=engine.played, keeper=keeper)
    interest = Interest(wants_all=engine.core.wants_all, prompt=engine.core.sounds)
    places = Places(mqtt.prefix)
    # commands carry a secret: no filter, however wide, may make readings or alerts of them
    routes = Routes(mqtt.alerts, spared=[places.command])
    alerts = AlertSource(broker, routes, intake, partial(counts.published, Drop.OFFLINE))
    flood = Routes(mqtt.metrics, spared=[*mqtt.alerts, places.command])
    metrics = MetricSource(broker, flood, intake, interest, Pace())
    secret = mqtt.command_secret.get_secret_value()
    panel = Panel(broker, places, Commands(secret) if secret else None, intake, engine.do)
    tasks: list[Lasting] = [("mqtt alerts", alerts.run), ("mqtt metrics", metrics.run), ("mqtt panel", panel.run)]
    if not mqtt.publish:
        return Connections((), tasks)
    board = Board(panel, engine.core, places, now=engine.now, count=counts.published)
    panel.show(board)
    from_mqtt = frozenset(unshared(topic_filter) for topic_filter in mqtt.alerts)
    return Connections((MqttSink(alerts, routes_from_mqtt=from_mqtt, count=counts.published), board), tasks)


def _broker(mqtt: config.Mqtt) -> Broker:
    return Broker(
        host=mqtt.host or "localhost",
        port=mqtt.port,
        client_id=mqtt.client_id,
        username=mqtt.username or None,
        password=mqtt.password.get_secret_value() or None,
        tls=mqtt.tls,
        ca_file=Path(mqtt.ca_file) if mqtt.ca_file else None,
        cert_file=Path(mqtt.cert_file) if mqtt.cert_file else None,
        key_file=Path(mqtt.key_file) if mqtt.key_file else None,
        keepalive=mqtt.keepalive,
        session_expiry=mqtt.session_expiry,
        optional=not mqtt.host,
    )
