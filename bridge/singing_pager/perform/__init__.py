"""Performances: the pager as a player, from a terminal or from Python, without a bridge."""
