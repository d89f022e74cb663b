"""The catalogue of instruments."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from singing_pager import instruments
from singing_pager.core.instrument import Instrument, Kind, Parameter
from singing_pager.errors import ConfigError
from singing_pager.model import Priority

CATALOGUE = instruments.load()
ONE = """
instruments:
  gong:
    address: /gong
    kind: struck
    priority: info
    help: "A gong."
    meaning: dinner
    parameters:
      - {name: freq, units: Hz, range: [100, 200], default: 150}
"""


def load(text: str, folder: Path) -> dict[str, Instrument]:
    """Read a catalogue that is written into a folder."""
    path = folder / "instruments.yaml"
    path.write_text(text, encoding="utf-8")
    return dict(instruments.load(path))


def test_an_instrument(tmp_path: Path) -> None:
    """Every key of the catalogue arrives."""
    expected = Instrument(
        "gong",
        "/gong",
        Kind.STRUCK,
        Priority.INFO,
        (Parameter("freq", "Hz", (100.0, 200.0), 150.0),),
        "",
        "A gong.",
        "dinner",
    )
    assert {"gong": expected} == load(ONE, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("[100, 200]", "[200, 100]", "x:10: instruments.gong.parameters[0].range: range [200.0, 100.0] does not rise"),
        (
            "default: 150",
            "default: 250",
            "x:10: instruments.gong.parameters[0]: default 250 is outside the range 100 to 200",
        ),
        ("kind: struck", "kind: bowed", "x:5: instruments.gong.kind: 'bowed' should be 'struck' or 'held'"),
        ("/gong", "gong", "x:4: instruments.gong.address: 'gong' string should match pattern '^/[a-z][a-z0-9_]*$'"),
        (
            "priority: info",
            "priority: x",
            "x:6: instruments.gong.priority: 'x' should be 'critical', 'speech', 'warning', 'info' or 'ambience'",
        ),
        (
            "default: 150",
            "default: .inf",
            "x:10: instruments.gong.parameters[0].default: inf should be a finite number",
        ),
    ],
)
def test_faults(old: str, new: str, expected: str, tmp_path: Path) -> None:
    """A faulty catalogue is refused with file, line, key and what is allowed."""
    with pytest.raises(ConfigError) as refused:
        load(ONE.replace(old, new), tmp_path)
    assert expected == str(refused.value).replace(str(tmp_path / "instruments.yaml"), "x")


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_instrument_has_its_synthdef(name: str) -> None:
    """What the catalogue names is compiled, under the same name, and explained."""
    compiled = (instruments.compiled_path() / f"{name}.scsyndef").read_bytes()
    assert b"SCgf\x00\x00\x00\x02\x00\x01" + bytes([len(name)]) + name.encode() == compiled[: 11 + len(name)]
    assert CATALOGUE[name].help.endswith(".")


def _meanings(page: str) -> Iterator[tuple[str, str]]:
    """Names and meanings of the tables of docs/sound.md, the alarms' by their severity."""
    columns: list[str] = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if not cells:
            columns = []
        elif not columns:
            columns = cells
        elif "meaning" in columns:
            yield cells[0].strip("`"), cells[columns.index("meaning")]
        elif cells[0] == "meaning":
            yield from zip(columns[1:], cells[1:], strict=True)


def test_meanings_are_those_of_the_page() -> None:
    """What each instrument says is said in the same words in docs/sound.md."""
    page = (Path(__file__).parents[1] / "docs/sound.md").read_text(encoding="utf-8")
    told = {name: meaning for name, meaning in _meanings(page) if not name.startswith("-")}
    assert {each.severity or each.name: each.meaning for each in CATALOGUE.values()} == told
    assert all(told.values())


def test_values_in_order_are_clipped() -> None:
    """Values in the catalogue's order are brought into their ranges; those that are missing are the defaults."""
    alarm = CATALOGUE["alert_critical"]
    assert (1000.0, 0.0, 2.0) == alarm.clipped((5000.0, -1.0))
    assert (880.0, 0.9, 2.0) == alarm.clipped(())
    assert (440.0, 0.5, 2.0) == alarm.clipped((440.0, 0.5, 2.0, 99.0))


def test_alarms_share_the_address_of_the_tutorial() -> None:
    """`/alert`, `/cpu` and `/memory` are as the tutorial has them, parameters in its order."""
    alarms = {entry.severity: entry for entry in CATALOGUE.values() if entry.address == "/alert"}
    assert {"critical", "warning", "info"} == set(alarms)
    for alarm in alarms.values():
        assert [parameter.name for parameter in alarm.parameters] == ["freq", "vol", "dur"]
    assert "freq" == CATALOGUE["cpu"].parameters[0].name
    assert "vol" == CATALOGUE["memory"].parameters[0].name


def test_values_in_catalogue_order() -> None:
    """Named values are put in order, clipped to range, with defaults for those not given."""
    expected = (1000.0, 0.9, 2.5)
    assert expected == CATALOGUE["alert_critical"].params({"dur": 2.5, "freq": 5000.0})


def test_the_place_of_a_parameter() -> None:
    """A parameter has a place, and one that is not there has none."""
    alarm = CATALOGUE["alert_critical"]
    assert [alarm.index(name) for name in ("freq", "vol", "dur")] == [0, 1, 2]
    with pytest.raises(KeyError, match="pitch"):
        alarm.index("pitch")
