"""What the operator's screens share: who may see them, and how they are framed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest, HttpResponse

    from members.models import User

    Visitor = User | AnonymousUser


def may_operate(user: Visitor) -> bool:
    """Whether the user may pause, resume and cancel mailings and decide what is uncertain."""
    return user.has_perm("newsletters.operate_mailing")


def may_look(user: Visitor) -> bool:
    """Whether the user may see what is sent and what went wrong, without addresses."""
    return user.has_perm("newsletters.view_mailing") or may_operate(user)


def may_see_addresses(user: Visitor) -> bool:
    """Whether the user may see to whom something was sent."""
    return user.has_perm("newsletters.export_addresses")


def may_look_up(user: Visitor) -> bool:
    """Whether the user may look a subscriber up by the whole address."""
    return user.has_perm("newsletters.look_up_subscriber")


class MailScreen(WagtailAdminTemplateMixin):
    """A screen below “Mail”: those who may look get in, unless `is_for` says otherwise."""

    request: HttpRequest
    header_icon = "mail"

    def is_for(self, user: Visitor) -> bool:
        """Whether `user` gets in."""
        return may_look(user)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.is_for(request.user):
            raise PermissionDenied
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def get_trail(self) -> list[dict[str, Any]]:
        """Return the steps between the list of mailings and this screen."""
        return []

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        overview = reverse("avow_mail:overview") if may_look(self.request.user) else ""
        mailings = {"url": overview, "label": _("Mail")}
        here = {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()}
        return [*self.breadcrumbs_items, mailings, *self.get_trail(), here]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(
            may_operate=may_operate(self.request.user),
            may_see_addresses=may_see_addresses(self.request.user),
            **kwargs,
        )
        return context
