"""Reminding the officer of requests whose day comes near, or has passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from core.addresses import full_address
from core.dates import civil_date
from core.models import Agency
from newsletters.services.system_mail import queue_address_mail
from privacy.models import DataRequest
from privacy.periods import REMIND_BEFORE

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet


@transaction.atomic
def remind_officer(*, at: dt.datetime) -> int:
    """Mail the agency's address for privacy once a day while something is due; return how many requests are.

    The mail says where to look and nothing about anybody.
    """
    today = civil_date(at)
    due = list(due_requests(today).filter(Q(reminded_on=None) | Q(reminded_on__lt=today)).select_for_update())
    card = Agency.objects.exclude(email="").order_by("pk").first()
    if not due or card is None:
        return 0
    queue_address_mail(
        message="data_due",
        address=card.email,
        locale=card.language,
        reference=None,
        at=at,
        context={"address": full_address(reverse("avow_privacy:requests"))},
    )
    DataRequest.objects.filter(pk__in=[request.pk for request in due]).update(reminded_on=today)
    return len(due)


def due_requests(today: dt.date) -> QuerySet[DataRequest]:
    """Return the open requests whose day is near or past."""
    return DataRequest.objects.filter(decided_at=None, due_on__lte=today + REMIND_BEFORE).order_by("due_on", "pk")
