"""Tokens and signatures: who somebody is.

A token is 256 random bits, so it is kept as a plain SHA-256 (docs/decisions/0011): a slow hash guards words that people
think up.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from singing_pager.config import Auth
from singing_pager.errors import ConfigError
from singing_pager.web.access import Role

__all__ = ["GRAFANA_HEADER", "GRAFANA_TIME_HEADER", "Token", "Tokens", "create", "grafana_signed", "parse"]

GRAFANA_HEADER = "x-grafana-alerting-signature"
"""Where Grafana writes its signature, unless it is told otherwise."""
GRAFANA_TIME_HEADER = "x-grafana-alerting-timestamp"
"""Where Grafana is to write the time of the signature (its option `Timestamp header`)."""

_FRESH = 300.0
"""Seconds by which the time of a signature may be off."""
_DIGITS = 10
"""Of a Unix time in seconds, until the year 2286."""
_MOST = 256
"""Tokens that may be set: each request is compared with every one of them."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_FORM = "name:role:sha256:…, as `singing-pager token create` prints it"
_ROLES = ", ".join(Role)


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token.

    Attributes:
        name: Whose it is; what the journal calls him.
        roles: What it opens, with what each role brings along.
        digest: SHA-256 of the token.
    """

    name: str
    roles: frozenset[Role]
    digest: bytes


def create(name: str, roles: Iterable[Role]) -> tuple[str, str]:
    """Make a token: the token itself, and the line by which the pager knows it.

    Raises:
        ConfigError: The name cannot be one.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(f"name {name!r}: allowed: 1 to 64 letters, digits, '.', '_' and '-', a letter or digit first")
    token = "pager_" + secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).hexdigest()
    return token, f"{name}:{'+'.join(sorted(set(roles)))}:sha256:{digest}"


def parse(line: str, where: str) -> Token:
    """Read a line that `create` has made; raises ConfigError, which does not show what may be a token."""
    name, _, rest = line.partition(":")
    roles, _, digest = rest.partition(":")
    if not (_NAME.fullmatch(name) and roles and _HASH.fullmatch(digest)):
        raise ConfigError(f"{where}: is no line of a token; allowed: {_FORM}")
    opened: set[Role] = set()
    for role in roles.split("+"):
        if role not in set(Role):
            raise ConfigError(f"{where}: there is no role {role[:40]!r}; allowed: {_ROLES}, joined by +")
        opened |= Role(role).opens
    return Token(name, frozenset(opened), bytes.fromhex(digest.removeprefix("sha256:")))


class Tokens:
    """Every token that is set.

    Args:
        settings: Where they are.

    Raises:
        ConfigError: A line is wrong, stands twice, or the file cannot be read or holds none; says which.
    """

    def __init__(self, settings: Auth) -> None:
        self._settings = settings
        self._tokens = self._read()

    def __len__(self) -> int:
        return len(self._tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._tokens

    def reload(self) -> None:
        """Read the file again; raises ConfigError when something is wrong with it, and the tokens stay as they were."""
        self._tokens = self._read()

    def holder(self, authorization: bytes) -> Token | None:
        """Find whose the credentials are; None when they are nobody's.

        Args:
            authorization: The header as it came: Bearer, or Basic with the token's name and the token.
        """
        scheme, _, given = authorization.partition(b" ")
        match scheme.lower():
            case b"bearer":
                return self._found(given.strip())
            case b"basic":
                try:
                    name, _, token = base64.b64decode(given.strip(), validate=True).partition(b":")
                except (binascii.Error, ValueError):
                    return None
                found = self._found(token)
                return found if found and hmac.compare_digest(found.name.encode(), name) else None
        return None

    def _found(self, token: bytes) -> Token | None:
        digest = hashlib.sha256(token).digest()
        found = None
        # all of them, found or not: the time that it takes says nothing
        for each in self._tokens:
            if hmac.compare_digest(each.digest, digest):
                found = each
        return found

    def _read(self) -> tuple[Token, ...]:
        places: dict[str | bytes, str] = {}
        tokens = []
        for line, where in self._lines():
            token = parse(line, where)
            for key, what in ((token.name, f"name {token.name!r}"), (token.digest, "token")):
                if key in places:
                    raise ConfigError(f"{where}: the {what} stands at {places[key]} too; allowed: once")
                places[key] = where
            tokens.append(token)
        if self._settings.tokens_file and not tokens:
            # it would open the doors to everybody
            raise ConfigError(
                f"AUTH_TOKENS_FILE: {self._settings.tokens_file}: holds no token; allowed: one at least, {_FORM}"
            )
        if len(tokens) > _MOST:
            raise ConfigError(f"AUTH_TOKENS, AUTH_TOKENS_FILE: there are {len(tokens)} tokens; allowed: {_MOST}")
        return tuple(tokens)

    def _lines(self) -> Iterator[tuple[str, str]]:
        for number, line in enumerate(self._settings.tokens, 1):
            yield line, f"AUTH_TOKENS: entry {number}"
        if not self._settings.tokens_file:
            return
        path = Path(self._settings.tokens_file)
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"AUTH_TOKENS_FILE: {path}: {error.strerror or error}") from error
        except ValueError:
            raise ConfigError(f"AUTH_TOKENS_FILE: {path}: not UTF-8") from None
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and not line.lstrip().startswith("#"):
                yield line.strip(), f"{path}:{number}"


def grafana_signed(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Tell whether Grafana signed a body with a secret.

    Args:
        secret: The key that both know; an empty one signs nothing.
        headers: Of the request, names in lower case. A time signed with the body must be that of now.
        body: As it came.
        now: Unix time in seconds.
    """
    signature = headers.get(GRAFANA_HEADER, "")
    if not secret or not signature:
        return False
    time = headers.get(GRAFANA_TIME_HEADER, "")
    if time:
        if not (time.isascii() and time.isdecimal() and len(time) <= _DIGITS) or abs(now - int(time)) > _FRESH:
            return False
        body = time.encode() + b":" + body
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())
