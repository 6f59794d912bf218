from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.mail import resolve
from newsletters.choices import DeliveryState, Lane, MailingKind, MailingState
from newsletters.errors import MailingRefused
from newsletters.models import BulletinIndexPage, BulletinPage, Delivery, Mailing
from newsletters.services.bulletins import find_confirmed_address, send_bulletin, send_test
from newsletters.services.due import run_due
from newsletters.services.mailings import cancel_mailing
from newsletters.services.readiness import gather_facts
from tests.factories.members import UserFactory
from tests.factories.newsletters import NOW, make_subscriber, make_topic, name_topic
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

    def test_needs_no_slug_from_a_chinese_headline(self) -> None:
        page = make_bulletin()
        page.slug = ""

        page.full_clean()

        assert page.slug == f"bulletin-{page.translation_key.hex[:12]}"

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

    def test_refuses_a_megabyte_of_text(self) -> None:
        editor = UserFactory(email="lin@ola.example")
        make_subscriber("lin@ola.example")
        page = make_bulletin(author=editor, body=[("text", f"<p>{'字' * 400_000}</p>")])

        with pytest.raises(MailingRefused, match="longer than"):
            send_test(page=page, user=editor, at=NOW)

        assert not Mailing.objects.exists()

    def test_a_headline_cannot_become_a_header(self) -> None:
        editor = UserFactory(email="lin@ola.example")
        make_subscriber("lin@ola.example")
        page = make_bulletin(author=editor, title="電子報\r\nBcc: victim@agency.example")

        mailing = send_test(page=page, user=editor, at=NOW)

        assert mailing.bodies.get().subject == "[測試] 電子報 Bcc: victim@agency.example"
