"""What the admin offers for search: the synonyms, the glossary, and a warning when the index lags behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Permission
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.admin.viewsets.model import ModelViewSet

from search.models import GlossaryTerm, SynonymSet
from search.services import find_stale

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class SynonymSetViewSet(ModelViewSet):
    """The words that find each other."""

    model = SynonymSet
    icon = "search"
    menu_label = _("Synonyms")
    menu_order = 165
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = ["words"]
    ordering = ["words", "pk"]


class GlossaryTermViewSet(ModelViewSet):
    """The words that the agency explains."""

    model = GlossaryTerm
    icon = "openquote"
    menu_label = _("Glossary")
    menu_order = 166
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = ["term", "locale", "meaning"]
    list_filter = ["locale"]
    search_fields = ["term", "also", "meaning"]
    search_backend_name = None
    ordering = ["locale", "term", "pk"]


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[ModelViewSet]:
    return [SynonymSetViewSet("synonyms"), GlossaryTermViewSet("glossary")]


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(
        content_type__app_label="search", content_type__model__in=["synonymset", "glossaryterm"]
    ).exclude(codename__startswith="view_")


class StaleIndexPanel(Component):
    """A warning that something public is not found, or that something is found which is public no more."""

    name = "search_index"
    template_name = "search/admin/stale_panel.html"
    order = 20

    def __init__(self, count: int) -> None:
        self._count = count

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """Say how much of the index is stale."""
        return {"count": self._count}


@hooks.register("construct_homepage_panels")
def warn_of_stale_index(_request: HttpRequest, panels: list[Component]) -> None:
    count = len(find_stale())
    if count:
        panels.append(StaleIndexPanel(count))
