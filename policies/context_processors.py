"""What every public page says of the policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from policies.selectors import has_privacy_policy

if TYPE_CHECKING:
    from django.http import HttpRequest


def footer(request: HttpRequest) -> dict[str, object]:
    """Give templates `has_privacy_policy`: whether there is one to link to in the page's language (asked when shown)."""
    del request
    language = get_language() or "en"
    return {"has_privacy_policy": SimpleLazyObject(lambda: has_privacy_policy(language=language))}
