"""Which language a request is answered in: that of the address, else the one the browser prefers. Nothing is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import get_language_from_path, get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

from core.languages import language_codes

if TYPE_CHECKING:
    from django.http import HttpRequest


def preferred_language(request: HttpRequest) -> str:
    """Return the language of the site that `Accept-Language` (RFC 9110 §12.5.4) prefers, else the default one."""
    for tag, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if tag == "*":
            break
        # Every reader of Chinese is better served by 正體中文 than by English.
        if tag.split("-", maxsplit=1)[0] == "zh" and "zh-hant" in language_codes():
            return "zh-hant"
        try:
            return get_supported_language_variant(tag)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def address_language(request: HttpRequest) -> str:
    """Return the language of the address, else the one that the browser prefers."""
    return get_language_from_path(request.path_info) or preferred_language(request)
