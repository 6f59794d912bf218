from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection

from core.models import SiteVersion
from core.tokens import keyed_hash
from newsletters.choices import (
    Frequency,
    MailingState,
    SubscriberState,
    SuppressionReason,
    SuppressionScope,
    TopicKind,
)
from newsletters.errors import MailingRefused
from newsletters.models import Delivery, Destination, Mailing, Subscriber, Suppression, Topic
from newsletters.services import freeze
from newsletters.services.freeze import AudienceCount, count_audience, freeze_mailing
from newsletters.services.mailings import cancel_mailing, pause_mailing
from newsletters.services.topics import ALL_POLICIES
from tests.factories.newsletters import (
    NOW,
    make_body,
    make_mailing,
    make_subscriber,
    make_subscription,
    make_topic,
)
from tests.factories.policies import make_bilingual_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic() -> Topic:
    return make_topic("news")


def approved(topic: Topic, *locales: str, **fields: Any) -> Mailing:
    mailing = make_mailing(topic=topic, **{"state": MailingState.APPROVED, "frozen_at": None, **fields})
    for locale in locales:
        language, _slash, variant = locale.partition("/")
        make_body(mailing, language, variant=variant)
    return mailing


def suppress(subscriber: Subscriber, scope: str, **fields: Any) -> None:
    Suppression.objects.create(
        address_hash=keyed_hash(subscriber.address_key or ""),
        scope=scope,
        reason=SuppressionReason.UNSUBSCRIBED,
        created_at=NOW,
        **fields,
    )


def receivers(mailing: Mailing) -> set[int | None]:
    return set(Delivery.objects.filter(mailing=mailing).values_list("subscriber", flat=True))


class TestFreezeMailing:
    def test_makes_one_delivery_for_each_open_subscription(self, topic: Topic) -> None:
        reader = make_subscriber("Lin@Readers.Example", topics=(topic,))
        mailing = approved(topic, "en", expires_at=NOW + dt.timedelta(days=5))

        assert freeze_mailing(mailing=mailing, at=NOW) == 1

        delivery = Delivery.objects.get()
        assert (delivery.subscriber, delivery.topic, delivery.body) == (reader, topic, mailing.bodies.get())
        assert (delivery.address, delivery.destination) == ("Lin@readers.example", "readers.example")
        assert (delivery.state, delivery.lane, delivery.next_at) == ("ready", mailing.lane, NOW)
        assert delivery.expires_at == mailing.expires_at
        mailing.refresh_from_db()
        assert (mailing.state, mailing.frozen_at) == (MailingState.SENDING, NOW)

    def test_waits_until_the_time_that_was_set(self, topic: Topic) -> None:
        make_subscriber(topics=(topic,))
        later = NOW + dt.timedelta(hours=3)

        freeze_mailing(mailing=approved(topic, "en", not_before=later), at=NOW)

        assert Delivery.objects.get().next_at == later

    def test_leaves_out_who_must_not_or_did_not_want_to_be_written_to(self, topic: Topic) -> None:
        other = make_topic("other")
        wanted = make_subscriber(topics=(topic,))
        back_today = make_subscriber(topics=(topic,), paused_until=NOW.date())
        make_subscriber(topics=(topic,), state=SubscriberState.PENDING)
        make_subscriber(topics=(topic,), paused_until=NOW.date() + dt.timedelta(days=1))
        make_subscriber(topics=(other,))
        make_subscription(make_subscriber(), topic, frequency=Frequency.DAILY)
        make_subscription(make_subscriber(), topic, ended_at=NOW, ended_reason="page")
        mailing = approved(topic, "en")

        freeze_mailing(mailing=mailing, at=NOW)

        assert receivers(mailing) == {wanted.pk, back_today.pk}

    def test_leaves_out_the_suppressed(self, topic: Topic) -> None:
        other = make_topic("other")
        readers = [make_subscriber(topics=(topic,)) for _number in range(7)]
        suppress(readers[0], SuppressionScope.ADDRESS)
        suppress(readers[1], SuppressionScope.BULLETINS)
        suppress(readers[2], SuppressionScope.TOPIC, topic=topic)
        suppress(readers[3], SuppressionScope.BULLETINS, until=NOW + dt.timedelta(hours=1))
        suppress(readers[4], SuppressionScope.TOPIC, topic=other)
        suppress(readers[5], SuppressionScope.BULLETINS, until=NOW)
        suppress(readers[6], SuppressionScope.BULLETINS, lifted_at=NOW)
        mailing = approved(topic, "en")

        freeze_mailing(mailing=mailing, at=NOW)

        assert receivers(mailing) == {reader.pk for reader in readers[4:]}

    def test_gives_everybody_their_language_or_the_fallback_unless_they_wait(self, topic: Topic) -> None:
        chinese = make_subscriber(locale="zh-hant", topics=(topic,))
        english = make_subscriber(topics=(topic,))
        waiting = make_subscriber()
        make_subscription(waiting, topic, waits_for_language=True)
        mailing = approved(topic, "zh-hant", "en/zh-hant", fallback_languages=["zh-hant"])

        freeze_mailing(mailing=mailing, at=NOW)

        bodies = {d.subscriber_id: (d.body.locale, d.body.variant) for d in Delivery.objects.select_related("body")}
        assert bodies == {chinese.pk: ("zh-hant", ""), english.pk: ("en", "zh-hant")}

    def test_sends_no_other_language_where_none_was_allowed(self, topic: Topic) -> None:
        make_subscriber(topics=(topic,))
        mailing = approved(topic, "zh-hant", "en/zh-hant")

        assert freeze_mailing(mailing=mailing, at=NOW) == 0

    def test_a_late_language_reaches_those_who_waited_and_nobody_twice(self, topic: Topic) -> None:
        served = make_subscriber(locale="zh-hant", topics=(topic,))
        waiting = make_subscriber()
        make_subscription(waiting, topic, waits_for_language=True)
        mailing = approved(topic, "zh-hant")
        freeze_mailing(mailing=mailing, at=NOW)
        later = NOW + dt.timedelta(days=2)
        newcomer = make_subscriber()
        make_subscription(newcomer, topic, started_at=later)
        Mailing.objects.filter(pk=mailing.pk).update(state=MailingState.DONE, finished_at=NOW)
        make_body(mailing, "en")

        assert freeze_mailing(mailing=mailing, at=later) == 1

        assert receivers(mailing) == {served.pk, waiting.pk}
        mailing.refresh_from_db()
        assert (mailing.state, mailing.frozen_at, mailing.finished_at) == (MailingState.SENDING, NOW, None)

    def test_who_changed_their_choice_meanwhile_still_waits(self, topic: Topic) -> None:
        waiting = make_subscriber()
        old = make_subscription(waiting, topic, waits_for_language=True)
        mailing = approved(topic, "zh-hant")
        freeze_mailing(mailing=mailing, at=NOW)
        later = NOW + dt.timedelta(days=2)
        old.ended_at, old.ended_reason = later, "changed"
        old.save()
        make_subscription(waiting, topic, started_at=later)
        make_body(mailing, "en")

        assert freeze_mailing(mailing=mailing, at=later) == 1

    def test_adds_nothing_when_it_is_called_again(self, topic: Topic) -> None:
        make_subscriber(topics=(topic,))
        mailing = approved(topic, "en")
        freeze_mailing(mailing=mailing, at=NOW)

        assert freeze_mailing(mailing=mailing, at=NOW) == 0

        assert Delivery.objects.count() == 1

    def test_subscribers_of_a_policy_and_of_all_policies_get_one_mail(self) -> None:
        general = Topic.objects.get(slug=ALL_POLICIES)
        special = make_topic("policy-privacy", kind=TopicKind.ALERT, policy=make_bilingual_policy())
        both, one = make_subscriber(topics=(general, special)), make_subscriber(topics=(general,))
        mailing = approved(special, "en")

        assert freeze_mailing(mailing=mailing, at=NOW) == 2

        assert dict(Delivery.objects.values_list("subscriber", "topic")) == {both.pk: special.pk, one.pk: general.pk}

    def test_the_topic_that_is_left_counts_when_the_other_was_refused(self) -> None:
        general = Topic.objects.get(slug=ALL_POLICIES)
        special = make_topic("policy-privacy", kind=TopicKind.ALERT, policy=make_bilingual_policy())
        reader = make_subscriber(topics=(general, special))
        suppress(reader, SuppressionScope.TOPIC, topic=special)

        freeze_mailing(mailing=approved(special, "en"), at=NOW)

        assert Delivery.objects.get().topic == general

    def test_groups_the_domains_of_a_provider(self, topic: Topic) -> None:
        Destination.objects.create(name="big", domains=["big.example", "mail.big.example"])
        make_subscriber('"odd@local"@Mail.Big.Example', topics=(topic,))

        freeze_mailing(mailing=approved(topic, "en"), at=NOW)

        assert Delivery.objects.get().destination == "big"

    def test_a_domain_in_two_groups_makes_no_second_mail(self, topic: Topic) -> None:
        for name in ("one", "two"):
            Destination.objects.create(name=name, domains=["readers.example"])
        make_subscriber(topics=(topic,))

        assert freeze_mailing(mailing=approved(topic, "en"), at=NOW) == 1

    def test_a_paused_mailing_stays_paused(self, topic: Topic) -> None:
        mailing = approved(topic, "en")
        pause_mailing(mailing=mailing, reason="-")

        freeze_mailing(mailing=mailing, at=NOW)

        mailing.refresh_from_db()
        assert (mailing.state, mailing.frozen_at) == (MailingState.PAUSED, NOW)

    @pytest.mark.parametrize("state", [MailingState.DRAFT, MailingState.CANCELLED])
    def test_refuses_what_is_not_approved(self, topic: Topic, state: str) -> None:
        make_subscriber(topics=(topic,))
        mailing = approved(topic, "en", state=state)

        with pytest.raises(MailingRefused):
            freeze_mailing(mailing=mailing, at=NOW)

        assert not Delivery.objects.exists()

    def test_moves_the_sites_version_on_when_it_becomes_public(self, topic: Topic) -> None:
        mailing, before = approved(topic, "en"), SiteVersion.current()

        freeze_mailing(mailing=mailing, at=NOW)

        assert SiteVersion.current() > before

    def test_takes_a_handful_of_queries_whatever_the_audience(
        self, topic: Topic, django_assert_max_num_queries: Any
    ) -> None:
        for _number in range(30):
            make_subscriber(topics=(topic,))
        mailing = approved(topic, "en")

        with django_assert_max_num_queries(12):
            freeze_mailing(mailing=mailing, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_mailing_cancelled_while_it_is_frozen_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    topic = make_topic("news")
    make_subscriber(topics=(topic,))
    mailing = approved(topic, "en")

    def cancel_elsewhere() -> None:
        try:
            cancel_mailing(mailing=Mailing.objects.get(pk=mailing.pk), at=NOW)
        finally:
            connection.close()

    def cancel_now(*_args: Any, **_kwargs: Any) -> None:
        other = threading.Thread(target=cancel_elsewhere)
        other.start()
        other.join(timeout=10)
        assert not other.is_alive(), "cancelling waits for freezing"

    real = freeze._mark_frozen

    def mark(*args: Any, **kwargs: Any) -> None:
        cancel_now()
        real(*args, **kwargs)

    monkeypatch.setattr(freeze, "_mark_frozen", mark)
    with pytest.raises(MailingRefused):
        freeze_mailing(mailing=mailing, at=NOW)

    assert not Delivery.objects.exists()
    assert Mailing.objects.get(pk=mailing.pk).state == MailingState.CANCELLED


class TestCountAudience:
    def test_counts_each_language_and_those_who_take_no_other(self, topic: Topic) -> None:
        make_subscriber(topics=(topic,), locale="zh-hant")
        make_subscriber(topics=(topic,))
        make_subscription(make_subscriber(), topic, waits_for_language=True)
        make_subscriber(topics=(topic,), state=SubscriberState.PENDING)
        suppress(make_subscriber(topics=(topic,)), SuppressionScope.BULLETINS)

        assert count_audience(topic, at=NOW) == [AudienceCount("en", 2, 1), AudienceCount("zh-hant", 1, 0)]

    def test_counts_one_person_once(self) -> None:
        general = Topic.objects.get(slug=ALL_POLICIES)
        special = make_topic("policy-privacy", kind=TopicKind.ALERT, policy=make_bilingual_policy())
        make_subscriber(topics=(general, special))

        assert sum(count.total for count in count_audience(special, at=NOW)) == 1
