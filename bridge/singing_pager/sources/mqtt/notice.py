"""What a connection says in the log: once per change, however often it happens."""

import logging

__all__ = ["Notice"]


class Notice:
    """Says a thing only when it differs from what was said last under the same subject."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._said: dict[str, str] = {}

    def say(self, level: int, text: str, subject: str = "") -> None:
        """Log a line, unless it was the last one of its subject.

        Args:
            level: Of the `logging` module.
            text: The line.
            subject: One of few words; each remembers its own last line.
        """
        if self._said.get(subject) != text:
            self._said[subject] = text
            self._logger.log(level, "%s", text)

    def forget(self, subject: str = "") -> None:
        """Let the next line of a subject be said whatever it is."""
        self._said.pop(subject, None)
