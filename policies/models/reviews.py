from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.append_only import AppendOnlyModel
from policies.choices import ReviewDecision
from policies.models.editions import EditionClause


class TranslationReview(AppendOnlyModel):
    """A translator's word on a translated clause against one text of its source clause. Never changes."""

    translated_clause = models.ForeignKey(EditionClause, on_delete=models.PROTECT, related_name="reviews")
    source_digest = models.CharField(max_length=64)
    decision = models.CharField(max_length=20, choices=ReviewDecision)
    note = models.TextField(blank=True)
    reviewed_at = models.DateTimeField()
    reviewed_by_name = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("translation review")
        verbose_name_plural = _("translation reviews")

    def __str__(self) -> str:
        return f"{self.translated_clause} {self.decision}"
