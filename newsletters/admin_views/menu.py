"""The menu “Mail”. Other parts add to it by the hook `register_mail_menu_item`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from newsletters.admin_views.base import may_look, may_look_up
from newsletters.admin_views.destinations import destination_viewset
from newsletters.admin_views.topics import topic_viewset

if TYPE_CHECKING:
    from django.http import HttpRequest


class ScreenItem(MenuItem):
    """Shown to those who may look."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_look(request.user)


class LookUpItem(MenuItem):
    """Shown to those who may look subscribers up."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_look_up(request.user)


class TopicsItem(MenuItem):
    """Shown to those who may set up topics."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(topic_viewset.permission_policy.user_has_any_permission(request.user, ["add", "change"]))


class DestinationsItem(MenuItem):
    """Shown to those who may do anything with destinations."""

    def is_shown(self, request: HttpRequest) -> bool:
        policy = destination_viewset.permission_policy
        return bool(policy.user_has_any_permission(request.user, ["add", "change", "delete", "view"]))


def mail_item() -> SubmenuMenuItem:
    menu = Menu(
        register_hook_name="register_mail_menu_item", construct_hook_name="construct_mail_menu", items=_screen_items()
    )
    return SubmenuMenuItem(_("Mail"), menu, name="mail", icon_name="mail", order=160)


def _screen_items() -> list[MenuItem]:
    return [
        ScreenItem(_("Mailings"), reverse("avow_mail:overview"), name="mailings", icon_name="list-ul", order=10),
        ScreenItem(
            _("Uncertain messages"), reverse("avow_mail:uncertain"), name="uncertain", icon_name="help", order=20
        ),
        ScreenItem(_("Bounces"), reverse("avow_mail:bounces"), name="bounces", icon_name="undo", order=30),
        DestinationsItem(
            _("Destinations"), reverse("mail_destinations:index"), name="destinations", icon_name="globe", order=40
        ),
        TopicsItem(_("Topics"), reverse("mail_topics:index"), name="topics", icon_name="tag", order=50),
        LookUpItem(
            _("Look up a subscriber"), reverse("avow_mail:look_up"), name="look-up", icon_name="search", order=60
        ),
    ]
