"""What can be refused, and the sentence that says what to do instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wagtail.models import Page


class Refused(Exception):  # noqa: N818 -- an answer to an editor, not a fault of the program
    """An act that the record does not allow.

    `reason` is a translated sentence that names the remedy; `field` the form field it belongs to, if any; `page` the
    workshop page to go back to, if there is one.
    """

    def __init__(self, reason: str, *, field: str | None = None, page: Page | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.page = page


class EditionRefused(Refused):
    """A revision that cannot become an edition; nothing was written and the draft is untouched."""


class PageActionRefused(Refused):
    """A page action (unpublish, move, delete, alias …) that would harm the record."""
