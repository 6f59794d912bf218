"""What this app tells those above it."""

from __future__ import annotations

from django.dispatch import Signal

#: A letter was written, with `letter`. Sent inside the transaction, so that letter and mail are kept together or not at all.
letter_written = Signal()
