"""Rows that are not the record: they may be thrown away and made again."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TextComparison(models.Model):
    """The comparison of two edition texts, kept because the texts never change. Derived; may be deleted."""

    old_digest = models.CharField(max_length=64)
    new_digest = models.CharField(max_length=64)
    engine = models.PositiveSmallIntegerField(help_text="Version of the comparison that made it.")
    data = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("comparison")
        verbose_name_plural = _("comparisons")
        constraints = [
            models.UniqueConstraint(fields=["old_digest", "new_digest", "engine"], name="policies_textcomparison_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.old_digest[:8]}…{self.new_digest[:8]}"


class TextOutline(models.Model):
    """What lists show of an edition text, as HTML: its contents, and what it changed. Derived; may be deleted.

    The text never changes. What made the lists may, so a row counts only while it names what would make them today
    (`policies.outlines`).
    """

    text = models.OneToOneField(
        "policies.EditionText", on_delete=models.CASCADE, primary_key=True, related_name="outline"
    )
    made_by = models.CharField(max_length=64)
    contents = models.TextField(blank=True)
    changed = models.TextField(blank=True)

    class Meta:
        verbose_name = _("outline")
        verbose_name_plural = _("outlines")

    def __str__(self) -> str:
        return str(self.text)


class ScheduledRefusal(models.Model):
    """A scheduled publication that could not be issued, until somebody publishes the page or schedules it again."""

    page = models.OneToOneField("policies.PolicyPage", on_delete=models.CASCADE, related_name="scheduled_refusal")
    reason = models.TextField()
    refused_at = models.DateTimeField()

    class Meta:
        verbose_name = _("refused schedule")
        verbose_name_plural = _("refused schedules")

    def __str__(self) -> str:
        return f"{self.page}: {self.reason}"
