"""What happens to a mailing before and while it is sent: its bodies, approval, pausing, cancelling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.models import SiteVersion
from newsletters.choices import DeliveryState, Lane, MailingKind, MailingState
from newsletters.errors import MailingRefused
from newsletters.models import Delivery, Mailing, MailingBody
from newsletters.signals import archive_changed
from policies.text.digest import canonical_json, sha256_hex

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

    from core.mail import MailContent
    from members.models import User
    from newsletters.models import Topic

#: PostgreSQL's channel on which workers hear that there is something to send.
CHANNEL = "newsletters_ready"

_LANES = {
    MailingKind.TRANSACTIONAL: Lane.TRANSACTIONAL,
    MailingKind.ALERT: Lane.ALERT,
    MailingKind.DIGEST: Lane.DIGEST,
    MailingKind.BULLETIN: Lane.BULLETIN,
    MailingKind.TEST: Lane.URGENT,
}
#: States in which a message may still leave.
OPEN_STATES = (DeliveryState.READY, DeliveryState.CLAIMED, DeliveryState.INFLIGHT)


def make_mailing(
    *,
    key: str,
    kind: MailingKind,
    at: dt.datetime,
    topic: Topic | None = None,
    fallback_languages: Sequence[str] = (),
    not_before: dt.datetime | None = None,
    expires_at: dt.datetime | None = None,
    author_name: str = "",
    author_ids: Collection[int] = (),
) -> Mailing | None:
    """Return a new draft of a mailing; None when there is one with this `key` already: nothing is sent twice.

    `author_ids` are the accounts of those who wrote it, who may not approve it.
    """
    mailing, is_new = Mailing.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "topic": topic,
            "lane": _LANES[kind],
            "fallback_languages": list(fallback_languages),
            "not_before": not_before,
            "expires_at": expires_at,
            "author_name": author_name,
            "author_ids": sorted(author_ids),
            "created_at": at,
        },
    )
    return mailing if is_new else None


def add_body(
    *,
    mailing: Mailing,
    locale: str,
    content: MailContent,
    variant: str = "",
    headers: Mapping[str, str] | None = None,
    article: Mapping[str, Any] | None = None,
    at: dt.datetime,
) -> MailingBody:
    """Keep what `mailing` says in `locale`, for good; `article` is the same as data, for the archive and digests."""
    body = MailingBody(
        mailing=mailing,
        locale=locale,
        variant=variant,
        subject=content.subject,
        html=content.html,
        text=content.text,
        headers=dict(headers or {}),
        article=dict(article or {}),
        created_at=at,
    )
    body.digest = body_digest(body)
    body.save()
    return body


def body_digest(body: MailingBody) -> str:
    """Return the SHA-256 of all that a reader of `body` is given, and of where it belongs."""
    covered = {
        "mailing": body.mailing.key,
        "locale": body.locale,
        "variant": body.variant,
        "subject": body.subject,
        "html": body.html,
        "text": body.text,
        "headers": body.headers,
        "article": body.article,
    }
    return sha256_hex(canonical_json(covered))


@transaction.atomic
def approve_mailing(*, mailing: Mailing, approver: User, at: dt.datetime) -> None:
    """Let a draft go out when its time comes. Raises `MailingRefused` when its author and approver are one person."""
    mailing = _locked(mailing)
    _require(mailing, MailingState.DRAFT)
    if approver.pk in mailing.author_ids:
        raise MailingRefused(_("A mailing is approved by somebody other than its author."))
    if not mailing.bodies.exists():
        raise MailingRefused(_("This mailing has no text yet."))
    mailing.state = MailingState.APPROVED
    mailing.approver_id, mailing.approved_by_name, mailing.approved_at = approver.pk, str(approver), at
    mailing.save(update_fields=["state", "approver_id", "approved_by_name", "approved_at"])


@transaction.atomic
def pause_mailing(*, mailing: Mailing, reason: str) -> None:
    """Stop a mailing until it is resumed; what is being handed over at this moment still goes. Raises `MailingRefused`."""
    mailing = _locked(mailing)
    _require(mailing, MailingState.APPROVED, MailingState.FREEZING, MailingState.SENDING)
    mailing.state, mailing.paused_reason = MailingState.PAUSED, reason
    mailing.save(update_fields=["state", "paused_reason"])


@transaction.atomic
def resume_mailing(*, mailing: Mailing) -> None:
    """Go on with a paused mailing. Raises `MailingRefused`."""
    mailing = _locked(mailing)
    _require(mailing, MailingState.PAUSED)
    mailing.state = MailingState.SENDING if mailing.frozen_at else MailingState.APPROVED
    mailing.paused_reason = ""
    mailing.save(update_fields=["state", "paused_reason"])
    wake_workers()


@transaction.atomic
def cancel_mailing(*, mailing: Mailing, at: dt.datetime, reason: str = "") -> int:
    """Send nothing more of a mailing, for good; return how many messages were stopped. Raises `MailingRefused`.

    Its page in the archive says that it was withdrawn.
    """
    mailing = _locked(mailing)
    _require(
        mailing,
        MailingState.DRAFT,
        MailingState.APPROVED,
        MailingState.FREEZING,
        MailingState.SENDING,
        MailingState.PAUSED,
        MailingState.DONE,
    )
    mailing.state, mailing.paused_reason, mailing.finished_at = MailingState.CANCELLED, reason, at
    mailing.save(update_fields=["state", "paused_reason", "finished_at"])
    stopped = Delivery.objects.filter(mailing=mailing, state__in=[DeliveryState.READY, DeliveryState.CLAIMED]).update(
        state=DeliveryState.SUPPRESSED, ended_at=at, worker=None, lease_until=None
    )
    tell_of_archive(mailing)
    return stopped


def finish_mailings(*, at: dt.datetime) -> None:
    """Mark mailings as done of which nothing waits any more."""
    waiting = Delivery.objects.filter(state__in=OPEN_STATES)
    sending = Mailing.objects.filter(state=MailingState.SENDING, frozen_at__isnull=False)
    sending.exclude(kind=MailingKind.TRANSACTIONAL).exclude(pk__in=waiting.values("mailing_id")).update(
        state=MailingState.DONE, finished_at=at
    )


def tell_of_archive(mailing: Mailing) -> None:
    """Let pages that were kept be made anew, and tell other apps after the commit, that the archive shows something else."""
    SiteVersion.bump()
    transaction.on_commit(lambda: archive_changed.send(sender=Mailing, mailing=mailing))


def wake_workers() -> None:
    """Tell the workers, when the transaction commits, that there is something to send."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def _locked(mailing: Mailing) -> Mailing:
    # Deliveries being inserted hold a key-share lock on their mailing, which this one does not wait for.
    return Mailing.objects.select_for_update(no_key=True).get(pk=mailing.pk)


def _require(mailing: Mailing, *states: MailingState) -> None:
    if mailing.state not in states:
        message = _("This is not possible in the state “%(state)s”.") % {"state": mailing.get_state_display()}
        raise MailingRefused(message)
