"""Serving the record from memory, and turning refusals into words."""

from __future__ import annotations

import hashlib
import logging
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.contrib import messages
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.utils.http import parse_etags

from core.dates import today
from core.models import SiteVersion
from policies.admin_views.guarded import find_refusal
from policies.errors import Refused
from policies.page_cache import PageStore, StoredPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

logger = logging.getLogger("avow.policies")

#: Caches may keep a page for one second, and go on showing it for one more while they fetch the new one; browsers ask every time.
CACHE_CONTROL = "public, max-age=0, must-revalidate, s-maxage=1"
_MAX_BYTES = 64 * 1024 * 1024
_MAX_QUERY = 200
_PARAMETERS = frozenset({"view", "format", "before", "sequence"})
_KEPT_HEADERS = ("Content-Type", "Content-Language", "Last-Modified", "Link", "Content-Disposition", "X-Robots-Tag")

page_store = PageStore(max_bytes=_MAX_BYTES)


class RecordCacheMiddleware:
    """Answers public pages of the record with validators, from memory when the site's version has not moved.

    A page in memory costs one query, for the version: it is moved inside the publishing transaction, so a reader sees
    a new edition with the first request after the commit, in every process. When the database cannot be reached, the
    last page known is served with a `Warning` (RFC 7234 §5.5), because a policy in force must stay readable.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        codes = "|".join(re.escape(code) for code, _name in settings.LANGUAGES)
        self._public = re.compile(rf"/(?:{codes})/(?:policies/.*)?")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"} or not self._public.fullmatch(request.path_info):
            return self.get_response(request)
        query = request.META.get("QUERY_STRING", "")
        if not _is_known_query(query):
            return self.get_response(request)
        address = f"{request.path_info}?{query}"
        stored = page_store.find(address) if settings.AVOW_PAGE_CACHE else None
        try:
            version = _read_version()
        except (OperationalError, InterfaceError):
            if stored is None:
                raise
            logger.warning("The database does not answer; a page from memory was served.")
            return _respond(request, stored, is_stale=True)
        if stored is None or stored.version != version:
            response = self.get_response(request)
            if response.status_code != 200 or response.streaming or response.has_header("Set-Cookie"):
                return response
            stored = _store(version, response)
            if settings.AVOW_PAGE_CACHE:
                page_store.put(address, stored)
        return _respond(request, stored, is_stale=False)


def _is_known_query(query: str) -> bool:
    if not query:
        return True
    if len(query) > _MAX_QUERY:
        return False
    return all(name in _PARAMETERS for name, _value in parse_qsl(query, keep_blank_values=True))


def _read_version() -> tuple[object, ...]:
    """Return what a page depends on besides its address: the site's version, and the day, since editions come into force."""
    try:
        return SiteVersion.current(), today()
    except (OperationalError, InterfaceError):
        connection.close()  # a connection that the server dropped looks the same: a second try opens a new one
        return SiteVersion.current(), today()


def _store(version: tuple[object, ...], response: HttpResponse) -> StoredPage:
    body = response.content
    headers = {name: response[name] for name in _KEPT_HEADERS if response.has_header(name)}
    return StoredPage(version, body, headers, hashlib.sha256(body).hexdigest()[:32])


def _respond(request: HttpRequest, page: StoredPage, *, is_stale: bool) -> HttpResponse:
    use_gzip = "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
    etag = f'"{page.etag}-gz"' if use_gzip else f'"{page.etag}"'
    wanted = request.META.get("HTTP_IF_NONE_MATCH")
    response: HttpResponse
    if wanted and _matches(wanted, etag):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(page.compressed if use_gzip else page.body, headers=page.headers)
        response["Content-Length"] = str(len(response.content))
        if use_gzip:
            response["Content-Encoding"] = "gzip"
    response["ETag"] = etag
    response["Cache-Control"] = CACHE_CONTROL
    response["Vary"] = "Accept-Encoding"
    response["X-Frame-Options"] = settings.X_FRAME_OPTIONS
    if is_stale:
        response["Warning"] = '110 - "Response is stale"'
    return response


def _matches(wanted: str, etag: str) -> bool:
    """Compare weakly (RFC 9110 §13.1.2): proxies weaken the tags of what they compress."""
    return any(candidate in {"*", etag} or candidate == f"W/{etag}" for candidate in parse_etags(wanted))


class RefusalMiddleware:
    """Turns a refusal raised in the admin into a message on the page it came from; the draft is kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, _arguments: object, named: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse Wagtail's addresses for what the menus of a policy page do not offer."""
        refusal = find_refusal(request, named)
        return self.process_exception(request, refusal) if refusal is not None else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Redirect to the editor of the page, or to the admin's home, with the reason."""
        if not isinstance(exception, Refused):
            return None
        messages.error(request, exception.reason)
        if exception.page is not None and exception.page.pk:
            return redirect("wagtailadmin_pages:edit", exception.page.pk)
        return redirect("wagtailadmin_home")
