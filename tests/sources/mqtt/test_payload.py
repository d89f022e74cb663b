"""What a payload says."""

import pytest
from singing_pager.errors import BodyError
from singing_pager.sources.mqtt.payload import LONGEST, decode


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b'{"value": 0.42}', {"value": 0.42}),
        (b"0.42", 0.42),
        (b" 42\n", 42),
        (b"-1e3", -1000.0),
        (b"true", True),
        (b"null", None),
        (b'"ON"', "ON"),
        (b"[1]", [1]),
        (b"93%", "93%"),
        (b"ON", "ON"),
        (b"NaN", "NaN"),
        (b"1.2e3 ms", "1.2e3 ms"),
        (b"+5", "+5"),
        (b"007", "007"),
        (b"", ""),
        (b" ", " "),
        ("21 °C".encode(), "21 °C"),
    ],
)
def test_a_readable_payload(payload: bytes, expected: object) -> None:
    """JSON is read as JSON, everything else as text."""
    assert expected == decode(payload)


@pytest.mark.parametrize(
    "payload", [b"{", b'{"value": 1', b"[1, 2", b'"x', b"\xff", b"1" * (LONGEST + 1), b"[" * 9_000, b"a\0"]
)
def test_an_unreadable_payload(payload: bytes) -> None:
    """Half a JSON text, broken UTF-8, too much and too deep are told in words."""
    with pytest.raises(BodyError, match=r"\w+"):
        decode(payload)


def test_the_longest_payload() -> None:
    """A payload of the longest length is read."""
    text = "x" * LONGEST
    assert text == decode(text.encode())
