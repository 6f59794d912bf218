"""What belongs to the site as a whole: its root, its health, its map, and its error pages."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from cms.languages import address_language, preferred_language
from core.addresses import full_address, in_language
from core.dates import today
from core.languages import html_language, language_codes
from newsletters.queue_health import is_queue_stuck
from policies.selectors import list_policies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

logger = logging.getLogger("avow.cms")


# Root


@require_safe
def choose_language(request: HttpRequest) -> HttpResponse:
    """Send the reader to the home page in the language their browser prefers. Nothing is remembered."""
    response = HttpResponseRedirect(f"/{preferred_language(request)}/")
    patch_vary_headers(response, ["Accept-Language"])
    response["Cache-Control"] = "public, max-age=0, must-revalidate"
    return response


# Health


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the process is alive, and nothing else."""
    del request
    return _plain("ok\n")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers, its migrations are applied, and mail that waits is taken; else 503."""
    del request
    try:
        executor = MigrationExecutor(connection)
        is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        if is_migrated and is_queue_stuck(at=timezone.now()):
            return _plain("queue: mail is waiting and no worker runs\n", status=503)
    except DatabaseError:
        logger.exception("Not ready: the database does not answer.")
        return _plain("database: no answer\n", status=503)
    if not is_migrated:
        return _plain("database: migrations are missing\n", status=503)
    return _plain("ready\n")


def _plain(text: str, *, status: int = 200) -> HttpResponse:
    response = HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
    response["Cache-Control"] = "no-store"
    return response


# What crawlers read


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Allow everything that is worth an index, and name the sitemap (RFC 9309)."""
    del request
    lines = ["User-agent: *"]
    for code in language_codes():
        lines += [f"Disallow: /{code}/search/", f"Disallow: /{code}/policies/*/compare/"]
    lines += ["Allow: /", "", f"Sitemap: {full_address(reverse('sitemap'))}", ""]
    response = HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    return response


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every page of the texts in force, each with its other languages (sitemaps.org 0.9)."""
    del request
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
        *_sitemap_entries(),
        "</urlset>",
        "",
    ]
    response = HttpResponse("\n".join(lines), content_type="application/xml; charset=utf-8")
    response["Cache-Control"] = "public, max-age=0, must-revalidate, s-maxage=60"
    return response


def _sitemap_entries() -> Iterator[str]:
    first = language_codes()[0]
    everywhere = frozenset(language_codes())
    with override(first):
        pages = [(f"/{first}/", everywhere), (reverse("policies:list"), everywhere)]
        for current in list_policies(language=first, on=today()):
            slug = current.policy.slug
            pages += [
                (reverse("policies:current", args=[slug]), current.languages),
                (reverse("policies:history", args=[slug]), everywhere),
            ]
    for path, languages in pages:
        addresses = {code: full_address(in_language(path, code)) for code in language_codes() if code in languages}
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{html_language(code)}" href={quoteattr(address)}/>'
            for code, address in addresses.items()
        )
        for address in addresses.values():
            yield f"<url><loc>{address}</loc>{links}</url>"


# Errors, in the language of the address


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400."""
    del exception
    return _error(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    del exception
    return _error(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form without its token: one that was open too long, or sent from elsewhere."""
    logger.warning("A form was refused: %s", reason)
    with override(address_language(request)):
        sentence = _("The form was open too long or was sent from another site. Load its page again and repeat it.")
    return _error(request, 403, reason=sentence)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404."""
    del exception
    return _error(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 with a page that needs neither the database nor a session."""
    return _error(request, 500)


def _error(request: HttpRequest, status: int, *, reason: str = "") -> HttpResponse:
    language = address_language(request)
    with override(language):
        response = render(request, f"{status}.html", {"language": language, "reason": reason}, status=status)
    response["Content-Language"] = html_language(language)
    response["Cache-Control"] = "no-store" if status >= 500 else "public, max-age=0, must-revalidate"
    return response
