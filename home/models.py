"""The home page of a language."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.search.index import SearchField

from core.dates import today
from core.models import BasePage
from policies.selectors import list_policies


class HomePage(BasePage):
    """What a reader sees first: a welcome, and the policies in force."""

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["policies.PolicyIndexPage", "newsletters.BulletinIndexPage"]
    private_page_options: list[str] = []

    summary = models.CharField(_("summary"), max_length=300, blank=True)
    welcome = RichTextField(_("welcome"), features=["bold", "italic", "link", "ol", "ul"], blank=True)

    search_fields = [*BasePage.search_fields, SearchField("summary"), SearchField("welcome")]
    content_panels = [*BasePage.content_panels, FieldPanel("summary"), FieldPanel("welcome")]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the policies as they stand today."""
        policies = list_policies(language=self.language, on=today())
        return {**super().get_context(request, *args, **kwargs), "policies": policies}
