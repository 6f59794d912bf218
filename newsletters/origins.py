"""From where somebody asked for something: as much as proves it later, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.browsers import browser_family
from core.networks import client_network

if TYPE_CHECKING:
    from django.http import HttpRequest

_LONGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Origin:
    """The network a request came from, the browser's family without its version, and the page, without its token."""

    network: str = ""
    browser: str = ""
    page: str = ""


def request_origin(request: HttpRequest, *, page: str) -> Origin:
    """Return where `request` came from; `page` names the form."""
    family = browser_family(request.headers.get("User-Agent", ""))
    return Origin(network=client_network(request), browser=family, page=page[:_LONGEST_PAGE])
