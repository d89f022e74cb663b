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

__all__ = ["BodyError", "BusyError", "ConfigError", "PagerError", "StoreError"]


class PagerError(Exception):
    """Anything that the pager itself finds wrong."""


class ConfigError(PagerError):
    """What was wrong, where (file, line, key), and what is allowed; one line a fault."""


class BodyError(PagerError):
    """Why a body cannot be an alert or a reading."""


class BusyError(PagerError):
    """What was asked may succeed later."""


class StoreError(PagerError):
    """What was accepted cannot be kept: the disk is full or broken, or the database is away."""
