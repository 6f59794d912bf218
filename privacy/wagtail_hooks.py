"""What the admin offers for people's rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Permission
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from privacy.admin_views import urls
from privacy.admin_views.requests import may_answer

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class RequestsItem(MenuItem):
    """Shown to officers."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_answer(request.user)


@hooks.register("register_admin_urls")
def register_urls() -> list[Any]:
    return [path("data-requests/", include(urls))]


@hooks.register("register_admin_menu_item")
def register_menu() -> MenuItem:
    return RequestsItem(
        _("Data requests"), reverse("avow_privacy:requests"), name="data-requests", icon_name="user", order=165
    )


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="privacy", codename="answer_datarequest")


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    actions.register_action("privacy.look", _("Look at a request"), _("Looked at a request about personal data"))
    actions.register_action("privacy.extend", _("Extend a request"), _("Extended a request about personal data"))
    actions.register_action("privacy.answer", _("Answer a request"), _("Answered a request about personal data"))
