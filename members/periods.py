"""How long things about accounts last."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

#: An account whose address nobody confirmed goes after this.
UNCONFIRMED_KEPT = dt.timedelta(days=7)
#: What happened to an account is shown, and kept, for this long.
EVENTS_KEPT = dt.timedelta(days=365)
#: A letter's row goes this long after its link stopped acting.
LETTERS_KEPT = dt.timedelta(days=30)
#: A device that was last used longer ago than this is a new one.
DEVICE_KNOWN = dt.timedelta(days=90)

#: How long the link of a confirmation acts.
CONFIRMATION_OPEN = UNCONFIRMED_KEPT
RESET_OPEN = dt.timedelta(hours=1)
#: “This was not me” must work for whoever reads mail once a week.
NOTICE_OPEN = dt.timedelta(days=30)
#: A change of address is undone from the old one for this long.
UNDO_OPEN = dt.timedelta(days=7)

#: Signing in or proving it again this recently is proof enough for what needs one.
PROOF_LASTS = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """A session ends `idle` after its last request and `absolute` after it began, whichever comes first."""

    idle: dt.timedelta
    absolute: dt.timedelta


STAFF = SessionLimits(idle=dt.timedelta(minutes=20), absolute=dt.timedelta(hours=8))
MEMBER = SessionLimits(idle=dt.timedelta(minutes=30), absolute=dt.timedelta(hours=12))
#: For a computer that others use too.
SHARED = SessionLimits(idle=dt.timedelta(minutes=10), absolute=dt.timedelta(hours=1))
