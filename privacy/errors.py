"""Why something about a request is not done."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class RequestRefused(Exception):  # noqa: N818 -- an answer to an officer, not a fault of the program
    """An act on a request that cannot be done now; `reason` says what to do instead."""

    def __init__(self, reason: _StrPromise) -> None:
        super().__init__()
        self._reason = reason

    @property
    def reason(self) -> str:
        """The sentence for the officer."""
        return str(self._reason)
