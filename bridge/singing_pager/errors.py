"""The exceptions that the pager raises on purpose.

    PagerError
    ├── ConfigError      a setting, a score or a catalogue is wrong: the process does not start
    ├── BodyError        an HTTP body or MQTT payload can never be right
    └── BusyError        not now: the inbox is full

Neither is raised through the line: bad input becomes an outcome with a `Drop`.
"""

__all__ = ["BodyError", "BusyError", "ConfigError", "PagerError"]


class PagerError(Exception):
    """Anything that the pager itself finds wrong."""


class ConfigError(PagerError):
    """What was wrong, where (file, line, key), and what is allowed; one line a fault."""


class BodyError(PagerError):
    """Why a body cannot be an alert or a reading."""


class BusyError(PagerError):
    """What was asked may succeed later."""
