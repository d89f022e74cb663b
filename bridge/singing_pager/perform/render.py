"""Sound files: a recording of the pager or any SuperCollider score, faster than real time."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from singing_pager import instruments
from singing_pager.errors import PagerError
from singing_pager.model import STRIPS, Mix, Release
from singing_pager.perform.offline import RATE, Samples, perform, play_score
from singing_pager.perform.timeline import Moment
from singing_pager.sinks import recording
from singing_pager.sinks.sound.files import SoundFile
from singing_pager.synth import score_file

__all__ = ["RenderError", "length", "recorded", "render", "save"]

Progress = Callable[[float], None]
"""Told how many seconds of sound there are so far."""


class RenderError(PagerError):
    """A file can be neither played nor written."""


def render(
    file: Path, out: Path, *, synthdefs: Sequence[Path] = (), rate: int = RATE, progress: Progress = lambda _: None
) -> Counter[str]:
    """Render a recording or a binary OSC score to a sound file.

    Args:
        file: What to play.
        out: WAV, FLAC, OGG or Opus, by its suffix.
        synthdefs: Further files or folders of compiled SynthDefs, for a score.
        rate: Samples a second.
        progress: Told the seconds that are done.

    Returns:
        The commands of a score that could not be carried out, by reason.

    Raises:
        PagerError: What was wrong with which file.
    """
    ignored: Counter[str] = Counter()
    if _is_score(file):
        sound = play_score(file, rate=rate, synthdefs=synthdefs, ignored=ignored.update)
    else:
        sound = perform(recorded(file), length(file), rate=rate)
    save(sound, out, rate=rate, progress=progress)
    return ignored


def save(sound: Iterable[Samples], out: Path, *, rate: int = RATE, progress: Progress = lambda _: None) -> None:
    """Write samples to a sound file as they come; raises PagerError that names it."""
    done = 0
    with SoundFile(out, rate=rate) as file:
        for samples in sound:
            file.write(samples)
            done += len(samples)
            progress(done / rate)


def recorded(file: Path) -> Iterator[Moment]:
    """The moments of a recording, counted from its first outcome.

    Raises:
        RecordingError: It cannot be read.
        RenderError: It plays what this pager does not have.
    """
    catalogue = instruments.load()
    start: float | None = None
    for outcome in recording.read(file):
        start = outcome.at if start is None else start
        for cue in outcome.cues:
            if isinstance(cue, Mix):
                if len(cue.levels) != len(STRIPS):
                    raise RenderError(f"{file}: gives the mix {len(cue.levels)} levels; it takes {', '.join(STRIPS)}")
                continue
            known = catalogue.get(cue.instrument)
            if known is None:
                raise RenderError(f"{file}: plays {cue.instrument!r}, which this pager does not have")
            if not isinstance(cue, Release) and len(cue.params) != len(known.parameters):
                names = ", ".join(parameter.name for parameter in known.parameters)
                raise RenderError(f"{file}: gives {cue.instrument} {len(cue.params)} values; it takes {names}")
        if outcome.cues:
            yield Moment(max(0.0, outcome.at - start), outcome.cues)


def length(file: Path) -> float:
    """Seconds from the first outcome of a recording to its last, or of a score to its last bundle.

    Raises:
        PagerError: What was wrong with the file.
    """
    if _is_score(file):
        return max((tag for tag, _ in score_file.read(file)), default=0) / 2**32
    first = last = None
    for outcome in recording.read(file):
        first, last = outcome.at if first is None else first, outcome.at
    return 0.0 if first is None or last is None else last - first


def _is_score(file: Path) -> bool:
    """Whether a file is a score, not a recording; raises RenderError when it is neither."""
    if score_file.is_score(file):
        return True
    if not recording.is_recording(file):
        raise RenderError(f"{file}: is neither a recording of the pager nor a binary OSC score")
    return False
