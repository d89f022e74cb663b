"""A file belongs to one pager: two on one store would take up each other's alerts, and sound them twice."""

import logging
from collections.abc import Callable

from filelock import FileLock, Timeout
from sqlalchemy import URL

from singing_pager.errors import ConfigError

__all__ = ["owned"]

_log = logging.getLogger(__name__)


def owned(place: URL) -> Callable[[], None]:
    """Take a file of SQLite for this pager, until it ends or gives it back by what is returned.

    The lock is the kernel's, on a file beside the store: it ends with the process, however that ends. What a server
    keeps is not locked; where no lock can be had, that is logged.

    Raises:
        ConfigError: Another pager has it.
    """
    if not place.drivername.startswith("sqlite"):
        return lambda: None
    # a soft lock would outlive a pager that is killed
    lock = FileLock(f"{place.database}.lock", timeout=0, mode=0o600, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        raise ConfigError(
            f"STORE_URL: {place.database}: another pager keeps its journal there; end it, or give this one a file of "
            "its own (allowed: sqlite:////path/to/pager.db)"
        ) from None
    except (OSError, NotImplementedError) as error:
        # not every file system has locks: alerts are kept all the same
        _log.warning(
            "STORE_URL: %s: no lock can be had (%s); see to it that it is no other pager's", place.database, error
        )
    return lock.release
