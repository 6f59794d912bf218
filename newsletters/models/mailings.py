"""What is sent: one mailing to an audience, its bodies, and one delivery for each address."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _

from core.append_only import AppendOnlyModel, AppendOnlyQuerySet
from newsletters.choices import DeliveryState, Frequency, Lane, MailingKind, MailingState
from newsletters.models.subscribers import Subscriber
from newsletters.models.topics import Topic


class Mailing(models.Model):
    """One thing sent to an audience: a bulletin, a change alert, a digest, or a kind of system mail.

    `key` says what it is sent about and is unique, so that nothing goes out twice: `bulletin:<translation key>:<n>`,
    `alert:<edition id>`, `effective:<effective date id>`, `digest:<frequency>:<date>`, `system:<message>`. The list of
    recipients is frozen by one INSERT … SELECT (`frozen_at`) and again when `wants_freezing` says that a late language
    arrived: nobody gets a second delivery.
    `approved_by_name` is never the author's name, kept as text.
    """

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=MailingKind)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, related_name="mailings")
    state = models.CharField(max_length=20, choices=MailingState, default=MailingState.DRAFT)
    lane = models.PositiveSmallIntegerField(choices=Lane)
    fallback_languages = ArrayField(
        models.CharField(max_length=12),
        default=list,
        blank=True,
        help_text="Languages, in order, for readers whose own has no text; empty: those readers get nothing.",
    )
    not_before = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    author_name = models.CharField(max_length=300, blank=True)
    # Accounts, which two people of one name do not share; kept as numbers, since accounts are erased and mailings stay.
    author_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    approved_by_name = models.CharField(max_length=300, blank=True)
    approver_id = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)
    wants_freezing = models.BooleanField(default=False)
    paused_reason = models.CharField(max_length=500, blank=True)
    resends_uncertain = models.BooleanField(
        default=False, help_text="Whether a message of which it is not known if it arrived is sent once more."
    )
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        permissions = [
            ("operate_mailing", "Can pause, resume and cancel mailings and decide about uncertain messages"),
            ("export_addresses", "Can see and export the addresses of recipients"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=IsNull(
                    models.Func(
                        "author_ids", "approver_id", function="array_position", output_field=models.IntegerField()
                    ),
                    True,
                ),
                name="newsletters_mailing_second_person",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class MailingBody(AppendOnlyModel):
    """What a mailing says in one language, ready to be sent. Never changes.

    `html` and `text` are lists of parts: a string stands for itself, `{"value": NAME}` for what the delivery gives
    (`newsletters.engine` lists the names). `variant` tells the bodies of one digest apart, one for each combination of
    topics; that of words in another language than the reader's names that language; empty elsewhere. `headers` are
    those that are the same for all readers. `article` is what is said as data (`newsletters.articles`): the archive and
    digests are made from it. `digest` covers all of it.
    """

    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="bodies")
    locale = models.CharField(max_length=12)
    variant = models.CharField(max_length=64, blank=True)
    subject = models.CharField(max_length=300)
    html = models.JSONField()
    text = models.JSONField()
    headers = models.JSONField(default=dict)
    article = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("body of a mailing")
        verbose_name_plural = _("bodies of mailings")
        constraints = [
            models.UniqueConstraint(fields=["mailing", "locale", "variant"], name="newsletters_mailingbody_language"),
        ]

    def __str__(self) -> str:
        return f"{self.mailing} {self.locale}"


class Delivery(models.Model):
    """One message to one address. Changed only by the engine, and only from a state to one that may follow it.

    `lease_token` is the fencing token: every write by a worker names it and counts the rows it changed. `intent_at` is
    committed before the message's bytes leave, so that a row that died without one can be sent again. `attempt` counts
    what servers answered, `recoveries` the workers that died holding the row, and `resent_at` says that it was uncertain
    and sent once more. `reference` is the row that system mail is about. Deleted when the retention period has passed.
    """

    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    body = models.ForeignKey(MailingBody, on_delete=models.PROTECT, related_name="+", db_index=False)
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.PROTECT, null=True, related_name="deliveries", db_index=False
    )
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    address = models.CharField(max_length=320, blank=True)
    destination = models.CharField(max_length=255, help_text="The provider group that limits apply to.")
    lane = models.PositiveSmallIntegerField(choices=Lane)
    reference = models.BigIntegerField(null=True)
    state = models.CharField(max_length=20, choices=DeliveryState, default=DeliveryState.READY)
    attempt = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    worker = models.UUIDField(null=True)
    lease_token = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    recoveries = models.PositiveSmallIntegerField(default=0, db_default=0)
    resent_at = models.DateTimeField(null=True)
    intent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    smtp_code = models.PositiveSmallIntegerField(null=True)
    enhanced_code = models.CharField(max_length=12, blank=True)
    reply = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            # System mail may be sent to the same person again; everything else once.
            models.UniqueConstraint(
                fields=["mailing", "subscriber"],
                condition=Q(lane__gt=0, subscriber__isnull=False),
                name="newsletters_delivery_once",
            ),
        ]
        indexes = [
            # By mailing, so that those which are paused cost the others nothing.
            models.Index(
                fields=["mailing", "next_at", "id"], condition=Q(state="ready"), name="newsletters_delivery_ready"
            ),
            models.Index(
                fields=["mailing", "destination", "next_at", "id"],
                condition=Q(state="ready"),
                name="newsletters_delivery_by_dest",
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state__in=["claimed", "inflight"]), name="newsletters_delivery_open"
            ),
            models.Index(fields=["mailing", "state"], name="newsletters_delivery_counts"),
            models.Index(
                fields=["subscriber"], condition=Q(state__in=["ready", "claimed"]), name="newsletters_delivery_pending"
            ),
            models.Index(fields=["id"], condition=Q(state="rejected"), name="newsletters_delivery_rejected"),
            # By it people find what was sent to their address alone, among millions of others.
            models.Index(Upper("address"), condition=Q(subscriber=None), name="newsletters_delivery_lone"),
            models.Index(
                fields=["mailing", "id"], condition=Q(state="uncertain"), name="newsletters_delivery_uncertain"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.state}"


class Tally(models.Model):
    """How many deliveries of a mailing ended how, of those whose rows were deleted. Only ever counted up.

    `destination` is a provider group that operators set up, and empty for all others: the domain of one reader alone
    would name them.
    """

    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="tallies", db_index=False)
    destination = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=20, choices=DeliveryState)
    count = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = _("tally of a mailing")
        verbose_name_plural = _("tallies of mailings")
        constraints = [
            models.UniqueConstraint(fields=["mailing", "destination", "state"], name="newsletters_tally_once"),
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id} {self.state}: {self.count}"


class DigestRun(models.Model):
    """That the digests of one day or week were made. Its uniqueness lets any machine try, and missed ones be made up for.

    `local_date` is the civil date in Taipei on which the period ends; the items are what was published in
    (`since`, `until`].
    """

    frequency = models.CharField(max_length=20, choices=Frequency)
    local_date = models.DateField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    mailing = models.OneToOneField(Mailing, on_delete=models.PROTECT, null=True, related_name="digest_run")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("digest run")
        verbose_name_plural = _("digest runs")
        constraints = [
            models.UniqueConstraint(fields=["frequency", "local_date"], name="newsletters_digestrun_once"),
        ]

    def __str__(self) -> str:
        return f"{self.frequency} {self.local_date.isoformat()}"
