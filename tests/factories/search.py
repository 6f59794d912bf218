"""The search index, as the commits of the services would have left it: tests roll back, and nothing commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from search.services import refresh_stale
from search.sources import SOURCES
from tests.factories.policies import at

if TYPE_CHECKING:
    import datetime as dt

NOW = at("2026-01-01")


def index(when: dt.datetime = NOW) -> int:
    """Bring the whole index up to date; return how many entries were written."""
    return sum(refresh_stale(source=source, at=when) for source in SOURCES)
