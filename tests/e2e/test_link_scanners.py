"""What fetches and renders every link of every mail, as scanners of mail do, changes nothing; only a button acts."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urldefrag
from urllib.request import Request, urlopen

import pytest
from django.db import connection
from django.utils import timezone
from psycopg import sql

from newsletters.choices import Frequency, MailingKind
from newsletters.engine.options import EngineOptions
from newsletters.engine.relays import relays_from_settings
from newsletters.engine.worker import Worker
from newsletters.models import Delivery, Subscription, SubscriptionRequest
from newsletters.services.bulletins import send_bulletin, send_test
from newsletters.services.due import run_daily_matters, run_due
from newsletters.views import unsubscribe as unsubscribe_pages
from tests.e2e.mailbox import Letter, Mailbox
from tests.e2e.states import make_alert
from tests.factories.members import UserFactory
from tests.factories.newsletters import make_topic, name_topic
from tests.factories.policies import make_bilingual_policy
from tests.newsletters.bulletins import approve, approved_bulletin, make_bulletin
from tests.newsletters.signing_up import confirm, sign_up

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)

LANGUAGES = ("en", "zh-hant")
#: Pages of a mail's links that have a button, by a part of their address.
WITH_BUTTON = ("/bulletins/confirm/", "/bulletins/not-me/", "/bulletins/undo/", "/bulletins/preferences/", "/u/")


@pytest.fixture
def letters(live_server: LiveServer, settings: Any, tmp_path: Any) -> list[Letter]:
    """Every kind of mail in every language, made and sent as they are made and sent, with links that still work."""
    settings.WAGTAILADMIN_BASE_URL = live_server.url
    settings.AVOW_OUTBOX = tmp_path / "outbox"
    now = timezone.now()
    before = now - dt.timedelta(hours=30)  # a digest's period has ended since, and no mail has expired
    news, chinese_only = name_topic(make_topic()), name_topic(make_topic(required_languages=["zh-hant"]))
    policy = make_bilingual_policy()
    for language in LANGUAGES:
        for number, topics in enumerate(((news,), (news, chinese_only, policy.alert_topic))):
            request = sign_up(*topics, address=f"{language}{number}@readers.example", locale=language, at=before)
            assert request is not None
            confirm(request, at=before)
            sign_up(topics[0], address=f"{language}{number}@readers.example", locale=language, at=before)
        sign_up(news, address=f"{language}-asked@readers.example", locale=language, at=now)
    Subscription.objects.filter(subscriber__address__contains="0@").update(frequency=Frequency.DAILY)
    editor = UserFactory(email="en1@readers.example")
    make_alert(policy)
    source = make_bulletin(chinese_only, slug="chinese", author=editor)
    approve(source)
    for page in (source, approved_bulletin(news, author=editor)):
        send_bulletin(page=page, user=UserFactory(first_name="Mei-hui", last_name="Chen"), at=before)
    send_test(page=source, user=editor, at=now)
    run_due(at=before)
    run_daily_matters(at=now)
    run_due(at=now)
    send_all()
    found = Mailbox(settings.AVOW_OUTBOX).letters()
    assert len(found) == Delivery.objects.count()
    assert set(Delivery.objects.values_list("mailing__kind", flat=True)) == set(MailingKind.values)
    return found


def send_all() -> None:
    options = EngineOptions(connections=1, once=True, poll=0.1)
    worker = threading.Thread(target=Worker(relays_from_settings(1), options).run)
    worker.start()
    worker.join(60)
    assert not worker.is_alive()


#: Comparisons are worked out once for each pair of digests, whoever asks first.
KEPT_WORK = {"policies_textcomparison"}


def state_of_database() -> dict[str, str]:
    """Return a digest of all rows of each table, but for what is only kept to be quick."""
    digest = "SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {} t"
    found = {}
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) - KEPT_WORK:
            cursor.execute(sql.SQL(digest).format(sql.Identifier(table)))
            found[table] = cursor.fetchone()[0]
    return found


def links_of(letters: list[Letter], site: str) -> list[str]:
    found = sorted(
        {urldefrag(link).url for letter in letters for link in letter.links() if link.startswith(f"{site}/")}
    )
    assert all(any(part in link for link in found) for part in WITH_BUTTON), found
    return found


def fetch(link: str, method: str) -> int:
    try:
        answer = urlopen(Request(link, method=method), timeout=30)  # noqa: S310 -- our own address
    except HTTPError as error:
        answer = error
    with answer:
        answer.read()
        return int(answer.status)


def scan(browser: Browser, links: list[str]) -> list[str]:
    """Ask for every link in each way that changes nothing, and look at its page with scripts on; return those with a button."""
    context = browser.new_context()
    page = context.new_page()
    with_button = []
    for link in links:
        head, got, options = (fetch(link, method) for method in ("HEAD", "GET", "OPTIONS"))
        assert (link, head, got) == (link, 200, 200)
        assert options in {200, 204, 405}
        page.goto(link, wait_until="networkidle")
        if page.locator("main form[method=post] button").count():
            with_button.append(link)
    assert context.cookies() == []
    context.close()
    return with_button


def test_every_link_of_every_mail_may_be_looked_at(
    browser: Browser, letters: list[Letter], live_server: LiveServer
) -> None:
    links = links_of(letters, live_server.url)
    before = state_of_database()
    with_button = scan(browser, links)
    assert state_of_database() == before
    # There was something to do behind links of every kind, and nothing did it.
    assert all(any(part in link for link in with_button) for part in WITH_BUTTON), with_button
    assert Subscription.objects.filter(ended_at=None).count() == 2 * (1 + 3)
    assert SubscriptionRequest.objects.filter(confirmed_at=None, refused_at=None).count() == len(LANGUAGES)


def test_a_get_that_acts_is_found(
    browser: Browser, letters: list[Letter], live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plant what must not be: the page of a link unsubscribes when it is only asked for."""
    show = unsubscribe_pages._show

    def act_and_show(request: Any, link: Any, *others: Any) -> Any:
        unsubscribe_pages._act(request, "topic", link)
        return show(request, link, *others)

    monkeypatch.setattr(unsubscribe_pages, "_show", act_and_show)
    links = [link for link in links_of(letters, live_server.url) if "/u/" in link]
    before = state_of_database()
    scan(browser, links[:1])
    after = state_of_database()
    changed = {table for table, digest in after.items() if digest != before[table]}
    assert "newsletters_subscription" in changed
