"""A real Chromium at a real server, for the browser journeys."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.test import override_settings
from playwright.sync_api import sync_playwright

from tests import template_database as databases
from tests.e2e import signing_in
from tests.e2e.mailbox import Mailbox
from tests.e2e.site import Site, mail_worker, served_demo
from tests.e2e.states import make_announced_policy, make_lagging_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django.plugin import DjangoDbBlocker

PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# No sandbox: CI runs as root. The others keep Chromium from looking for hosts outside this machine.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = {"width": 1280, "height": 800}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every journey as one."""
    for item in items:
        if "tests/e2e/" in item.path.as_posix():
            item.add_marker(pytest.mark.e2e)
            # One process drives the browser and its server, while others run everything else.
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    program = os.environ.get("AVOW_CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("no Chromium on this machine: install one, or name it in AVOW_CHROMIUM")
    # Playwright keeps an event loop in this thread, in which Django would refuse to use the database.
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield chromium
        chromium.close()
    patch.undo()


@pytest.fixture(scope="session")
def site(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The demo agency, served for the whole run. A journey that writes does so in policies of its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    with django_db_blocker.unblock(), served_demo(worker=worker, files=tmp_path_factory.mktemp("site")) as served:
        yield served


@pytest.fixture(scope="session")
def in_site_database(site: Site, django_db_blocker: DjangoDbBlocker) -> Callable[[], AbstractContextManager[None]]:
    """Return a context in which this process works in the database of the served site, under its address, and commits."""

    @contextmanager
    def work() -> Iterator[None]:
        address = override_settings(WAGTAILADMIN_BASE_URL=site.url)
        with address, django_db_blocker.unblock(), databases.connected_to(site.database):
            yield

    return work


@pytest.fixture(scope="session")
def states(in_site_database: Callable[[], AbstractContextManager[None]]) -> None:
    """The states of a policy that the demo does not have."""
    with in_site_database():
        make_lagging_policy("lagging")
        make_announced_policy("announced")


@pytest.fixture(scope="session")
def mailbox(site: Site) -> Iterator[Mailbox]:
    """Everybody's mail from the served site, sent by a worker that runs from the first journey on that asks for it."""
    with mail_worker(site):
        yield Mailbox(site.outbox)


@pytest.fixture
def new_context(browser: Browser, site: Site) -> Iterator[Callable[..., BrowserContext]]:
    """Open browser contexts at the site with any of Playwright's options; what their scripts throw fails the test."""
    contexts: list[BrowserContext] = []
    thrown: list[str] = []

    def open_context(**options: object) -> BrowserContext:
        context = browser.new_context(**{"base_url": site.url, "locale": "en-GB", "viewport": WIDE, **options})  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        context.on("weberror", lambda error: thrown.append(str(error.error)))
        contexts.append(context)
        return context

    yield open_context
    for context in contexts:
        context.close()
    assert not thrown, f"the page's scripts threw: {thrown}"


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """A page in a context of its own: 1280 × 800, scripts on, the site as base address."""
    return new_context().new_page()


@pytest.fixture
def sign_in(site: Site) -> Callable[[Page, str], None]:
    """Return what opens the admin as one of the demo's staff, named by the start of the address."""
    return lambda page, name: signing_in.sign_in(page, site, name)
