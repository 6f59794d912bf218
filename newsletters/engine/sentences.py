"""Why sending stopped, in words for editors, in every language of the site: whoever reads it has not to ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from core.languages import language_codes
from newsletters.smtp import AuthenticationError, RelayRefusedError, TlsError

if TYPE_CHECKING:
    from newsletters.smtp import SmtpError

_LONGEST = 500
_ADDRESS = re.compile(r"[^\s<>()]*@[^\s<>()]*")
_REASONS = {
    "sender": _("The mail server refuses our sender or this message. Nobody was lost; resume when it is put right."),
    "policy": _(
        "Several recipients’ servers refused this mailing by a rule. Nobody was lost; resume when it is put right."
    ),
    "body": _("The text of this mailing cannot be written as mail. Cancel it and send a corrected one."),
    "uncertain": _(
        "The mail server breaks off before it confirms messages. Look at those that are uncertain, then resume."
    ),
    "password": _("The mail server does not accept our name and password. Resume when the password is put right."),
    "tls": _("The connection to the mail server is not secure. Resume when its certificate is put right."),
    "refused": _("The mail server does not want our mail. Resume when its operator has allowed it."),
    "absent": _("Mail was due, and no worker ran. One runs again now. Find out why they had all ended."),
    "unreachable": _("The mail server does not answer. Sending goes on by itself when it does."),
}


def sentence(reason: str, detail: str = "") -> str:
    """Return the sentence for `reason` in all languages of the site, and the server's own words."""
    said = []
    for code in language_codes():
        with override(code):
            said.append(str(_REASONS[reason]))
    if detail:
        said.append(f"({without_addresses(detail)})")
    return " ".join(said)[:_LONGEST]


def without_addresses(text: str) -> str:
    """Return what a server said without the addresses that servers like to repeat."""
    return _ADDRESS.sub("…", text) if "@" in text else text


def relay_reason(error: SmtpError) -> str:
    """Return the reason that an error of a relay is."""
    if isinstance(error, AuthenticationError):
        return "password"
    if isinstance(error, TlsError):
        return "tls"
    if isinstance(error, RelayRefusedError) and not error.reply.is_temporary:
        return "refused"
    return "unreachable"
