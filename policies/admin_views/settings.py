"""The settings of each policy. Policies come and go with their pages, so none is added or deleted here."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import permissions
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from policies.admin_views.base import title_of
from policies.models import Policy


class ChangeOnlyPolicy(ModelPermissionPolicy):
    """Nobody adds or deletes, whatever permissions they have."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action not in {"add", "delete"} and bool(super().user_has_permission(user, action))

    def user_has_any_permission(self, user: Any, actions: list[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def users_with_any_permission(self, actions: list[str]) -> Any:
        return super().users_with_any_permission([action for action in actions if action not in {"add", "delete"}])


class PolicyIndexView(IndexView):
    """Names each policy by the title of its source page."""

    def get_base_queryset(self) -> Any:
        return Policy.objects.order_by("slug")


class PolicyViewSet(ModelViewSet):
    """Kind, languages, notice period, review date and hosts of a policy."""

    model = Policy
    icon = "policy"
    menu_label = _("Policies")
    menu_order = 150
    add_to_admin_menu = True
    name = "policy_settings"
    copy_view_enabled = False
    inspect_view_enabled = False
    index_view_class = PolicyIndexView
    permission_policy = ChangeOnlyPolicy(Policy)
    list_display = [
        Column("title", label=_("Policy"), accessor=title_of),
        "slug",
        "kind",
        "language_regime",
        "prevailing_locale",
        "minimum_notice_days",
        "review_due_on",
    ]
    panels = [
        MultiFieldPanel([FieldPanel("kind"), FieldPanel("slug")], heading=_("Policy")),
        MultiFieldPanel([FieldPanel("language_regime"), FieldPanel("prevailing_locale")], heading=_("Languages")),
        FieldPanel("minimum_notice_days"),
        FieldPanel("review_due_on"),
        FieldPanel("hosts"),
    ]


# Wagtail 8 keeps it in a registry of its own, 7.4 on the views alone.
getattr(permissions, "register_permission_policy", lambda *_: None)(Policy, PolicyViewSet.permission_policy)

policy_viewset = PolicyViewSet("policy_settings")
