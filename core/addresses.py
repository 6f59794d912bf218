"""Addresses of the site in its languages, and in full."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings

from core.languages import language_codes

if TYPE_CHECKING:
    from django.http import HttpRequest

#: Parameters that mean the same in every language and so are kept by the language switch.
_SHARED_PARAMETERS = ("view", "before", "q")
_LONGEST_VALUE = 200


def full_address(path: str) -> str:
    """Return `path` with the site's scheme and host, as set by `AVOW_BASE_URL`."""
    return f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{path}"


def in_language(path: str, language: str) -> str:
    """Return the address of the same page in `language`; of the home page when `path` has no language."""
    head, _slash, rest = path.removeprefix("/").partition("/")
    return f"/{language}/{rest}" if head in language_codes() else f"/{language}/"


def same_page(request: HttpRequest, language: str) -> str:
    """Return the address of the page that `request` asks for in `language`, with what its query selects."""
    kept = {
        name: request.GET[name]
        for name in _SHARED_PARAMETERS
        if name in request.GET and len(request.GET[name]) <= _LONGEST_VALUE
    }
    path = in_language(request.path, language)
    return f"{path}?{urlencode(kept)}" if kept else path
