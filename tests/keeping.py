"""Entries as a store is given them, and what journals are read by."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from singing_pager.model import Alert, Deed, Entry, State
from singing_pager.store import Store, open_store
from singing_pager.testing import START

__all__ = ["alert", "entry", "opened", "sqlite_url"]


def alert(name: str = "Hot", state: State = State.FIRING, *, at: float = START, **labels: str) -> Alert:
    """Make an alert whose fingerprint is its name."""
    named = {"alertname": name, **labels}
    return Alert(fingerprint=name, labels=named, state=state, since=START, changed=at, route="/alert")


def entry(subject: Alert | None = None, deed: Deed = Deed.FIRED, *, at: float = START, **more: str) -> Entry:
    """Make an entry about an alert."""
    return Entry(at=at, deed=deed, alert=subject or alert(), **more)  # type: ignore[arg-type]


def sqlite_url(folder: Path) -> str:
    """Name a file in a folder."""
    return f"sqlite:///{folder}/pager.db"


@contextmanager
def opened(url: str, retention: float = 90.0, *, writing: bool = True) -> Iterator[Store]:
    """Open a store, and close it."""
    store = open_store(url, retention, writing=writing)
    assert store is not None
    try:
        yield store
    finally:
        store.close()
