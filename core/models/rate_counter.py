"""How often something was done by somebody who is known by a keyed hash alone."""

from __future__ import annotations

from django.db import models


class RateCounter(models.Model):
    """One limit of one subject: how often in the window that began at `began_at`, and in the one before.

    Changed only by `core.rate_limits`, which also deletes it when both windows have passed.
    """

    name = models.CharField(max_length=40)
    subject_hash = models.CharField(max_length=64)
    began_at = models.DateTimeField()
    count = models.PositiveIntegerField()
    count_before = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "subject_hash"], name="core_ratecounter_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.count}"
