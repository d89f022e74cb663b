"""Alertmanager: what it posts (`webhook`), what it answers (`api`), and the desk brought to that (`reconciliation`)."""

from singing_pager.sources.alertmanager.webhook import Body, changes, decode

__all__ = ["Body", "changes", "decode"]
