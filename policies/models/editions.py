"""The public record: editions, their texts and clauses, and the rows that put them right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.append_only import AppendOnlyModel
from policies.choices import PAYLOAD_VERSION, EditionKind, LanguageRegime, TextRole, UpdateType
from policies.models.policy import Policy
from policies.querysets import EditionQuerySet, EditionTextQuerySet

if TYPE_CHECKING:
    import datetime as dt


class Edition(AppendOnlyModel):
    """The numbered public record of a policy. Never changes.

    `issued_at` says when it became known (UTC); `effective_from` when it applies (a civil date in Taipei; NULL means
    *to be announced*, and an `EffectiveDate` row may fill it later). In force is the highest-numbered edition whose
    date has come (`policies.periods`). Numbers need not run in the order of issue, which the ledger keeps: a correction
    of the edition in force, 2.1, may be issued after 3.0 was announced.

    `previous` is the edition that this one changes: its note, and the changes kept with its texts, speak of that one.
    It is the one in whose place it comes, not always the number before it.

    `issued_by_name` is who prepared the revision, `approved_by_name` who published it when that was somebody else;
    both are text, so that the record outlives accounts.
    """

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="editions")
    major = models.PositiveIntegerField()
    minor = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=EditionKind, default=EditionKind.ISSUE)
    update_type = models.CharField(max_length=20, choices=UpdateType)
    effective_from = models.DateField(null=True)
    issued_at = models.DateTimeField()
    issued_by_name = models.CharField(max_length=300, blank=True)
    approved_by_name = models.CharField(max_length=300, blank=True)
    document_no = models.CharField(max_length=120, blank=True)
    language_regime = models.CharField(max_length=20, choices=LanguageRegime)
    prevailing_locale = models.CharField(max_length=12)
    hosts = models.JSONField(default=list)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    payload_version = models.PositiveSmallIntegerField(default=PAYLOAD_VERSION)
    digest = models.CharField(max_length=64)

    objects = EditionQuerySet.as_manager()

    if TYPE_CHECKING:  # annotated by `with_applies_from` and by `policies.selectors.editions_of`
        applies_from: dt.date | None
        announced_at: dt.datetime | None
        locales: list[str]
        previous_major: int | None
        previous_minor: int | None
        successor: Edition | None  # set by `policies.periods.link_successors`

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [
            models.UniqueConstraint(fields=["policy", "major", "minor"], name="policies_edition_number"),
            models.CheckConstraint(condition=Q(major__gte=1), name="policies_edition_major_from_one"),
        ]
        indexes = [models.Index(fields=["policy", "-major", "-minor"], name="policies_edition_newest")]

    def __str__(self) -> str:
        return f"{self.policy} {self.number}"

    @property
    def number(self) -> str:
        """`major.minor` as readers see it."""
        return f"{self.major}.{self.minor}"

    @property
    def order(self) -> tuple[int, int]:
        """The number as something that sorts."""
        return (self.major, self.minor)

    @property
    def is_substantive(self) -> bool:
        return self.update_type == UpdateType.SUBSTANTIVE

    @property
    def is_withdrawal(self) -> bool:
        return self.kind == EditionKind.WITHDRAWAL


class EditionText(AppendOnlyModel):
    """An edition in one language, as it was served. Never changes.

    A translation that comes late, or is put right, joins its edition as a new row with the next `sequence`. `clauses`
    is the data (see `policies.records.clauses_to_data`), `html` what readers were shown; `changes` the list of changed
    clauses against the text before it in the same language, so that notices and alerts need no comparison.
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="texts")
    locale = models.CharField(max_length=12)
    sequence = models.PositiveSmallIntegerField(default=1)
    role = models.CharField(max_length=20, choices=TextRole)
    title = models.CharField(max_length=255)
    summary = models.TextField(blank=True)
    owner = models.CharField(max_length=255, blank=True)
    contact = models.CharField(max_length=500, blank=True)
    change_note = models.TextField(blank=True)
    notice_waiver = models.TextField(blank=True)
    clauses = models.JSONField(default=list)
    html = models.TextField(blank=True)
    changes = models.JSONField(default=list)
    issued_at = models.DateTimeField()
    issued_by_name = models.CharField(max_length=300, blank=True)
    approved_by_name = models.CharField(max_length=300, blank=True)
    source_revision = models.ForeignKey(
        "wagtailcore.Revision", on_delete=models.PROTECT, null=True, related_name="edition_texts"
    )
    digest = models.CharField(max_length=64)

    objects = EditionTextQuerySet.as_manager()

    if TYPE_CHECKING:  # annotated by `policies.selectors.texts_in`
        corrected_note: str | None
        corrected_at: dt.datetime | None

    class Meta:
        verbose_name = _("edition text")
        verbose_name_plural = _("edition texts")
        constraints = [
            models.UniqueConstraint(fields=["edition", "locale", "sequence"], name="policies_editiontext_sequence"),
        ]

    def __str__(self) -> str:
        return f"{self.edition} {self.locale}"


class EditionClause(AppendOnlyModel):
    """A clause of an edition text, for search and translation state. Never changes.

    `based_on_digest` is the digest of the source clause that a translated clause was made from: equal to the source
    clause's `digest` means current, different means lagging. Empty in texts that are not translations.
    """

    text = models.ForeignKey(EditionText, on_delete=models.PROTECT, related_name="clause_rows")
    key = models.UUIDField()
    position = models.PositiveIntegerField()
    depth = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=40, blank=True)
    heading = models.CharField(max_length=500, blank=True)
    html = models.TextField(blank=True)
    plain = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    based_on_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("edition clause")
        verbose_name_plural = _("edition clauses")
        constraints = [
            models.UniqueConstraint(fields=["text", "key"], name="policies_editionclause_key"),
            models.UniqueConstraint(fields=["text", "position"], name="policies_editionclause_position"),
            models.CheckConstraint(condition=Q(depth__gte=1, depth__lte=4), name="policies_editionclause_depth"),
        ]

    def __str__(self) -> str:
        return f"{self.text} {self.number or self.position}"


class NoteCorrection(AppendOnlyModel):
    """A change note put right: the newest row is shown, with the day it was corrected. Never changes."""

    text = models.ForeignKey(EditionText, on_delete=models.PROTECT, related_name="note_corrections")
    sequence = models.PositiveSmallIntegerField()
    note = models.TextField()
    reason = models.TextField(blank=True)
    issued_at = models.DateTimeField()
    issued_by_name = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("corrected change note")
        verbose_name_plural = _("corrected change notes")
        constraints = [
            models.UniqueConstraint(fields=["text", "sequence"], name="policies_notecorrection_sequence"),
        ]

    def __str__(self) -> str:
        return f"{self.text} {self.sequence}"


class EffectiveDate(AppendOnlyModel):
    """The date of an edition that was issued with its date to be announced. Never changes."""

    edition = models.OneToOneField(Edition, on_delete=models.PROTECT, related_name="announced_date")
    effective_from = models.DateField()
    document_no = models.CharField(max_length=120, blank=True)
    issued_at = models.DateTimeField()
    issued_by_name = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("announced effective date")
        verbose_name_plural = _("announced effective dates")

    def __str__(self) -> str:
        return f"{self.edition} {self.effective_from.isoformat()}"
