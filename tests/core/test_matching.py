"""Which rule is meant: Alertmanager's matchers and MQTT's topic filters."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub
from singing_pager.core.matching import Matcher, checked_filter, parse_matchers, topic_matches, unshared

LABELS = {"alertname": "DiskFull", "severity": "critical", "team": "db", "note": 'say "hi"\n', "größe": "1"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('severity="critical"', True, id="equal"),
        pytest.param('severity="warning"', False, id="not equal"),
        pytest.param("severity=critical", True, id="without quotes"),
        pytest.param('severity!="warning"', True, id="unequal"),
        pytest.param('severity!="critical"', False, id="unequal, but is"),
        pytest.param('team=~"db|web"', True, id="regular expression"),
        pytest.param('team=~"d"', False, id="anchored at the end"),
        pytest.param('team=~"b"', False, id="anchored at the start"),
        pytest.param('alertname=~"Disk|Full"', False, id="alternatives are anchored as one"),
        pytest.param('team!~"web|ops"', True, id="negative regular expression"),
        pytest.param('team!~"d.*"', False, id="negative regular expression, but fits"),
        pytest.param('note=~".*hi.*"', True, id="a dot fits a line end"),
        pytest.param('zone=""', True, id="a missing label is empty"),
        pytest.param("zone=", True, id="empty without quotes"),
        pytest.param('zone!=""', False, id="a missing label is not unequal to empty"),
        pytest.param('zone!="eu"', True, id="a missing label is unequal to a text"),
        pytest.param('zone=~".*"', True, id="a missing label fits anything"),
        pytest.param('zone=~".+"', False, id="a missing label fits no something"),
        pytest.param('zone!~".+"', True, id="a missing label, negative"),
        pytest.param('{severity="critical", team="db"}', True, id="braces, both hold"),
        pytest.param('{severity="critical", team="web"}', False, id="braces, one does not hold"),
        pytest.param(' { severity = "critical" , team =~ "d." , } ', True, id="blanks and a comma at the end"),
        pytest.param("{}", True, id="no condition"),
        pytest.param("", True, id="nothing"),
        pytest.param(r'note="say \"hi\"\n"', True, id="escapes"),
        pytest.param(r'team=~"\\w+"', True, id="an escaped backslash"),
        pytest.param(r'team=~"\w+"', True, id="a backslash that escapes nothing stays"),
        pytest.param('"größe"="1"', True, id="a quoted label of any letters"),
        pytest.param('"größe"="2"', False, id="a quoted label that differs"),
        pytest.param('alertname="Disk,Full"', False, id="a comma inside quotes"),
        pytest.param('alertname!="}"', True, id="a brace inside quotes"),
        pytest.param("alertname!=Disk=Full", True, id="an equals sign in a bare value"),
    ],
)
def test_matchers(text: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    """Every matcher of a list must hold, as in Alertmanager."""
    assert expected == all(matcher(LABELS) for matcher in parse_matchers(text))


@pytest.mark.parametrize(
    "text",
    ["severity", '="a"', "a=b c=d", 'a="b', "a=b,,c=d", ",a=b", "a>b", "{a=b", "a=b}", "1a=b", "gö=1", "a-b=c"],
)
def test_what_is_no_list_of_matchers(text: str) -> None:
    """A text that cannot be read is refused with an example of one that can."""
    expected = f'{text!r} is not a list of matchers; write: severity="critical", team=~"db|web"'
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        parse_matchers(text)


def test_a_quoted_label_with_quotes_inside() -> None:
    """Only the quotes around a label are taken away."""
    expected = (Matcher('a"', "=", "b"),)
    assert expected == parse_matchers(r'"a\""="b"')


@pytest.mark.parametrize(
    ("label", "operator", "value", "expected"),
    [
        pytest.param("a", "==", "b", "operator '=='; allowed: =, !=, =~, !~", id="operator"),
        pytest.param(
            "a", "=~", "(", "regular expression '(': missing ), unterminated subpattern at position 0", id="open"
        ),
        pytest.param("a", "!~", "*", "regular expression '*': nothing to repeat at position 0", id="star"),
        pytest.param(
            "a",
            "=~",
            "b{99999999999999}",
            "regular expression 'b{99999999999999}': the repetition number is too large",
            id="too many",
        ),
    ],
)
def test_a_matcher_that_cannot_be(label: str, operator: str, value: str, expected: str) -> None:
    """A wrong operator and a wrong regular expression are refused when the rule is made, not when an alert comes."""
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        Matcher(label, operator, value)


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.text(max_size=12), max_size=5))
def test_a_label_set_matches_its_own_matchers(labels: dict[str, str]) -> None:
    """What is written out of an alert's labels, quoted and escaped, matches that alert."""
    quoted = {
        name: value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for name, value in labels.items()
    }
    text = ",".join(f'{name}="{value}"' for name, value in quoted.items())
    assert all(matcher(labels) for matcher in parse_matchers(f"{{{text}}}"))
    assert len(labels) == len(parse_matchers(text))


@pytest.mark.parametrize(
    ("topic_filter", "topic", "expected"),
    [
        # the examples of MQTT 5, sections 4.7.1.2, 4.7.1.3 and 4.7.2
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/ranking", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("sport/#", "sport", True),
        ("#", "sport/tennis", True),
        ("sport/tennis/+", "sport/tennis/player1", True),
        ("sport/tennis/+", "sport/tennis/player1/ranking", False),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+", "/finance", False),
        ("+/+", "/finance", True),
        ("/+", "/finance", True),
        ("+/tennis/#", "sport/tennis/player1", True),
        ("#", "$SYS/monitor/Clients", False),
        ("+/monitor/Clients", "$SYS/monitor/Clients", False),
        ("$SYS/#", "$SYS/monitor/Clients", True),
        ("$SYS/monitor/+", "$SYS/monitor/Clients", True),
        # empty levels are levels
        ("a//b", "a//b", True),
        ("a//b", "a/b", False),
        ("a/+/b", "a//b", True),
        ("a/#", "a/", True),
        ("/", "/", True),
        ("+", "", True),
        ("#", "/", True),
        # letters count as they are
        ("Sport", "sport", False),
        ("a+", "a+", True),
        ("metrics/+/cpu", "metrics/pump/cpu", True),
        ("metrics/+/cpu", "metrics/cpu", False),
        ("metrics/cpu", "metrics/cpu/0", False),
        ("metrics/cpu/0", "metrics/cpu", False),
        # shared subscriptions are matched by what follows the group
        ("$share/g/metrics/#", "metrics/cpu", True),
        ("$share/g/+/cpu", "metrics/cpu", True),
        ("$share/g/#", "$SYS/uptime", False),
        ("$share/g/$SYS/#", "$SYS/uptime", True),
        ("$share/g/metrics/#", "$share/g/metrics/cpu", False),
    ],
)
def test_topic_filters(topic_filter: str, topic: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    """Filters match as MQTT 5 says."""
    assert expected == topic_matches(topic_filter, topic)


LEVEL = st.text("ab$ü ", max_size=3)
TOPICS = st.lists(LEVEL, min_size=1, max_size=5).map("/".join)
FILTERS = st.builds(
    lambda levels, tail: "/".join([*levels, *tail]),
    st.lists(LEVEL | st.just("+"), min_size=1, max_size=5),
    st.sampled_from([[], ["#"]]),
) | st.just("#")


@given(TOPICS.filter(lambda topic: not topic.startswith("$")), st.data())
def test_a_filter_made_from_a_topic_matches_it(topic: str, data: st.DataObject) -> None:
    """Levels replaced by `+`, or a tail replaced by `#`, still match."""
    levels = topic.split("/")
    mask = data.draw(st.lists(st.booleans(), min_size=len(levels), max_size=len(levels)))
    wild = ["+" if hidden else level for hidden, level in zip(mask, levels, strict=True)]
    cut = data.draw(st.integers(0, len(levels)))
    assert topic_matches("/".join(wild), topic)
    assert topic_matches("/".join([*wild[:cut], "#"]), topic)


@given(FILTERS, TOPICS)
def test_paho_agrees(topic_filter: str, topic: str) -> None:
    """The matching of paho, an independent reader of the standard, gives the same answer."""
    assert topic_matches_sub(topic_filter, topic) == topic_matches(topic_filter, topic)


@given(FILTERS, TOPICS)
def test_a_shared_subscription_matches_like_its_filter(topic_filter: str, topic: str) -> None:
    """`$share/<group>/` in front changes who gets a message, not which."""
    assert topic_filter == unshared(f"$share/group/{topic_filter}")
    assert topic_matches(topic_filter, topic) == topic_matches(f"$share/group/{topic_filter}", topic)


@given(FILTERS.filter(bool))
def test_a_good_filter_is_given_back(topic_filter: str) -> None:
    """A filter that MQTT allows passes the check as it is."""
    if topic_filter.startswith("$share/"):
        return
    assert topic_filter == checked_filter(topic_filter)


@pytest.mark.parametrize(
    "text", ["", "a/#/b", "#/a", "a+", "a/b#", "a/+b/c", "##", "+#", "a\0b", "$share/g", "$share/g/"]
)
def test_what_is_no_filter(text: str) -> None:
    """A wildcard stands for whole levels, `#` only at the end; nothing and NUL are no filters."""
    with pytest.raises(ValueError, match="is no "):
        checked_filter(text)


@pytest.mark.parametrize("text", ["$share//a", "$share/+/a", "$share/g#/a", "$share/g", "$share/g/", "$share/"])
def test_what_is_no_shared_subscription(text: str) -> None:
    """A shared subscription has a group without wildcards, and a filter behind it."""
    with pytest.raises(ValueError, match="is no "):
        checked_filter(text)
