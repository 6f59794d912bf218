"""What other apps may hear of, after the transaction has committed."""

from django.dispatch import Signal

#: mailing (what the archive shows of it changed: it was sent, has another language, or was withdrawn)
archive_changed = Signal()
