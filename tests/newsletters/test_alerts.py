from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from core.mail import resolve
from newsletters.articles import Article, Change
from newsletters.choices import Frequency, MailingKind, MailingState
from newsletters.models import Delivery, Mailing, MailingBody, Topic
from newsletters.services import alerts
from newsletters.services.alerts import FALLBACK_AFTER, alert_of_edition, recover_alerts, send_fallbacks
from newsletters.services.due import freeze_due, run_due
from newsletters.services.topics import ALL_POLICIES, ensure_policy_topic
from policies.choices import UpdateType
from policies.models import Edition
from policies.services import StandingOrder, announce_effective_date, correct_note, withdraw_policy
from tests.factories.newsletters import make_subscriber, make_subscription
from tests.factories.policies import ENGLISH, at, clauses, issue, make_bilingual_policy, make_page

if TYPE_CHECKING:
    from core.mail.content import Part
    from policies.models import PolicyPage

pytestmark = pytest.mark.django_db

DAY = at("2025-03-01", 11)
LATER = at("2026-03-03", 11)  # when the readers of tests/factories/newsletters.py have subscribed
VALUES = {"unsubscribe_url": "https://u.example/", "preferences_url": "https://p.example/"}


@pytest.fixture
def edition() -> Edition:
    """Return edition 2.0, in both languages, of 2025-03-01."""
    make_bilingual_policy()
    return Edition.objects.get(major=2)


def article(body: MailingBody) -> Article:
    return Article.from_data(body.article)


def change(body: MailingBody) -> Change:
    block = article(body).blocks[0]
    assert isinstance(block, Change)
    return block


def readable(parts: list[Part]) -> str:
    return resolve(parts, VALUES)


def alert(edition: Edition, moment: dt.datetime = DAY) -> Mailing:
    mailing = alert_of_edition(edition=edition, at=moment)
    assert mailing is not None
    return mailing


class TestAlertOfEdition:
    def test_says_what_changed_when_it_applies_and_why(self, edition: Edition) -> None:
        body = alert(edition).bodies.get(locale="zh-hant")

        assert body.subject == "《隱私權政策》修正公布"
        told = change(body)
        assert (told.number, told.effective_from, told.note) == ("2.0", "2025-03-01", "保存期限延長為五年。")
        assert [(clause.label, clause.words) for clause in told.clauses] == [("二、保存期限", "文字修正")]
        assert told.digest == edition.digest
        for part in (body.html, body.text):
            words = readable(part)
            assert told.clauses[0].url in words
            assert told.compare_url in words
            assert edition.digest in words
            assert "保存期限延長為五年。" in words
            assert "中華民國114年3月1日" in words

    def test_has_a_body_in_every_language_of_the_edition(self, edition: Edition) -> None:
        bodies = {body.locale: body for body in alert(edition).bodies.all()}

        assert set(bodies) == {"en", "zh-hant"}
        assert bodies["en"].subject == "“Privacy policy” has been revised"
        assert "/en/policies/privacy/compare/1.0...2.0/" in readable(bodies["en"].text)
        assert "/zh-hant/policies/privacy/editions/2.0/#c-" in readable(bodies["zh-hant"].html)

    def test_is_approved_with_the_edition(self, edition: Edition) -> None:
        mailing = alert(edition)

        assert (mailing.kind, mailing.state, mailing.author_name) == (
            MailingKind.ALERT,
            MailingState.APPROVED,
            "林書瑜",
        )
        assert mailing.topic == edition.policy.alert_topic

    def test_happens_once(self, edition: Edition) -> None:
        alert(edition)

        assert alert_of_edition(edition=edition, at=DAY) is None

    def test_an_editorial_edition_makes_none(self, edition: Edition) -> None:
        page = edition.texts.get(locale="zh-hant").source_revision.content_object  # type: ignore[union-attr]
        changed = clauses(("適用範圍", "<p>本政策適用於本署各網站。</p>"))
        issue(page, on="2025-03-02", update_type=UpdateType.EDITORIAL, note="更正錯字。", content=changed)

        assert alert_of_edition(edition=Edition.objects.get(minor=1), at=at("2025-03-02")) is None

    def test_the_past_is_no_news(self, edition: Edition) -> None:
        assert alert_of_edition(edition=edition, at=at("2025-03-05")) is None

    def test_the_first_edition_is_told_as_new(self) -> None:
        text = issue(make_page(), on="2025-03-01")

        body = alert(text.edition).bodies.get()

        assert body.subject == "《隱私權政策》訂定公布"
        assert (change(body).clauses, change(body).compare_url) == ((), "")

    def test_a_withdrawal_is_told(self, edition: Edition) -> None:
        withdrawn = withdraw_policy(
            StandingOrder(
                policy=edition.policy,
                notices={"en": "Replaced.", "zh-hant": "另訂新法。"},
                effective_from=dt.date(2025, 4, 1),
                issued_at=at("2025-03-10"),
                issued_by="林書瑜",
            )
        )

        body = alert(withdrawn, at("2025-03-10")).bodies.get(locale="en")

        assert body.subject == "“Privacy policy” is withdrawn"
        assert "Withdrawn from: 1 April 2025" in readable(body.text)
        assert "Replaced." in readable(body.html)

    def test_a_long_list_of_clauses_is_counted(self) -> None:
        page = make_page(content=clauses(*[(f"第{n}點", f"<p>甲{n}</p>") for n in range(40)]))
        issue(page, on="2025-01-15")
        text = issue(page, on="2025-03-01", content=clauses(*[(f"第{n}點", f"<p>乙{n}</p>") for n in range(40)]))

        body = alert(text.edition).bodies.get()

        assert (len(change(body).clauses), change(body).more) == (30, 10)
        assert "另有10條" in readable(body.text)

    def test_subscribers_get_it_in_their_language(self, edition: Edition) -> None:
        topic = ensure_policy_topic(edition.policy)
        make_subscriber(topics=(topic,))
        make_subscriber(topics=(Topic.objects.get(slug=ALL_POLICIES),), locale="zh-hant")
        alert(edition)

        freeze_due(at=DAY)

        assert sorted(Delivery.objects.values_list("body__locale", flat=True)) == ["en", "zh-hant"]


class TestLateLanguage:
    @pytest.fixture
    def page(self) -> PolicyPage:
        return make_page()

    @pytest.fixture
    def topic(self, page: PolicyPage) -> Topic:
        return ensure_policy_topic(issue(page, on="2026-03-03").edition.policy)

    def test_others_get_the_prevailing_language_after_a_while_and_are_told_so(self, topic: Topic) -> None:
        reader = make_subscriber(topics=(topic,))
        mailing = alert(Edition.objects.get(), LATER)
        run_due(at=LATER)
        assert not Delivery.objects.exists()

        run_due(at=LATER + FALLBACK_AFTER)

        delivery = Delivery.objects.get()
        assert (delivery.subscriber, delivery.body.locale, delivery.body.variant) == (reader, "en", "zh-hant")
        mailing.refresh_from_db()
        assert mailing.fallback_languages == ["zh-hant"]
        words = " ".join(readable(delivery.body.text).split())
        assert "There is no text in your language yet. Here is the text in 正體中文." in words
        assert "You receive this mail because" in words
        assert "修正理由" not in readable(delivery.body.text).split("---")[-1]
        assert '<div lang="zh-Hant"' in readable(delivery.body.html)
        assert delivery.body.headers == {"Archived-At": f"<http://127.0.0.1:8000/zh-hant/bulletins/{mailing.pk}/>"}

    def test_who_waits_gets_it_when_it_comes(self, topic: Topic) -> None:
        waiting = make_subscriber()
        make_subscription(waiting, topic, waits_for_language=True)
        patient = make_subscriber(topics=(topic,))
        alert(Edition.objects.get(), LATER)
        run_due(at=LATER)
        run_due(at=LATER + FALLBACK_AFTER)
        late = LATER + dt.timedelta(days=10)
        text = issue(make_page(language="en"), on="2026-03-13", note="First edition.", content=clauses(*ENGLISH))

        alerts.alert_of_text(text=text, at=late)
        run_due(at=late)

        bodies = dict(Delivery.objects.values_list("subscriber", "body__variant"))
        assert bodies == {waiting.pk: "", patient.pk: "zh-hant"}
        assert Delivery.objects.get(subscriber=waiting).expires_at == late + alerts.LIFETIME

    def test_a_text_put_right_is_no_news(self, topic: Topic, page: PolicyPage) -> None:
        english = make_page(language="en")
        issue(english, on="2026-03-03")
        mailing = alert(Edition.objects.get(), LATER)
        run_due(at=LATER)
        text = issue(english, on="2026-03-04", content=clauses(*ENGLISH[:2]))

        alerts.alert_of_text(text=text, at=at("2026-03-04", 11))

        mailing.refresh_from_db()
        assert (mailing.bodies.filter(locale="en").count(), mailing.wants_freezing) == (1, False)

    def test_a_language_that_comes_within_the_hour_goes_to_everybody(self, topic: Topic) -> None:
        reader = make_subscriber(topics=(topic,))
        alert(Edition.objects.get(), LATER)
        run_due(at=LATER)
        text = issue(make_page(language="en"), on="2026-03-03")

        alerts.alert_of_text(text=text, at=LATER + dt.timedelta(minutes=30))
        run_due(at=LATER + dt.timedelta(minutes=31))
        run_due(at=LATER + FALLBACK_AFTER)

        assert [(d.subscriber, d.body.variant) for d in Delivery.objects.all()] == [(reader, "")]


class TestAlertOfDate:
    def test_tells_the_date_that_was_open(self) -> None:
        page = make_page()
        issue(page, on="2025-01-01")
        edition = issue(page, on="2025-02-01", to_be_announced=True, content=clauses(("甲", "<p>乙</p>"))).edition
        first = alert(edition, at("2025-02-01", 11)).bodies.get()
        announced = announce_effective_date(
            edition=edition, effective_from=dt.date(2025, 5, 1), issued_at=at("2025-03-01"), issued_by="林書瑜"
        )

        mailing = alerts.alert_of_date(effective_date=announced, at=DAY)

        assert mailing is not None
        assert "生效日期：另行公告" in readable(first.text)
        body = mailing.bodies.get()
        assert body.subject == "《隱私權政策》第2.0版生效日期公告"
        assert "第2.0版自中華民國114年5月1日（2025年5月1日）生效。" in readable(body.html)
        assert alerts.alert_of_date(effective_date=announced, at=DAY) is None


class TestRecoverAlerts:
    def test_makes_what_was_missed_in_the_last_days(self, edition: Edition) -> None:
        recover_alerts(at=DAY)

        assert Mailing.objects.get().key == f"alert:{edition.pk}"

    def test_makes_nothing_twice(self, edition: Edition) -> None:
        recover_alerts(at=DAY)
        bodies = MailingBody.objects.count()

        recover_alerts(at=DAY + dt.timedelta(days=1))

        assert (Mailing.objects.count(), MailingBody.objects.count()) == (1, bodies)

    def test_adds_a_language_that_was_missed(self) -> None:
        issue(make_page(), on="2025-03-01")
        recover_alerts(at=DAY)
        issue(make_page(language="en"), on="2025-03-02")

        recover_alerts(at=at("2025-03-02", 12))

        assert set(Mailing.objects.get().bodies.values_list("locale", flat=True)) == {"en", "zh-hant"}

    def test_leaves_the_past_alone(self, edition: Edition) -> None:
        recover_alerts(at=at("2025-03-10"))

        assert not Mailing.objects.exists()


class TestSignals:
    def test_issuing_makes_the_alert_after_the_commit(self, django_capture_on_commit_callbacks: Any) -> None:
        today = timezone.now().date().isoformat()
        with django_capture_on_commit_callbacks(execute=True):
            issue(make_page(), on=today)
            issue(make_page(language="en"), on=today)

        assert set(Mailing.objects.get().bodies.values_list("locale", flat=True)) == {"en", "zh-hant"}

    def test_the_topic_of_the_policy_is_there_after_its_first_edition(
        self, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            text = issue(make_page(), on="2024-01-15")

        assert Topic.objects.get(policy=text.edition.policy).slug == "policy-privacy"
        assert not Mailing.objects.exists()

    def test_mail_that_cannot_be_made_fails_no_issue_and_is_made_up_for(
        self, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(**_kwargs: Any) -> None:
            msg = "planted"
            raise RuntimeError(msg)

        with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
            patch.setattr("newsletters.services.alerts.write_bodies", fail)
            text = issue(make_page(), on=timezone.now().date().isoformat())
        assert text.edition.number == "1.0"
        assert not Mailing.objects.exists()
        assert "An alert could not be made" in caplog.text

        recover_alerts(at=timezone.now())

        assert Mailing.objects.count() == 1

    def test_a_corrected_note_is_not_mailed(self, edition: Edition, django_capture_on_commit_callbacks: Any) -> None:
        alert(edition)
        text = edition.texts.get(locale="en")

        with django_capture_on_commit_callbacks(execute=True):
            correct_note(text=text, note="Better words.", issued_at=at("2025-03-02"), issued_by="林書瑜")

        assert Mailing.objects.count() == 1


class TestSendFallbacks:
    def test_holds_what_readers_chose_to_wait_for(self) -> None:
        edition = issue(make_page(), on="2025-03-01").edition
        make_subscription(make_subscriber(), ensure_policy_topic(edition.policy), waits_for_language=True)
        make_subscription(make_subscriber(), ensure_policy_topic(edition.policy), frequency=Frequency.DAILY)
        alert(edition)
        run_due(at=DAY)

        send_fallbacks(at=DAY + FALLBACK_AFTER)
        freeze_due(at=DAY + FALLBACK_AFTER)

        assert not Delivery.objects.exists()
