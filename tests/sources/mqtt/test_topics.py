"""Topic filters and which copy of a message counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub
from singing_pager.sources.mqtt.topics import Routes, filter_of, is_shared, matches, publishable


@pytest.mark.parametrize(
    ("topic_filter", "topic", "expected"),
    [
        ("metrics/#", "metrics/a/cpu", True),
        ("metrics/#", "metrics", True),
        ("metrics/#", "metricsx/a", False),
        ("metrics/+/cpu", "metrics/a/cpu", True),
        ("metrics/+/cpu", "metrics/a/b/cpu", False),
        ("metrics/+", "metrics", False),
        ("+", "/a", False),
        ("+/+", "/a", True),
        ("/+", "/a", True),
        ("a", "a", True),
        ("a/", "a", False),
        ("#", "$SYS/uptime", False),
        ("+/uptime", "$SYS/uptime", False),
        ("$SYS/#", "$SYS/uptime", True),
    ],
)
def test_matches(topic_filter: str, topic: str, *, expected: bool) -> None:
    """A filter matches as MQTT 5 says."""
    assert expected is matches(topic_filter, topic)


LEVELS = st.sampled_from(["", "a", "b", "cpu", "$SYS"])


@given(
    st.lists(LEVELS | st.just("+"), min_size=1, max_size=4),
    st.booleans(),
    st.lists(LEVELS, min_size=1, max_size=5),
)
def test_matches_as_paho_does(levels: list[str], everything: bool, topic_levels: list[str]) -> None:  # noqa: FBT001
    """Two readings of the standard agree."""
    topic_filter = "/".join([*levels, "#"] if everything else levels)
    topic = "/".join(topic_levels)
    if topic_filter and topic:
        assert topic_matches_sub(topic_filter, topic) == matches(topic_filter, topic)


def test_a_shared_subscription_and_its_filter() -> None:
    """The filter stands behind the group."""
    shared = "$share/choir/metrics/+/cpu"
    expected = "metrics/+/cpu"
    assert expected == filter_of(shared)
    assert expected == filter_of(expected)
    assert is_shared(shared)
    assert not is_shared(expected)


@pytest.mark.parametrize(
    "topic",
    [
        *("", "a/#", "a/+/b", "a\0b", "x" * 65_536, "\ud800"),
        *("a\nb", "a\x1f", "\x7f", "a\x9fb", "\ufdd0", "\uffff", "\U0010fffe"),
    ],
)
def test_what_nobody_may_publish_to(topic: str) -> None:
    """Wildcards, nothing, too much, and what Mosquitto ends a connection over are no topics."""
    assert not publishable(topic)


def test_what_one_may_publish_to() -> None:
    """Any other text is a topic."""
    assert publishable("alerts/critical")
    assert publishable("größe 😀\xa0\ufffd")
    assert publishable("x" * 65_535)


def test_one_filter_brings_everything() -> None:
    """With one filter nothing has to be looked up."""
    assert Routes(["$share/choir/metrics/#", "$share/choir/metrics/#"]).only == "metrics/#"
    assert Routes(["a", "b"]).only is None
    assert Routes(["#"], spared=["alerts/#"]).only is None


@pytest.mark.parametrize(
    ("topic", "identifiers", "expected"),
    [
        ("metrics/a/cpu", [2], "metrics/+/cpu"),
        ("metrics/a/cpu", [3], None),
        ("metrics/a/cpu", [1], None),
        ("metrics/a/cpu", [1, 2, 3], "metrics/+/cpu"),
        ("metrics/a/cpu", [], "metrics/+/cpu"),
        ("metrics/a", [3], "metrics/a/#"),
        ("metrics/b", [1], "metrics/#"),
        ("alerts/x", [4], None),
        ("elsewhere", [], None),
    ],
)
def test_which_copy_counts(topic: str, identifiers: list[int], expected: str | None) -> None:
    """The first filter that matches brings the message, shared ones last; other copies are passed over."""
    routes = Routes(["$share/g/metrics/#", "metrics/+/cpu", "metrics/a/#", "alerts/#"], spared=["alerts/#"])
    for _ in range(2):
        assert expected == routes.bring(topic, identifiers)


def test_what_is_remembered_is_bounded() -> None:
    """A hundred thousand topics leave the answers right."""
    routes = Routes(["a/#", "b/#"], remember=10)
    for place in range(100_000):
        assert routes.bring(f"b/{place}", [2]) == "b/#"
