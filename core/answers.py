"""Answers that come before the work that was asked for, so that nobody can tell from the time it takes what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Callable


class AnsweredFirst(HttpResponse):
    """An answer after which something is still to be done: `act` runs when all of it has been sent."""

    act: Callable[[], object] | None = None

    def close(self) -> None:
        """Do what is to be done, once, then what ends a request."""
        act, self.act = self.act, None
        try:
            if act is not None:
                act()
        finally:
            super().close()
