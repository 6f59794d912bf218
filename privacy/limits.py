"""How often a link may be asked for: enough for people, too little for whoever floods a mailbox."""

from __future__ import annotations

import datetime as dt

from core.rate_limits import Limit

_HOUR = dt.timedelta(hours=1)
_DAY = dt.timedelta(days=1)

#: Mails to one address; further ones are answered alike and not sent.
ADDRESS = Limit("data_link_address", 3, _DAY)
#: From one /24 or /48: a school or an office may stand behind it.
NETWORK = Limit("data_link_network", 20, _HOUR)
SITE = Limit("data_link_site", 500, _HOUR)
#: Requests to the officer by one address.
REQUESTS = Limit("data_request_address", 10, _DAY)
