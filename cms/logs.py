"""What must not reach a log: the tokens in the links of mails, each of which acts for a person."""

from __future__ import annotations

import logging
import re

#: The part of an address after which the token follows: `/u/`, and pages under `/<lang>/bulletins/` and `/<lang>/account/`.
_TOKEN = re.compile(r"(?P<head>/(?:u|confirm|not-me|undo|preferences|data|link)/)[^/?\s]+")


class TokenFilter(logging.Filter):
    """Writes `-` in the place of tokens."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without its tokens."""
        record.msg = without_tokens(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(without_tokens(argument) for argument in record.args)
        return True


def without_tokens(value: object) -> object:
    """Return text without tokens, and anything else as it is."""
    return _TOKEN.sub(r"\g<head>-", value) if isinstance(value, str) else value
