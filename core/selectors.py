"""Reads over the site's own data."""

from __future__ import annotations

from core.models import Agency


def find_agency(language: str) -> Agency | None:
    """Return the agency's identity card in `language`, or None when it has not been filled in."""
    return Agency.objects.filter(language=language).order_by("pk").first()
