"""Signing in as one of the demo's staff: through the pages the first time, with the browser's cookies afterwards.

A code is taken once and changes every half minute, so that twenty journeys that each signed in anew would wait for ten.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from members.services.factors import code_at

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.e2e.site import Site

SIGN_IN = re.compile(r"/account/sign-in/")
_STEP = 30

_used: defaultdict[str, set[int]] = defaultdict(set)
_cookies: dict[tuple[str, str], list[Any]] = {}


def fresh_code(site: Site, name: str) -> str:
    """Return a code of the demo's app that `name` has not used, waiting for one if need be."""
    while True:
        now = time.time()
        step, passed = int(now) // _STEP, now % _STEP
        # The site takes the step before and after as well; the one before for a few seconds only.
        for candidate in (step, step + 1, *([step - 1] if passed < _STEP / 2 else [])):
            if candidate not in _used[name]:
                _used[name].add(candidate)
                return code_at(site.factor, candidate)
        time.sleep(1)


def sign_in(page: Page, site: Site, name: str, *, wanted: str = "/admin/") -> None:
    """Open `wanted` as the demo's `name`, which is the start of the address."""
    kept = _cookies.get((site.url, name))
    if kept:
        page.context.add_cookies(kept)
        page.goto(wanted)
        if not SIGN_IN.search(page.url):
            return
    fill_in(page, site, name, wanted=wanted)
    _cookies[site.url, name] = page.context.cookies()


def fill_in(page: Page, site: Site, name: str, *, wanted: str = "/admin/") -> None:
    """Sign in through the pages, as a person does."""
    page.goto(f"/en/account/sign-in/?next={wanted}")
    page.get_by_label("E-mail address").fill(f"{name}@ola.example")
    page.get_by_label("Passphrase").fill(site.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(fresh_code(site, name))
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"**{wanted}")
