from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.models import SiteVersion
from policies.choices import LanguageRegime, PolicyKind
from policies.querysets import PolicyQuerySet


class Policy(models.Model):
    """One text of the agency in all its languages. Its settings may change; its editions never do.

    `key` is the translation key of its Wagtail pages, so that pages of one policy find each other; `slug` is its
    public address and is fixed once an edition has been issued.
    """

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(_("address"), unique=True, max_length=80)
    kind = models.CharField(_("kind"), max_length=20, choices=PolicyKind, default=PolicyKind.OTHER)
    language_regime = models.CharField(
        _("languages"), max_length=20, choices=LanguageRegime, default=LanguageRegime.ONE_PREVAILS
    )
    prevailing_locale = models.CharField(
        _("prevailing language"),
        max_length=12,
        choices=settings.LANGUAGES,
        help_text=_(
            "The language that governs in case of doubt. Editions are issued from its page, which owns the structure "
            "of the clauses; where all languages are equally authentic it is the language in which drafts begin."
        ),
    )
    minimum_notice_days = models.PositiveSmallIntegerField(
        _("notice period in days"),
        default=0,
        help_text=_("A substantive edition takes effect this many days after it is published, or says why sooner."),
    )
    review_due_on = models.DateField(_("review due on"), null=True, blank=True)
    hosts = ArrayField(
        models.CharField(max_length=253),
        verbose_name=_("applies to these sites"),
        default=list,
        blank=True,
        help_text=_("Host names separated by commas. A host has at most one policy of a kind."),
    )

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")

    def __str__(self) -> str:
        return self.slug

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        SiteVersion.bump()

    def clean(self) -> None:
        """Refuse a new address after publication, and a host that another policy of this kind already covers."""
        super().clean()
        stored = Policy.objects.filter(pk=self.pk).first()
        if stored and self.has_editions:
            for name in ("slug", "prevailing_locale"):
                if getattr(stored, name) != getattr(self, name):
                    raise ValidationError({name: gettext("This is fixed, because editions have been published.")})
        taken = Policy.objects.filter(kind=self.kind, hosts__overlap=self.hosts).exclude(pk=self.pk)
        if self.hosts and self.kind != PolicyKind.OTHER and (other := taken.order_by("pk").first()):
            message = gettext("“%(policy)s” already covers one of these hosts.") % {"policy": other.slug}
            raise ValidationError({"hosts": message})

    @property
    def has_editions(self) -> bool:
        """Whether anything of this policy was ever public."""
        return bool(self.pk) and self.editions.exists()
