"""How often the public may ask for mail: enough for people, too little for whoever floods a mailbox (docs/runbooks)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from core.rate_limits import Limit

_HOUR = dt.timedelta(hours=1)
_DAY = dt.timedelta(days=1)

#: A person takes longer to fill in the form, a program does not.
QUICKEST = dt.timedelta(seconds=2)
#: A form that was open longer is shown anew, with what was filled in.
LONGEST_OPEN = dt.timedelta(hours=24)

#: Of one address: confirmations are fewer still (`newsletters.periods.ONE_CONFIRMATION_IN`).
ADDRESS = Limit("sign_up_address", 5, _DAY)
#: Told at most once a day that one receives the bulletins already.
ALREADY = Limit("sign_up_already", 1, _DAY)
#: From one /24 or /48: a school or an office may stand behind it.
NETWORK = Limit("sign_up_network", 30, _HOUR)
#: An alarm while the breaker is open, not one for each sign-up it turns away.
ALARM = Limit("sign_up_alarm", 1, dt.timedelta(minutes=10))


def site() -> Limit:
    """Return the breaker: more sign-ups than this on the whole site are an attack or need the operator's leave."""
    return Limit("sign_up_site", settings.AVOW_SIGN_UPS_PER_HOUR, _HOUR)


def domain() -> Limit:
    """Return the limit for addresses of one mail domain; the largest have nearly half of all readers."""
    return Limit("sign_up_domain", max(1, settings.AVOW_SIGN_UPS_PER_HOUR // 2), _HOUR)
