"""The Singing Pager: hear your systems."""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("singing-pager")
