"""Who somebody is: tokens, their lines, and Grafana's signature."""

import base64
import hashlib
import hmac
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner
from singing_pager.cli import main
from singing_pager.config import Auth
from singing_pager.errors import ConfigError
from singing_pager.web import auth
from singing_pager.web.access import Role
from singing_pager.web.auth import Tokens

token_command = import_module("singing_pager.cli.token")

NOW = 1_800_000_000.0
DIGEST = "0" * 64
FORM = "name:role:sha256:…, as `singing-pager token create` prints it"


def tokens(*lines: str, file: Path | None = None) -> Tokens:
    """Read lines as the settings hold them."""
    return Tokens(Auth(tokens=list(lines), tokens_file=str(file or "")))


def basic(name: str, token: str) -> bytes:
    """Write a Basic header."""
    return b"Basic " + base64.b64encode(f"{name}:{token}".encode())


def test_a_token_that_was_made_is_known_by_its_line() -> None:
    """The pager knows a token by the line that was printed with it, which does not hold the token."""
    token, line = auth.create("alertmanager", [Role.SEND])
    assert token not in line
    holder = tokens(line).holder(f"Bearer {token}".encode())
    assert holder is not None
    assert ("alertmanager", frozenset({Role.SEND})) == (holder.name, holder.roles)


def test_a_token_is_long_and_never_the_same() -> None:
    """A token holds 256 random bits."""
    made = {auth.create("a", [Role.SEND])[0] for _ in range(100)}
    assert 100 == len(made)
    assert {43} == {len(token.removeprefix("pager_")) for token in made}


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ("send", {Role.SEND}),
        ("listen", {Role.LISTEN}),
        ("operate", {Role.OPERATE, Role.LISTEN}),
        ("send+listen", {Role.SEND, Role.LISTEN}),
        ("send+operate", {Role.SEND, Role.OPERATE, Role.LISTEN}),
    ],
)
def test_roles(roles: str, expected: set[Role]) -> None:
    """Who operates may listen too; sending is a thing of its own."""
    assert expected == auth.parse(f"a:{roles}:sha256:{DIGEST}", "here").roles


def test_roles_are_written_joined() -> None:
    """A token of several roles is one line."""
    _, line = auth.create("a", [Role.SEND, Role.LISTEN, Role.SEND])
    assert line.startswith("a:listen+send:sha256:")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_bearer(scheme: str) -> None:
    """The name of the scheme is taken in any case."""
    token, line = auth.create("a", [Role.SEND])
    assert tokens(line).holder(f"{scheme} {token}".encode()) is not None


def test_basic() -> None:
    """Basic is the token's name and the token."""
    token, line = auth.create("a", [Role.SEND])
    known = tokens(line)
    assert known.holder(basic("a", token)) is not None
    assert known.holder(basic("b", token)) is None
    assert known.holder(basic("a", token[:-1])) is None


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"Bearer",
        b"Bearer ",
        b"Bearer wrong",
        b"Basic",
        b"Basic !!!",
        b"Basic " + base64.b64encode(b"no colon"),
        b"Basic \xff\xfe",
        b"Basic " + base64.b64encode(b"a:\xff"),
        b"Digest x",
        b"Bearer sha256:" + DIGEST.encode(),
        b"Bearer " + b"x" * 60_000,
    ],
)
def test_credentials_that_are_nobodys(header: bytes) -> None:
    """Whatever comes as a header, it is nobody's unless it is a token."""
    _, line = auth.create("a", [Role.SEND])
    assert tokens(line).holder(header) is None


def test_what_is_secret_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the first, the last or no token is given: each is compared with every one, by `hmac.compare_digest`."""
    made = [auth.create(f"n{number}", [Role.SEND]) for number in range(3)]
    known = tokens(*(line for _, line in made))
    compared: list[tuple[int, int]] = []
    compare = hmac.compare_digest

    def watched(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    for token in (made[0][0], made[2][0], "wrong"):
        compared.clear()
        known.holder(b"Bearer " + token.encode())
        assert [(32, 32)] * 3 == compared
    compared.clear()
    auth.grafana_signed("key", {"x-grafana-alerting-signature": "wrong"}, b"", 0.0)
    assert [(64, 5)] == compared


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", "is no line of a token"),
        ("alertmanager", "is no line of a token"),
        ("alertmanager:send", "is no line of a token"),
        (f"alertmanager::sha256:{DIGEST}", "is no line of a token"),
        (f":send:sha256:{DIGEST}", "is no line of a token"),
        (f"a b:send:sha256:{DIGEST}", "is no line of a token"),
        (f"{'a' * 65}:send:sha256:{DIGEST}", "is no line of a token"),
        (f"a:send:sha256:{DIGEST[1:]}", "is no line of a token"),
        (f"a:send:sha256:{DIGEST}0", "is no line of a token"),
        (f"a:send:sha256:{'G' * 64}", "is no line of a token"),
        (f"a:send:md5:{DIGEST}", "is no line of a token"),
        ("a:send:pager_hunter2", "is no line of a token"),
        (f"a:admin:sha256:{DIGEST}", "there is no role 'admin'; allowed: send, listen, operate, joined by +"),
        (f"a:send+:sha256:{DIGEST}", "there is no role ''; allowed: send, listen, operate, joined by +"),
    ],
)
def test_a_bad_line(line: str, expected: str) -> None:
    """A line that is none is refused with its place, and is not shown: it may be the token itself."""
    with pytest.raises(ConfigError) as refused:
        tokens(f"good:send:sha256:{'1' * 64}", line)
    assert str(refused.value).startswith(f"AUTH_TOKENS: entry 2: {expected}")
    assert "hunter2" not in str(refused.value)


def test_a_file_of_tokens(tmp_path: Path) -> None:
    """The file may hold comments and empty lines, and stands beside the setting."""
    (mine, my_line), (yours, your_line) = (auth.create(name, [Role.SEND]) for name in ("mine", "yours"))
    file = tmp_path / "tokens"
    file.write_text(f"# who may send\n\n  {your_line}  \n")
    known = tokens(my_line, file=file)
    holders = [known.holder(b"Bearer " + token.encode()) for token in (mine, yours)]
    assert ["mine", "yours"] == [holder.name for holder in holders if holder]


def test_a_bad_line_of_a_file(tmp_path: Path) -> None:
    """A fault in the file is told with file and line."""
    file = tmp_path / "tokens"
    file.write_text("# who\nwrong\n")
    with pytest.raises(ConfigError) as refused:
        tokens(file=file)
    assert str(refused.value).startswith(f"{file}:2: is no line of a token; allowed: name:role:sha256:")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "No such file or directory"),
        (b"\xff\xfe", "not UTF-8"),
        (b"\n# nobody\n", f"holds no token; allowed: one at least, {FORM}"),
    ],
    ids=["missing", "no text", "empty"],
)
def test_a_file_that_cannot_be_read(content: bytes | None, expected: str, tmp_path: Path) -> None:
    """A file that is not there, no text or empty is told with the setting that names it, and opens no door."""
    file = tmp_path / "tokens"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        tokens(file=file)
    assert f"AUTH_TOKENS_FILE: {file}: {expected}" == str(refused.value)


@pytest.mark.parametrize(
    ("second", "expected"),
    [(f"a:listen:sha256:{'1' * 64}", "the name 'a'"), (f"b:send:sha256:{DIGEST}", "the token")],
    ids=["a name", "a token"],
)
def test_what_stands_twice(second: str, expected: str, tmp_path: Path) -> None:
    """A name or a token that stands twice is told with both places."""
    file = tmp_path / "tokens"
    file.write_text(f"\n{second}\n")
    with pytest.raises(ConfigError) as refused:
        tokens(f"a:send:sha256:{DIGEST}", file=file)
    assert f"{file}:2: {expected} stands at AUTH_TOKENS: entry 1 too; allowed: once" == str(refused.value)


def test_too_many() -> None:
    """There are only so many tokens, for each request is compared with every one."""
    with pytest.raises(ConfigError, match="there are 257 tokens; allowed: 256"):
        tokens(*(f"n{number}:send:sha256:{number:064x}" for number in range(257)))


def test_reload(tmp_path: Path) -> None:
    """A token that is written into the file comes in after a reload, one that is taken out does not."""
    (old, old_line), (new, new_line) = (auth.create(name, [Role.SEND]) for name in ("old", "new"))
    file = tmp_path / "tokens"
    file.write_text(old_line)
    known = tokens(file=file)
    file.write_text(new_line)
    known.reload()
    assert known.holder(b"Bearer " + old.encode()) is None
    assert known.holder(b"Bearer " + new.encode()) is not None


@pytest.mark.parametrize(
    ("content", "expected"),
    [("", "holds no token; allowed: one at least"), ("wrong", "is no line of a token")],
    ids=["empty", "wrong"],
)
def test_a_reload_that_fails(content: str, expected: str, tmp_path: Path) -> None:
    """A file that went wrong changes nothing; an empty one does not open the doors."""
    token, line = auth.create("a", [Role.SEND])
    file = tmp_path / "tokens"
    file.write_text(line)
    known = tokens(file=file)
    file.write_text(content)
    with pytest.raises(ConfigError, match=expected):
        known.reload()
    assert known.holder(b"Bearer " + token.encode()) is not None


@pytest.mark.parametrize("name", ["", "a b", "a:b", "-a", "ä", "a" * 65, "a\n"])
def test_a_name_that_cannot_be_one(name: str) -> None:
    """A name goes into Basic's user name, the journal and a line: it is short and plain."""
    with pytest.raises(ConfigError, match="allowed: 1 to 64 letters, digits"):
        auth.create(name, [Role.SEND])


def test_the_command() -> None:
    """`token create` prints the token and its line, which open what was asked for, and nothing else."""
    made = CliRunner().invoke(main, ["token", "create", "--name", "wall", "--role", "send", "--role", "listen"])
    (first, token), (second, line) = (row.split() for row in made.stdout.splitlines())
    assert (0, "token", "line") == (made.exit_code, first, second)
    holder = tokens(line).holder(basic("wall", token))
    assert holder is not None
    assert {Role.SEND, Role.LISTEN} == set(holder.roles)
    assert "not shown again" in made.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--name", "a b", "--role", "send"], "allowed: 1 to 64 letters"),
        (["--name", "a", "--role", "admin"], "'send', 'listen', 'operate'"),
        (["--name", "a"], "Missing option '--role'"),
        (["--role", "send"], "Missing option '--name'"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], expected: str) -> None:
    """What is missing or not allowed is told, with exit code 2, and no token is made."""
    refused = CliRunner().invoke(main, ["token", "create", *arguments])
    assert (2, "") == (refused.exit_code, refused.stdout)
    assert expected in refused.stderr


def test_the_command_knows_every_role() -> None:
    """The choices of `--role` are the roles that there are."""
    assert list(Role) == list(token_command._ROLES)  # noqa: SLF001 - what the import would cost is why they are twice


BODY = b'{"status": "firing"}'
KEY = "s e$cret"


def signature(key: str, signed: bytes) -> str:
    """Sign as Grafana does: HMAC-SHA256, in hexadecimal."""
    return hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()


def test_a_known_signature() -> None:
    """The example of RFC 4231, test case 2, holds."""
    signed = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    body = b"what do ya want for nothing?"
    assert auth.grafana_signed("Jefe", {"x-grafana-alerting-signature": signed}, body, NOW)


@pytest.mark.parametrize(
    ("key", "headers", "body", "expected"),
    [
        pytest.param(KEY, {}, BODY, False, id="none"),
        pytest.param(KEY, {"signature": signature(KEY, BODY)}, BODY, True, id="of the body"),
        pytest.param(KEY, {"signature": signature(KEY, BODY)}, BODY + b" ", False, id="of another body"),
        pytest.param(KEY, {"signature": signature("other", BODY)}, BODY, False, id="by another key"),
        pytest.param("", {"signature": signature("", BODY)}, BODY, False, id="by no key"),
        pytest.param(KEY, {"signature": "ä"}, BODY, False, id="no hexadecimal"),
        pytest.param(
            KEY,
            {"timestamp": "1800000299", "signature": signature(KEY, b"1800000299:" + BODY)},
            BODY,
            True,
            id="with a time of now",
        ),
        pytest.param(
            KEY,
            {"timestamp": "1799999699", "signature": signature(KEY, b"1799999699:" + BODY)},
            BODY,
            False,
            id="with a time of long ago",
        ),
        pytest.param(
            KEY,
            {"timestamp": "1800000301", "signature": signature(KEY, b"1800000301:" + BODY)},
            BODY,
            False,
            id="with a time to come",
        ),
        pytest.param(
            KEY,
            {"timestamp": "1800000000", "signature": signature(KEY, BODY)},
            BODY,
            False,
            id="with a time that is not signed",
        ),
        pytest.param(
            KEY, {"signature": signature(KEY, b"1800000000:" + BODY)}, BODY, False, id="with its time taken away"
        ),
        pytest.param(
            KEY,
            {"timestamp": "9" * 5000, "signature": signature(KEY, b"9" * 5000 + b":" + BODY)},
            BODY,
            False,
            id="with a time beyond reckoning",
        ),
        pytest.param(
            KEY,
            {"timestamp": "now", "signature": signature(KEY, b"now:" + BODY)},
            BODY,
            False,
            id="with a time that is none",
        ),
        pytest.param(
            KEY,
            {"timestamp": "١٨", "signature": signature(KEY, "١٨:".encode() + BODY)},
            BODY,
            False,
            id="with other digits",
        ),
    ],
)
def test_signatures(key: str, headers: dict[str, str], body: bytes, expected: bool) -> None:  # noqa: FBT001
    """A signature is of this body, by this key, and its time, where there is one, is now and signed too."""
    named = {f"x-grafana-alerting-{name}": value for name, value in headers.items()}
    assert expected == auth.grafana_signed(key, named, body, NOW)
