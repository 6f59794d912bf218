"""Who hears what, by whose consent, and who must not be written to."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.append_only import AppendOnlyModel, AppendOnlyQuerySet
from newsletters.choices import (
    ConsentAction,
    EndedReason,
    Frequency,
    LookUpAct,
    Source,
    SubscriberState,
    SuppressionReason,
    SuppressionScope,
)
from newsletters.models.topics import Topic


class Subscriber(models.Model):
    """An address that somebody subscribed, or asked to. May be changed and erased.

    `address` is what mail is sent to: the local part as it was typed, the domain as DNS knows it (RFC 5891 A-labels).
    `address_key` is what makes two addresses the same person's: the local part in NFC and folded case. `address_hash`
    is its keyed hash, by which suppressions are found. After erasure address and key are empty (NULL) and the row only
    keeps its number, to which deliveries and consent events point, and the hash.
    Links signed before `token_epoch` was raised do not manage this subscriber any more.
    """

    address = models.CharField(_("e-mail address"), max_length=320, null=True)  # noqa: DJ001 -- NULL is erased, and unique
    address_key = models.CharField(max_length=320, unique=True, null=True)  # noqa: DJ001
    address_hash = models.CharField(max_length=64, db_index=True)
    locale = models.CharField(_("language"), max_length=12, choices=settings.LANGUAGES)
    state = models.CharField(max_length=20, choices=SubscriberState, default=SubscriberState.PENDING)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="subscriber"
    )
    token_epoch = models.PositiveIntegerField(default=0)
    paused_until = models.DateField(_("paused until"), null=True, blank=True)
    bounce_score = models.DecimalField(max_digits=4, decimal_places=1, default=0)
    bounced_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        permissions = [
            ("look_up_subscriber", _("Can look up one subscriber by the whole address")),
            ("act_for_subscriber", _("Can end, erase and readmit a subscriber")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=SubscriberState.ERASED, address=None, address_key=None)
                | Q(~Q(state=SubscriberState.ERASED), address__isnull=False, address_key__isnull=False),
                name="newsletters_subscriber_erased_has_no_address",
            ),
            # Without it nobody would see that the address is suppressed.
            models.CheckConstraint(
                condition=Q(address_hash__regex=r"^[0-9a-f]{64}$"), name="newsletters_subscriber_has_hash"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"  # an address must not reach logs and messages by way of str()


class SignUp(models.Model):
    """What somebody typed into the sign-up form, until it is dealt with a moment later. Then deleted.

    The form is answered before anybody looks whether the address is known, so that the answer cannot tell.
    """

    address = models.CharField(max_length=320)
    address_key = models.CharField(max_length=320)
    topic_ids = ArrayField(models.BigIntegerField())
    locale = models.CharField(max_length=12)
    frequency = models.CharField(max_length=20, choices=Frequency, blank=True)
    waits_for_language = models.BooleanField(default=False)
    consent_text = models.ForeignKey("newsletters.ConsentText", on_delete=models.PROTECT, related_name="+")
    network = models.CharField(max_length=50, blank=True)
    browser = models.CharField(max_length=40, blank=True)
    page = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")

    def __str__(self) -> str:
        return f"#{self.pk}"


class SubscriptionRequest(models.Model):
    """A sign-up that waits for its confirmation. Deleted some days after it expired or was answered."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="requests")
    topics = models.ManyToManyField(Topic, related_name="+")
    locale = models.CharField(max_length=12)
    frequency = models.CharField(max_length=20, choices=Frequency, blank=True)
    waits_for_language = models.BooleanField(default=False)
    consent_text = models.ForeignKey("newsletters.ConsentText", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("subscription request")
        verbose_name_plural = _("subscription requests")
        indexes = [models.Index(fields=["expires_at"], name="newsletters_request_expiry")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Subscription(models.Model):
    """One topic of one subscriber, from `started_at` until `ended_at`. Only ever changed to end it.

    Another language or frequency ends the row and begins a new one, so that the rows are the history.
    """

    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="subscriptions")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="subscriptions")
    locale = models.CharField(_("language"), max_length=12, choices=settings.LANGUAGES)
    frequency = models.CharField(_("how often"), max_length=20, choices=Frequency)
    waits_for_language = models.BooleanField(
        _("wait for my language"),
        default=False,
        help_text=_("Whether mail waits until there is a text in this language, instead of coming in another."),
    )
    source = models.CharField(max_length=20, choices=Source)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=20, choices=EndedReason, blank=True)
    ended_by_delivery = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "topic"], condition=Q(ended_at=None), name="newsletters_subscription_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_reason="") | (Q(ended_at__isnull=False) & ~Q(ended_reason="")),
                name="newsletters_subscription_ended_has_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["topic", "frequency", "locale"],
                condition=Q(ended_at=None),
                name="newsletters_subscription_open",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.subscriber_id} {self.topic}"


class ConsentText(AppendOnlyModel):
    """The words that somebody agreed to, exactly as they were shown. Never changes."""

    digest = models.CharField(max_length=64, unique=True)
    locale = models.CharField(max_length=12)
    body = models.TextField()
    created_at = models.DateTimeField()

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")

    def __str__(self) -> str:
        return self.digest[:12]


class ConsentEvent(AppendOnlyModel):
    """What somebody asked for, agreed to or took back. Never changes; one hash chain over all of them.

    `subscriber_number` is the subscriber's row number and nothing else about the person: it outlives erasure.
    `details` holds languages, frequencies and topic slugs as they were then.
    """

    position = models.PositiveBigIntegerField(unique=True)
    subscriber_number = models.BigIntegerField(db_index=True)
    action = models.CharField(max_length=20, choices=ConsentAction)
    topic_slug = models.CharField(max_length=80, blank=True)
    details = models.JSONField(default=dict)
    channel = models.CharField(max_length=20, choices=[*Source.choices, *EndedReason.choices])
    consent_text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, null=True, related_name="+")
    happened_at = models.DateTimeField()
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent event")
        verbose_name_plural = _("consent events")

    def __str__(self) -> str:
        return f"{self.position} {self.action}"


class ConsentContext(models.Model):
    """From where a consent event came, truncated; kept apart from the chain because it is deleted after some days."""

    event = models.OneToOneField(ConsentEvent, on_delete=models.DO_NOTHING, related_name="context", db_constraint=True)
    network = models.CharField(max_length=50, blank=True, help_text="The /24 (IPv4) or /48 (IPv6) of the request.")
    browser = models.CharField(max_length=40, blank=True, help_text="The browser's family, without its version.")
    page = models.CharField(max_length=200, blank=True, help_text="The path of the form, without its query.")
    happened_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("context of a consent event")
        verbose_name_plural = _("contexts of consent events")

    def __str__(self) -> str:
        return f"#{self.event_id}"


class Suppression(models.Model):
    """An address, known only by its keyed hash, that is not written to. Outlives erasure.

    `until` NULL means for good. A new confirmed subscription by the person lifts an `UNSUBSCRIBED` row: `lifted_at`.
    """

    address_hash = models.CharField(max_length=64)
    scope = models.CharField(max_length=20, choices=SuppressionScope)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=20, choices=SuppressionReason)
    evidence = models.CharField(
        max_length=200, blank=True, help_text="A delivery's number or a status code; no address."
    )
    created_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        constraints = [
            models.CheckConstraint(
                condition=Q(scope=SuppressionScope.TOPIC, topic__isnull=False)
                | (~Q(scope=SuppressionScope.TOPIC) & Q(topic=None)),
                name="newsletters_suppression_topic_scope",
            ),
        ]
        indexes = [
            models.Index(fields=["address_hash"], condition=Q(lifted_at=None), name="newsletters_suppression_live")
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.reason}"


class SubscriberLookUp(AppendOnlyModel):
    """That somebody of the staff looked for a subscriber, or acted for one, and why. Never changes.

    `subscriber_number` is NULL when nobody was found: looking for many addresses in turn shows all the same.
    """

    address_hash = models.CharField(max_length=64, db_index=True)
    subscriber_number = models.BigIntegerField(null=True)
    act = models.CharField(_("act"), max_length=20, choices=LookUpAct)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by_name = models.CharField(_("by"), max_length=300)
    happened_at = models.DateTimeField(_("when"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("look-up of a subscriber")
        verbose_name_plural = _("look-ups of subscribers")

    def __str__(self) -> str:
        return f"#{self.pk} {self.act}"
