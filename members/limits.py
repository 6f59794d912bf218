"""How often somebody may try: enough for people who mistype, too little for whoever guesses (ASVS 5.0, 6.3.1)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from core.networks import client_network
from core.rate_limits import Limit, forgive, is_within

if TYPE_CHECKING:
    from django.http import HttpRequest

_QUARTER = dt.timedelta(minutes=15)
_HOUR = dt.timedelta(hours=1)
_DAY = dt.timedelta(days=1)

#: Wrong passphrases for one address, known or not.
SIGN_IN_ADDRESS = Limit("account_sign_in_address", 10, _QUARTER)
#: Wrong passphrases from one /24 or /48: a school or an office may stand behind it.
SIGN_IN_NETWORK = Limit("account_sign_in_network", 100, _QUARTER)
#: Wrong codes of one account.
CODE = Limit("account_code", 5, dt.timedelta(minutes=5))
#: A code of an authenticator app counts once; the period is longer than any code is good for.
USED_CODE = Limit("account_used_code", 1, dt.timedelta(minutes=2))
#: Passkeys cannot be guessed; this only keeps a program from keeping us busy.
PASSKEY_NETWORK = Limit("account_passkey_network", 60, dt.timedelta(minutes=10))
#: Mails that strangers can have sent to one address, and sign-ups from one network.
LETTER_ADDRESS = Limit("account_letter_address", 5, _DAY)
ASKED_NETWORK = Limit("account_asked_network", 30, _HOUR)


def may_ask(request: HttpRequest, limit: Limit, *, at: dt.datetime) -> bool:
    """Count an act of the network that `request` came from; one that cannot be known is not held back."""
    network = client_network(request)
    return not network or is_within(limit, network, at=at)


def may_guess(request: HttpRequest, address: str, *, at: dt.datetime) -> bool:
    """Count an attempt to sign in as `address`; `guessed_right` takes it back."""
    # Both are counted, whatever the first says.
    of_network = may_ask(request, SIGN_IN_NETWORK, at=at)
    return is_within(SIGN_IN_ADDRESS, address.casefold(), at=at) and of_network


def guessed_right(request: HttpRequest, address: str) -> None:
    """Take back the count of an attempt that succeeded."""
    forgive(SIGN_IN_ADDRESS, address.casefold())
    network = client_network(request)
    if network:
        forgive(SIGN_IN_NETWORK, network)
