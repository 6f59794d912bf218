"""The PostgreSQL that starts by itself when DATABASE_URL is unset: for trial, development and tests only.

The first process that needs it starts it, every process that uses it holds a shared lock, and the last one to leave
stops it. The kernel drops the locks of a killed process, so what it left running is reused, or stopped, by the next.
"""

from cms.embedded.errors import EmbeddedDatabaseError
from cms.embedded.holding import ensure_running

__all__ = ["EmbeddedDatabaseError", "ensure_running"]
