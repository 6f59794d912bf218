"""Serving the record from memory, and turning refusals into words."""

from __future__ import annotations

import hashlib
import logging
import re
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.contrib import messages
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.urls import resolve
from django.utils.http import parse_etags, parse_http_date_safe

from core.dates import today
from core.models import SiteVersion
from core.selectors import read_version_and_agency
from policies.admin_views.guarded import find_refusal
from policies.errors import Refused
from policies.page_cache import PageStore, StoredPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.urls import ResolverMatch

logger = logging.getLogger("avow.policies")

#: The namespace of the record's addresses, and what they have after the language.
APP_NAME = "policies"
#: Caches may keep a page for one second; browsers ask every time.
CACHE_CONTROL = "public, max-age=0, must-revalidate, s-maxage=1"
_MAX_BYTES = 64 * 1024 * 1024
_MAX_QUERY = 200
_KEPT_ADDRESSES = 4096
_PARAMETERS = frozenset({"view", "format", "before", "sequence"})
#: Headers that are set anew for every answer, or that must never be given to a second reader.
_OWN_HEADERS = frozenset({"cache-control", "content-encoding", "content-length", "date", "etag", "set-cookie", "vary"})

page_store = PageStore(max_bytes=_MAX_BYTES)


class RecordCacheMiddleware:
    """Answers public pages of the record with validators, from memory when the site's version has not moved.

    A page in memory costs one query, for the version: it is moved inside the publishing transaction, so a reader sees
    a new edition with the first request after the commit, in every process. When the database cannot be reached, the
    last page known is served with a `Warning` (RFC 7234 §5.5), because a policy in force must stay readable.

    Stands first: a page is kept with all headers that the others set, so that none of them has to run again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        codes = "|".join(re.escape(code) for code, _name in settings.LANGUAGES)
        self._public = re.compile(rf"/(?:{codes})/(?:policies/.*|bulletins/(?:[0-9]+/|topics/.*))?")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = self._find_address(request)
        if address is None:
            return self.get_response(request)
        stored = page_store.find(address) if settings.AVOW_PAGE_CACHE else None
        second = int(time.time())
        try:
            version = _read_version(request, is_to_be_written=stored is None)
        except (OperationalError, InterfaceError):
            if stored is None:
                return self.get_response(request)  # fails in turn, and is answered with every header
            logger.warning("The database does not answer; a page from memory was served.")
            return _respond(request, stored, second=second, is_stale=True)
        if stored is None or stored.version != version:
            response = self.get_response(request)
            if response.status_code != 200 or response.streaming or response.cookies:
                return response
            stored = _store(version, response)
            if settings.AVOW_PAGE_CACHE:
                page_store.put(address, stored)
        return _respond(request, stored, second=second)

    def _find_address(self, request: HttpRequest) -> str | None:
        """Return what the page is kept under; None when the request is not for a page of the record."""
        if request.method not in {"GET", "HEAD"} or not self._public.fullmatch(request.path_info):
            return None
        if _is_preview(request):
            return None
        is_secure = request.is_secure()
        if settings.SECURE_SSL_REDIRECT and not is_secure:
            return None
        query = request.META.get("QUERY_STRING", "")
        if query and not _is_known_query(query):
            return None
        # Strict-Transport-Security is among the headers kept, and is for secure answers only.
        return f"{'https' if is_secure else 'http'}:{request.path_info}?{query}"


def _is_preview(request: HttpRequest) -> bool:
    """Whether Wagtail asks for a draft: it does so at the address of what is public, and marks the request."""
    return getattr(request, "is_dummy", False)


def _is_known_query(query: str) -> bool:
    if len(query) > _MAX_QUERY:
        return False
    return all(name in _PARAMETERS for name, _value in parse_qsl(query, keep_blank_values=True))


def _read_version(request: HttpRequest, *, is_to_be_written: bool) -> tuple[object, ...]:
    """Return what a page depends on besides its address: the site's version, and the day, since editions come into force.

    For a page that will have to be written the agency's card comes with it, for `core.context_processors`.
    """
    # The query itself shows whether the connection lives, so Django need not ask that first.
    connection.health_check_done = True  # type: ignore[attr-defined] # the stubs lack it
    try:
        return _read_number(request, is_to_be_written=is_to_be_written), today()
    except (OperationalError, InterfaceError):
        connection.close()  # a connection that the server dropped looks the same: a second try opens a new one
        return _read_number(request, is_to_be_written=is_to_be_written), today()


def _read_number(request: HttpRequest, *, is_to_be_written: bool) -> int:
    if not is_to_be_written:
        return SiteVersion.current()
    language = request.path_info.split("/")[1]
    number, agency = read_version_and_agency(language)
    request.agency_read = (language, agency)  # type: ignore[attr-defined] # ours
    return number


def _store(version: tuple[object, ...], response: HttpResponse) -> StoredPage:
    body = response.content
    headers = {name: value for name, value in response.items() if name.lower() not in _OWN_HEADERS}
    return StoredPage(version, body, headers, hashlib.sha256(body).hexdigest()[:32])


def _respond(request: HttpRequest, page: StoredPage, *, second: int, is_stale: bool = False) -> HttpResponse:
    use_gzip = "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
    etag = f'"{page.etag}-gz"' if use_gzip else f'"{page.etag}"'
    wanted = request.META.get("HTTP_IF_NONE_MATCH")
    headers = {
        **page.headers,
        "ETag": etag,
        "Cache-Control": CACHE_CONTROL,
        "Vary": "Accept-Encoding",
        # nginx counts in whole seconds, and s-maxage=1 would let it show a page for nearly two: until the end of the
        # second in which the request came is never longer than one. nginx takes the header off.
        "X-Accel-Expires": f"@{second}",
    }
    if is_stale:
        headers["Warning"] = '110 - "Response is stale"'
    if _matches(wanted, etag) if wanted else _is_unmodified(request, page):
        headers.pop("Content-Type", None)
        return HttpResponseNotModified(headers=headers)
    body = page.body
    if use_gzip:
        body = page.compressed
        headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(body))
    return HttpResponse(b"" if request.method == "HEAD" else body, headers=headers)


def _is_unmodified(request: HttpRequest, page: StoredPage) -> bool:
    """Whether a page that says when it was modified was not since the reader's copy (RFC 9110 §13.1.3)."""
    since, modified = request.META.get("HTTP_IF_MODIFIED_SINCE"), page.headers.get("Last-Modified")
    if not since or not modified:
        return False
    known = parse_http_date_safe(since)
    return known is not None and known >= (parse_http_date_safe(modified) or 0)


def _matches(wanted: str, etag: str) -> bool:
    """Compare weakly (RFC 9110 §13.1.2): proxies weaken the tags of what they compress."""
    return any(candidate in {"*", etag} or candidate == f"W/{etag}" for candidate in parse_etags(wanted))


@lru_cache(maxsize=_KEPT_ADDRESSES)
def _find_view(path: str, urlconf: str) -> ResolverMatch:
    """Return what Django finds for an address, which names its language and so is the same for everybody."""
    return resolve(path, urlconf)


class RecordPagesMiddleware:
    """Answers addresses of the record at once, without sessions, accounts, forms and messages.

    No page of the record may hang on who asks. Here none can: a view that asked for the reader would fail.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _root, _language, section, *_rest = [*request.path_info.split("/", 3), "", ""]
        if section != APP_NAME or _is_preview(request):
            return self.get_response(request)
        match = _find_view(request.path_info, settings.ROOT_URLCONF)
        if match.namespace != APP_NAME:  # a page of Wagtail's further down
            return self.get_response(request)
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response


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
