"""The rules of the house (docs/architecture.md), read from the source; each check is proved on a bad sample."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import singing_pager

PACKAGE = Path(singing_pager.__file__).parent

LEVELS = (
    {"__init__", "__main__", "errors", "model"},
    {"core"},
    {"backoff", "yamlfile", "engine", "testing"},
    {"instruments", "score", "config", "metrics", "analysis", "synth", "speech", "store"},
    {"sources"},
    {"sinks"},
    {"web"},
    {"perform", "outlets", "wiring"},
    {"app"},
    {"cli"},
)
"""What may import what: each the sets before its own, and a package itself; `testing` is imported by none of them."""

IMPURE = {
    *("asyncio", "concurrent", "multiprocessing", "select", "socket", "subprocess", "threading"),
    *("datetime", "random", "secrets", "time", "uuid"),
    *("io", "logging", "os", "pathlib", "sys"),
    *("fastapi", "httpx", "paho", "prometheus_client", "pydantic", "pythonosc", "starlette", "uvicorn", "yaml"),
}
"""What the core must not import: time, chance, the world outside, and what knows of it."""

TOO_LONG = 400
"""Lines of a module; aim at 150, split past 300."""

Check = Callable[[Path], Iterator[str]]


def modules(package: Path) -> Iterator[tuple[Path, ast.Module]]:
    """Every module below a folder, parsed."""
    for path in sorted(package.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path, tree: ast.Module, package: Path) -> Iterator[tuple[str, ...]]:
    """The full name of every module that is imported, wherever it stands in the file."""
    here = ("singing_pager", *path.relative_to(package).with_suffix("").parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield tuple(alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            base = (*(here[: -node.level] if node.level else ()), *(node.module or "").split("."))
            for alias in node.names:
                yield (*(part for part in base if part), alias.name)


def level(part: str) -> int:
    """The level of a part of the package; a part that has none is a fault of the table."""
    return next((number for number, parts in enumerate(LEVELS) if part in parts), -1)


def imports_run_one_way(package: Path) -> Iterator[str]:
    """Model ← core ← leaves ← edges ← web ← app ← cli."""
    for path, tree in modules(package):
        here = path.relative_to(package).parts[0].removesuffix(".py")
        if level(here) < 0:
            yield f"{path.name}: {here} has no level"
        for name in imported(path, tree, package):
            if name[0] != "singing_pager" or len(name) < 2:
                continue
            there = name[1]
            known = level(there) >= 0 and not there.startswith("__")
            if known and there != here and (level(there) >= level(here) or there == "testing"):
                yield f"{path.name}: {here} imports {there}"


def core_is_pure(package: Path) -> Iterator[str]:
    """The core knows neither time nor chance nor the world."""
    for path, tree in modules(package / "core"):
        for name in imported(path, tree, package):
            if name[0] in IMPURE:
                yield f"{path.name}: core imports {name[0]}"
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"open", "print", "input"}
            ):
                yield f"{path.name}:{node.lineno}: core calls {node.func.id}"


def modules_are_short(package: Path) -> Iterator[str]:
    """A module that does not fit one idea is split."""
    for path in sorted(package.rglob("*.py")):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > TOO_LONG:
            yield f"{path.name}: {lines} lines"


def modules_say_what_they_are(package: Path) -> Iterator[str]:
    """Every module has a docstring, and names what is public unless nothing is."""
    for path, tree in modules(package):
        if not ast.get_docstring(tree):
            yield f"{path.name}: no docstring"
        names = [
            target.id
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        ]
        if "__all__" not in names and len(tree.body) > 1:
            yield f"{path.name}: no __all__"


def public_names_are_explained(package: Path) -> Iterator[str]:
    """Every public function, class and method has a docstring."""
    for path, tree in modules(package):
        public: list[ast.Module | ast.ClassDef] = [tree]
        while public:
            for node in public.pop().body:
                if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    continue
                if node.name.startswith("_"):
                    continue
                if not ast.get_docstring(node):
                    yield f"{path.name}:{node.lineno}: {node.name} has no docstring"
                if isinstance(node, ast.ClassDef):
                    public.append(node)


def only_the_command_reads_the_environment(package: Path) -> Iterator[str]:
    """Settings come from one place."""
    for path, tree in modules(package):
        if path.relative_to(package).parts[0] in {"cli", "cli.py"}:
            continue
        for node in ast.walk(tree):
            reads = isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
            asks = (
                isinstance(node, ast.ImportFrom)
                and node.module == "os"
                and {"environ", "getenv"} & {alias.name for alias in node.names}
            )
            if reads or asks:
                yield f"{path.name}:{node.lineno}: reads the environment"  # type: ignore[attr-defined]


CHECKS: tuple[Check, ...] = (
    imports_run_one_way,
    core_is_pure,
    modules_are_short,
    modules_say_what_they_are,
    public_names_are_explained,
    only_the_command_reads_the_environment,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_house_is_in_order(check: Check) -> None:
    """Nothing in the package breaks a rule of the house."""
    assert list(check(PACKAGE)) == []


GOOD = '"""A module."""\n\n__all__: list[str] = []\n'


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_good_sample_passes(check: Check, tmp_path: Path) -> None:
    """A module that keeps the rules is not complained of."""
    for name in ("model.py", "core/desk.py", "web/hooks.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(GOOD + "from singing_pager import __version__\n", encoding="utf-8")
    (tmp_path / "cli.py").write_text(GOOD + "import os\n\nos.environ\n", encoding="utf-8")
    assert list(check(tmp_path)) == []


@pytest.mark.parametrize(
    ("check", "name", "text", "expected"),
    [
        (imports_run_one_way, "model.py", "from singing_pager.core import desk", "model.py: model imports core"),
        (imports_run_one_way, "model.py", "from singing_pager import core", "model.py: model imports core"),
        (imports_run_one_way, "core/desk.py", "import singing_pager.engine", "desk.py: core imports engine"),
        (imports_run_one_way, "core/desk.py", "from ..web import hooks", "desk.py: core imports web"),
        (
            imports_run_one_way,
            "core/desk.py",
            "def f():\n    from singing_pager.app import run",
            "desk.py: core imports app",
        ),
        (
            imports_run_one_way,
            "sources/mqtt/line.py",
            "from singing_pager.sinks import osc",
            "line.py: sources imports sinks",
        ),
        (imports_run_one_way, "engine.py", "from singing_pager.metrics import x", "engine.py: engine imports metrics"),
        (imports_run_one_way, "web/hooks.py", "from singing_pager.testing import x", "hooks.py: web imports testing"),
        (imports_run_one_way, "manager.py", "", "manager.py: manager has no level"),
        (core_is_pure, "core/desk.py", "import time", "desk.py: core imports time"),
        (core_is_pure, "core/desk.py", "from os import path", "desk.py: core imports os"),
        (core_is_pure, "core/deep/desk.py", "import paho.mqtt.client", "desk.py: core imports paho"),
        (core_is_pure, "core/desk.py", "print(1)", "desk.py:4: core calls print"),
        (modules_are_short, "core/desk.py", "x = 1\n" * 398, "desk.py: 401 lines"),
        (public_names_are_explained, "app.py", "def run():\n    pass", "app.py:4: run has no docstring"),
        (public_names_are_explained, "app.py", "async def run():\n    pass", "app.py:4: run has no docstring"),
        (
            public_names_are_explained,
            "app.py",
            'class A:\n    """A."""\n    def go(self):\n        pass',
            "app.py:6: go has no docstring",
        ),
        (only_the_command_reads_the_environment, "app.py", "os.environ", "app.py:4: reads the environment"),
        (only_the_command_reads_the_environment, "web/cli.py", "os.getenv('X')", "cli.py:4: reads the environment"),
        (
            only_the_command_reads_the_environment,
            "app.py",
            "from os import environ",
            "app.py:4: reads the environment",
        ),
    ],
)
def test_a_bad_sample_is_found(check: Check, name: str, text: str, expected: str, tmp_path: Path) -> None:
    """Each check can fail."""
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(GOOD + text, encoding="utf-8")
    assert [expected] == list(check(tmp_path))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("__all__ = []\nx = 1\n", ["app.py: no docstring"]),
        ('"""A module."""\n\nx = 1\n', ["app.py: no __all__"]),
        ('"""A package of nothing but modules."""\n', []),
    ],
)
def test_a_module_that_says_nothing_is_found(text: str, expected: list[str], tmp_path: Path) -> None:
    """The check for docstrings and `__all__` can fail."""
    (tmp_path / "app.py").write_text(text, encoding="utf-8")
    assert expected == list(modules_say_what_they_are(tmp_path))
