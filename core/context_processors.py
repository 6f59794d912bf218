"""What every public template may show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from core.languages import html_language
from core.selectors import find_agency

if TYPE_CHECKING:
    from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Give templates `html_lang` and the `agency` identity in the page's language (read only when shown).

    The record's middleware has read it with the site's version, and left it with the request.
    """
    language = get_language() or "en"
    read_in, agency = getattr(request, "agency_read", ("", None))
    if read_in != language:
        agency = SimpleLazyObject(lambda: find_agency(language))
    return {
        "html_lang": html_language(language),
        "language": language,
        "agency": agency,
    }
