"""The documentation has everything that a user can set, call, scrape or publish, and its examples work."""

import asyncio
import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from bridging import Bridge
from fastapi import APIRouter
from fastapi.routing import APIRoute, APIWebSocketRoute
from singing_pager import cli, config, instruments, score, yamlfile
from singing_pager.core.numbers import REDUCTIONS
from singing_pager.core.pipeline import Core
from singing_pager.core.scales import SCALES
from singing_pager.engine import Engine
from singing_pager.metrics import Instruments
from singing_pager.model import Drop, Reading
from singing_pager.score.place import Place
from singing_pager.sinks.browser.gauges import TabMetrics
from singing_pager.sinks.browser.stats import Stats
from singing_pager.sinks.journal import NoJournal
from singing_pager.sinks.past import Past
from singing_pager.sinks.sound.gauges import SoundMetrics
from singing_pager.sinks.transport import Failure
from singing_pager.sinks.why import Why
from singing_pager.sources.host import HostSource
from singing_pager.synth import ugens
from singing_pager.testing import CaptureSink
from singing_pager.web import api, hooks, listen, senders, status
from singing_pager.web.access import WEBSOCKET
from singing_pager.web.auth import Tokens
from singing_pager.web.page import Page
from singing_pager.web.page import routes as page_routes
from singing_pager.wiring.tabs import Tabs

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = (ROOT / "docs/reference.md").read_text()
SCORE_PAGE = (ROOT / "docs/score.md").read_text()
ANOMALY = (ROOT / "docs/anomaly.md").read_text()
ENGINE_PAGE = (ROOT / "docs/engine.md").read_text()
README = (ROOT / "README.md").read_text()

Named = tuple[str, str]
"""Something that must be documented, and how the page writes it."""


def _engine() -> tuple[Engine, Instruments]:
    catalogue = instruments.load()
    counts = Instruments(catalogue, lambda: 0.0)
    counts.registry.register(SoundMetrics(None))
    counts.registry.register(TabMetrics(Stats))
    return Engine(Core(score.load(None, catalogue)), [], failed=counts.sink_failed), counts


def _settings() -> Iterator[Named]:
    for setting in config.settings():
        row = f"| `{setting.env}` | `{setting.flag}` | `{'.'.join(setting.path)}` | "
        default = f"`{setting.default}`" if setting.default else ""
        yield setting.env, f"{row}{default} | {setting.help} |"


def _routes() -> Iterator[Named]:
    engine, counts = _engine()
    keeper = NoJournal()
    routers = (
        hooks.routes(engine, keeper=keeper, body_limit=1, count=counts.count),
        senders.routes(engine, keeper=keeper, body_limit=1, count=counts.count),
        *api.routes(
            engine,
            keeper=keeper,
            links=counts.links,
            journal=None,
            why=Why(engine.core),
            past=Past(),
            place=Place(None),
        ),
        status.routes(engine, registry=counts.registry, links=counts.links, reload=lambda: None),
        page_routes(Page(ROOT / "nothing"), str),
        listen.routes(None),
        _tabs(engine),
    )
    for router in routers:
        for route in router.routes:
            assert isinstance(route, APIRoute | APIWebSocketRoute)
            methods = (WEBSOCKET,) if isinstance(route, APIWebSocketRoute) else route.methods
            for method in methods or ():
                yield f"{method} {route.path}", f"`{method} {route.path}`"


def _tabs(engine: Engine) -> APIRouter:
    core, tokens, counts = engine.core, Tokens(config.Auth()), Instruments(engine.core.score.instruments, engine.now)
    tabs = Tabs(core, core.score.instruments, Why(core), tokens=tokens, clock=engine.now, counts=counts)
    return tabs.routes()


def _metrics() -> Iterator[Named]:
    for family in _engine()[1].registry.collect():
        if family.name.startswith("bridge_"):
            suffix = {"counter": "_total", "info": "_info"}.get(family.type, "")
            yield family.name, f"`{family.name}{suffix}` |"
            yield f"help of {family.name}", family.documentation


def _instruments() -> Iterator[Named]:
    for instrument in instruments.load().values():
        yield instrument.name, f"| `{instrument.name}` | `{instrument.address}` | {instrument.kind} |"
        for parameter in instrument.parameters:
            low, high = parameter.range
            yield f"{instrument.name}.{parameter.name}", f"`{parameter.name}` {low:g}–{high:g}"


DOCUMENTED: list[Named] = [
    *_settings(),
    *_routes(),
    *_metrics(),
    *_instruments(),
    *((f"command {name}", f"\n| `singing-pager {name}") for name in cli.main.commands),
    *((f"drop {reason}", f"| `{reason}` |") for reason in Drop),
    *((f"failure {reason}", f"`{reason}`") for reason in Failure),
    *((f"key {key}", f"| `{key}` | {meaning} |") for key, meaning in score.every_key()),
]


@pytest.mark.parametrize(("name", "written"), DOCUMENTED, ids=[name for name, _ in DOCUMENTED])
def test_the_reference_has_it(name: str, written: str) -> None:
    """Whatever exists stands in docs/reference.md, as the code has it."""
    assert written in REFERENCE, f"docs/reference.md lacks {name}"


def test_the_reference_has_nothing_that_is_gone() -> None:
    """Every setting and metric that the reference names exists."""
    names = {setting.env for setting in config.settings()}
    rows = re.findall(r"^\| `([A-Z][A-Z_]+)` \|", REFERENCE, re.MULTILINE)
    assert names == set(rows)
    families = {family.name for family in _engine()[1].registry.collect()}
    named = re.findall(r"^\| `(bridge_\w+?)(?:_total|_info)?` \|", REFERENCE, re.MULTILINE)
    assert {name for name in families if name.startswith("bridge_")} == set(named)


def _streams() -> set[str]:
    """Streams that this machine offers: those that every machine has, and what it has besides."""
    sink = CaptureSink()
    engine = Engine(Core(score.load(None, instruments.load())), [sink], failed=print)

    async def some() -> None:
        # rates need two samples, sensors a thread
        running = asyncio.create_task(HostSource(inbox=engine, count=lambda *_: None, interval=0.05).run())
        while len({outcome.event.stream for outcome in sink.outcomes if isinstance(outcome.event, Reading)}) < 20:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(some())
    return {outcome.event.stream for outcome in sink.outcomes if isinstance(outcome.event, Reading)}


def _documented_streams() -> set[str]:
    """Patterns of streams in the first column of docs/anomaly.md: `host.load.1`, `.5` stands for `host.load.5`."""
    found: set[str] = set()
    for row in re.findall(r"^\| (`host\.[^|]+) \|", ANOMALY, re.MULTILINE):
        last = ""
        for name in re.findall(r"`([^`]+)`", row):
            if name.startswith("."):
                places = name.count(".")
                base = last if last.count(".") < 2 else last.rsplit(".", places)[0]
                found.add(base + name)
            else:
                found.add(name)
                last = name
    return found


def test_the_streams_of_this_machine_are_documented() -> None:
    """Every stream that the host source offers here stands in docs/anomaly.md."""
    patterns = [re.compile(re.sub(r"<[a-z]+>", r"[^.]+", re.escape(name))) for name in _documented_streams()]
    assert len(patterns) > 20
    assert [] == [stream for stream in sorted(_streams()) if not any(each.fullmatch(stream) for each in patterns)]


@pytest.mark.parametrize("family", ugens.FAMILIES, ids=lambda family: family.__name__.rpartition(".")[2])
def test_the_engine_page_names_every_ugen(family: ModuleType) -> None:
    """docs/engine.md lists the UGens of each family, and no other."""
    name = family.__name__.rpartition(".")[2]
    assert f"| {name} | {' '.join(f'`{ugen}`' for ugen in sorted(family.UGENS))} |" in ENGINE_PAGE


def test_the_engine_page_names_no_family_that_is_gone() -> None:
    """Each row of the table is a module of `synth/ugens`."""
    rows = re.findall(r"^\| ([a-z]+) \| `[A-Z]", ENGINE_PAGE, re.MULTILINE)
    assert [family.__name__.rpartition(".")[2] for family in ugens.FAMILIES] == rows


@pytest.mark.parametrize("name", instruments.load())
def test_every_instrument_is_described(name: str) -> None:
    """docs/sound.md says how each instrument sounds; the alarms by their severity."""
    page = (ROOT / "docs/sound.md").read_text()
    severity = instruments.load()[name].severity
    assert f"`{name}`" in page or (severity and f" {severity} " in page)


@pytest.mark.parametrize("name", [*SCALES, *REDUCTIONS])
def test_the_score_page_names_every_scale_and_reduction(name: str) -> None:
    """What a score may name stands in docs/score.md."""
    assert re.search(rf"\b{name}\b", SCORE_PAGE)


def _blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", _blocks(SCORE_PAGE, "yaml"))
def test_every_example_of_a_score_is_a_good_score(text: str, tmp_path: Path) -> None:
    """The examples of docs/score.md pass `singing-pager check`."""
    file = tmp_path / "score.yaml"
    file.write_text(text)
    assert score.load(file, instruments.load()) is not None


def test_the_example_of_a_configuration_file_is_good(tmp_path: Path) -> None:
    """The configuration file of docs/reference.md is read as it stands, but for the place of its secret."""
    (text,) = _blocks(REFERENCE, "yaml")
    secret = tmp_path / "secret"
    secret.write_text("hush\n")
    file = tmp_path / "pager.yaml"
    file.write_text(text.replace("/run/secrets/mqtt", str(secret)))
    read = config.load({}, {}, file)
    assert (read.mqtt.host, read.mqtt.password.get_secret_value()) == ("broker.example", "hush")


def _curls() -> Iterator[tuple[str, str, bytes]]:
    """Method, path and body of every curl of the README that has no flag but -X and -d."""
    for block in _blocks(README, "sh"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["curl"]:
                given = dict(itertools.pairwise(words))
                path = next(word for word in words if word.startswith("http")).partition(":8000")[2]
                if path:
                    yield given.get("-X", "POST" if "-d" in words else "GET"), path, given.get("-d", "").encode()


def test_every_curl_of_the_readme_does_what_it_says() -> None:
    """One after the other, against a bridge that has everything but a network."""
    bridge = Bridge()
    answers = [(path, bridge.ask(method, path, body).status_code) for method, path, body in _curls()]
    assert 7 == len(answers)
    assert [] == [answer for answer in answers if answer[1] not in {200, 202}]


@pytest.mark.parametrize("page", sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")]), ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Relative links and anchors of the documentation exist."""
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text()):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name}: {target}"
        if anchor:
            titles = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
            assert anchor in slugs, f"{page.name}: {target}; there are {sorted(slugs)}"


def test_the_documents_are_yaml_where_they_say_so() -> None:
    """Every YAML block of every page is YAML."""
    for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        for text in _blocks(page.read_text(), "yaml"):
            assert yamlfile.parse(text, page.name).data is not None
