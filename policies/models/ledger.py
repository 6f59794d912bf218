from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.append_only import AppendOnlyModel
from policies.choices import LedgerKind
from policies.models.editions import Edition, EditionText, EffectiveDate, NoteCorrection
from policies.models.policy import Policy


class LedgerEntry(AppendOnlyModel):
    """A link of a policy's hash chain: one for every row that became public, in order. Never changes.

    `payload_digest` is the SHA-256 of the row's canonical JSON; `digest` covers it, the kind, the position and the
    digest before, so that no row can be changed, removed or slipped in without breaking every later link.
    """

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="ledger")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=LedgerKind)
    edition = models.OneToOneField(Edition, on_delete=models.PROTECT, null=True)
    text = models.OneToOneField(EditionText, on_delete=models.PROTECT, null=True)
    note = models.OneToOneField(NoteCorrection, on_delete=models.PROTECT, null=True)
    effective_date = models.OneToOneField(EffectiveDate, on_delete=models.PROTECT, null=True)
    payload_digest = models.CharField(max_length=64)
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.UniqueConstraint(fields=["policy", "position"], name="policies_ledgerentry_position"),
            models.CheckConstraint(
                condition=(
                    Q(kind=LedgerKind.EDITION, edition__isnull=False)
                    | Q(kind=LedgerKind.TEXT, text__isnull=False)
                    | Q(kind=LedgerKind.NOTE, note__isnull=False)
                    | Q(kind=LedgerKind.EFFECTIVE_DATE, effective_date__isnull=False)
                ),
                name="policies_ledgerentry_names_its_row",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} #{self.position} {self.kind}"
