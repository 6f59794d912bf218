"""Mail about an account, and the links in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.choices import LetterKind
from members.models.users import User

if TYPE_CHECKING:
    import datetime as dt


class AccountLetter(models.Model):
    """One mail to the owner of an account. Its links carry the row's number, signed, and nothing else.

    `address` is where it goes. A link acts once (`used_at`) and until `expires_at`; `address_before` and `address_after`
    are those of a change of address. Changed only by the use of its link; goes after its retention period.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=30, choices=LetterKind)
    locale = models.CharField(max_length=12)
    address = models.EmailField()
    address_before = models.EmailField(blank=True)
    address_after = models.EmailField(blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("letter about an account")
        verbose_name_plural = _("letters about accounts")
        indexes = [models.Index(fields=["user", "kind", "created_at"], name="members_letter_of_user")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    def is_open(self, *, at: dt.datetime) -> bool:
        """Whether the link still acts."""
        return self.used_at is None and at < self.expires_at
