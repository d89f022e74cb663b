"""The command `singing-pager journal`, run as a person runs it."""

import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from keeping import alert, entry, opened, sqlite_url
from singing_pager import cli
from singing_pager.model import Alert, Controls, Deed, Entry, State
from singing_pager.store import Line

pytestmark = pytest.mark.timeout(120)

PAGER = Path(sys.executable).with_name("singing-pager")
NOW = time.time()
NASTY = Alert(
    fingerprint="f1",
    labels={"alertname": "=cmd()", "severity": "critical", "job": "a\nb\x1b[31m"},
    state=State.FIRING,
    since=NOW,
    changed=NOW,
    route="/alert",
)
ENTRIES = (
    entry(alert("Hot", severity="warning"), at=NOW - 7200),
    entry(NASTY, at=NOW - 60),
    entry(alert("Hot", State.ACKNOWLEDGED, severity="warning"), Deed.ACKNOWLEDGED, at=NOW - 30, by="ada", reason="+1"),
    Entry(at=NOW - 20, deed=Deed.VOLUME, subject="speech", controls=Controls(levels=(1, 1, 0.4, 1, 1, 1)), by="ada"),
    Entry(at=NOW - 10, deed=Deed.FLOOD, heard="flood", count=12),
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[str]:
    """A store that has seen something, and is open: a bridge is running."""
    with opened(sqlite_url(tmp_path)) as store:
        store.write(ENTRIES)
        yield sqlite_url(tmp_path)


def run(*words: str, **env: str) -> "subprocess.CompletedProcess[bytes]":
    """Run the command."""
    settings = {name: value for name, value in os.environ.items() if name != "STORE_URL"} | env
    return subprocess.run([PAGER, "journal", *words], capture_output=True, env=settings, timeout=60, check=False)


def told(*words: str, **env: str) -> Sequence[str]:
    """Lines that it writes."""
    done = run(*words, **env)
    assert (0, b"") == (done.returncode, done.stderr)
    return done.stdout.decode().splitlines()


def refused(*words: str, **env: str) -> str:
    """What it says when it cannot: in one sentence."""
    done = run(*words, **env)
    assert (2, b"") == (done.returncode, done.stdout)
    return done.stderr.decode().splitlines()[-1]


def test_text_says_what_happened_in_a_line_each(place: str) -> None:
    """Who, what, why; what senders wrote cannot move a terminal's cursor, nor begin a line of its own."""
    lines = told(STORE_URL=place)
    assert 5 == len(lines)
    first, nasty, taken, volume, flood = lines
    assert first.endswith("fired          warning  Hot")
    assert nasty.endswith("fired          critical =cmd() job=a?b?[31m")
    assert taken.endswith("acknowledged   warning  Hot by ada: +1")
    assert volume.endswith("volume         speech to 40% by ada")
    assert flood.endswith("flood          ×12 ♪ flood")
    assert flood.startswith(datetime.fromtimestamp(NOW - 10).astimezone().strftime("%Y-%m-%d %H:%M:%S"))


def test_jsonl_is_one_object_a_line(place: str) -> None:
    """Everything that is kept, for programs."""
    lines = [json.loads(line) for line in told("--format", "jsonl", "--store", place)]
    assert [each.deed.value for each in ENTRIES] == [line["deed"] for line in lines]
    assert dict(NASTY.labels) == lines[1]["labels"]
    assert datetime.fromtimestamp(NOW - 60, UTC).isoformat(timespec="milliseconds")[:23] == lines[1]["time"][:23]
    assert [1, 1, 0.4, 1, 1, 1] == lines[3]["controls"]["levels"]


def test_csv_runs_nothing_in_a_spreadsheet(place: str) -> None:
    """A cell that a spreadsheet would take for a formula is text; line ends stay within their cell."""
    done = run("--format", "csv", "--store", place)
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))
    assert list(Line.__struct_fields__) == list(rows[0])
    assert ["Hot", "'=cmd()", "Hot", "", ""] == [row["name"] for row in rows]
    assert "'+1" == rows[2]["reason"]
    assert dict(NASTY.labels) == json.loads(rows[1]["labels"])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--since", "1h"], [1, 2, 3, 4]),
        (["--since", "1h", "--until", datetime.fromtimestamp(NOW - 25, UTC).isoformat()], [1, 2]),
        (["--since", datetime.fromtimestamp(NOW - 45, UTC).isoformat()], [2, 3, 4]),
        (["--alert", "Hot"], [0, 2]),
        (["--fingerprint", "f1"], [1]),
        (["--severity", "CRITICAL"], [1]),
        (["--deed", "flood"], [4]),
        (["--limit", "2"], [3, 4]),
        (["--alert", "Hot", "--limit", "1"], [2]),
    ],
)
def test_lines_are_chosen(place: str, words: list[str], expected: list[int]) -> None:
    """By time, alert, severity, deed and number, and by several at once."""
    done = CliRunner().invoke(cli.main, ["journal", "--format", "jsonl", "--store", place, *words])
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [ENTRIES[number].at for number in expected] == [line["at"] for line in lines]


def test_settings_come_from_where_the_bridge_has_them(place: str, tmp_path: Path) -> None:
    """A configuration file, the environment over it, and the flag over both."""
    file = tmp_path / "pager.yaml"
    file.write_text(f"store: {{url: '{place}'}}\n")
    assert 5 == len(told("--config", str(file)))
    assert 5 == len(told(CONFIG=str(file)))
    assert "/nowhere.db" in refused("--config", str(file), STORE_URL="sqlite:////nowhere.db")
    assert 5 == len(told("--store", place, STORE_URL="sqlite:////nowhere.db"))


def test_what_cannot_be_is_said_in_a_sentence(tmp_path: Path) -> None:
    """No store, no file, no time."""
    assert "keeps no journal" in refused("--store", "off")
    assert "has the bridge run with this STORE_URL?" in refused("--store", sqlite_url(tmp_path))
    assert "allowed: 30m, 2h, 7d" in refused("--since", "teatime")
    (tmp_path / "pager.db").write_bytes(b"not a database at all" * 100)
    assert "is no SQLite database" in refused("--store", sqlite_url(tmp_path))


@pytest.mark.parametrize("form", ["text", "jsonl", "csv"])
def test_a_reader_that_has_had_enough_is_no_fault(form: str, tmp_path: Path) -> None:
    """`journal | head -1` gives a line and no complaint, however long the journal is."""
    with opened(sqlite_url(tmp_path)) as store:
        store.write([entry(at=NOW + number) for number in range(5_000)])
        words = f"'{PAGER}' journal --store '{sqlite_url(tmp_path)}' --format {form} | head -1"
        done = subprocess.run(words, shell=True, capture_output=True, timeout=60, check=True)  # noqa: S602
    assert b"" == done.stderr
    assert 1 == len(done.stdout.splitlines())
