"""The engine of the public pages: Jinja2, with what every page may call (docs/adr/0007-public-pages-are-compiled-templates.md).

Admin pages and mail stay Django templates.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.templatetags.static import static as find_static
from django.utils import html, timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext, npgettext, pgettext
from jinja2 import StrictUndefined, Undefined, pass_context
from wagtail.templatetags.wagtailcore_tags import richtext

from core.addresses import full_address, in_language, path_in, same_page
from core.dates import civil_date, format_date
from core.jinja.languages import CompiledWords, LanguageEnvironment
from core.languages import html_language, language_codes, language_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment
    from jinja2.runtime import Context

#: What a page may give to `base.html`, and what it has when it does not.
PAGE_DEFAULTS: dict[str, object] = {
    "agency": None,
    "alternates": (),  # of `lang` and `path`, for hreflang
    "canonical": "",  # the path of the page's one address
    "feed": "",
    "feed_title": "",  # where it is not of the editions of a policy
    "has_privacy_policy": False,
    "is_hidden": False,  # from search engines
    "language_addresses": {},  # paths by language, where the page is not at the same path in another language
    "links": (),  # of an error page: where to go instead
    "reason": "",  # of an error page, in the reader's words
}


def environment(**options: Any) -> Environment:
    """Return the environment in which public templates are compiled."""
    # A name that no view gives fails in a test, and leaves a gap on a page that must stay readable.
    options["undefined"] = StrictUndefined if settings.DEBUG or settings.AVOW_STRICT_TEMPLATES else Undefined
    made = LanguageEnvironment(**options, trim_blocks=True, lstrip_blocks=True, extensions=[CompiledWords])
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(  # type: ignore[attr-defined] # the extension's own
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    made.globals |= PAGE_DEFAULTS | {
        "civil_moment": civil_moment,
        "language_links": language_links,
        "static": static,
    }
    made.of_language = {"civil_time": _civil_time_in, "url": path_in}
    made.filters |= {
        "full_address": full_address,
        "html_language": html_language,
        "in_language": in_language,
        "language_name": language_name,
        "linebreaks": linebreaks,
        "richtext": richtext,
    }
    return made


@lru_cache
def static(path: str) -> str:
    """Return the address of a static file, which stays the same for as long as the process lives."""
    return str(find_static(path))


def civil_time(day: dt.date | dt.datetime | None, language: str | None = None) -> str | SafeString:
    """Write a day in full inside `<time datetime>`; an instant is written as its day in Taipei; None as nothing."""
    return _civil_time_in(language or get_language() or "en", day)


def _civil_time_in(active: str, day: dt.date | dt.datetime | None, language: str | None = None) -> str | SafeString:
    if day is None:
        return ""
    if isinstance(day, dt.datetime):
        day = civil_date(day)
    return _write_day(day, language or active)


@lru_cache(maxsize=4096)
def _write_day(day: dt.date, language: str) -> SafeString:
    text = format_date(day, language)
    return mark_safe(f'<time datetime="{day.isoformat()}">{text}</time>')  # noqa: S308 -- digits and names of months


def civil_moment(moment: dt.datetime, language: str | None = None) -> SafeString:
    """Write an instant as day and minute in Taipei, inside `<time datetime>`."""
    local = timezone.localtime(moment)
    text = f"{format_date(local.date(), language or get_language() or 'en')} {local:%H:%M}"
    return mark_safe(f'<time datetime="{local.isoformat(timespec="minutes")}">{text}</time>')  # noqa: S308 -- as above


def linebreaks(text: str) -> SafeString:
    """Write plain text as paragraphs."""
    return mark_safe(html.linebreaks(text, autoescape=True))  # noqa: S308 -- escaped by Django


@pass_context
def language_links(context: Context | Mapping[str, Any]) -> list[dict[str, object]]:
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
