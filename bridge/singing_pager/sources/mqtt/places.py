"""The topics that the pager itself speaks under: commands in, results, desk and summary out."""

import hashlib
import re
from dataclasses import dataclass

from singing_pager.errors import ConfigError
from singing_pager.sources.mqtt.topics import publishable

__all__ = ["Places"]

_PLAIN = re.compile(r"[\w.:-]{1,64}", re.ASCII)
"""Fingerprints that are a level of a topic as they are; Alertmanager's always are."""
_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Places:
    """Where what is.

    Attributes:
        prefix: What every topic here begins with.
    """

    prefix: str = "pager"

    def __post_init__(self) -> None:
        """Refuse what is no beginning of a topic.

        Raises:
            ConfigError: It is empty, has a wildcard, or an empty level at an end.
        """
        if not publishable(self.prefix) or self.prefix != self.prefix.strip("/") or self.prefix.startswith("$"):
            raise ConfigError(
                f"mqtt prefix {self.prefix!r}: it may not be empty, hold +, # or NUL, begin with $, or have / at an end"
            )

    @property
    def command(self) -> str:
        """Where commands come in; also their route."""
        return f"{self.prefix}/command"

    @property
    def result(self) -> str:
        """Where the answer to a command goes out."""
        return f"{self.prefix}/result"

    @property
    def summary(self) -> str:
        """Where the state of everything stands, retained."""
        return f"{self.prefix}/summary"

    @property
    def summary_state(self) -> str:
        """Where one word for it stands, retained; also what the broker says when the pager is gone."""
        return f"{self.summary}/state"

    @property
    def every_alert(self) -> str:
        """The filter of the topics of all alerts."""
        return f"{self.prefix}/desk/+"

    def alert(self, fingerprint: str) -> str:
        """Where an alert stands, retained, while it is active.

        >>> Places().alert("b20a2a3ba4ba3b84")
        'pager/desk/b20a2a3ba4ba3b84'
        >>> Places().alert("a/b#")
        'pager/desk/~88b7d5da54ba34711ec9f54dcbed4303'
        """
        if not _PLAIN.fullmatch(fingerprint):
            # what a sender makes up may hold anything; ~ is in no fingerprint that stands for itself
            digest = hashlib.sha256(fingerprint.encode("utf-8", "surrogatepass")).hexdigest()
            fingerprint = f"~{digest[:_DIGITS]}"
        return f"{self.prefix}/desk/{fingerprint}"

    def is_alert(self, topic: str) -> bool:
        """Whether a topic is one that an alert may stand under."""
        return topic.startswith(f"{self.prefix}/desk/")

    def may_answer(self, topic: str) -> bool:
        """Whether a client may have its answer there: at `result` and below, so that it cannot make us say the rest."""
        return (topic == self.result or topic.startswith(f"{self.result}/")) and publishable(topic)
