"""What the pages of the record share: the reader's language, and answers to what is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.addresses import in_language, path_of
from core.languages import html_language, language_codes, language_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from policies.models import Edition


@dataclass(frozen=True, slots=True)
class Link:
    """Where to go instead; `lang` is set when the text of the link is in another language than the page."""

    url: str
    text: str
    lang: str = ""


def reader_language() -> str:
    """Return the code of the language of the address."""
    return get_language() or language_codes()[0]


def not_found(request: HttpRequest, reason: str, *, links: Iterable[Link] = ()) -> HttpResponse:
    """Answer 404 with a sentence that says what is missing and links to what is there."""
    return _answer(request, 404, reason, links)


def bad_request(request: HttpRequest, reason: str, *, links: Iterable[Link] = ()) -> HttpResponse:
    """Answer 400 with a sentence that says what can be asked for instead."""
    return _answer(request, 400, reason, links)


def no_such_edition(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """Answer that no edition has that number."""
    reason = _("This policy has no edition %(number)s.") % {"number": number}
    return not_found(request, reason, links=[history_link(slug)])


def not_in_language(request: HttpRequest, *, title: str, languages: Iterable[str], slug: str) -> HttpResponse:
    """Answer that what was asked for has no text in the reader's language, with links to the languages it has."""
    others = [code for code in language_codes() if code in set(languages) and code != reader_language()]
    links = [Link(in_language(request.path, code), language_name(code), html_language(code)) for code in others]
    return not_found(request, title, links=[*links, history_link(slug)])


def history_link(slug: str) -> Link:
    """Return a link to all editions of a policy."""
    return Link(path_of("policies:history", slug), _("All editions of this policy"))


def edition_link(edition: Edition) -> Link:
    """Return a link to an edition in the reader's language."""
    address = path_of("policies:edition", edition.policy.slug, edition.number)
    return Link(address, _("Edition %(number)s") % {"number": edition.number})


def alternates(path: str, languages: Iterable[str]) -> list[dict[str, str]]:
    """Return the addresses of a page in every language that has its text, for `hreflang`."""
    has_text = set(languages)
    return [
        {"lang": html_language(code), "path": in_language(path, code)} for code in language_codes() if code in has_text
    ]


def _answer(request: HttpRequest, status: int, reason: str, links: Iterable[Link]) -> HttpResponse:
    context: dict[str, Any] = {"reason": reason, "links": list(links)}
    response = render(request, f"{status}.html", context, status=status)
    response["Cache-Control"] = "public, max-age=0, must-revalidate"
    return response
