"""Mail about a subscription or an account itself: confirmation, welcome, and what else a person is told. It goes first."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from core.mail import render_mail
from newsletters.choices import DeliveryState, Lane, MailingKind, MailingState
from newsletters.models import Delivery, Destination, Mailing, MailingBody
from newsletters.services.mailings import add_body, wake_workers
from policies.text.digest import canonical_json, sha256_hex

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.mail import MailContent
    from newsletters.models import Subscriber

#: System mail that could not be handed over in this time is of no use any more.
_USEFUL_FOR = dt.timedelta(days=2)
#: RFC 3834 §5: no machine answers it.
_HEADERS = {"Auto-Submitted": "auto-generated"}


@transaction.atomic
def queue_system_mail(*, message: str, subscriber: Subscriber, reference: int | None, at: dt.datetime) -> Delivery:
    """Put the mail `message` to `subscriber` before everything that waits; `reference` is the row that it is about.

    The words are those of `templates/email/<message>/` in the subscriber's language and the same for everybody: nothing
    that somebody typed into a form gets into a mail.
    """
    if not subscriber.address:
        msg = f"Subscriber {subscriber} was erased and gets no mail."
        raise ValueError(msg)
    return _queue(
        message=message,
        subscriber=subscriber,
        address=subscriber.address,
        locale=subscriber.locale,
        reference=reference,
        context={},
        at=at,
    )


@transaction.atomic
def queue_address_mail(
    *,
    message: str,
    address: str,
    locale: str,
    reference: int | None,
    at: dt.datetime,
    context: Mapping[str, object] | None = None,
) -> Delivery:
    """Do the same for an address that need not be a subscriber’s. `context` holds nothing that a reader typed."""
    return _queue(
        message=message,
        subscriber=None,
        address=address,
        locale=locale,
        reference=reference,
        context=context or {},
        at=at,
    )


def forget_lone_addresses(*, before: dt.datetime) -> int:
    """Take the addresses out of what was sent to addresses alone before that moment; return how many there were."""
    old = Delivery.objects.filter(subscriber=None, lane=Lane.TRANSACTIONAL, created_at__lt=before)
    return old.exclude(address="").update(address="")


def _queue(
    *,
    message: str,
    subscriber: Subscriber | None,
    address: str,
    locale: str,
    reference: int | None,
    context: Mapping[str, object],
    at: dt.datetime,
) -> Delivery:
    content = render_mail(message, language=locale, context=context)
    mailing = _find_or_make_mailing(message, at=at)
    delivery = Delivery.objects.create(
        mailing=mailing,
        body=_find_or_make_body(mailing, content, locale=locale, at=at),
        subscriber=subscriber,
        address=address,
        destination=_destination(address),
        lane=Lane.TRANSACTIONAL,
        reference=reference,
        state=DeliveryState.READY,
        next_at=at,
        expires_at=at + _USEFUL_FOR,
        created_at=at,
    )
    wake_workers()
    return delivery


def _find_or_make_mailing(message: str, *, at: dt.datetime) -> Mailing:
    mailing, _is_new = Mailing.objects.get_or_create(
        key=f"system:{message}",
        defaults={
            "kind": MailingKind.TRANSACTIONAL,
            "lane": Lane.TRANSACTIONAL,
            "state": MailingState.SENDING,
            "frozen_at": at,
            "created_at": at,
        },
    )
    return mailing


def _find_or_make_body(mailing: Mailing, content: MailContent, *, locale: str, at: dt.datetime) -> MailingBody:
    """Return the body with exactly this content; its variant is the content's digest, so that new words make a new one."""
    variant = sha256_hex(canonical_json({"subject": content.subject, "html": content.html, "text": content.text}))
    same = MailingBody.objects.filter(mailing=mailing, locale=locale, variant=variant)
    found = same.first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return add_body(mailing=mailing, locale=locale, content=content, variant=variant, headers=_HEADERS, at=at)
    except IntegrityError:  # another process was quicker with the same words
        return same.get()


def _destination(address: str) -> str:
    domain = address.rpartition("@")[2]
    group = Destination.objects.filter(domains__contains=[domain]).order_by("pk").values_list("name", flat=True).first()
    return group or domain
