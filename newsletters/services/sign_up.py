"""Signing up: every way in leads through `receive_sign_up`, and nobody is written to who did not confirm.

The form is answered when its row is written (`receive_sign_up`), the same for every address; whether the address is
known is looked up afterwards (`deal_with_sign_up`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.rate_limits import Limit, is_within
from core.tokens import keyed_hash
from newsletters import limits
from newsletters.choices import AlarmKind, ConsentAction, Source, SubscriberState
from newsletters.models import SignUp, Subscriber, Subscription, SubscriptionRequest, Topic
from newsletters.origins import Origin
from newsletters.periods import CONFIRM_WITHIN, ONE_CONFIRMATION_IN
from newsletters.services.alarms import raise_alarm
from newsletters.services.consent import Act, record
from newsletters.services.suppression import takes_no_confirmation
from newsletters.services.system_mail import queue_system_mail

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from django.utils.functional import _StrPromise

    from core.mail_addresses import MailAddress
    from newsletters.models import ConsentText

logger = logging.getLogger("avow.newsletters")

#: How many of those are dealt with in one run that a dying process left behind.
_BATCH = 100


class SignUpRefused(Exception):  # noqa: N818 -- an answer to a reader, not a fault of the program
    """A sign-up that is not taken; the same for every address. `reason` says what to do.

    `is_for_now` when the same will be taken later.
    """

    def __init__(self, reason: _StrPromise, *, is_for_now: bool = False) -> None:
        super().__init__()
        self._reason = reason
        self.is_for_now = is_for_now

    @property
    def reason(self) -> str:
        """The sentence for the reader."""
        return str(self._reason)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """What somebody asks for, and the signs by which people and programs are told apart.

    `trap` is the field that people do not see, `form_made_at` when the form was made, by its signature.
    """

    address: MailAddress
    topics: Sequence[Topic]
    locale: str
    frequency: str
    waits_for_language: bool
    consent_text: ConsentText
    trap: str
    form_made_at: dt.datetime
    origin: Origin


def receive_sign_up(*, ask: Ask, at: dt.datetime) -> int | None:
    """Take a sign-up in; return the number by which `deal_with_sign_up` finds it, None when nothing will come of it.

    Raises `SignUpRefused`, and looks nowhere for the address: what it does and how long it takes tells nothing.
    """
    _refuse_programs(ask, at=at)
    _refuse_floods(ask, at=at)
    if not is_within(limits.ADDRESS, ask.address.key, at=at):
        return None
    row = SignUp.objects.create(
        address=ask.address.address,
        address_key=ask.address.key,
        topic_ids=[topic.pk for topic in ask.topics],
        locale=ask.locale,
        frequency=ask.frequency,
        waits_for_language=ask.waits_for_language,
        consent_text=ask.consent_text,
        network=ask.origin.network,
        browser=ask.origin.browser,
        page=ask.origin.page,
        asked_at=at,
    )
    return row.pk


@transaction.atomic
def deal_with_sign_up(*, number: int, at: dt.datetime) -> None:
    """Make a request and its confirmation mail of a sign-up, or whatever else the address's state asks for.

    Does nothing when another process has it already. Mail goes at most once a day, whatever was asked how often.
    """
    row = SignUp.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=number).first()
    if row is None:
        return
    topics = list(Topic.objects.filter(pk__in=row.topic_ids, is_open=True).order_by("position", "pk"))
    if topics and not takes_no_confirmation(keyed_hash(row.address_key), at=at):
        subscriber = _find_or_make_subscriber(row, at=at)
        known = set(
            Subscription.objects.filter(subscriber=subscriber, ended_at=None).values_list("topic_id", flat=True)
        )
        if all(topic.pk in known for topic in topics):
            if is_within(limits.ALREADY, row.address_key, at=at):
                queue_system_mail(message="already_subscribed", subscriber=subscriber, reference=None, at=at)
        elif not _was_asked_lately(subscriber, at=at):
            _ask_for_confirmation(subscriber, row, topics, at=at)
    row.delete()


def deal_with_waiting_sign_ups(*, at: dt.datetime) -> None:
    """Deal with sign-ups whose process died between the answer and the work."""
    for number in SignUp.objects.order_by("pk").values_list("pk", flat=True)[:_BATCH]:
        deal_safely(number=number, at=at)


def deal_safely(*, number: int, at: dt.datetime) -> None:
    """Deal with a sign-up whose answer has been given: a fault is logged, without a word of what was typed."""
    try:
        deal_with_sign_up(number=number, at=at)
    except Exception as error:  # noqa: BLE001 -- PostgreSQL's messages repeat values; the row stays for the next run
        logger.error("Sign-up %d waits: %s.", number, type(error).__name__)


def _refuse_programs(ask: Ask, *, at: dt.datetime) -> None:
    if ask.trap:
        raise SignUpRefused(_("Leave the field that is meant for programs empty, and send the form again."))
    age = at - ask.form_made_at
    if age < limits.QUICKEST:
        raise SignUpRefused(_("That was very quick. Please press the button once more."))
    if age > limits.LONGEST_OPEN:
        raise SignUpRefused(_("The form was open for a long time. Please press the button once more."))


def _refuse_floods(ask: Ask, *, at: dt.datetime) -> None:
    """Refuse what comes too often. The narrowest limit counts first, so that one network cannot close the site."""
    if ask.origin.network and not is_within(limits.NETWORK, ask.origin.network, at=at):
        raise SignUpRefused(
            _("Many sign-ups have come from your network. Please try again in an hour."), is_for_now=True
        )
    if not is_within(limits.domain(), ask.address.domain, at=at):
        raise SignUpRefused(
            _("Many sign-ups have come for addresses of this mail provider. Please try again in an hour."),
            is_for_now=True,
        )
    if not is_within(limits.site(), "", at=at):
        _raise_flood_alarm(limits.site(), at=at)
        raise SignUpRefused(
            _("More people are signing up than usual, so this is closed for a while. Please try again in an hour."),
            is_for_now=True,
        )


def _raise_flood_alarm(limit: Limit, *, at: dt.datetime) -> None:
    if is_within(limits.ALARM, "", at=at):
        sentence = f"More than {limit.count} sign-ups within an hour; further ones are turned away."
        raise_alarm(kind=AlarmKind.SIGN_UPS, sentence=sentence, at=at)


def _find_or_make_subscriber(row: SignUp, *, at: dt.datetime) -> Subscriber:
    """Return the subscriber with the address of `row`, locked; a new one is not confirmed."""
    made = Subscriber(
        address=row.address,
        address_key=row.address_key,
        address_hash=keyed_hash(row.address_key),
        locale=row.locale,
        created_at=at,
    )
    Subscriber.objects.bulk_create([made], ignore_conflicts=True)
    subscriber = Subscriber.objects.select_for_update(no_key=True).get(address_key=row.address_key)
    if subscriber.state == SubscriberState.PENDING:
        # Nobody has shown yet that the first way of writing it was right.
        subscriber.address, subscriber.locale = row.address, row.locale
        subscriber.save(update_fields=["address", "locale"])
    return subscriber


def _was_asked_lately(subscriber: Subscriber, *, at: dt.datetime) -> bool:
    return SubscriptionRequest.objects.filter(
        subscriber=subscriber, requested_at__gt=at - ONE_CONFIRMATION_IN, confirmed_at=None
    ).exists()


def _ask_for_confirmation(subscriber: Subscriber, row: SignUp, topics: Sequence[Topic], *, at: dt.datetime) -> None:
    request = SubscriptionRequest.objects.create(
        subscriber=subscriber,
        locale=row.locale,
        frequency=row.frequency,
        waits_for_language=row.waits_for_language,
        consent_text=row.consent_text,
        requested_at=row.asked_at,
        expires_at=row.asked_at + CONFIRM_WITHIN,
    )
    request.topics.set(topics)
    queue_system_mail(message="confirm", subscriber=subscriber, reference=request.pk, at=at)
    act = Act(
        action=ConsentAction.REQUESTED,
        channel=Source.SIGN_UP,
        details={
            "topics": [topic.slug for topic in topics],
            "locale": row.locale,
            "frequency": row.frequency,
            "waits_for_language": row.waits_for_language,
        },
        consent_text=row.consent_text,
    )
    origin = Origin(network=row.network, browser=row.browser, page=row.page)
    record(subscriber=subscriber, acts=[act], at=row.asked_at, origin=origin)
