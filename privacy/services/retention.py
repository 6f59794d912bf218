"""What goes when its days are over: links, addresses in answered requests, and the requests themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from newsletters.services.system_mail import forget_lone_addresses
from privacy.models import DataLink, DataRequest
from privacy.periods import ADDRESS_KEPT, LINK_KEPT, REQUEST_KEPT

if TYPE_CHECKING:
    import datetime as dt


@transaction.atomic
def keep_retention(*, at: dt.datetime) -> dict[str, int]:
    """Delete and empty what is past its days; return how many of each. May run at any time and twice."""
    answered = DataRequest.objects.filter(decided_at__lt=at - ADDRESS_KEPT).exclude(address="")
    return {
        "links": DataLink.objects.filter(asked_at__lt=at - LINK_KEPT).delete()[0],
        "mails": forget_lone_addresses(before=at - LINK_KEPT),
        "addresses": answered.update(address="", address_key="", words=""),
        "requests": DataRequest.objects.filter(decided_at__lt=at - REQUEST_KEPT).delete()[0],
    }
