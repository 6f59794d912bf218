"""Reads over the site's own data."""

from __future__ import annotations

from django.db.models import Subquery

from core.languages import language_codes
from core.models import Agency, SiteVersion
from core.prepared import PreparedQuery

_LANGUAGE = "\N{REPLACEMENT CHARACTER}"
_agency = PreparedQuery(lambda language: Agency.objects.filter(language=language), language=_LANGUAGE)
_agency_and_version = PreparedQuery(
    lambda language: Agency.objects.filter(language=language).annotate(
        version=Subquery(SiteVersion.objects.filter(pk=1).values("number"))
    ),
    language=_LANGUAGE,
)


def find_agency(language: str) -> Agency | None:
    """Return the agency's identity card in `language`, or None when it has not been filled in."""
    return next(iter(_agency.run(language=language)), None)


def read_version_and_agency(language: str) -> tuple[int, Agency | None]:
    """Return the site's version with the agency's card: what every page that is written anew needs (1 query, 2 without a card)."""
    for card in _agency_and_version.run(language=language):
        version: int | None = card.version  # type: ignore[attr-defined] # annotated
        return version or 0, card
    return SiteVersion.current(), None


def find_agency_or_other(language: str) -> Agency | None:
    """Return the card in `language`, else the first there is in the order of the settings; None when there is none."""
    cards = {card.language: card for card in Agency.objects.order_by("pk")}
    return next((cards[code] for code in (language, *language_codes()) if code in cards), None)
