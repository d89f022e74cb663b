"""The composition root: one straight line from settings to a running bridge, torn down last in, first out."""

import asyncio
import contextlib
import gc
import logging
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from prometheus_client import disable_created_metrics, start_http_server

from singing_pager import instruments, outlets, score
from singing_pager.config import Config
from singing_pager.core.instrument import Catalogue
from singing_pager.core.matching import unshared
from singing_pager.core.pipeline import Core
from singing_pager.engine import Clock, Engine, Sink
from singing_pager.errors import BusyError, ConfigError, PagerError
from singing_pager.metrics import Instruments
from singing_pager.model import Drop, Reload
from singing_pager.sinks.log import LogSink
from singing_pager.sinks.mqtt import MqttSink
from singing_pager.sinks.osc import Encoder, OscSink, Transport, packets, to_sclang
from singing_pager.sinks.recording import RecordingSink
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.sinks.transport import TcpDialled, TcpListening, Udp
from singing_pager.sources.host import HostSource
from singing_pager.sources.mqtt import Intake, Interest, Pace
from singing_pager.sources.mqtt.alerts import AlertSource
from singing_pager.sources.mqtt.connection import Broker
from singing_pager.sources.mqtt.metrics import MetricSource
from singing_pager.sources.mqtt.topics import Routes
from singing_pager.web import hooks, listen, status
from singing_pager.web.server import Server, application, bind

__all__ = ["run"]

_log = logging.getLogger("singing_pager")

_TICK = 0.1
"""Seconds between ticks: how late a stale voice or a repetition may be."""


async def run(config: Config) -> None:
    """Run the bridge until SIGTERM or SIGINT.

    Raises:
        ConfigError: A setting, the score or the catalogue is wrong, or a port cannot be had.
    """
    # threads that render metrics or publish hand the interpreter back to the loop within this many seconds
    sys.setswitchinterval(0.0005)
    disable_created_metrics()  # type: ignore[no-untyped-call]
    clock = Clock()
    catalogue = instruments.load()
    path = Path(config.score) if config.score else None
    core = Core(score.load(path, catalogue))
    counts = Instruments(catalogue, clock)

    async with contextlib.AsyncExitStack() as stack:
        http = bind(config.http.host, config.http.port, "HTTP_HOST, HTTP_PORT")
        stack.callback(http.close)
        stack.callback(_serve_metrics(config, counts))

        transport, encode, carry = await _osc(config, catalogue, counts)
        osc = OscSink(encode, transport, latency=config.osc.latency, clock=time.time, count=counts.cue)
        sound = stack.enter_context(outlets.opened(config.sound, catalogue, counts))
        sinks: list[Sink] = [osc, *sound.sinks, counts, LogSink()]
        if config.record:
            recording = RecordingSink(Path(config.record))
            stack.callback(recording.close)
            sinks.append(recording)
        engine = Engine(core, sinks, failed=counts.sink_failed, clock=clock)
        counts.watch(engine)
        alerts, metrics = _mqtt(config, engine, counts)
        if config.mqtt.publish:
            routes = frozenset(unshared(topic_filter) for topic_filter in config.mqtt.alerts)
            sinks.append(MqttSink(alerts, routes_from_mqtt=routes, count=counts.published))

        def reload() -> None:
            if not engine.offer((Reload(engine.now(), score.load(path, catalogue)),)):
                raise BusyError("the inbox is full; try again")
            _log.info("the score %s has been read again", path or "that came with the pager")

        app = application(
            hooks.routes(engine, body_limit=config.http.body_limit, count=counts.count),
            status.routes(engine, registry=counts.registry, links=counts.links, reload=reload),
            listen.routes(sound.broadcast),
        )
        server = Server(app, http)
        stop = _on_signals(stack, reload)
        _collect_seldom()

        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(carry(), name="osc"),
                tasks.create_task(engine.tick(_TICK), name="clock"),
                tasks.create_task(alerts.run(), name="mqtt alerts"),
                tasks.create_task(metrics.run(), name="mqtt metrics"),
            ]
            if config.host.interval:
                host = HostSource(inbox=engine, count=counts.count, interval=config.host.interval)
                running.append(tasks.create_task(host.run(), name="host"))
            serving = tasks.create_task(server.run_here(), name="http")
            _greet(config, sound)
            await stop.wait()
            sound.close()
            server.should_exit = True
            await serving
            for task in reversed(running):
                task.cancel()
    _log.info("stopped")


def _collect_seldom() -> None:
    """Keep the garbage collector out of the way of alerts: measured, it made their p99 three times as long.

    What is made at the start lives as long as the process, events hold no cycles, and what a request leaves behind is
    little: some hundred requests' worth is collected in about a millisecond.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def _serve_metrics(config: Config, counts: Instruments) -> Callable[[], None]:
    """Serve Prometheus in a thread of its own; gives what ends it."""
    host, port = config.metrics.host, config.metrics.port
    try:
        server, thread = start_http_server(port, host, counts.registry)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(
            f"METRICS_HOST, METRICS_PORT: cannot listen on {host}:{port}: {reason}; choose another"
        ) from error

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end


async def _osc(
    config: Config, catalogue: Catalogue, counts: Instruments
) -> tuple[Transport, Encoder, Callable[[], Coroutine[Any, Any, None]]]:
    """Make the way to the engine, what it is told, and the task that keeps the way open."""
    host, port = config.osc.host, config.osc.port
    match config.osc.protocol:
        case "udp":
            udp = Udp(host, port, counts.packet)
            await udp.start()
            return udp, to_sclang(catalogue), udp.run
        case "tcp":
            listening = TcpListening(host, port, counts.packet)
            try:
                await listening.start()
            except OSError as error:
                raise ConfigError(f"OSC_HOST, OSC_PORT: cannot listen on {host}:{port}: {error.strerror}") from error
            return listening, to_sclang(catalogue), listening.run
        case "scsynth":
            scsynth = Scsynth(catalogue, instruments.compiled_path())
            dialled = TcpDialled(host, port, counts.packet, greet=lambda: packets(scsynth.boot(), None))
            return dialled, scsynth.encode, dialled.run


def _mqtt(config: Config, engine: Engine, counts: Instruments) -> tuple[AlertSource, MetricSource]:
    """Make the two connections to the broker: alerts and what is published, and the flood of readings."""
    mqtt = config.mqtt
    broker = Broker(
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

    def connected(connection: str, *, up: bool) -> None:
        # a broker that nobody asked for is missed by nobody: it shows from its first connection on
        if up or mqtt.host or f"mqtt {connection}" in counts.links():
            counts.connected(connection, up=up)

    intake = Intake(inbox=engine, count=counts.count, connected=connected)
    interest = Interest(wants_all=engine.core.wants_all, prompt=engine.core.sounds)
    alerts = AlertSource(broker, Routes(mqtt.alerts), intake, partial(counts.published, Drop.OFFLINE))
    metrics = MetricSource(broker, Routes(mqtt.metrics, spared=mqtt.alerts), intake, interest, Pace())
    return alerts, metrics


def _on_signals(stack: contextlib.AsyncExitStack, reload: Callable[[], None]) -> asyncio.Event:
    """Stop on SIGTERM and SIGINT, read the score again on SIGHUP."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def reread() -> None:
        try:
            reload()
        except PagerError as error:
            _log.error("the score stays as it was:\n%s", error)

    answers = {signal.SIGTERM: stop.set, signal.SIGINT: stop.set, signal.SIGHUP: reread}
    for number, answer in answers.items():
        loop.add_signal_handler(number, answer)
        stack.callback(loop.remove_signal_handler, number)
    return stop


def _greet(config: Config, sound: outlets.Sound) -> None:
    """Say where everything is."""
    http = f"http://{config.http.host}:{config.http.port}"
    _log.info("Alertmanager: point a webhook receiver at %s/alert", http)
    _log.info('a value by hand: curl %s/metric -d \'{"type": "cpu", "value": 0.42}\'', http)
    _log.info("Prometheus: scrape %s:%d", config.metrics.host, config.metrics.port)
    broker = f"{config.mqtt.host or 'localhost'}:{config.mqtt.port}"
    _log.info(
        "MQTT: publish alerts to %s, readings to %s at %s",
        ", ".join(config.mqtt.alerts),
        ", ".join(config.mqtt.metrics),
        broker,
    )
    if config.host.interval:
        _log.info("this machine is a source: its streams begin with host., each %g s", config.host.interval)
    _log.info("SuperCollider: OSC by %s to %s:%d", config.osc.protocol, config.osc.host, config.osc.port)
    sound.greet(f"{http}/listen")
