"""People's rights over their data: the links by which they use them, what they asked for, and who was erased."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.append_only import AppendOnlyModel, AppendOnlyQuerySet
from privacy.choices import Decision, RequestKind


class DataLink(models.Model):
    """A link to “My data” that was mailed to an address. Changed only to end it; deleted after some days.

    Whoever reads the mail of the address sees, without an account, what is held about it. The link carries this row's
    number, signed, and nothing else.
    """

    address = models.CharField(max_length=320)
    address_key = models.CharField(max_length=320, db_index=True)
    locale = models.CharField(max_length=12)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("link to somebody’s data")
        verbose_name_plural = _("links to people’s data")

    def __str__(self) -> str:
        return f"#{self.pk}"  # an address must not reach logs and messages by way of str()


class DataRequest(models.Model):
    """What somebody asked for under Article 3 of the Act, until when it is to be answered, and the answer.

    What people do by a button is done at once and stands here as decided. Changed only by the answer, an extension and
    the reminder. The address goes some time after the answer, at once with erasure: then `address_hash` stands for it.
    """

    kind = models.CharField(_("what is asked for"), max_length=20, choices=RequestKind)
    address = models.CharField(_("e-mail address"), max_length=320, blank=True)
    address_key = models.CharField(max_length=320, blank=True, db_index=True)
    address_hash = models.CharField(max_length=64, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    locale = models.CharField(max_length=12)
    words = models.TextField(_("in their words"), blank=True)
    asked_at = models.DateTimeField(_("asked on"))
    due_on = models.DateField(_("to be answered by"))
    extended_at = models.DateTimeField(null=True)
    extension_reason = models.CharField(max_length=500, blank=True)
    extended_by_name = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(_("answered on"), null=True)
    decision = models.CharField(_("answer"), max_length=20, choices=Decision, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    decided_by_name = models.CharField(max_length=300, blank=True)
    reminded_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("request about personal data")
        verbose_name_plural = _("requests about personal data")
        permissions = [("answer_datarequest", _("Can see and answer requests about personal data"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at=None, decision="") | (Q(decided_at__isnull=False) & ~Q(decision="")),
                name="privacy_datarequest_answer_is_whole",
            ),
            # Article 13: whoever is refused or has to wait is told why.
            models.CheckConstraint(
                condition=Q(decision__in=["", Decision.DONE]) | ~Q(reason=""),
                name="privacy_datarequest_refusal_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(extended_at=None) | (~Q(extension_reason="") & ~Q(extended_by_name="")),
                name="privacy_datarequest_extension_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None) | Q(decided_at__gte=F("asked_at")), name="privacy_datarequest_in_order"
            ),
        ]
        indexes = [models.Index(fields=["due_on", "id"], condition=Q(decided_at=None), name="privacy_request_open")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind}"


class Tombstone(AppendOnlyModel):
    """That an address was erased, as its keyed hash. Never changes: a restored backup is erased again by it.

    `with_account` says whether the account under the address went too, or only what hangs on the address.
    A copy of each stands outside of the database (`AVOW_ERASURES`), since a backup knows nothing of what came after it.
    """

    address_hash = models.CharField(max_length=64, db_index=True)
    erased_at = models.DateTimeField()
    with_account = models.BooleanField(default=False)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = [
            models.CheckConstraint(condition=Q(address_hash__regex=r"^[0-9a-f]{64}$"), name="privacy_tombstone_is_hash")
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
