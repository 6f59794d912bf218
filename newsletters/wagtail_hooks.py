"""What the admin offers for mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Permission
from django.db.models import Q
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import LogFormatter

from newsletters.admin_views import menu, urls
from newsletters.admin_views.destinations import destination_viewset
from newsletters.admin_views.sending import SendingView
from newsletters.admin_views.topics import topic_viewset
from newsletters.models import BulletinPage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from wagtail.admin.menu import MenuItem
    from wagtail.models import Page


@hooks.register("register_admin_urls")
def register_urls() -> list[Any]:
    bulletins = [path("<int:page_id>/sending/", SendingView.as_view(), name="sending")]
    return [path("mail/", include(urls)), path("bulletins/", include((bulletins, "avow_bulletins")))]


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[Any]:
    return [destination_viewset, topic_viewset]


@hooks.register("register_page_header_buttons")
def add_sending_button(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Lead from a bulletin to the screen from which it is sent."""
    del view_name, next_url
    if isinstance(page, BulletinPage) and page.pk is not None and page.permissions_for_user(user).can_edit():
        yield Button(
            _("Send the bulletin"), reverse("avow_bulletins:sending", args=[page.pk]), icon_name="mail", priority=70
        )


@hooks.register("register_admin_menu_item")
def register_menu() -> MenuItem:
    return menu.mail_item()


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(
        Q(content_type__model="mailing", codename__in=["view_mailing", "operate_mailing", "export_addresses"])
        | Q(content_type__model="subscriber", codename="look_up_subscriber")
        | Q(content_type__model="destination")
        | Q(content_type__model="topic", codename__in=["add_topic", "change_topic"]),
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
        "newsletters.send": _("Approved for sending"),
        "newsletters.test": _("Test sent"),
        "newsletters.pause": _("Mailing paused"),
        "newsletters.resume": _("Mailing resumed"),
        "newsletters.cancel": _("Mailing cancelled"),
        "newsletters.export": _("Outcomes exported with addresses"),
        "newsletters.decide_uncertain": _("Decided about uncertain messages"),
        "newsletters.decide_held": _("Decided about bounces held back"),
    }
    for name, label in labels.items():
        actions.register_action(name)(type("Act", (_Act,), {"label": label}))
