"""How browser tabs are put together: the sink that plays on them, why voices sound, tickets, the routes."""

from collections.abc import Callable

from fastapi import APIRouter

from singing_pager import instruments
from singing_pager.core.instrument import Catalogue
from singing_pager.core.pipeline import Core
from singing_pager.metrics import Instruments
from singing_pager.sinks.browser import BrowserSink, Closing
from singing_pager.sinks.browser.gauges import TabMetrics
from singing_pager.sinks.scsynth import Scsynth
from singing_pager.sinks.why import Why
from singing_pager.web import tabs
from singing_pager.web.auth import Tokens
from singing_pager.web.frames import Frames
from singing_pager.web.tickets import Tickets

__all__ = ["Tabs"]


class Tabs:
    """Everything that serves tabs.

    Attributes:
        sink: Plays on them and tells them.
        tickets: By which pages come in.

    Args:
        core: The desk, the mixer, the voices.
        catalogue: The instruments.
        why: Knows why voices sound.
        tokens: Who may come in.
        clock: The engine's time.
        counts: The metrics.
    """

    def __init__(
        self,
        core: Core,
        catalogue: Catalogue,
        why: Why,
        *,
        tokens: Tokens,
        clock: Callable[[], float],
        counts: Instruments,
    ) -> None:
        self.tickets = Tickets()
        self._tokens = tokens
        self._clock = clock
        synthdefs = instruments.compiled_path()
        self.sink = BrowserSink(
            lambda: Scsynth(catalogue, synthdefs),
            catalogue,
            Frames(core, clock=clock, links=counts.links, voices=why.views),
            known=core.desk.alerts,
            clock=clock,
            count=counts.cue,
            failed=counts.sink_failed,
        )
        counts.registry.register(TabMetrics(lambda: self.sink.stats))

    @property
    def close(self) -> Callable[[], None]:
        """Lets every tab go."""
        return self.sink.close

    def routes(self) -> APIRouter:
        """The routes by which they come."""
        return tabs.routes(self.sink, self.tickets, clock=self._clock)

    def reload(self) -> None:
        """Close the tabs of tokens that are no more."""
        self.sink.dismiss(lambda tab: tab.who is not None and tab.who not in self._tokens, Closing.REVOKED)
