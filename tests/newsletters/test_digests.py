from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import pytest

from core.dates import TAIPEI
from core.mail import resolve
from newsletters.choices import Frequency, MailingKind, MailingState, SubscriberState
from newsletters.models import Delivery, DigestRun, Mailing, MailingBody, Subscriber, Topic
from newsletters.services.digests import Period, ended_periods, make_due_digests
from newsletters.services.topics import ALL_POLICIES, ensure_policy_topic
from tests.factories.newsletters import make_body, make_mailing, make_subscriber, make_subscription, make_topic
from tests.factories.policies import at, make_bilingual_policy

pytestmark = pytest.mark.django_db

VALUES = {"unsubscribe_url": "https://u.example/", "preferences_url": "https://p.example/"}
#: A Wednesday, ten past eight in the morning in Taipei.
MORNING = dt.datetime(2026, 3, 4, 8, 10, tzinfo=TAIPEI)


def publish(topic: Topic, *locales: str, on: str = "2026-03-03", hour: int = 10, title: str = "消息") -> Mailing:
    moment = at(on, hour)
    mailing = make_mailing(topic=topic, frozen_at=moment, created_at=moment)
    for locale in locales or ("zh-hant", "en"):
        add_language(mailing, locale, moment, title)
    return mailing


def add_language(mailing: Mailing, locale: str, moment: dt.datetime, title: str = "消息") -> MailingBody:
    article = {"language": locale, "title": f"{title} {locale}", "summary": "一句話。", "blocks": []}
    return make_body(mailing, locale, article=article, created_at=moment)


def reader(*topics: Topic, frequency: str = Frequency.DAILY, locale: str = "zh-hant", **fields: Any) -> Subscriber:
    subscriber = make_subscriber(locale=locale)
    for topic in topics:
        make_subscription(subscriber, topic, frequency=frequency, **fields)
    return subscriber


def items(subscriber: Subscriber) -> list[list[str]]:
    """Return the titles in each digest of a reader, oldest digest first."""
    deliveries = Delivery.objects.filter(subscriber=subscriber, mailing__kind=MailingKind.DIGEST).order_by("pk")
    return [[block["title"] for block in delivery.body.article["blocks"]] for delivery in deliveries]


class TestEndedPeriods:
    def test_a_day_ends_at_eight_in_taipei(self) -> None:
        before, after = MORNING.replace(hour=7, minute=59), MORNING.replace(minute=0)

        assert ended_periods(Frequency.DAILY, at=before)[-1].local_date == dt.date(2026, 3, 3)
        assert ended_periods(Frequency.DAILY, at=after)[-1] == Period(
            Frequency.DAILY, dt.date(2026, 3, 4), at("2026-03-03", 8), at("2026-03-04", 8)
        )

    def test_a_week_ends_on_monday(self) -> None:
        assert ended_periods(Frequency.WEEKLY, at=MORNING) == [
            Period(Frequency.WEEKLY, dt.date(2026, 3, 2), at("2026-02-23", 8), at("2026-03-02", 8))
        ]

    def test_whatever_clock_the_time_comes_from(self) -> None:
        # New York changes its clocks on 8 March 2026; Taipei never does.
        moment = dt.datetime(2026, 3, 9, 1, 0, tzinfo=dt.UTC)

        days = [period.local_date.day for period in ended_periods(Frequency.DAILY, at=moment)]

        assert days == [3, 4, 5, 6, 7, 8, 9]

    @pytest.mark.parametrize("hours", range(0, 24 * 8, 5))
    def test_periods_follow_on_one_another(self, hours: int) -> None:
        periods = ended_periods(Frequency.DAILY, at=MORNING + dt.timedelta(hours=hours))

        assert len(periods) == 7
        assert all(one.until == other.since for one, other in pairwise(periods))


class TestMakeDueDigests:
    def test_gathers_what_was_published_in_the_period(self) -> None:
        topic, other = make_topic(), make_topic()
        one, both = reader(topic), reader(topic, other)
        publish(topic, title="甲")
        publish(other, title="乙", hour=11)
        publish(topic, on="2026-03-04", hour=9, title="太新")
        make_due_digests(at=at("2026-03-03", 9))

        made = make_due_digests(at=MORNING)

        assert [mailing.key for mailing in made] == ["digest:daily:2026-03-04"]
        assert (items(one), items(both)) == ([["甲 zh-hant"]], [["甲 zh-hant", "乙 zh-hant"]])
        assert dict(Delivery.objects.values_list("subscriber", "topic")) == {one.pk: topic.pk, both.pk: None}
        assert made[0].state == MailingState.SENDING

    def test_is_readable_in_both_parts_and_links_to_the_archive(self) -> None:
        topic = make_topic()
        reader(topic, locale="en")
        mailing = publish(topic)

        make_due_digests(at=MORNING)

        body = Delivery.objects.get().body
        assert body.subject == "What was published up to 4 March 2026"
        for part in (body.html, body.text):
            assert "消息 en" in resolve(part, VALUES)
            assert f"/en/bulletins/{mailing.pk}/" in resolve(part, VALUES)

    def test_makes_each_period_once(self) -> None:
        topic = make_topic()
        reader(topic)
        publish(topic)
        make_due_digests(at=MORNING)

        assert make_due_digests(at=MORNING + dt.timedelta(hours=1)) == []

        assert Delivery.objects.count() == 1

    def test_sends_no_empty_digest(self) -> None:
        reader(make_topic())

        assert make_due_digests(at=MORNING) == []

        assert not Mailing.objects.exists()
        assert set(DigestRun.objects.filter(frequency=Frequency.DAILY).values_list("mailing", flat=True)) == {None}

    def test_an_outage_of_three_days_is_made_up_for_in_one_mail(self) -> None:
        topic = make_topic()
        subscriber = reader(topic)
        make_due_digests(at=MORNING)
        for day, title in (("2026-03-04", "甲"), ("2026-03-05", "乙"), ("2026-03-06", "丙")):
            publish(topic, on=day, title=title)

        make_due_digests(at=MORNING + dt.timedelta(days=3))

        assert items(subscriber) == [["甲 zh-hant", "乙 zh-hant", "丙 zh-hant"]]
        days = DigestRun.objects.filter(frequency=Frequency.DAILY, local_date__gt=dt.date(2026, 3, 4))
        assert list(days.order_by("local_date").values_list("local_date__day", flat=True)) == [5, 6, 7]
        assert days.exclude(mailing=None).count() == 1

    def test_an_outage_longer_than_the_look_back_loses_nothing(self) -> None:
        topic = make_topic()
        subscriber = reader(topic)
        make_due_digests(at=MORNING)
        publish(topic, on="2026-03-05", title="甲")

        make_due_digests(at=MORNING + dt.timedelta(days=12))

        assert items(subscriber) == [["甲 zh-hant"]]

    def test_a_week_goes_to_those_who_asked_for_weeks(self) -> None:
        topic = make_topic()
        weekly, daily = reader(topic, frequency=Frequency.WEEKLY), reader(topic)
        publish(topic, on="2026-03-03", title="甲")
        make_due_digests(at=MORNING)

        make_due_digests(at=at("2026-03-09", 9))

        assert (items(weekly), items(daily)) == ([["甲 zh-hant"]], [["甲 zh-hant"]])
        assert Delivery.objects.get(subscriber=weekly).mailing.key == "digest:weekly:2026-03-09"

    def test_another_language_is_named_as_such(self) -> None:
        topic = make_topic()
        reader(topic, locale="en")
        publish(topic, "zh-hant")

        make_due_digests(at=MORNING)

        body = Delivery.objects.get().body
        assert body.locale == "en"
        assert "In 正體中文; there is no text in your language yet." in resolve(body.text, VALUES)
        assert 'lang="zh-Hant"' in resolve(body.html, VALUES)

    def test_who_waits_reads_of_it_when_the_language_comes_and_others_not_again(self) -> None:
        topic = make_topic()
        waiting, patient = reader(topic, locale="en", waits_for_language=True), reader(topic, locale="en")
        mailing = publish(topic, "zh-hant")
        make_due_digests(at=MORNING)
        add_language(mailing, "en", at("2026-03-06", 10))

        make_due_digests(at=MORNING + dt.timedelta(days=3))

        assert (items(waiting), items(patient)) == ([["消息 en"]], [["消息 zh-hant"]])

    def test_changes_of_a_policy_reach_those_of_all_policies_once(self) -> None:
        general, special = Topic.objects.get(slug=ALL_POLICIES), ensure_policy_topic(make_bilingual_policy())
        both, one = reader(general, special), reader(general)
        publish(special, title="甲")

        make_due_digests(at=MORNING)

        assert (items(both), items(one)) == ([["甲 zh-hant"]], [["甲 zh-hant"]])

    def test_who_heard_of_it_at_once_does_not_read_it_again(self) -> None:
        general, special = Topic.objects.get(slug=ALL_POLICIES), ensure_policy_topic(make_bilingual_policy())
        subscriber = reader(general)
        make_subscription(subscriber, special, frequency=Frequency.IMMEDIATE)
        publish(special, title="甲")

        make_due_digests(at=MORNING)

        assert items(subscriber) == []

    def test_cancelled_mailings_and_tests_are_no_news(self) -> None:
        topic = make_topic()
        reader(topic)
        for fields in ({"state": MailingState.CANCELLED}, {"kind": MailingKind.TEST}):
            mailing = publish(topic)
            Mailing.objects.filter(pk=mailing.pk).update(**fields)

        assert make_due_digests(at=MORNING) == []

    def test_leaves_out_who_must_not_be_written_to(self) -> None:
        topic = make_topic()
        for fields in ({"state": SubscriberState.PENDING}, {"paused_until": dt.date(2026, 4, 1)}):
            Subscriber.objects.filter(pk=reader(topic).pk).update(**fields)
        publish(topic)

        assert make_due_digests(at=MORNING) == []

    def test_one_body_serves_all_with_the_same_choices(self) -> None:
        topic, other = make_topic(), make_topic()
        for _number in range(5):
            reader(topic)
            reader(topic, other)
        publish(topic)
        publish(other)

        (mailing,) = make_due_digests(at=MORNING)

        assert (mailing.bodies.count(), Delivery.objects.count()) == (2, 10)
