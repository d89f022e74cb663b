"""Many browser tabs as one sink: each with an engine of its own, a bounded queue, and the news of the desk."""

from singing_pager.sinks.browser.sink import LATENCY, BrowserSink, Teller
from singing_pager.sinks.browser.stats import Closing
from singing_pager.sinks.browser.tab import Tab

__all__ = ["LATENCY", "BrowserSink", "Closing", "Tab", "Teller"]
