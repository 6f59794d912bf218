"""What the admin offers for mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Permission
from django.db.models import Q
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogFormatter

from newsletters.admin_views import menu, urls
from newsletters.admin_views.destinations import destination_viewset

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from wagtail.admin.menu import MenuItem


@hooks.register("register_admin_urls")
def register_urls() -> list[Any]:
    return [path("mail/", include(urls))]


@hooks.register("register_admin_viewset")
def register_viewset() -> Any:
    return destination_viewset


@hooks.register("register_admin_menu_item")
def register_menu() -> MenuItem:
    return menu.mail_item()


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(
        Q(content_type__model="mailing", codename__in=["view_mailing", "operate_mailing", "export_addresses"])
        | Q(content_type__model="destination"),
        content_type__app_label="newsletters",
    )


class _Act(LogFormatter):
    """An operator's act, with its reason."""

    def format_message(self, entry: Any) -> Any:
        reason = (entry.data or {}).get("reason", "")
        return f"{self.label}: {reason}" if reason else self.label


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    labels = {
        "newsletters.pause": _("Mailing paused"),
        "newsletters.resume": _("Mailing resumed"),
        "newsletters.cancel": _("Mailing cancelled"),
        "newsletters.export": _("Outcomes exported with addresses"),
        "newsletters.decide_uncertain": _("Decided about uncertain messages"),
        "newsletters.decide_held": _("Decided about bounces held back"),
    }
    for name, label in labels.items():
        actions.register_action(name)(type("Act", (_Act,), {"label": label}))
