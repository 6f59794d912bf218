from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from wagtail.blocks import StructBlockValidationError

from core.mail import resolve
from newsletters.blocks import ChangeBlock, check_link_address
from newsletters.choices import DeliveryState, Lane, MailingKind, MailingState
from newsletters.drafts import read_draft
from newsletters.errors import MailingRefused
from newsletters.models import BulletinIndexPage, BulletinPage, Delivery, Mailing
from newsletters.pieces import standing
from newsletters.services.bulletins import find_confirmed_address, send_bulletin, send_test
from newsletters.services.due import run_due
from newsletters.services.mailings import cancel_mailing
from newsletters.services.readiness import gather_facts, subject_warnings
from policies.models import Edition
from tests.factories.members import UserFactory
from tests.factories.newsletters import NOW, make_subscriber, make_subscription, make_topic, name_topic
from tests.factories.policies import issue, key, make_bilingual_policy, make_page
from tests.newsletters.bulletins import approve, approved_bulletin, make_bulletin, translate

pytestmark = pytest.mark.django_db

VALUES = {"unsubscribe_url": "https://u.example/", "preferences_url": "https://p.example/"}


def reload(page: BulletinPage) -> BulletinPage:
    return BulletinPage.objects.get(pk=page.pk)


def refusals(page: BulletinPage) -> str:
    return " ".join(gather_facts(page, at=NOW).refusals)


class TestBulletinPage:
    def test_a_list_of_bulletins_is_there_in_each_language(self) -> None:
        assert set(BulletinIndexPage.objects.values_list("locale__language_code", "slug")) == {
            ("en", "bulletins"),
            ("zh-hant", "bulletins"),
        }

    def test_a_translation_is_of_the_topic_of_its_source(self) -> None:
        source = make_bulletin()
        english = translate(source)
        english.topic = make_topic()

        english.full_clean()

        assert english.topic == source.topic

    def test_is_not_public_before_it_was_sent(self, client: Any) -> None:
        page = approved_bulletin()

        assert client.get(f"/zh-hant/bulletins/{page.slug}/").status_code == 404
        assert page.get_url_parts() is None

    def test_leads_to_the_archive_afterwards(self, client: Any) -> None:
        page = approved_bulletin()
        mailing = send_bulletin(page=page, user=UserFactory(), at=NOW)
        run_due(at=NOW)

        answer = client.get(f"/zh-hant/bulletins/{page.slug}/")

        assert (answer.status_code, answer["Location"]) == (302, f"/zh-hant/bulletins/{mailing.pk}/")
        assert client.get(answer["Location"]).status_code == 200

    @pytest.mark.parametrize(
        ("mode", "words"), [("mail", "<!DOCTYPE html>"), ("text", "電子報第一期\n============"), ("web", "masthead")]
    )
    def test_can_be_previewed_as_mail_as_text_and_as_a_page(self, rf: Any, mode: str, words: str) -> None:
        page = make_bulletin()

        html = page.make_preview_request(preview_mode=mode).content.decode()

        assert words in html
        assert "本署網站的隱私權政策修正公布" in html


class TestDraft:
    def test_links_and_pages_become_whole_addresses(self) -> None:
        body = [
            ("text", '<p><a href="/zh-hant/policies/">政策</a></p>'),
            ("links", {"title": "連結", "links": [{"text": "搜尋", "url": "/zh-hant/search/"}]}),
        ]

        article = read_draft(make_bulletin(body=body)).article

        assert article.links == (
            "http://127.0.0.1:8000/zh-hant/policies/",
            "http://127.0.0.1:8000/zh-hant/search/",
        )

    def test_a_change_is_told_in_the_pages_language_with_the_clauses_chosen(self) -> None:
        make_bilingual_policy()
        edition = Edition.objects.get(major=2)
        change = {"edition": str(edition.pk), "clauses": [f"{edition.pk}:{key('1')}"]}

        (block,) = read_draft(make_bulletin(body=[("change", change)])).article.blocks

        assert block.title == "隱私權政策"  # type: ignore[union-attr]
        assert [clause.label for clause in block.clauses] == ["二、保存期限"]  # type: ignore[union-attr]

    def test_clauses_of_another_edition_are_refused(self) -> None:
        make_bilingual_policy()
        first, second = Edition.objects.order_by("major")
        block = ChangeBlock()
        sound = block.to_python({"edition": str(second.pk), "clauses": [f"{second.pk}:{key('1')}"]})
        assert block.clean(sound)["clauses"]

        with pytest.raises(StructBlockValidationError):
            block.clean(block.to_python({"edition": str(first.pk), "clauses": [f"{second.pk}:{key('1')}"]}))

    @pytest.mark.parametrize("address", ["javascript:alert(1)", "www.ola.example", "#c-1", "//ola.example/"])
    def test_a_link_that_leads_nowhere_is_refused(self, address: str) -> None:
        with pytest.raises(Exception, match="whole address"):
            check_link_address(address)


class TestStanding:
    def test_a_new_translation_is_current(self) -> None:
        source = make_bulletin()

        assert standing(translate(source), source).is_current

    def test_what_changed_in_the_source_makes_its_piece_older(self) -> None:
        source = make_bulletin()
        english = translate(source)
        source.summary = "新的摘要。"
        source.save_revision()

        assert standing(english, source).older == ("summary",)

    def test_other_edits_do_not_make_it_current_but_a_new_translation_does(self) -> None:
        source = make_bulletin()
        english = translate(source)
        source.summary = "新的摘要。"
        source.save_revision()
        english = reload(english).get_latest_revision_as_object()
        english.title = "Bulletin, issue one"
        english.save_revision()
        assert standing(english, source).older == ("summary",)

        english.summary = "A new summary."
        english.save_revision()

        assert standing(english, source).is_current

    def test_a_source_that_goes_back_makes_it_current_again(self) -> None:
        source = make_bulletin()
        english = translate(source)
        kept, source.summary = source.summary, "新的摘要。"
        assert not standing(english, source).is_current
        source.summary = kept

        assert standing(english, source).is_current

    def test_what_is_new_in_the_source_is_missing(self) -> None:
        source = make_bulletin()
        english = translate(source)
        source.body.append(("heading", "補充"))

        assert len(standing(english, source).missing) == 1

    def test_it_can_be_confirmed_as_still_accurate(self) -> None:
        source = make_bulletin()
        english = translate(source)
        source.summary = "新的摘要。"
        source.save_revision()

        reload(english).get_latest_revision_as_object().confirm_translation(UserFactory())

        assert standing(reload(english).get_latest_revision_as_object(), source).is_current


class TestGatherFacts:
    def test_counts_readers_and_says_what_they_get(self) -> None:
        topic = name_topic(make_topic(required_languages=["zh-hant"]))
        make_subscriber(topics=(topic,), locale="zh-hant")
        make_subscriber(topics=(topic,))
        make_subscription(make_subscriber(), topic, waits_for_language=True)
        source = make_bulletin(topic)
        approve(source)

        facts = gather_facts(source, at=NOW)

        english, chinese = facts.languages
        assert (english.readers, english.waiting, english.gets, english.receiving) == (2, 1, "zh-hant", 1)
        assert (chinese.readers, chinese.gets, chinese.receiving) == (1, "zh-hant", 1)
        assert (facts.receiving, facts.refusals) == (2, [])
        assert chinese.size > 1000

    def test_refuses_while_a_required_language_is_missing(self) -> None:
        source = make_bulletin()
        approve(source)

        assert "English is required. There is no page in this language." in refusals(source)

    def test_refuses_what_is_not_approved(self) -> None:
        source = make_bulletin()
        translate(source)
        approve(source)

        assert "English is required. Its text is not approved yet." in refusals(source)

    def test_refuses_a_translation_older_than_its_source(self) -> None:
        source = make_bulletin()
        english = translate(source)
        source.summary = "新的摘要。"
        source.save_revision()
        approve(source, english)

        assert "English: Older than its source: 1 parts are, and 0 are missing." in refusals(source)

    def test_refuses_a_copy_that_nobody_translated(self) -> None:
        source = make_bulletin()
        english = translate(source, title=source.title, summary=source.summary, body=source.body.raw_data)
        approve(source, english)

        assert "English: The text is not in this language." in refusals(source)

    def test_warns_of_a_part_that_nobody_translated(self) -> None:
        source = make_bulletin()
        english = translate(source)
        body = list(english.body.raw_data)
        body[0] = {**body[0], "value": source.body.raw_data[0]["value"] + "：隱私權政策修正公布"}
        english.body = body
        english.save_revision()
        approve(source, english)

        (found,) = gather_facts(source, at=NOW).languages[0].warnings

        assert "another language: 本期重點" in found

    def test_refuses_a_link_that_leads_nowhere(self) -> None:
        links = [
            {"text": "政策", "url": "/zh-hant/policies/"},
            {"text": "無", "url": "/zh-hant/policies/nothing/"},
            {"text": "外部", "url": "https://nowhere.invalid/"},
        ]
        source = make_bulletin(body=[("links", {"title": "連結", "links": links})])
        approve(source)

        facts = gather_facts(source, at=NOW).languages[1]

        assert [link.finding for link in facts.links] == ["works", "broken", "unchecked"]
        assert "policies/nothing/ leads nowhere." in facts.faults[0]

    def test_refuses_a_change_that_has_no_text_in_the_language(self) -> None:
        edition = issue(make_page()).edition
        source = make_bulletin(body=[("change", {"edition": str(edition.pk), "clauses": []})])
        approve(source, translate(source, body=source.body.raw_data))

        assert "English: Edition privacy 1.0 has no text in this language." in refusals(source)


class TestSendBulletin:
    def test_freezes_what_is_approved_in_both_languages(self) -> None:
        page, approver = approved_bulletin(), UserFactory()
        readers = [make_subscriber(topics=(page.topic,), locale=code) for code in ("en", "zh-hant")]

        mailing = send_bulletin(page=page, user=approver, at=NOW)
        run_due(at=NOW)

        assert (mailing.kind, mailing.state) == (MailingKind.BULLETIN, MailingState.APPROVED)
        assert (mailing.approved_by_name, mailing.approved_at) == (str(approver), NOW)
        subjects = {d.subscriber_id: d.body.subject for d in Delivery.objects.select_related("body")}
        assert subjects == {readers[0].pk: "Bulletin, first issue", readers[1].pk: "電子報第一期"}

    def test_later_edits_change_nothing_that_was_sent(self) -> None:
        page = approved_bulletin()
        mailing = send_bulletin(page=page, user=UserFactory(), at=NOW)
        before = {body.locale: (body.digest, body.html) for body in mailing.bodies.all()}

        page.title = "改過的標題"
        page.save_revision().publish()

        assert {body.locale: (body.digest, body.html) for body in mailing.bodies.all()} == before

    def test_cannot_be_sent_twice(self) -> None:
        page = approved_bulletin()
        send_bulletin(page=page, user=UserFactory(), at=NOW)

        with pytest.raises(MailingRefused, match="cannot be sent twice"):
            send_bulletin(page=reload(page), user=UserFactory(), at=NOW)

        assert Mailing.objects.count() == 1

    def test_its_author_cannot_send_it_from_any_language(self) -> None:
        author = UserFactory()
        page = approved_bulletin(author=author)

        with pytest.raises(MailingRefused, match="somebody else"):
            send_bulletin(page=page, user=author, at=NOW)

        assert not Mailing.objects.exists()

    def test_the_translator_cannot_send_it_either(self) -> None:
        translator = UserFactory()
        source = make_bulletin()
        approve(source, translate(source, author=translator))

        with pytest.raises(MailingRefused, match="somebody else"):
            send_bulletin(page=source, user=translator, at=NOW)

    def test_waits_for_its_time(self) -> None:
        page = approved_bulletin()
        make_subscriber(topics=(page.topic,))
        later = NOW + dt.timedelta(days=1)
        mailing = send_bulletin(page=page, user=UserFactory(), at=NOW, not_before=later)

        run_due(at=NOW)
        assert not Delivery.objects.exists()
        run_due(at=later)

        assert Delivery.objects.count() == 1
        mailing.refresh_from_db()
        assert mailing.expires_at == later + dt.timedelta(days=5)

    @pytest.mark.parametrize(("uses_fallback", "count"), [(True, 1), (False, 0)])
    def test_readers_without_a_text_get_another_language_or_nothing(self, uses_fallback: bool, count: int) -> None:
        topic = name_topic(make_topic(required_languages=["zh-hant"]))
        make_subscriber(topics=(topic,))
        source = make_bulletin(topic)
        approve(source)

        send_bulletin(page=source, user=UserFactory(), at=NOW, uses_fallback=uses_fallback)
        run_due(at=NOW)

        found = list(Delivery.objects.values_list("body__locale", "body__variant"))
        assert found == [("en", "zh-hant")] * count

    def test_a_refusal_leaves_nothing_behind(self) -> None:
        source = make_bulletin()
        approve(source)

        with pytest.raises(MailingRefused, match="required"):
            send_bulletin(page=source, user=UserFactory(), at=NOW)

        assert not Mailing.objects.exists()

    def test_after_a_cancelled_one_that_nobody_got_it_can_be_sent(self) -> None:
        page = approved_bulletin()
        first = send_bulletin(page=page, user=UserFactory(), at=NOW)
        cancel_mailing(mailing=first, at=NOW)

        second = send_bulletin(page=reload(page), user=UserFactory(), at=NOW)

        assert (first.key[-2:], second.key[-2:]) == (":1", ":2")

    def test_after_a_cancelled_one_that_somebody_got_it_cannot(self) -> None:
        page = approved_bulletin()
        make_subscriber(topics=(page.topic,))
        first = send_bulletin(page=page, user=UserFactory(), at=NOW)
        run_due(at=NOW)
        Delivery.objects.update(state=DeliveryState.ACCEPTED, intent_at=NOW)
        cancel_mailing(mailing=first, at=NOW)

        with pytest.raises(MailingRefused, match="twice"):
            send_bulletin(page=reload(page), user=UserFactory(), at=NOW)


class TestSendTest:
    def test_goes_to_the_editors_own_confirmed_address_and_counts_nowhere(self, client: Any) -> None:
        editor = UserFactory(email="lin@ola.example")
        make_subscriber("lin@ola.example")
        page = make_bulletin(author=editor)

        mailing = send_test(page=page, user=editor, at=NOW)

        delivery = Delivery.objects.get()
        assert (delivery.address, delivery.subscriber, delivery.destination) == ("lin@ola.example", None, "ola.example")
        assert (mailing.kind, mailing.lane) == (MailingKind.TEST, Lane.URGENT)
        assert mailing.bodies.get().subject == "[測試] 電子報第一期"
        assert client.get(f"/zh-hant/bulletins/{mailing.pk}/").status_code == 404
        assert "cannot be sent twice" not in refusals(page)

    def test_shows_the_newest_draft(self) -> None:
        editor = UserFactory(email="lin@ola.example")
        make_subscriber("lin@ola.example")
        page = make_bulletin(author=editor)
        page.body = [("heading", "新的段落")]
        page.save_revision()

        mailing = send_test(page=page, user=editor, at=NOW)

        assert "新的段落" in resolve(mailing.bodies.get().text, VALUES)

    def test_refuses_an_address_that_nobody_confirmed(self) -> None:
        editor = UserFactory(email="lin@ola.example")
        make_subscriber("lin@ola.example", state="pending", confirmed_at=None)

        assert find_confirmed_address(editor) is None
        with pytest.raises(MailingRefused, match="not confirmed"):
            send_test(page=make_bulletin(), user=editor, at=NOW)


class TestSubjectWarnings:
    @pytest.mark.parametrize(
        ("subject", "word"),
        [
            ("長" * 40, "long"),
            ("FREE MONEY today", "shouts"),
            ("快來看！！", "shouts"),
            ("★★ 特別報導", "shouts"),
            ("Re: your request", "answer"),
            ("回覆：您的申請", "answer"),
            ("News 🎉", "pictographs"),
        ],
    )
    def test_tells_what_filters_dislike(self, subject: str, word: str) -> None:
        assert word in " ".join(subject_warnings(subject))

    @pytest.mark.parametrize(
        "subject", ["《隱私權政策》修正公布", "ICAO rules for travellers", "Privacy: what is new?"]
    )
    def test_leaves_plain_subjects_alone(self, subject: str) -> None:
        assert subject_warnings(subject) == []


class TestSendingScreen:
    @pytest.fixture
    def approver(self, client: Any) -> Any:
        user = UserFactory(is_superuser=True, is_staff=True)
        client.force_login(user)
        return user

    def url(self, page: BulletinPage) -> str:
        return reverse("avow_bulletins:sending", args=[page.pk])

    def test_shows_the_facts_and_changes_nothing(self, client: Any, approver: Any) -> None:
        page = approved_bulletin()
        make_subscriber(topics=(page.topic,))

        html = client.get(self.url(page)).content.decode()

        assert "1 reader would get it now." in html
        assert "Approve and send" in html
        assert not Mailing.objects.exists()

    def test_sends_when_it_is_confirmed(self, client: Any, approver: Any) -> None:
        page = approved_bulletin()

        client.post(self.url(page), {"act": "send", "uses_fallback": "on"})
        assert not Mailing.objects.exists()
        client.post(self.url(page), {"act": "send", "confirmed": "on", "uses_fallback": "on"})

        assert Mailing.objects.get().approved_by_name == str(approver)
        assert "This bulletin was approved for sending." in client.get(self.url(page)).content.decode()

    def test_says_what_is_refused(self, client: Any, approver: Any) -> None:
        source = make_bulletin()
        approve(source)

        html = client.get(self.url(source)).content.decode()
        client.post(self.url(source), {"act": "send", "confirmed": "on"})

        assert "English is required." in html
        assert not Mailing.objects.exists()

    def test_its_author_finds_no_button(self, client: Any, approver: Any) -> None:
        page = approved_bulletin(author=approver)

        html = client.get(self.url(page)).content.decode()

        assert 'value="send"' not in html
        assert "You wrote this bulletin" in html

    def test_a_translation_can_be_confirmed(self, client: Any, approver: Any) -> None:
        source = make_bulletin()
        english = translate(source)
        source.summary = "新的摘要。"
        source.save_revision()
        approve(source, english)

        client.post(self.url(source), {"act": "confirm", "page": english.pk})

        assert standing(reload(english).get_latest_revision_as_object(), reload(source)).is_current

    @pytest.mark.parametrize("number", ["", "x", "999999"])
    def test_knows_no_page_of_another_bulletin(self, client: Any, approver: Any, number: str) -> None:
        assert client.post(self.url(make_bulletin()), {"act": "test", "page": number}).status_code == 404

    def test_is_closed_to_those_who_may_not_edit(self, client: Any) -> None:
        user = UserFactory(is_staff=True)
        client.force_login(user)

        assert client.get(self.url(make_bulletin())).status_code in {302, 403}
