"""What the admin offers for the site itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Permission
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet

from core.models import Agency

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class AgencyViewSet(ModelViewSet):
    """The agency's identity card, one for each language."""

    model = Agency
    icon = "home"
    menu_label = _("Agency identity")
    menu_order = 160
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = ["name", "language", "unit", "email"]


@hooks.register("register_admin_viewset")
def register_viewset() -> AgencyViewSet:
    return AgencyViewSet("agency")


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    codenames = ["add_agency", "change_agency"]
    return Permission.objects.filter(content_type__app_label="core", codename__in=codenames)


@hooks.register("construct_help_menu")
def leave_out_other_sites(_request: HttpRequest, items: list[Any]) -> None:
    """Keep the shortcuts only: Wagtail's own guides are in English, elsewhere, and not about policies."""
    items[:] = [item for item in items if item.name != "editor-guide" and not item.name.startswith("whats-new")]
