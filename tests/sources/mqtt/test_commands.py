"""What a message under the command topic asks for."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singing_pager.model import (
    Acknowledge,
    Alert,
    Command,
    Deed,
    Drop,
    Entry,
    Meeting,
    Mix,
    Mute,
    Outcome,
    Play,
    Snooze,
    State,
    Test,
    Unacknowledge,
    Volume,
)
from singing_pager.sources.mqtt.commands import COMMANDS, Commands, Refusal, result_of

AT = 1_800_000_000.0
ROUTE = "pager/command"
SECRET = "open sesame"  # noqa: S105 - of the tests
COMMON = {"at": AT, "by": "mqtt", "route": ROUTE}


def read(said: object, secret: str = SECRET) -> Command | Refusal:
    """Read a message; an object is sent as JSON."""
    payload = said if isinstance(said, bytes) else json.dumps(said).encode()
    return Commands(secret).read(payload, at=AT, route=ROUTE)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"command": "ack"}, Acknowledge(at=AT, by="mqtt", route=ROUTE)),
        (
            {"command": "ack", "fingerprint": "f", "by": "wall button", "reason": "on it"},
            Acknowledge(at=AT, by="wall button", fingerprint="f", reason="on it", route=ROUTE),
        ),
        ({"command": "unack"}, Unacknowledge(at=AT, by="mqtt", fingerprint="", route=ROUTE)),
        ({"command": "unack", "fingerprint": "f"}, Unacknowledge(at=AT, by="mqtt", fingerprint="f", route=ROUTE)),
        ({"command": "snooze"}, Snooze(at=AT, by="mqtt", seconds=900, route=ROUTE)),
        (
            {"command": "snooze", "seconds": 60, "fingerprint": "f"},
            Snooze(at=AT, by="mqtt", seconds=60, fingerprint="f", route=ROUTE),
        ),
        ({"command": "mute", "reason": "phone"}, Mute(at=AT, by="mqtt", seconds=900, reason="phone", route=ROUTE)),
        ({"command": "mute", "seconds": "60"}, Mute(at=AT, by="mqtt", seconds=60, route=ROUTE)),
        ({"command": "unmute"}, Mute(at=AT, by="mqtt", seconds=0, route=ROUTE)),
        ({"command": "meeting"}, Meeting(at=AT, by="mqtt", seconds=3600, route=ROUTE)),
        ({"command": "meeting", "seconds": 0}, Meeting(at=AT, by="mqtt", seconds=0, route=ROUTE)),
        ({"command": "volume", "level": 0.5}, Volume(at=AT, by="mqtt", strip="master", level=0.5, route=ROUTE)),
        (
            {"command": "volume", "strip": "info", "level": 1},
            Volume(at=AT, by="mqtt", strip="info", level=1, route=ROUTE),
        ),
        ({"command": "test"}, Test(at=AT, by="mqtt", instrument="alert_info", route=ROUTE)),
        ({"command": "test", "instrument": "cpu"}, Test(at=AT, by="mqtt", instrument="cpu", route=ROUTE)),
        ({"command": "play", "fingerprint": "f"}, Play(at=AT, by="mqtt", fingerprint="f", route=ROUTE)),
    ],
)
def test_each_command(said: dict[str, object], expected: Command) -> None:
    """Each command with and without what may be left out."""
    assert expected == read(said | {"secret": SECRET})


@pytest.mark.parametrize(
    "said",
    [
        {"command": "mute"},
        {"command": "mute", "secret": ""},
        {"command": "mute", "secret": None},
        {"command": "mute", "secret": 7},
        {"command": "mute", "secret": "open sesam"},
        {"command": "mute", "secret": "open sesame "},
        {"command": "no such", "secret": "wrong"},
        {},
    ],
)
def test_without_the_secret_nothing_is_done_or_told(said: object) -> None:
    """Who does not know the secret is refused before anything else is read, and learns nothing of the command."""
    refusal = read(said)
    assert isinstance(refusal, Refusal)
    assert refusal.drop is Drop.REFUSED
    assert refusal.words in {"the secret is wrong", "there is no secret"}


def test_an_empty_secret_is_none() -> None:
    """There is no reader that everybody passes."""
    with pytest.raises(ValueError, match="empty"):
        Commands("")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[" * 4000, "no JSON"),
        (b"[]", "no JSON object"),
        (b'"ack"', "no JSON object"),
        (b"1" * 5000, "5000 bytes are more than 4096"),
        ({"secret": SECRET}, "command"),
        ({"secret": SECRET, "command": "dance"}, f"allowed: {', '.join(COMMANDS)}"),
        ({"secret": SECRET, "command": 7}, "command"),
        ({"secret": SECRET, "command": "ack", "fingerprnt": "f"}, "fingerprnt"),
        ({"secret": SECRET, "command": "ack", "fingerprint": ""}, "fingerprint"),
        ({"secret": SECRET, "command": "ack", "fingerprint": None}, "fingerprint"),
        ({"secret": SECRET, "command": "ack", "level": 1}, "level"),
        ({"secret": SECRET, "command": "ack", "by": "a\nb"}, "printed"),
        ({"secret": SECRET, "command": "ack", "by": "a" * 201}, "by"),
        ({"secret": SECRET, "command": "mute", "seconds": -1}, "seconds"),
        ({"secret": SECRET, "command": "mute", "seconds": 86_401}, "seconds"),
        ({"secret": SECRET, "command": "mute", "seconds": "nan"}, "seconds"),
        ({"secret": SECRET, "command": "mute", "seconds": True}, "seconds"),
        ({"secret": SECRET, "command": "mute", "seconds": "soon"}, "seconds"),
        ({"secret": SECRET, "command": "volume"}, "level"),
        ({"secret": SECRET, "command": "volume", "level": 2}, "level"),
        ({"secret": SECRET, "command": "play"}, "fingerprint"),
    ],
)
def test_what_cannot_be_read(said: object, words: str) -> None:
    """What is wrong is said, with the key; a misspelt or empty fingerprint does not take every alert."""
    refusal = read(said)
    assert isinstance(refusal, Refusal)
    assert refusal.drop is Drop.UNREADABLE
    assert words in refusal.words


@given(
    st.binary(max_size=50)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["command", "secret", "seconds", "by"]) | st.text(), inner, max_size=4)
        ),
        max_leaves=10,
    )
)
def test_anything_may_be_sent(said: object) -> None:
    """No payload raises, and none is obeyed by chance."""
    assert isinstance(read(said), Refusal)


@given(st.dictionaries(st.sampled_from(["fingerprint", "seconds", "by", "reason", "strip", "level"]), st.text()))
def test_the_secret_is_in_no_answer(fields: dict[str, str]) -> None:
    """Whatever is wrong with a command, its secret is not told."""
    for command in COMMANDS:
        answer = read({"command": command, "secret": SECRET} | fields)
        assert SECRET not in repr(answer)


def entry(fingerprint: str = "") -> Entry:
    """Make an entry, of an alert or of none."""
    alert = Alert(fingerprint=fingerprint, labels={}, state=State.ACKNOWLEDGED, since=AT, changed=AT, route="/alert")
    return Entry(at=AT, deed=Deed.ACKNOWLEDGED, alert=alert if fingerprint else None)


ACK = Acknowledge(at=AT, by="mqtt")


@pytest.mark.parametrize(
    ("outcome", "ok", "alerts"),
    [
        (Outcome(ACK, AT, entries=(entry("a"), entry("b"))), True, 2),
        (Outcome(ACK, AT, entries=(entry(),)), True, 0),
        (Outcome(ACK, AT, cues=(Mix(),)), True, 0),
        # taken back, and held back by quiet hours: it is done
        (Outcome(ACK, AT, drops=(Drop.QUIET,), entries=(entry("a"),)), True, 1),
        (Outcome(ACK, AT, drops=(Drop.NOT_ACTIVE,)), False, 0),
        (Outcome(ACK, AT, drops=(Drop.FLOOD,)), False, 0),
    ],
)
def test_what_became_of_it(outcome: Outcome, alerts: int, *, ok: bool) -> None:
    """A command that changed or sounded something was done; of any other the reason is told."""
    result = result_of(outcome)
    assert (ok, alerts) == (result.ok, result.alerts)
    assert ok or result.error
