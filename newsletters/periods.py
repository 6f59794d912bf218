"""How long things are kept and stay open. The consent text and the documentation state these days, and tests compare."""

from __future__ import annotations

import datetime as dt

#: A sign-up may be confirmed for so long.
CONFIRM_WITHIN = dt.timedelta(days=7)
#: One confirmation mail for an address in this time, however often it is typed in.
ONE_CONFIRMATION_IN = dt.timedelta(hours=24)
#: “This was not me” keeps further confirmations away for so long.
NOT_ME_FOR = dt.timedelta(days=365)

#: An address that was never confirmed is erased so long after the last sign-up.
UNCONFIRMED_KEPT = dt.timedelta(days=14)
#: A sign-up that was answered or has expired is deleted so long after it was made.
REQUEST_KEPT = dt.timedelta(days=30)
#: From which network and browser something was asked.
CONTEXT_KEPT = dt.timedelta(days=30)
#: The address of somebody who left the last topic is erased after so long.
LEFT_KEPT = dt.timedelta(days=30)
#: What was sent to whom, how it ended and what came back; counts without people stay. Longer than an alert may get another
#: language (`newsletters.services.alerts`): while its rows are there, nobody gets it twice.
DELIVERY_KEPT = dt.timedelta(days=180)
