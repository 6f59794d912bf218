"""Deliveries whose days are over: their rows go, with what came back; how many ended how stays with the mailing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from newsletters.choices import Lane, MailingState
from newsletters.models import Bounce, Delivery, Mailing
from newsletters.periods import DELIVERY_KEPT

if TYPE_CHECKING:
    import datetime as dt

_BATCH = 5_000
#: What one run deletes at most; the next goes on.
_MOST = 500_000

# Rows that are locked at this moment are somebody else's; they go the next time.
_PICK = """
SELECT d.id FROM newsletters_delivery d
WHERE d.mailing_id = %(mailing)s AND d.ended_at < %(before)s
LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED
"""
# One statement counts exactly what it deletes.
_DELETE = """
WITH gone AS (
    DELETE FROM newsletters_delivery WHERE id = ANY(%(ids)s) RETURNING mailing_id, destination, state
)
INSERT INTO newsletters_tally (mailing_id, destination, state, count)
SELECT gone.mailing_id, COALESCE(groups.name, ''), gone.state, count(*)
FROM gone LEFT JOIN newsletters_destination groups ON groups.name = gone.destination AND groups.domains <> '{}'
GROUP BY gone.mailing_id, COALESCE(groups.name, ''), gone.state
ON CONFLICT (mailing_id, destination, state) DO UPDATE SET count = newsletters_tally.count + EXCLUDED.count
"""


def delete_old_deliveries(*, at: dt.datetime) -> int:
    """Delete the rows of mailings that are over and old, and of system mail that ended long ago; return how many went.

    What still waits, or is of a mailing that may go on, stays however old it is. May run at any time, twice, and at once.
    """
    before = at - DELIVERY_KEPT
    over = Q(lane__gt=Lane.TRANSACTIONAL, state__in=[MailingState.DONE, MailingState.CANCELLED], wants_freezing=False)
    rows = Delivery.objects.filter(mailing=OuterRef("pk"), ended_at__lt=before)
    mailings = Mailing.objects.filter(over | Q(lane=Lane.TRANSACTIONAL), Exists(rows), created_at__lt=before)
    deleted = 0
    for number in mailings.order_by("pk").values_list("pk", flat=True):
        while deleted < _MOST and (count := _delete_batch(number, before=before)):
            deleted += count
    return deleted


def delete_old_bounces(*, at: dt.datetime) -> int:
    """Delete reports that belong to no delivery of ours; the others go with their deliveries."""
    return Bounce.objects.filter(delivery=None, received_at__lt=at - DELIVERY_KEPT).delete()[0]


@transaction.atomic
def _delete_batch(mailing: int, *, before: dt.datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_PICK, {"mailing": mailing, "before": before, "limit": _BATCH})
        numbers = [number for (number,) in cursor.fetchall()]
        if numbers:
            Bounce.objects.filter(delivery__in=numbers).delete()
            cursor.execute(_DELETE, {"ids": numbers})
    return len(numbers)
