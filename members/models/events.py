"""What happened to an account, for its owner to read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.choices import EventKind
from members.models.users import User


class AccountEvent(models.Model):
    """One thing that happened to an account. Never changed; goes after its retention period and with the account.

    `network` is a /24 or /48, never an address, and `device` the family of browser and system, never a version.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="account_events")
    kind = models.CharField(max_length=20, choices=EventKind)
    happened_at = models.DateTimeField()
    network = models.CharField(max_length=50, blank=True)
    device = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("event of an account")
        verbose_name_plural = _("events of accounts")
        indexes = [models.Index(fields=["user", "-happened_at", "-id"], name="members_accountevent_list")]

    def __str__(self) -> str:
        return f"{self.kind} {self.happened_at:%Y-%m-%d}"
