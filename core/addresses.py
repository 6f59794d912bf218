"""Addresses of the site in its languages, and in full."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language, override

from core.languages import language_codes

if TYPE_CHECKING:
    from django.http import HttpRequest

#: Parameters that mean the same in every language and so are kept by the language switch.
_SHARED_PARAMETERS = ("view", "before", "q")
_LONGEST_VALUE = 200
_KEPT = 4096


def path_of(view: str, *arguments: object) -> str:
    """Return the path of a public view in the active language.

    Django works a path out anew each time, some twenty for a page of the record; of the same parts it is always the same.
    """
    return path_in(get_language(), view, *arguments)


def path_in(language: str | None, view: str, *arguments: object) -> str:
    """Return the path of a public view in a language."""
    return _reverse(view, arguments, language, get_script_prefix(), settings.ROOT_URLCONF)


@lru_cache(maxsize=_KEPT)
def _reverse(view: str, arguments: tuple[object, ...], language: str | None, prefix: str, urlconf: str) -> str:
    del prefix  # `reverse` reads it from the thread
    with override(language):
        return reverse(view, urlconf=urlconf, args=arguments)


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
