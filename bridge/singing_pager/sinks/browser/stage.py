"""What sounds now: the held voices and the mix, for an engine that has just come."""

from collections.abc import Iterable, Mapping

from singing_pager.model import Cue, Hold, Mix, Release

__all__ = ["Stage"]


class Stage:
    """The last word of each held voice, and of the mix; bounded, for the core holds a bounded number of voices."""

    def __init__(self) -> None:
        self.mix = Mix()
        self._held: dict[str, Hold] = {}

    @property
    def held(self) -> Mapping[str, Hold]:
        """The held voices, by their ids."""
        return self._held

    def take(self, cues: Iterable[Cue]) -> bool:
        """Take in what engines are told; says whether that was of a held voice."""
        held = False
        for cue in cues:
            match cue:
                case Hold(voice=voice):
                    self._held[voice] = cue
                    held = True
                case Release(voice=voice):
                    self._held.pop(voice, None)
                    held = True
                case Mix():
                    self.mix = cue
                case _:
                    pass
        return held
