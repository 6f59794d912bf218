"""Who publishes this site: the identity card that privacy law asks for on each notice."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel

from core.models.site_version import SiteVersion


class Agency(models.Model):
    """The agency's official names and contact in one language; may be edited, and pages show the new card at once."""

    language = models.CharField(_("language"), max_length=12, unique=True, choices=settings.LANGUAGES)
    name = models.CharField(_("official name"), max_length=200)
    site_name = models.CharField(_("name of the site"), max_length=200, blank=True)
    unit = models.CharField(_("responsible unit"), max_length=200, blank=True)
    privacy_officer = models.CharField(_("privacy officer"), max_length=200, blank=True)
    postal_address = models.CharField(_("postal address"), max_length=300, blank=True)
    telephone = models.CharField(_("telephone"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail for questions about privacy"), blank=True)

    panels = [
        FieldPanel("language"),
        MultiFieldPanel([FieldPanel("name"), FieldPanel("site_name"), FieldPanel("unit")], heading=_("Identity")),
        MultiFieldPanel(
            [FieldPanel("privacy_officer"), FieldPanel("postal_address"), FieldPanel("telephone"), FieldPanel("email")],
            heading=_("Contact"),
        ),
    ]

    class Meta:
        verbose_name = _("agency identity")
        verbose_name_plural = _("agency identity")

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        SiteVersion.bump()
