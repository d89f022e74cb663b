"""Which alerts come and go too often."""

from collections import OrderedDict

from singing_pager.core.rules import Flapping

__all__ = ["Flaps"]

_MOST = 50_000


class Flaps:
    """The latest comings of each alert; bounded, those that came longest ago are forgotten first."""

    def __init__(self, rule: Flapping) -> None:
        self.rule = rule
        self._comings: OrderedDict[str, tuple[float, ...]] = OrderedDict()

    def comes(self, fingerprint: str, now: float) -> int:
        """Note that an alert begins; how often it did lately, this time included."""
        since = now - self.rule.within
        known = self._comings.pop(fingerprint, ())
        comings = (*(at for at in known if at > since), now)[-(self.rule.times + 1) :]
        self._comings[fingerprint] = comings
        if len(self._comings) > _MOST:
            self._comings.popitem(last=False)
        return len(comings)

    def steady_at(self, fingerprint: str) -> float:
        """Unix time at which an alert that does not come again flaps no more."""
        return self._comings.get(fingerprint, (0.0,))[-1] + self.rule.within
