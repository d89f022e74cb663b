"""The composition root: one straight line from settings to a running bridge, torn down last in, first out."""

import asyncio
import contextlib
import gc
import logging
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from prometheus_client import start_http_server

from singing_pager import instruments, score
from singing_pager.config import Config
from singing_pager.core.instrument import Catalogue
from singing_pager.core.pipeline import Core
from singing_pager.engine import Clock, Engine, Sink
from singing_pager.errors import ConfigError
from singing_pager.metrics import Instruments
from singing_pager.model import Reload
from singing_pager.sinks.log import LogSink
from singing_pager.sinks.osc import Encoder, OscSink, Transport, packets, to_sclang
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.sinks.transport import TcpDialled, TcpListening, Udp
from singing_pager.web import hooks, status
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
        sinks: list[Sink] = [osc, counts, LogSink()]
        engine = Engine(core, sinks, failed=counts.sink_failed, clock=clock)
        counts.watch(engine)

        def reload() -> None:
            engine.offer((Reload(engine.now(), score.load(path, catalogue)),))
            _log.info("the score %s has been read again", path or "that came with the pager")

        app = application(
            hooks.routes(engine, body_limit=config.http.body_limit, count=counts.count),
            status.routes(engine, registry=counts.registry, links=counts.links, reload=reload),
        )
        server = Server(app, http)
        stop = _on_signals(stack, reload)
        # what is made once and lives as long as the process need not be looked at by every collection
        gc.freeze()

        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(carry(), name="osc"),
                tasks.create_task(engine.tick(_TICK), name="clock"),
            ]
            serving = tasks.create_task(server.run_here(), name="http")
            _greet(config)
            await stop.wait()
            server.should_exit = True
            await serving
            for task in reversed(running):
                task.cancel()
    _log.info("stopped")


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


def _on_signals(stack: contextlib.AsyncExitStack, reload: Callable[[], None]) -> asyncio.Event:
    """Stop on SIGTERM and SIGINT, read the score again on SIGHUP."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def reread() -> None:
        try:
            reload()
        except ConfigError as error:
            _log.error("the score stays as it was:\n%s", error)

    answers = {signal.SIGTERM: stop.set, signal.SIGINT: stop.set, signal.SIGHUP: reread}
    for number, answer in answers.items():
        loop.add_signal_handler(number, answer)
        stack.callback(loop.remove_signal_handler, number)
    return stop


def _greet(config: Config) -> None:
    """Say where everything is."""
    http = f"http://{config.http.host}:{config.http.port}"
    _log.info("Alertmanager: point a webhook receiver at %s/alert", http)
    _log.info('a value by hand: curl %s/metric -d \'{"type": "cpu", "value": 0.42}\'', http)
    _log.info("Prometheus: scrape %s:%d", config.metrics.host, config.metrics.port)
    _log.info("sound: OSC by %s, %s:%d", config.osc.protocol, config.osc.host, config.osc.port)
