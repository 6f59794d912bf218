"""Sending a bulletin: once, by somebody other than its author; and trying it out on oneself."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.log_actions import log

from core.mail_addresses import AddressRefusedError, parse_address
from newsletters.choices import DeliveryState, MailingKind, MailingState, SubscriberState
from newsletters.drafts import read_draft
from newsletters.errors import MailingRefused
from newsletters.models import BulletinPage, Delivery, Destination, Mailing, Subscriber
from newsletters.rendering import render_article
from newsletters.services.bodies import write_bodies, write_fallbacks
from newsletters.services.mailings import add_body, approve_mailing, make_mailing, wake_workers
from newsletters.services.readiness import gather_facts, source_of, too_long

if TYPE_CHECKING:
    from members.models import User

#: How long a bulletin may be tried.
LIFETIME = dt.timedelta(days=5)
TEST_LIFETIME = dt.timedelta(hours=4)


@transaction.atomic
def send_bulletin(
    *,
    page: BulletinPage,
    user: User,
    at: dt.datetime,
    not_before: dt.datetime | None = None,
    uses_fallback: bool = True,
) -> Mailing:
    """Approve the sending of a bulletin's approved texts, at once or not before a time, and keep what they say now.

    Raises `MailingRefused` when `user` wrote any of them, when it was sent already, or while a required language is
    missing or older than its source.
    """
    source = source_of(page)
    BulletinPage.objects.select_for_update(of=["self"]).get(pk=source.pk)
    facts = gather_facts(source, at=at, with_links=False, uses_fallback=uses_fallback)
    for refusal in facts.refusals:
        raise MailingRefused(refusal, page=page)
    authors = {each.page.live_revision.user for each in facts.languages if each.page and each.article}
    if user in authors:
        raise MailingRefused(_("You wrote this bulletin, so somebody else approves that it is sent."), page=page)
    if not_before is not None and not_before <= at:
        not_before = None
    earlier = source.find_mailings().count()
    mailing = make_mailing(
        key=f"bulletin:{source.translation_key}:{earlier + 1}",
        kind=MailingKind.BULLETIN,
        topic=facts.topic,
        fallback_languages=list(facts.articles) if uses_fallback else [],
        not_before=not_before,
        expires_at=(not_before or at) + LIFETIME,
        author_name=", ".join(sorted({str(author) for author in authors if author is not None})),
        author_ids=[author.pk for author in authors if author is not None],
        at=at,
    )
    if mailing is None:  # somebody else pressed the button at this moment
        raise MailingRefused(_("This bulletin was sent, or is about to be. It cannot be sent twice."), page=page)
    write_bodies(mailing=mailing, articles=facts.articles, at=at)
    write_fallbacks(mailing=mailing, at=at)
    approve_mailing(mailing=mailing, approver=user, at=at)
    log(instance=source, action="newsletters.send", user=user, data={"mailing": mailing.pk})
    wake_workers()
    mailing.refresh_from_db()
    return mailing


@transaction.atomic
def send_test(*, page: BulletinPage, user: User, at: dt.datetime) -> Mailing:
    """Send the newest draft of a page to the user's own confirmed address. It is recorded and counts nowhere.

    Raises `MailingRefused` when the user has confirmed no address.
    """
    address = find_confirmed_address(user)
    if address is None:
        message = _("Your address is not confirmed. Subscribe to a topic with it and confirm that, then try again.")
        raise MailingRefused(message, page=page)
    draft: BulletinPage = page.get_latest_revision_as_object()
    found = read_draft(draft)
    if found.is_too_long:
        raise MailingRefused(too_long(), page=page)
    article = found.article
    with override(page.language):
        prefix = _("Test")
    content = render_article(article, template="bulletin", frame=page.language, topic=page.topic, prefix=prefix)
    mailing = make_mailing(
        key=f"test:{page.translation_key}:{page.language}:{at.isoformat()}",
        kind=MailingKind.TEST,
        expires_at=at + TEST_LIFETIME,
        author_name=str(user),
        author_ids=[user.pk],
        at=at,
    )
    if mailing is None:
        raise MailingRefused(_("A test was sent at this very moment."), page=page)
    body = add_body(mailing=mailing, locale=page.language, content=content, article=article.to_data(), at=at)
    mailing.state, mailing.frozen_at = MailingState.SENDING, at
    mailing.save(update_fields=["state", "frozen_at"])
    domain = address.rpartition("@")[2]
    group = Destination.objects.filter(domains__contains=[domain]).order_by("pk").first()
    Delivery.objects.create(
        mailing=mailing,
        body=body,
        address=address,
        destination=group.name if group else domain,
        lane=mailing.lane,
        state=DeliveryState.READY,
        next_at=at,
        expires_at=mailing.expires_at,
        created_at=at,
    )
    log(instance=page, action="newsletters.test", user=user, data={"mailing": mailing.pk})
    wake_workers()
    return mailing


def find_confirmed_address(user: User) -> str | None:
    """Return the user's own address if it was shown that mail to it reaches a person who wants it; else None."""
    try:
        parsed = parse_address(user.email)
    except AddressRefusedError:
        return None
    confirmed = Subscriber.objects.filter(
        address_key=parsed.key, state=SubscriberState.ACTIVE, confirmed_at__isnull=False
    ).first()
    return confirmed.address if confirmed is not None else None
