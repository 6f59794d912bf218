"""SQL queries of each public page, nothing cached, counted while a real request is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from bench.demo import LANGUAGE, SLUG
from bench.rows import Row, at_most
from policies.middleware import page_store
from policies.models import Edition

if TYPE_CHECKING:
    from collections.abc import Mapping

CURRENT_BUDGET = 4
CACHED_BUDGET = 1


def measure() -> list[Row]:
    """Ask for every public page, twice where it is kept."""
    current = f"/{LANGUAGE}/policies/{SLUG}/"
    rows = [at_most("queries: policy page, nothing cached", count(current), CURRENT_BUDGET, unit="queries")]
    page_store.clear()
    with override_settings(AVOW_PAGE_CACHE=True):
        count(current, cached=True)
        rows.append(
            at_most("queries: policy page from memory", count(current, cached=True), CACHED_BUDGET, unit="queries")
        )
    rows += [Row(f"queries: {name}", f"{count(path)} queries") for name, path in public_pages().items()]
    return rows


def public_pages() -> Mapping[str, str]:
    """Return an address of each kind of public page but the current one."""
    base = f"/{LANGUAGE}/policies/{SLUG}/"
    first, second = Edition.objects.filter(policy__slug=SLUG).order_by("major", "minor", "pk")[:2]
    return {
        "home": f"/{LANGUAGE}/",
        "all policies": f"/{LANGUAGE}/policies/",
        "history": f"{base}history/",
        "feed": f"{base}history/feed.atom",
        "edition": f"{base}editions/{first.number}/",
        "edition as JSON": f"{base}editions/{first.number}/?format=json",
        "comparison": f"{base}compare/{first.number}...{second.number}/",
        "side by side": f"{base}with/zh-hant/",
        "search": f"/{LANGUAGE}/search/?q=data",
    }


def count(path: str, *, cached: bool = False) -> int:
    """Return how many queries the answer to `path` takes once the process is warm; it must be 200."""
    client = Client()
    with override_settings(AVOW_PAGE_CACHE=cached):
        client.get(path, secure=True)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path, secure=True)
    if response.status_code != 200:
        msg = f"{path} answers {response.status_code}"
        raise LookupError(msg)
    return len(queries)
