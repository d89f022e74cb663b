"""The composition root: one straight line from settings to a running bridge, torn down last in, first out."""

import asyncio
import contextlib
import gc
import logging
import signal
import ssl
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from fastapi import APIRouter, FastAPI
from prometheus_client import disable_created_metrics, start_http_server

from singing_pager import instruments, outlets, score
from singing_pager.config import Config
from singing_pager.core.pipeline import Core
from singing_pager.engine import Clock, Engine, Sink
from singing_pager.errors import ConfigError, PagerError
from singing_pager.metrics import Instruments
from singing_pager.score.place import Place
from singing_pager.sinks.log import LogSink
from singing_pager.sinks.osc import OscSink
from singing_pager.sinks.past import Past
from singing_pager.sinks.probe import Probe
from singing_pager.sinks.recording import RecordingSink
from singing_pager.sinks.why import Why
from singing_pager.sources.alertmanager.union import ROUTE
from singing_pager.sources.host import HostSource
from singing_pager.web import api, guard, hooks, listen, page, senders, status
from singing_pager.web.auth import Tokens
from singing_pager.web.server import Server, application, bind
from singing_pager.web.tls import secured
from singing_pager.wiring import Lasting, Links, engine_way
from singing_pager.wiring.alertmanagers import consulted
from singing_pager.wiring.broker import connections
from singing_pager.wiring.keeping import Kept, taken_up
from singing_pager.wiring.rereading import reread
from singing_pager.wiring.tabs import Tabs

__all__ = ["run"]

_log = logging.getLogger("singing_pager")

_TICK = 0.1
"""Seconds between ticks: how late a stale voice or a repetition may be."""


async def run(config: Config) -> None:
    """Run the bridge until SIGTERM or SIGINT.

    Raises:
        ConfigError: A setting, the score or the catalogue is wrong, or a port or the store cannot be had.
    """
    # threads that render metrics or publish hand the interpreter back to the loop within this many seconds
    sys.setswitchinterval(0.0005)
    disable_created_metrics()  # type: ignore[no-untyped-call]
    clock = Clock()
    catalogue = instruments.load()
    path = Path(config.score) if config.score else None
    vouched = ROUTE if config.alertmanager.url else ""
    core = Core(score.load(path, catalogue), timeout=config.desk.timeout, vouched=vouched)
    counts = Instruments(catalogue, clock)
    tokens, tls = _door(config)

    async with contextlib.AsyncExitStack() as stack:
        http = bind(config.http.host, config.http.port, "HTTP_HOST, HTTP_PORT")
        stack.callback(http.close)
        stack.callback(_serve_metrics(config, counts))
        kept = taken_up(config.store, core, clock, counts)
        stack.push_async_callback(kept.close)
        way = await engine_way.opened(config.osc, catalogue, counts)
        osc = OscSink(way.encode, way.transport, latency=config.osc.latency, clock=time.time, count=counts.cue)
        sound = stack.enter_context(outlets.opened(config.sound, catalogue, counts))

        # what makes sound comes first, then what brings it to disk
        why, past = Why(core), Past()
        tabs = Tabs(core, catalogue, why, tokens=tokens, clock=clock, counts=counts)
        sinks: list[Sink] = [osc, *sound.sinks, tabs.sink, *kept.sinks, counts, why, past, LogSink()]
        engine = Engine(core, sinks, failed=counts.sink_failed, clock=clock)
        counts.watch(engine)
        links = Links(engine)
        kept.begin(links)
        sinks += _recording(config, stack)
        mqtt = connections(config.mqtt, engine, kept.keeper, counts)
        truth = await consulted(config.alertmanager, engine, counts, stack)
        sinks += [*mqtt.sinks, *truth.sinks]
        probe = Probe(way.transport, way.dialect, link=links, show=counts.pinged)
        reload = partial(reread, engine, path, tokens=tokens, tabs=tabs, tls=tls, http=config.http)
        desk = api.routes(
            engine,
            keeper=kept.keeper,
            links=counts.links,
            journal=kept.lines,
            why=why,
            past=past,
            place=Place(path),
        )
        app = _application(config, engine, desk, kept=kept, counts=counts, sound=sound, tabs=tabs, reload=reload)
        guarded = guard.Guard(
            app, http=config.http, auth=config.auth, tokens=tokens, tickets=tabs.tickets, count=counts.refused
        )
        lasting = [("osc", way.run), ("probe", probe.run), ("tabs", tabs.sink.run), *mqtt.tasks, *truth.tasks]
        lasting += [("clock", partial(engine.tick, _TICK)), *_host(config, engine, counts)]
        stop = _on_signals(stack, reload)
        _collect_seldom()
        _greet(config, sound, secure=tls is not None)
        await _serve(Server(guarded, http, tls), lasting, (tabs.close, sound.close), stop)
    _log.info("stopped")


def _door(config: Config) -> tuple[Tokens, ssl.SSLContext | None]:
    """Who may come in, and how it is encrypted; raises ConfigError when anybody could."""
    tokens = Tokens(config.auth)
    guard.check(config.http, tokens)
    return tokens, secured(config.http)


def _recording(config: Config, stack: contextlib.AsyncExitStack) -> list[Sink]:
    """What writes every outcome to a file, where that is wished for."""
    if not config.record:
        return []
    recording = RecordingSink(Path(config.record))
    stack.callback(recording.close)
    return [recording]


def _host(config: Config, engine: Engine, counts: Instruments) -> list[Lasting]:
    """This machine as a source, where that is wished for."""
    if not config.host.interval:
        return []
    return [("host", HostSource(inbox=engine, count=counts.count, interval=config.host.interval).run)]


def _application(
    config: Config,
    engine: Engine,
    desk: Sequence[APIRouter],
    *,
    kept: Kept,
    counts: Instruments,
    sound: outlets.Sound,
    tabs: Tabs,
    reload: Callable[[], None],
) -> FastAPI:
    """Put the routes together."""
    keeper, limit = kept.keeper, config.http.body_limit
    return application(
        hooks.routes(engine, keeper=keeper, body_limit=limit, count=counts.count),
        senders.routes(engine, keeper=keeper, body_limit=limit, count=counts.count),
        *desk,
        status.routes(engine, registry=counts.registry, links=counts.links, reload=reload),
        page.routes(page.read(), partial(status.about, engine)),
        listen.routes(sound.broadcast),
        tabs.routes(),
    )


async def _serve(
    server: Server, lasting: Sequence[Lasting], hang_up: Sequence[Callable[[], None]], stop: asyncio.Event
) -> None:
    """Run everything until somebody says stop; what has begun last ends first."""
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(task(), name=name) for name, task in lasting]
        serving = tasks.create_task(server.run_here(), name="http")
        await stop.wait()
        for close in hang_up:
            close()
        server.should_exit = True
        await serving
        for task in reversed(running):
            task.cancel()


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


def _on_signals(stack: contextlib.AsyncExitStack, reload: Callable[[], None]) -> asyncio.Event:
    """Stop on SIGTERM and SIGINT, read the score again on SIGHUP."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def reread() -> None:
        try:
            reload()
        except PagerError as error:
            _log.error("everything stays as it was:\n%s", error)

    answers = {signal.SIGTERM: stop.set, signal.SIGINT: stop.set, signal.SIGHUP: reread}
    for number, answer in answers.items():
        loop.add_signal_handler(number, answer)
        stack.callback(loop.remove_signal_handler, number)
    return stop


def _greet(config: Config, sound: outlets.Sound, *, secure: bool) -> None:
    """Say where everything is."""
    host = f"[{config.http.host}]" if ":" in config.http.host else config.http.host
    http = f"http{'s' if secure else ''}://{host}:{config.http.port}"
    # a browser makes sound only for an address that it trusts: not for that which stands for every one
    here = http.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
    _log.info("open %s/ : press start to hear", here)
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
