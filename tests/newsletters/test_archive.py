from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.test import override_settings
from lxml import etree

from newsletters.choices import MailingKind, MailingState
from newsletters.models import Mailing, Topic
from newsletters.selectors import list_archive
from newsletters.services.alerts import alert_of_edition
from newsletters.services.due import run_due
from newsletters.services.mailings import cancel_mailing
from newsletters.services.topics import ALL_POLICIES
from policies.models import Edition
from policies.services import correct_note
from tests.factories.newsletters import make_body, make_mailing, make_topic, name_topic
from tests.factories.policies import at, issue, make_bilingual_policy, make_page
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

DAY = at("2025-03-01", 11)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def alert() -> Mailing:
    make_bilingual_policy()
    mailing = alert_of_edition(edition=Edition.objects.get(major=2), at=DAY)
    assert mailing is not None
    run_due(at=DAY)
    return mailing


def sent(topic: Topic, *locales: str, day: int = 1, **fields: Any) -> Mailing:
    moment = at(f"2026-03-{day:02}")
    mailing = make_mailing(topic=topic, **{"frozen_at": moment, "created_at": moment, **fields})
    for locale in locales or ("en", "zh-hant"):
        article = {"language": locale, "title": f"Issue {day} {locale}", "summary": "", "blocks": []}
        make_body(mailing, locale, article=article, created_at=moment)
    return mailing


def titles(page: Page) -> list[str]:
    return [" ".join(str(element.text_content()).split()) for element in page.all("//h2")]


class TestIssue:
    @pytest.mark.parametrize(
        ("language", "title", "applies"),
        [
            ("en", "“Privacy policy” has been revised", "1 March 2025"),
            ("zh-hant", "《隱私權政策》修正公布", "中華民國114年3月1日"),
        ],
    )
    def test_shows_what_was_sent(self, client: Client, alert: Mailing, language: str, title: str, applies: str) -> None:
        page = Page(client.get(f"/{language}/bulletins/{alert.pk}/"))

        assert page.words("//h1") == title
        assert applies in page.words("//main")
        assert alert.bodies.get(locale=language).digest in page.words("//main")
        assert f"/{language}/policies/privacy/compare/1.0...2.0/" in page.links

    def test_names_its_other_languages(self, client: Client, alert: Mailing) -> None:
        html = client.get(f"/en/bulletins/{alert.pk}/").content.decode()

        assert f'hreflang="zh-Hant" href="http://127.0.0.1:8000/zh-hant/bulletins/{alert.pk}/"' in html

    def test_never_passes_off_one_language_as_another(self, client: Client) -> None:
        mailing = sent(make_topic(), "zh-hant")

        answer = client.get(f"/en/bulletins/{mailing.pk}/")

        assert answer.status_code == 404
        assert "There is no text in this language." in answer.content.decode()
        assert f"/zh-hant/bulletins/{mailing.pk}/" in answer.content.decode()
        assert "Issue 1" not in answer.content.decode()

    def test_a_note_corrected_later_stands_beside_what_was_sent(self, client: Client, alert: Mailing) -> None:
        text = Edition.objects.get(major=2).texts.get(locale="en")
        client.get(f"/en/bulletins/{alert.pk}/")
        correct_note(text=text, note="Kept for five years by law.", issued_at=at("2025-03-05"), issued_by="林書瑜")

        words = Page(client.get(f"/en/bulletins/{alert.pk}/")).words("//main")

        assert "Logs are kept for five years." in words
        assert "The note was corrected on 5 March 2025. It now reads:" in words
        assert "Kept for five years by law." in words

    def test_a_cancelled_mailing_is_gone_at_once(self, client: Client, alert: Mailing) -> None:
        assert client.get(f"/en/bulletins/{alert.pk}/").status_code == 200
        cancel_mailing(mailing=alert, at=DAY)

        for language, lang, title, reason in (
            ("en", "en", "This page has been removed", "This mailing was withdrawn."),
            ("zh-hant", "zh-Hant", "此頁已移除", "這則訊息已撤回。"),
        ):
            answer = client.get(f"/{language}/bulletins/{alert.pk}/")
            page = Page(answer)
            assert (answer.status_code, page.tree.get("lang")) == (410, lang)
            assert (page.words("//h1"), reason in page.words("//main")) == (title, True)

    def test_what_was_not_sent_or_is_nobodys_business_is_not_there(self, client: Client) -> None:
        topic = make_topic()
        hidden = [
            sent(topic, frozen_at=None, state=MailingState.APPROVED),
            sent(topic, kind=MailingKind.TEST),
            sent(topic, kind=MailingKind.DIGEST),
            sent(topic, kind=MailingKind.TRANSACTIONAL),
        ]

        for mailing in hidden:
            assert client.get(f"/en/bulletins/{mailing.pk}/").status_code == 404

    def test_is_answered_from_memory_until_something_changes(
        self, client: Client, alert: Mailing, django_assert_num_queries: Any
    ) -> None:
        first = client.get(f"/en/bulletins/{alert.pk}/")

        with django_assert_num_queries(1):
            again = client.get(f"/en/bulletins/{alert.pk}/", headers={"If-None-Match": first["ETag"]})

        assert again.status_code == 304
        assert "Set-Cookie" not in first

    @override_settings(AVOW_PAGE_CACHE=False)
    def test_takes_few_queries(self, client: Client, alert: Mailing, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(8):
            client.get(f"/en/bulletins/{alert.pk}/")

    def test_refuses_to_be_posted_to(self, client: Client, alert: Mailing) -> None:
        assert client.post(f"/en/bulletins/{alert.pk}/").status_code == 405


class TestTopic:
    def test_lists_what_was_sent_newest_first(self, client: Client) -> None:
        topic = name_topic(make_topic("news"))
        for day in (1, 2):
            sent(topic, day=day)
        sent(make_topic(), day=3)

        page = Page(client.get("/en/bulletins/topics/news/"))

        assert page.words("//h1") == "News"
        assert titles(page) == ["Issue 2 en", "Issue 1 en"]

    def test_names_the_language_of_what_is_only_in_another(self, client: Client) -> None:
        mailing = sent(name_topic(make_topic("news")), "zh-hant")

        html = client.get("/en/bulletins/topics/news/").content.decode()

        assert f'<a href="/zh-hant/bulletins/{mailing.pk}/" hreflang="zh-Hant">Issue 1 zh-hant</a>' in html
        assert "Only in 正體中文" in html

    def test_goes_on_by_pages(self, client: Client) -> None:
        topic = name_topic(make_topic("news"))
        for day in range(1, 26):
            sent(topic, day=day)

        first = Page(client.get("/en/bulletins/topics/news/"))
        older = next(link for link in first.links if link.startswith("?before="))
        second = Page(client.get(f"/en/bulletins/topics/news/{older}"))

        assert titles(first)[-1] == "Issue 6 en"
        assert titles(second) == [f"Issue {day} en" for day in (5, 4, 3, 2, 1)]

    @pytest.mark.parametrize("before", ["0", "x", "-1", "9" * 30, "٣"])
    def test_knows_no_page_that_is_not_there(self, client: Client, before: str) -> None:
        sent(name_topic(make_topic("news")))

        assert client.get("/en/bulletins/topics/news/", {"before": before}).status_code == 404

    def test_an_empty_one_says_so(self, client: Client) -> None:
        name_topic(make_topic("news"))

        assert "Nothing has been sent" in Page(client.get("/en/bulletins/topics/news/")).words("//main")

    def test_that_of_all_policies_shows_the_alerts_of_each(self, client: Client, alert: Mailing) -> None:
        sent(name_topic(make_topic("news")))

        page = Page(client.get(f"/en/bulletins/topics/{ALL_POLICIES}/"))

        assert titles(page) == ["“Privacy policy” has been revised"]

    def test_an_unknown_one_is_not_there(self, client: Client) -> None:
        assert client.get("/en/bulletins/topics/nothing/").status_code == 404


class TestFeed:
    def test_gives_what_has_words_in_the_language(self, client: Client, alert: Mailing) -> None:
        answer = client.get("/en/bulletins/topics/policy-privacy/feed.atom")

        root = etree.fromstring(answer.content)
        assert root.findtext(f"{ATOM}title") == "Changes of “Privacy policy”"
        assert root.findtext(f"{ATOM}entry/{ATOM}title") == "“Privacy policy” has been revised"
        content = root.findtext(f"{ATOM}entry/{ATOM}content") or ""
        assert "http://127.0.0.1:8000/en/policies/privacy/editions/2.0/#c-" in content
        assert answer["Content-Type"].startswith("application/atom+xml")

    def test_leaves_out_other_languages(self, client: Client) -> None:
        sent(name_topic(make_topic("news")), "zh-hant")

        root = etree.fromstring(client.get("/en/bulletins/topics/news/feed.atom").content)

        assert root.find(f"{ATOM}entry") is None

    def test_identifiers_stay_when_the_slug_changes(self, client: Client) -> None:
        topic = name_topic(make_topic("news"))
        sent(topic)
        before = etree.fromstring(client.get("/en/bulletins/topics/news/feed.atom").content).findtext(f"{ATOM}id")
        Topic.objects.filter(pk=topic.pk).update(slug="press")

        after = etree.fromstring(client.get("/en/bulletins/topics/press/feed.atom").content).findtext(f"{ATOM}id")

        assert before == after


class TestListArchive:
    def test_takes_three_queries(self, django_assert_num_queries: Any) -> None:
        for day in range(1, 8):
            sent(name_topic(make_topic()), day=day)

        with django_assert_num_queries(3):
            found = list_archive(language="en", limit=5)

        assert [entry.title for entry in found] == [f"Issue {day} en" for day in (7, 6, 5, 4, 3)]

    def test_leaves_out_bodies_of_fallbacks(self) -> None:
        text = issue(make_page(), on="2026-03-03")
        moment = at("2026-03-03", 11)
        alert_of_edition(edition=text.edition, at=moment)
        run_due(at=moment)
        run_due(at=moment + dt.timedelta(hours=1))

        assert [entry.languages for entry in list_archive(language="en")] == [("zh-hant",)]
