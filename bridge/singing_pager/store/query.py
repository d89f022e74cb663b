"""The journal asked: which lines, and what a line says."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Engine, Row, Select, func, select, tuple_

from singing_pager.store.rows import key
from singing_pager.store.tables import journal

__all__ = ["Line", "Wanted", "lines"]

_PAGE = 1_000
"""Lines read in one transaction: a reader that is slow, such as a pager of text, keeps nothing from being tidied."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which lines of the journal.

    Attributes:
        since: Unix time from which on; None: from the beginning.
        until: Unix time before which; None: to the end.
        fingerprint: Of this alert alone.
        name: Of alerts with this `alertname`.
        severity: Of alerts with this severity, however it is spelled (`Critical`, `critical`).
        deed: Of this deed.
        deeds: Of one of these; none: of any.
        limit: The last so many of them; None: all.
    """

    since: float | None = None
    until: float | None = None
    fingerprint: str | None = None
    name: str | None = None
    severity: str | None = None
    deed: str | None = None
    deeds: tuple[str, ...] = ()
    limit: int | None = None


class Line(Struct, frozen=True):
    """A line of the journal as it was kept, in the order of its table; attributes as of `model.Entry` and its alert.

    Attributes:
        time: When, in RFC 3339.
        controls: Controls as they were afterwards, where they changed: JSON.
    """

    id: int
    at: float
    time: str
    deed: str
    fingerprint: str
    name: str
    severity: str
    route: str
    state: str
    subject: str
    by: str
    reason: str
    heard: str
    count: int
    labels: msgspec.Raw
    controls: msgspec.Raw


def lines(engine: Engine, wanted: Wanted) -> Iterator[Line]:
    """Give lines, oldest first, a page in a transaction."""
    place: tuple[float, int] | None = None
    if wanted.limit is not None:
        place = _before_the_last(engine, wanted)
    while True:
        query = _filtered(select(journal), wanted).order_by(journal.c.at, journal.c.id).limit(_PAGE)
        if place is not None:
            query = query.where(_after(place))
        with engine.connect() as connection:
            rows = connection.execute(query).all()
        yield from map(_line, rows)
        if len(rows) < _PAGE:
            return
        place = (rows[-1].at, rows[-1].id)


def _after(place: tuple[float, int]) -> ColumnElement[bool]:
    return tuple_(journal.c.at, journal.c.id) > place


def _before_the_last(engine: Engine, wanted: Wanted) -> tuple[float, int] | None:
    """Give the place of the line before the last so many, or None where there are not so many."""
    newest = _filtered(select(journal.c.at, journal.c.id), wanted)
    newest = newest.order_by(journal.c.at.desc(), journal.c.id.desc()).offset(wanted.limit).limit(1)
    with engine.connect() as connection:
        row = connection.execute(newest).first()
    return None if row is None else (row.at, row.id)


def _filtered(query: Select[Any], wanted: Wanted) -> Select[Any]:
    column = journal.c
    if wanted.since is not None:
        query = query.where(column.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(column.at < wanted.until)
    if wanted.fingerprint is not None:
        query = query.where(column.fingerprint == key(wanted.fingerprint))
    if wanted.name is not None:
        query = query.where(column.name == wanted.name)
    if wanted.severity is not None:
        query = query.where(func.lower(column.severity) == wanted.severity.lower())
    if wanted.deed is not None:
        query = query.where(column.deed == wanted.deed)
    if wanted.deeds:
        query = query.where(column.deed.in_(wanted.deeds))
    return query


def _line(row: Row[Any]) -> Line:
    values: list[Any] = list(row)
    values[-2:] = (msgspec.Raw(row.labels.encode()), msgspec.Raw(row.controls.encode() or b"null"))
    values.insert(2, _rfc3339(row.at))
    return Line(*values)


def _rfc3339(at: float) -> str:
    try:
        when = datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return when.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
