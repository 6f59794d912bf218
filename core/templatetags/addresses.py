"""Template tags for addresses: the language switch, canonical and absolute addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.translation import get_language

from core.addresses import full_address, in_language, same_page
from core.languages import html_language, language_codes, language_name

if TYPE_CHECKING:
    from collections.abc import Mapping

register = template.Library()

register.filter("full_address", full_address)
register.filter("in_language", in_language)


@register.simple_tag(takes_context=True)
def language_links(context: Mapping[str, Any]) -> list[dict[str, object]]:
    """Return a link to this page in every language: `code`, `lang`, `name`, `url`, `is_current`.

    A page whose other languages are not at the same address under another prefix gives `language_addresses`.
    """
    request = context.get("request")
    addresses: Mapping[str, str] = context.get("language_addresses") or {}
    current = context.get("language") or get_language()
    return [
        {
            "code": code,
            "lang": html_language(code),
            "name": language_name(code),
            "url": addresses.get(code) or (same_page(request, code) if request else f"/{code}/"),
            "is_current": code == current,
        }
        for code in language_codes()
    ]
