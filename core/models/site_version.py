"""The number that every cached public page is keyed by."""

from __future__ import annotations

from django.db import models
from django.db.models import F

from core.prepared import fetch_all


class SiteVersion(models.Model):
    """One row. Its number grows in every transaction that changes what the public may see.

    A page cached under an older number is never served again, so a reader sees a new edition as soon as its
    transaction commits.
    """

    number = models.BigIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="core_siteversion_one_row"),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def current(cls) -> int:
        """Return the number now in force, 0 before the first change (one query)."""
        # Every public request asks this, and the ORM takes five times as long to ask as PostgreSQL to answer.
        rows = fetch_all("SELECT number FROM core_siteversion WHERE id = 1")
        return int(rows[0][0]) if rows else 0

    @classmethod
    def bump(cls) -> None:
        """Add one; the row is locked until the caller's transaction ends, which puts publications in order."""
        if not cls.objects.filter(pk=1).update(number=F("number") + 1):
            cls.objects.update_or_create(pk=1, defaults={}, create_defaults={"number": 1})
