"""Which rule is meant: Alertmanager's matchers for alerts, MQTT's topic filters for streams."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Matcher", "checked_filter", "parse_matchers", "topic_matches", "unshared"]


@lru_cache(maxsize=1024)
def _anchored(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


_TESTS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda given, wanted: given == wanted,
    "!=": lambda given, wanted: given != wanted,
    "=~": lambda given, wanted: _anchored(wanted).fullmatch(given) is not None,
    "!~": lambda given, wanted: _anchored(wanted).fullmatch(given) is None,
}
_MATCHER = re.compile(
    r"""\s*(?P<label>[a-zA-Z_:][a-zA-Z0-9_:]*|"(?:[^"\\]|\\.)*")
        \s*(?P<operator>=~|!~|!=|=)
        \s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^",{}\s]*))\s*(?:,|$)""",
    re.VERBOSE,
)
_LONGEST = 4000
"""Characters of a regular expression: a thousand of them are kept compiled."""
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n"}


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label; a label that is not there counts as empty, as in Alertmanager.

    Attributes:
        label: Name of the label.
        operator: One of `=`, `!=`, `=~`, `!~`; regular expressions are anchored at both ends.
        value: Text or regular expression.

    Raises:
        ValueError: The operator is not known or the regular expression is wrong.
    """

    label: str
    operator: str
    value: str

    def __post_init__(self) -> None:
        if self.operator not in _TESTS:
            raise ValueError(f"operator {self.operator!r}; allowed: {', '.join(_TESTS)}")
        if "~" in self.operator:
            if len(self.value) > _LONGEST:
                raise ValueError(f"regular expression of {len(self.value)} characters; allowed: {_LONGEST}")
            try:
                _anchored(self.value)
            except (re.error, OverflowError, RecursionError) as error:
                raise ValueError(f"regular expression {self.value!r}: {error}") from error

    def __call__(self, labels: Mapping[str, str]) -> bool:
        """Whether the labels fulfil the condition."""
        return _TESTS[self.operator](labels.get(self.label, ""), self.value)


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    r"""Read matchers as Alertmanager writes them, with or without braces.

    >>> parse_matchers('{severity="critical", team=~"db|web"}')[1].operator
    '=~'

    Raises:
        ValueError: The text is not a list of matchers.
    """
    inner = text.strip()
    if inner.startswith("{") and inner.endswith("}"):
        inner = inner[1:-1].strip()
    matchers: list[Matcher] = []
    position = 0
    while position < len(inner):
        found = _MATCHER.match(inner, position)
        if found is None:
            raise ValueError(f'{text!r} is not a list of matchers; write: severity="critical", team=~"db|web"')
        quoted = found["quoted"]
        value = found["bare"] if quoted is None else _unescape(quoted)
        label = found["label"]
        matchers.append(Matcher(_unescape(label[1:-1]) if label[0] == '"' else label, found["operator"], value))
        position = found.end()
    return tuple(matchers)


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1] if found[1] in '"\\' else found[0]), text)


def unshared(topic_filter: str) -> str:
    """Strip `$share/<group>/` from a subscription: brokers match topics against what follows."""
    return topic_filter.split("/", 2)[-1] if topic_filter.startswith("$share/") else topic_filter


def checked_filter(text: str) -> str:
    """Give a topic filter back as it is; raises ValueError when it is none by MQTT 5's sections 4.7 and 4.8."""
    levels = unshared(text).split("/")
    wild = [level for level in levels if "#" in level or "+" in level]
    if levels == [""] or "\0" in text or any(len(level) > 1 for level in wild) or "#" in levels[:-1]:
        raise ValueError(f"{text!r} is no MQTT topic filter: + stands for one whole level, # for the rest at the end")
    if text.startswith("$share/"):
        group, rest = (*text.split("/", 2)[1:], "")[:2]
        if not group or set(group) & set("+#") or not rest:
            raise ValueError(f"{text!r} is no shared subscription: $share/<group>/<topic filter> is allowed")
    return text


def topic_matches(topic_filter: str, topic: str) -> bool:
    """Whether a topic fits a filter by MQTT 5's rules (section 4.7): `+` one level, `#` the rest.

    A wildcard in front does not match topics that begin with `$`.
    """
    wanted, given = unshared(topic_filter).split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in {"+", "#"}:
        return False
    for index, level in enumerate(wanted):
        if level == "#":
            return True
        if index >= len(given) or level not in {"+", given[index]}:
            return False
    return len(wanted) == len(given)
