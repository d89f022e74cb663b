"""The identity of an alert."""

from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st
from singing_pager.core.fingerprint import fingerprint

LABELS = st.dictionaries(st.text(max_size=12), st.text(min_size=1, max_size=12), max_size=6)


def test_no_labels() -> None:
    """The empty set has the offset basis of FNV-1a."""
    expected = "cbf29ce484222325"
    assert expected == fingerprint({})


@given(LABELS)
def test_sixteen_hexadecimal_digits(labels: dict[str, str]) -> None:
    """A fingerprint is 64 bits in hexadecimal."""
    digits = fingerprint(labels)
    assert f"{int(digits, 16):016x}" == digits


@given(LABELS, st.randoms())
def test_the_order_of_labels_does_not_matter(labels: dict[str, str], random: Random) -> None:
    """Labels are a set."""
    pairs = list(labels.items())
    random.shuffle(pairs)
    assert fingerprint(labels) == fingerprint(dict(pairs))


@given(LABELS, LABELS)
def test_different_labels_differ(first: dict[str, str], second: dict[str, str]) -> None:
    """Two label sets have two fingerprints."""
    assume(first != second)
    assert fingerprint(first) != fingerprint(second)


@given(LABELS, st.text(max_size=12))
def test_an_empty_label_is_no_label(labels: dict[str, str], name: str) -> None:
    """Alertmanager takes away labels without a value before it reckons."""
    assume(name not in labels)
    assert fingerprint(labels) == fingerprint({**labels, name: ""})


def test_name_and_value_are_kept_apart() -> None:
    """Moving a letter from the name to the value makes another alert."""
    assert fingerprint({"ab": "c"}) != fingerprint({"a": "bc"})


def test_labels_without_end_hold_nothing_up() -> None:
    """Megabytes of labels are reckoned by another rule, at once: they have sixteen digits, and still differ."""
    first, second = (fingerprint({"description": "a" * 8_000_000 + end}) for end in "bc")
    assert [16, 16] == [len(first), len(second)]
    assert first != second
