"""How long links and requests are good for and kept, and the clocks of the law."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from core.dates import civil_date
from privacy.choices import RequestKind

if TYPE_CHECKING:
    from privacy.models import DataRequest

#: A link that somebody asked for; one that comes with an answer.
LINK_OPEN = dt.timedelta(hours=24)
ANSWER_OPEN = dt.timedelta(days=14)
#: The row of a link goes this long after it was mailed.
LINK_KEPT = dt.timedelta(days=30)
#: The address in an answered request goes after this; the request, under a code of the address, after five years.
ADDRESS_KEPT = dt.timedelta(days=90)
REQUEST_KEPT = dt.timedelta(days=1826)

#: Article 13, paragraph 1: requests of Article 10 are decided within 15 days, which may be extended once by as many.
_QUICK = dt.timedelta(days=15)
#: Article 13, paragraph 2: requests of Article 11 within 30.
_SLOW = dt.timedelta(days=30)
#: The officer is reminded from so many days before the end on.
REMIND_BEFORE = dt.timedelta(days=5)


def time_allowed(kind: str) -> dt.timedelta:
    """Return within how many days a request is decided, and by how many that may be extended."""
    return _QUICK if kind in {RequestKind.SEE, RequestKind.COPY} else _SLOW


def due_day(kind: str, asked_at: dt.datetime) -> dt.date:
    """Return the last day for an answer; the day of asking does not count (Administrative Procedure Act, Article 48)."""
    return civil_date(asked_at) + time_allowed(kind)


def latest_day(request: DataRequest) -> dt.date:
    """Return the day beyond which no extension may go."""
    return due_day(request.kind, request.asked_at) + time_allowed(request.kind)
