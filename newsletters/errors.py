"""What can be refused about mailings, and the sentence that says what to do instead."""

from __future__ import annotations

from policies.errors import Refused


class MailingRefused(Refused):
    """An act on a mailing that its state, its text or the second-person rule does not allow; nothing was written."""
