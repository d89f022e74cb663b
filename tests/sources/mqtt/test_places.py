"""The topics that the pager speaks under."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singing_pager.errors import ConfigError
from singing_pager.sources.mqtt.places import Places
from singing_pager.sources.mqtt.topics import matches, publishable


@pytest.mark.parametrize(
    "prefix", ["", "/", "/pager", "pager/", "pa+ger", "#", "a\0", "$SYS", "$share/a", "x" * 70_000]
)
def test_what_is_no_prefix(prefix: str) -> None:
    """A prefix that no topic may begin with is told at the start."""
    with pytest.raises(ConfigError, match="mqtt prefix"):
        Places(prefix)


def test_where_what_is() -> None:
    """Every topic begins with the prefix."""
    places = Places("home/pager")
    assert ("home/pager/command", "home/pager/result", "home/pager/summary", "home/pager/summary/state") == (
        places.command,
        places.result,
        places.summary,
        places.summary_state,
    )


@given(st.text())
def test_any_fingerprint_has_a_topic_of_its_own(fingerprint: str) -> None:
    """Whatever a sender makes up is one level, may be published to, and lies where lamps look."""
    places = Places()
    topic = places.alert(fingerprint)
    assert publishable(topic)
    assert matches(places.every_alert, topic)
    assert places.is_alert(topic)
    assert topic != places.alert(fingerprint + "x")


def test_a_fingerprint_in_halves_of_a_character() -> None:
    """JSON can carry what UTF-8 cannot."""
    assert Places().alert("\ud800").startswith("pager/desk/~")


@pytest.mark.parametrize(
    ("topic", "may"),
    [
        ("pager/result", True),
        ("pager/result/wall", True),
        ("pager/results", False),
        ("pager/result/+", False),
        ("pager/command", False),
        ("alerts/critical", False),
        ("", False),
    ],
)
def test_where_an_answer_may_go(topic: str, *, may: bool) -> None:
    """Nobody can have an alert or a summary published as an answer."""
    assert may == Places().may_answer(topic)
