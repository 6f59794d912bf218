"""What other apps may hear of.

`revision_went_live` is sent inside the publishing transaction, and its receiver may refuse by raising; all others are
sent after the transaction has committed.
"""

from django.dispatch import Signal

#: page, revision, at
revision_went_live = Signal()
#: edition, text
edition_issued = Signal()
#: text (a translation that joined or replaced another in an edition that exists)
text_issued = Signal()
#: correction
note_corrected = Signal()
#: effective_date
effective_date_announced = Signal()
