"""What a public form holds in place of a cookie: when it was made, and which words it showed."""

from __future__ import annotations

import datetime as dt
import hashlib

from core.tokens import TokenPurpose, read, sign

#: The field that people do not see and programs fill in.
TRAP = "website"
_DIGEST_DIGITS = 15


def make_form_token(words: str, *, at: dt.datetime) -> str:
    """Return the token of a form that shows `words`."""
    return sign(TokenPurpose.FORM, int(at.timestamp()), _number_of(words))


def read_form_token(token: str, words: str) -> tuple[dt.datetime, bool]:
    """Return when a form was made, and whether it showed `words`; raise `BadTokenError`."""
    made, number = read(token, TokenPurpose.FORM, count=2)
    return dt.datetime.fromtimestamp(made, dt.UTC), number == _number_of(words)


def _number_of(words: str) -> int:
    return int(hashlib.sha256(words.encode()).hexdigest()[:_DIGEST_DIGITS], 16)
