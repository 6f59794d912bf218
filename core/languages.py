"""The languages of the site: codes in addresses, in HTML, and their names in themselves."""

from __future__ import annotations

from django.conf import settings

#: BCP 47 tags for HTML and feeds by the code used in addresses (RFC 5646: script subtags in title case).
_HTML = {"zh-hant": "zh-Hant", "zh-hans": "zh-Hans"}


def language_codes() -> tuple[str, ...]:
    """Return the codes of all languages of the site, in the order of the settings."""
    return tuple(code for code, _name in settings.LANGUAGES)


def html_language(code: str) -> str:
    """Return the BCP 47 tag for `code` as `lang` attributes write it."""
    return _HTML.get(code.lower(), code)


def text_direction(code: str) -> str:
    """Return `ltr` or `rtl`, as `dir` attributes write it."""
    return "rtl" if code in settings.LANGUAGES_BIDI else "ltr"


def language_name(code: str) -> str:
    """Return the name of the language in that language itself, or the code when it is not one of the site's."""
    return dict(settings.LANGUAGES).get(code, code)
