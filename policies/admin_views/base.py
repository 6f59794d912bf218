"""What the admin's screens of the record share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from policies.models import Policy, PolicyPage

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from members.models import User


def get_page_to_edit(request: HttpRequest, page_id: int) -> PolicyPage:
    """Return the page; raise 404, or `PermissionDenied` for those who may not edit it."""
    page: PolicyPage = get_object_or_404(PolicyPage.objects.select_related("policy", "locale"), pk=page_id)
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return page


def find_source_page(policy: Policy) -> PolicyPage | None:
    """Return the page that the policy's editions are issued from."""
    pages: QuerySet[PolicyPage] = PolicyPage.objects.filter(policy=policy).select_related("locale")
    return pages.filter(locale__language_code=policy.prevailing_locale).order_by("pk").first()


def can_publish(user: User | AnonymousUser, policy: Policy) -> bool:
    """Whether the user may act on the record of the policy: those who may publish its source page."""
    page = find_source_page(policy)
    return page is not None and bool(page.permissions_for_user(user).can_publish())


def can_view(user: User | AnonymousUser, policy: Policy) -> bool:
    """Whether the user may look at the record in the admin: those who may edit or publish one of its pages."""
    testers = [page.permissions_for_user(user) for page in PolicyPage.objects.filter(policy=policy).order_by("pk")]
    return any(tester.can_edit() or tester.can_publish() for tester in testers)


def title_of(policy: Policy) -> str:
    """Return what editors call the policy: the title of its source page, or its address."""
    page = find_source_page(policy)
    return str(page.get_admin_display_title()) if page else policy.slug


class PolicyScreen(WagtailAdminTemplateMixin):
    """A screen that belongs to one policy: breadcrumbs lead back to its record.

    Subclasses set `policy` in `setup()`.
    """

    policy: Policy
    request: HttpRequest
    header_icon = "list-ol"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not self.is_allowed():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def is_allowed(self) -> bool:
        """Whether the user may be here."""
        return can_publish(self.request.user, self.policy)

    def get_page_subtitle(self) -> str:
        return title_of(self.policy)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Lead from the admin's home through the policy's record to here."""
        record = {"url": reverse("avow_policies:record", args=[self.policy.pk]), "label": self.get_page_subtitle()}
        here = {"url": "", "label": self.get_page_title()}
        return [*self.breadcrumbs_items, record, here]
