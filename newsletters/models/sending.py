"""What the engine knows about the outside: destinations, workers and bounces."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from newsletters.choices import AlarmKind, BounceChannel, BounceEffect, BounceKind
from newsletters.models.mailings import Delivery


class Destination(models.Model):
    """A provider group and how fast it may be sent to: a token bucket that survives restarts. May be edited.

    The row named `*` is the limit of everything together. `tokens` were left at `refilled_at`.
    """

    name = models.CharField(_("name"), max_length=255, unique=True)
    domains = ArrayField(models.CharField(max_length=253), verbose_name=_("domains"), default=list, blank=True)
    per_minute = models.PositiveIntegerField(_("messages a minute"), null=True, blank=True)
    burst = models.PositiveIntegerField(_("at most at once"), default=100)
    max_connections = models.PositiveSmallIntegerField(_("connections"), null=True, blank=True)
    tokens = models.FloatField(default=0)
    refilled_at = models.DateTimeField(null=True)
    closed_until = models.DateTimeField(_("closed until"), null=True, blank=True)
    closed_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("destination")
        verbose_name_plural = _("destinations")

    def __str__(self) -> str:
        return self.name


class Worker(models.Model):
    """A process that sends. Says that it lives every few seconds; a dead one's row is removed with its leases."""

    id = models.UUIDField(primary_key=True)
    host = models.CharField(max_length=255)
    process = models.PositiveIntegerField()
    connections = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    accepted = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return f"{self.host}:{self.process}"


class Bounce(models.Model):
    """A report about a message of ours that came back. Deleted with the deliveries.

    `delivery` is NULL when the token in the return path is not ours: such a report changes nobody. `source_key` is the
    digest of what was received, so that a report handed in twice counts once. Taking a report in writes the row and
    nothing else; grading comes later and says in `effect` what it did. `is_final`: the address will never work again.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.SET_NULL, null=True, related_name="bounces")
    source_key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=20, choices=BounceKind)
    status = models.CharField(max_length=12, blank=True)
    is_final = models.BooleanField(default=False)
    alarm = models.CharField(max_length=40, choices=AlarmKind, blank=True)
    diagnostic = models.CharField(max_length=500, blank=True)
    channel = models.CharField(max_length=20, choices=BounceChannel)
    received_at = models.DateTimeField(db_index=True)
    graded_at = models.DateTimeField(null=True)
    effect = models.CharField(max_length=20, choices=BounceEffect, blank=True)

    class Meta:
        verbose_name = _("bounce")
        verbose_name_plural = _("bounces")
        indexes = [
            models.Index(fields=["id"], condition=models.Q(graded_at=None), name="newsletters_bounce_ungraded"),
            models.Index(fields=["id"], condition=models.Q(effect="held"), name="newsletters_bounce_held"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind}"


class OperatorAlarm(models.Model):
    """Something that an operator must put right, such as a signature that receivers refuse; open until `settled_at`.

    `sentence` is the evidence: what a server said, or which destination it is about. No e-mail address.
    """

    kind = models.CharField(max_length=40, choices=AlarmKind)
    sentence = models.CharField(max_length=500)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)
    settled_at = models.DateTimeField(null=True)
    settled_by_name = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(settled_at=None), name="newsletters_operatoralarm_one_open"
            ),
        ]

    def __str__(self) -> str:
        return self.sentence
