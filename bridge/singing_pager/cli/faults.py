"""What the pager finds wrong, as a terminal is told it."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from singing_pager.errors import PagerError

__all__ = ["faults_told"]


class _Fault(click.ClickException):
    """What was set up wrongly: starting again would not mend it."""

    exit_code = 2


@contextmanager
def faults_told() -> Iterator[None]:
    """Turn what the pager finds wrong into a clear answer and an exit code."""
    try:
        yield
    except PagerError as error:
        raise _Fault(str(error)) from error
