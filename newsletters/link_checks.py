"""Whether the links of a bulletin lead somewhere: those of this site are opened, others are asked for their head."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from django.http import Http404
from django.test import RequestFactory
from django.urls import Resolver404, resolve
from django.utils.translation import get_language_from_path, override

from newsletters.addresses import own_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: Links of others that are asked for; more would keep the editor waiting.
_MOST = 10
_SECONDS = 3.0
#: What servers answer who do not like to be asked for a head, or by a program.
_UNCLEAR = frozenset({401, 403, 405, 406, 429, 501})


class Finding(StrEnum):
    WORKS = "works"
    BROKEN = "broken"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class CheckedLink:
    url: str
    finding: Finding


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet: a link must not make us knock at our own doors."""
    return ipaddress.ip_address(address).is_global


def check_links(urls: Iterable[str], *, may_ask: Callable[[str], bool] = is_public) -> list[CheckedLink]:
    """Return what was found about each of `urls`, in their order; `may_ask` says which IP addresses may be asked."""
    found = []
    asked = 0
    for url in urls:
        path = own_path(url)
        if path != url:
            finding = Finding.WORKS if _is_there(path or "/") else Finding.BROKEN
        elif urlsplit(url).scheme not in {"http", "https"}:
            finding = Finding.WORKS
        elif asked >= _MOST:
            finding = Finding.UNCHECKED
        else:
            asked += 1
            finding = _ask(url, may_ask)
        found.append(CheckedLink(url, finding))
    return found


def _is_there(address: str) -> bool:
    """Open a page of this site, as a reader would, and look for the place on it that the link names."""
    path, _mark, fragment = address.partition("#")
    path, _mark, query = path.partition("?")
    request = RequestFactory().get(path, QUERY_STRING=query)
    with override(get_language_from_path(path)):
        try:
            match = resolve(unquote(path))
            response = match.func(request, *match.args, **match.kwargs)
            if hasattr(response, "render"):
                response.render()
        except (Resolver404, Http404):
            return False
    if response.status_code >= 400:
        return False
    return not fragment or response.streaming or f'id="{fragment}"'.encode() in response.content


def _ask(url: str, may_ask: Callable[[str], bool]) -> Finding:
    """Ask for the head of a page, without following where it leads."""
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)[0][4][0]
        if not may_ask(str(address)):
            return Finding.UNCHECKED
        connection = _Connection(parts.hostname or "", port, str(address), is_secure=parts.scheme == "https")
        connection.request("HEAD", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}")
        status = connection.getresponse().status
        connection.close()
    except (OSError, ValueError, http.client.HTTPException):
        return Finding.UNCHECKED  # no network, no such name, a certificate of their own: a person must look
    if status < 400 or status in _UNCLEAR:
        return Finding.WORKS if status < 400 else Finding.UNCHECKED
    return Finding.BROKEN if status < 500 else Finding.UNCHECKED


class _Connection(http.client.HTTPConnection):
    """Connects to the very address that was looked at, whatever the name leads to a moment later."""

    def __init__(self, host: str, port: int, address: str, *, is_secure: bool) -> None:
        super().__init__(host, port, timeout=_SECONDS)
        self._address = address
        self._context = ssl.create_default_context() if is_secure else None

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), timeout=_SECONDS)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)
