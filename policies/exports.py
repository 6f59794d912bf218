"""An edition text as a file: the record in the formats of the text engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

if TYPE_CHECKING:
    from policies.models import EditionText

FORMATS: dict[str, Any] = {}


def export(text: EditionText, format_name: str) -> HttpResponse:
    """Return the text in one of `FORMATS`."""
    raise NotImplementedError(text, format_name)
