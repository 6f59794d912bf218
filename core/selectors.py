"""Reads over the site's own data."""

from __future__ import annotations

from core.languages import language_codes
from core.models import Agency
from core.prepared import PreparedQuery

_agency = PreparedQuery(lambda language: Agency.objects.filter(language=language), language="\N{REPLACEMENT CHARACTER}")


def find_agency(language: str) -> Agency | None:
    """Return the agency's identity card in `language`, or None when it has not been filled in."""
    return next(iter(_agency.run(language=language)), None)


def find_agency_or_other(language: str) -> Agency | None:
    """Return the card in `language`, else the first there is in the order of the settings; None when there is none."""
    cards = {card.language: card for card in Agency.objects.order_by("pk")}
    return next((cards[code] for code in (language, *language_codes()) if code in cards), None)
