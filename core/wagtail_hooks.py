"""What the admin offers for the site itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Permission
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.viewsets.model import ModelViewSet

from core.admin_views import session
from core.models import Agency

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


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


@hooks.register("register_admin_urls")
def register_urls() -> list[Any]:
    return [path("session/", session, name="avow_session")]


@hooks.register("insert_global_admin_css")
def show_what_was_kept() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', versioned_static("core-admin/signed-out.css"))


@hooks.register("insert_editor_js")
def keep_what_was_typed() -> SafeString:
    """Keep an editor's form in the browser when the session has ended."""
    return format_html(
        '<script src="{}" data-session-url="{}" data-sign-in-url="{}" data-signed-out="{}" data-sign-in="{}" '
        'data-unreachable="{}"></script>',
        versioned_static("core-admin/signed-out.js"),
        reverse("avow_session"),
        reverse("wagtailadmin_login"),
        _(
            "You have been signed out, so nothing was sent. What you typed is still here: sign in in another tab, then "
            "come back and press the button again."
        ),
        _("Sign in in a new tab"),
        _("The server cannot be reached, so nothing was sent. What you typed is still here; try again in a while."),
    )


@hooks.register("construct_help_menu")
def leave_out_other_sites(_request: HttpRequest, items: list[Any]) -> None:
    """Keep the shortcuts only: Wagtail's own guides are in English, elsewhere, and not about policies."""
    items[:] = [item for item in items if item.name != "editor-guide" and not item.name.startswith("whats-new")]
