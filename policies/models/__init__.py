from policies.models.editions import (
    Edition,
    EditionClause,
    EditionText,
    EffectiveDate,
    NoteCorrection,
)
from policies.models.ledger import LedgerEntry
from policies.models.pages import PolicyIndexPage, PolicyPage
from policies.models.policy import Policy
from policies.models.reviews import TranslationReview
from policies.models.working import ScheduledRefusal, TextComparison

__all__ = [
    "Edition",
    "EditionClause",
    "EditionText",
    "EffectiveDate",
    "LedgerEntry",
    "NoteCorrection",
    "Policy",
    "PolicyIndexPage",
    "PolicyPage",
    "ScheduledRefusal",
    "TextComparison",
    "TranslationReview",
]
