"""What is read again while the bridge runs: the score, the tokens and the certificate, all of them or none."""

import logging
import ssl
from pathlib import Path

from singing_pager import config, score
from singing_pager.engine import Engine
from singing_pager.errors import BusyError
from singing_pager.model import Reload
from singing_pager.web.auth import Tokens
from singing_pager.web.tls import renew, secured
from singing_pager.wiring.tabs import Tabs

__all__ = ["reread"]

_log = logging.getLogger("singing_pager")


def reread(
    engine: Engine, path: Path | None, *, tokens: Tokens, tabs: Tabs, tls: ssl.SSLContext | None, http: config.Http
) -> None:
    """Read everything again.

    Args:
        engine: Plays by the score.
        path: The score; None: the one that came with the pager.
        tokens: Who may come in.
        tabs: Those that came in.
        tls: Certificate and key; None: there are none.
        http: Where those are.

    Raises:
        ConfigError: Something is faulty; everything stays as it was.
        BusyError: The inbox is full; likewise.
    """
    # whatever may fail comes before what changes anything
    read = score.load(path, engine.core.score.instruments)
    if engine.full:
        raise BusyError("the inbox is full; try again")
    if tls is not None:
        secured(http)
    tokens.reload()
    if tls is not None:
        renew(tls, http)
    tabs.reload()
    engine.offer((Reload(engine.now(), read),))
    _log.info("the score %s has been read again", path or "that came with the pager")
