"""Decide about messages of which it is not known whether they arrived: a person does, or evidence from the relay."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from newsletters.bounces.reports import shorten
from newsletters.choices import DeliveryState, MailingState
from newsletters.errors import MailingRefused
from newsletters.models import Delivery, Mailing
from newsletters.services.mailings import wake_workers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from django.contrib.auth.models import AnonymousUser

    from members.models import User
    from newsletters.relay_log import Trace


class Decision(Enum):
    """What is to become of an uncertain message."""

    SEND_AGAIN = "send_again"
    ACCEPTED = "accepted"
    """It arrived, or as good as."""
    GIVEN_UP = "given_up"
    """It did not arrive, and is not to."""


@transaction.atomic
def decide_uncertain(
    *,
    mailing: Mailing,
    decision: Decision,
    reason: str,
    user: User | AnonymousUser | None,
    at: dt.datetime,
    delivery_number: int | None = None,
) -> int:
    """Decide about one uncertain message of `mailing`, or about all of them; return how many that were.

    Who decided, and why, is kept in Wagtail's history. What is sent again may arrive twice; the workers ask once more
    whether its reader still wants it. Raises `MailingRefused` when nothing is uncertain any more, or may not be sent.
    """
    mailing = Mailing.objects.select_for_update(no_key=True).get(pk=mailing.pk)
    uncertain = Delivery.objects.filter(mailing=mailing, state=DeliveryState.UNCERTAIN)
    if delivery_number is not None:
        uncertain = uncertain.filter(pk=delivery_number)
    if not uncertain.exists():
        raise MailingRefused(_("Nothing of this is uncertain any more; somebody was quicker."))
    if decision is Decision.SEND_AGAIN:
        count = _send_again(mailing, uncertain, at)
    else:
        count = _settle(uncertain, decision, reason, at)
    data: dict[str, Any] = {"decision": decision.value, "reason": reason, "count": count}
    if delivery_number is not None:
        data["delivery"] = delivery_number
    log(instance=mailing, action="newsletters.decide_uncertain", user=user, data=data)
    return count


def _send_again(mailing: Mailing, uncertain: Any, at: dt.datetime) -> int:
    if mailing.state == MailingState.CANCELLED:
        raise MailingRefused(_("The mailing was cancelled, so nothing of it is sent again."))
    count: int = uncertain.filter(Q(expires_at=None) | Q(expires_at__gt=at)).update(
        state=DeliveryState.READY, next_at=at, intent_at=None, ended_at=None, worker=None, lease_until=None, reply=""
    )
    if not count:
        raise MailingRefused(_("These messages have expired. Settle them instead."))
    if mailing.state == MailingState.DONE:
        mailing.state, mailing.finished_at = MailingState.SENDING, None
        mailing.save(update_fields=["state", "finished_at"])
    wake_workers()
    return count


def _settle(uncertain: Any, decision: Decision, reason: str, at: dt.datetime) -> int:
    state = DeliveryState.ACCEPTED if decision is Decision.ACCEPTED else DeliveryState.REJECTED
    count: int = uncertain.update(state=state, ended_at=at, worker=None, lease_until=None, reply=shorten(reason))
    return count


def settle_by_relay_log(*, traces: Mapping[int, Trace], at: dt.datetime) -> int:
    """Settle uncertain messages that a relay's log shows it had taken; return how many were uncertain still."""
    count = 0
    by_mailing: Counter[int] = Counter()
    for number, trace in sorted(traces.items()):
        outcome = f", {trace.status} ({trace.code})" if trace.status else ""
        uncertain = Delivery.objects.filter(pk=number, state=DeliveryState.UNCERTAIN)
        mailing = uncertain.values_list("mailing", flat=True).first()
        reply = f"Settled by the relay’s log: {trace.queue_id}{outcome}"
        if uncertain.update(state=DeliveryState.ACCEPTED, ended_at=at, worker=None, lease_until=None, reply=reply):
            count += 1
            by_mailing[mailing or 0] += 1
    for mailing_row in Mailing.objects.filter(pk__in=by_mailing).order_by("pk"):
        data = {"decision": "relay_log", "reason": "reconcile_mail_log", "count": by_mailing[mailing_row.pk]}
        log(instance=mailing_row, action="newsletters.decide_uncertain", user=None, data=data)
    return count
