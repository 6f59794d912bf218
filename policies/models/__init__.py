from core.append_only import AppendOnlyModel
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
from policies.models.working import ScheduledRefusal, TextComparison, TextOutline


def append_only_models() -> list[type[AppendOnlyModel]]:
    """Return the models whose rows never change; PostgreSQL guards their tables with triggers."""
    return sorted(AppendOnlyModel.__subclasses__(), key=lambda model: model.__name__)


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
    "TextOutline",
    "TranslationReview",
    "append_only_models",
]
