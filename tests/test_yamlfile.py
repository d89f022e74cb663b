"""YAML files that people write."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr
from singing_pager.errors import ConfigError, Fault
from singing_pager.yamlfile import Document, checked, parse, read

TEXT = """\
# a comment
pumps:
  - name: one
    limits: {low: 1,
      high: 2}
  - name: two
"""


class Limits(BaseModel):
    """A model inside a model."""

    model_config = ConfigDict(extra="forbid")

    low: float
    high: float = 9


class Pump(BaseModel):
    """A model in a list."""

    model_config = ConfigDict(extra="forbid")

    name: str
    limits: Limits | None = None
    key: SecretStr = SecretStr("")


class Plant(BaseModel):
    """The whole of a file."""

    model_config = ConfigDict(extra="forbid")

    pumps: list[Pump] = []
    by_name: dict[str, Limits] = {}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("pumps",), "x.yaml:2: pumps"),
        (("pumps", 0), "x.yaml:3: pumps[0]"),
        (("pumps", 0, "limits", "low"), "x.yaml:4: pumps[0].limits.low"),
        (("pumps", 0, "limits", "high"), "x.yaml:5: pumps[0].limits.high"),
        (("pumps", 1, "limits", "high"), "x.yaml:6: pumps[1].limits.high"),
        (("wells",), "x.yaml:1: wells"),
        ((), "x.yaml:1: the file"),
    ],
)
def test_where(path: tuple[str | int, ...], expected: str) -> None:
    """A place has file, line and key; what is not there has the line of what holds it."""
    assert expected == parse(TEXT, "x.yaml").where(path)


def test_good_data() -> None:
    """What fits the model becomes the model; an empty file is an empty mapping."""
    plant = checked(Plant, parse(TEXT, "x.yaml"))
    assert [pump.name for pump in plant.pumps] == ["one", "two"]
    assert Plant() == checked(Plant, parse("", "x.yaml"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pumps: [{name: 5}]", "x.yaml:1: pumps[0].name: 5 is no text; write it in quotes"),
        ("pumps: [{}]", "x.yaml:1: pumps[0].name: is missing"),
        (
            "pumps: [{name: a, limits: {lo: 1}}]",
            """\
x.yaml:1: pumps[0].limits.low: is missing
x.yaml:1: pumps[0].limits.lo: is no key that is known here; allowed: low, high""",
        ),
        ("by_name: {a: {low: x}}", "x.yaml:1: by_name.a.low: 'x' is no number"),
        ("by_name: {a: {low: 1, top: 2}}", "x.yaml:1: by_name.a.top: is no key that is known here; allowed: low, high"),
        ("\nby_name: {1: {low: 1}}", "x.yaml:2: by_name.1: 1 is no text; write it in quotes"),
        ("pumps: [{name: a, key: 12345}]", "x.yaml:1: pumps[0].key: the secret is no text; write it in quotes"),
        ("pumps: 'x'", "x.yaml:1: pumps: 'x' is no list"),
        ("well: 1", "x.yaml:1: well: is no key that is known here; allowed: pumps, by_name"),
        ("5", "x.yaml:1: the file: 5 is no mapping of keys to values"),
        (
            f"pumps: [{{name: [{'1, ' * 50}]}}]",
            f"x.yaml:1: pumps[0].name: [{'1, ' * 19}1,… is no text; write it in quotes",
        ),
    ],
)
def test_faults(text: str, expected: str) -> None:
    """A fault says where it is, what is wrong and what is allowed."""
    with pytest.raises(ConfigError) as refused:
        checked(Plant, parse(text, "x.yaml"))
    assert expected == str(refused.value)


def test_not_utf_8(tmp_path: Path) -> None:
    """A file in another encoding is refused with the place of the first such byte."""
    path = tmp_path / "x.yaml"
    path.write_bytes(b"a: \xff")
    with pytest.raises(ConfigError) as refused:
        read(path)
    assert f"{path}: not UTF-8 at byte 3" == str(refused.value)


def test_faults_for_programs() -> None:
    """Each fault is told for programs too: line, column where the syntax is wrong, and key."""
    with pytest.raises(ConfigError) as refused:
        checked(Plant, parse("pumps:\n- {name: a}\n- {}", "x.yaml"))
    assert (Fault("x.yaml", "is missing", 3, "pumps[1].name"),) == refused.value.faults
    with pytest.raises(ConfigError) as refused:
        parse("a: b\nb: [", "x.yaml")
    (fault,) = refused.value.faults
    assert (2, 5, "") == (fault.line, fault.column, fault.key)
    assert str(fault) == str(refused.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1" + ":1" * 600, "x.yaml:1: not YAML: found a number of 1201 characters; at most 1000 are allowed"),
        ("1" * 1001, "x.yaml:1: not YAML: found a number of 1001 characters; at most 1000 are allowed"),
        ("? {a: 1}\n: 2", "x.yaml:1: not YAML: while constructing a mapping found unhashable key"),
        (
            "a: &a " + "x" * 100_000 + "\nb: [" + "*a, " * 20 + "]",
            "x.yaml:1: more than 2000000 characters of values, aliases counted where they stand",
        ),
    ],
)
def test_what_would_take_long(text: str, expected: str) -> None:
    """Numbers without end, and long texts many times over, are refused before anybody reckons or quotes them."""
    with pytest.raises(ConfigError) as refused:
        parse(text, "x.yaml")
    assert expected == str(refused.value)


def test_only_so_many_faults_are_told() -> None:
    """Of thousands of faults the first are told, and how many there are besides."""
    with pytest.raises(ConfigError) as refused:
        checked(Plant, parse("pumps:\n" + "- {}\n" * 1000, "x.yaml"))
    assert 201 == len(refused.value.faults)
    assert str(refused.value).endswith("x.yaml: and 800 more")


def test_a_number_that_cannot_be_written() -> None:
    """A number of thousands of digits, which Python does not write, is a fault like any other."""
    with pytest.raises(ConfigError) as refused:
        checked(Plant, Document("x.yaml", {"pumps": 10**5000}, {}))
    assert str(refused.value) == "x.yaml:1: pumps: a number of thousands of digits is no list"
