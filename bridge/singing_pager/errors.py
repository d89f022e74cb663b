"""The exceptions that the pager raises on purpose.

    PagerError
    ├── ConfigError      a setting, a score or a catalogue is wrong: the process does not start
    ├── BodyError        an HTTP body or MQTT payload can never be right
    ├── BusyError        not now: the inbox is full, as many listen as may
    ├── StoreError       what was accepted cannot be kept
    ├── AlertmanagerError   sources.alertmanager.peer: an Alertmanager does not answer, or not as it should
    ├── RecordingError   sinks.recording: a recording cannot be written or read
    ├── CardError        sinks.sound.card: there is no sound card to be had
    ├── SoundFileError   sinks.sound.files: a sound file cannot be written
    ├── SynthDefError    synth.scsyndef: a SynthDef cannot be read or played
    ├── ScoreFileError   synth.score_file: a file is no binary OSC score
    ├── RenderError      perform.render: a file can be neither played nor written
    ├── EngineError      perform.engines: an engine cannot be reached
    └── SilenceError     perform.listening: the sound failed while somebody listened

Those with a module before them stand there. None is raised through the line: bad input becomes an outcome with a
`Drop`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["BodyError", "BusyError", "ConfigError", "Fault", "PagerError", "StoreError"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file that somebody wrote.

    Attributes:
        file: What errors call the file.
        said: What is wrong, and what is allowed.
        line: Counted from 1; 0: not known.
        key: The path of the key, as one writes it; empty: not known.
        column: Counted from 1; 0: not known.
    """

    file: str
    said: str
    line: int = 0
    key: str = ""
    column: int = 0

    def __str__(self) -> str:
        line = f":{self.line}" if self.line else ""
        return ": ".join(part for part in (f"{self.file}{line}", self.key, self.said) if part)


class PagerError(Exception):
    """Anything that the pager itself finds wrong."""


class ConfigError(PagerError):
    """What was wrong, where (file, line, key), and what is allowed; one line a fault.

    Attributes:
        faults: The same for programs, where it is a file that is wrong.
    """

    faults: tuple[Fault, ...] = ()

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> "ConfigError":
        """Make the error of a file that is wrong."""
        found = tuple(faults)
        error = cls("\n".join(map(str, found)))
        error.faults = found
        return error


class BodyError(PagerError):
    """Why a body cannot be an alert or a reading."""


class BusyError(PagerError):
    """What was asked may succeed later."""


class StoreError(PagerError):
    """What was accepted cannot be kept: the disk is full or broken, or the database is away."""
