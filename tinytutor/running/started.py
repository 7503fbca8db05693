"""Which processes this one has started on purpose."""

from __future__ import annotations

started: set[int] = set()
"""Ids of those that it or its template has started; all other descendants are strays."""
