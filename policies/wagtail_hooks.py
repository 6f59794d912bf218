"""What the admin offers for policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Permission
from django.shortcuts import redirect
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import LogFormatter
from wagtail.models import Page

from core.dates import today
from policies import guards
from policies.admin_views import urls
from policies.admin_views.settings import policy_viewset
from policies.dashboard import PoliciesPanel
from policies.editing import begin_next_edition
from policies.models import PolicyPage
from policies.services.correcting import can_correct, find_missing_correction
from policies.services.planning import find_standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_LONGEST_ID = 10  # digits; the database's whole numbers end there


@hooks.register("register_admin_urls")
def register_urls() -> list[Any]:
    return [path("policy-record/", include(urls))]


@hooks.register("register_admin_viewset")
def register_viewset() -> Any:
    return policy_viewset


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="policies", codename="change_policy")


@hooks.register("register_icons")
def register_icons(icons: list[str]) -> list[str]:
    return [*icons, "policies/icons/policy.svg"]


@hooks.register("construct_homepage_panels")
def add_policies_panel(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(PoliciesPanel(request))


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    @actions.register_action("policies.schedule_refused")
    class ScheduleRefused(LogFormatter):
        """A scheduled publication that the record did not allow."""

        label = _("Scheduled publication refused")

        def format_message(self, entry: Any) -> Any:
            reason = entry.data.get("reason", "") if entry.data else ""
            return _("The scheduled publication was refused: %(reason)s") % {"reason": reason}


# The editor's form


@hooks.register("before_edit_page")
def begin_draft(request: HttpRequest, page: Page) -> None:
    """Show a form that speaks of the next edition."""
    if request.method != "GET" or not isinstance(page, PolicyPage):
        return
    reverting = request.resolver_match.kwargs.get("revision_id") if request.resolver_match else None
    revision = page.revisions.filter(pk=reverting).first() if reverting else page.get_latest_revision()
    for warning in begin_next_edition(page, revision):
        messages.warning(request, warning)


@hooks.register("after_publish_page")
def say_where_the_draft_goes_on(request: HttpRequest, page: Page) -> None:
    """After a correction of the edition in force: the announced one does not have it, and now the draft is of that one."""
    correction = find_missing_correction(page.get_latest_revision_as_object()) if isinstance(page, PolicyPage) else None
    if correction is None:
        return
    message = _("Edition %(newest)s does not have the correction of edition %(number)s. The draft goes on from there.")
    buttons = [messages.button(reverse("wagtailadmin_pages:edit", args=[page.pk]), _("Edit the draft"))]
    names = {"newest": correction.newest, "number": correction.number}
    messages.warning(request, message % names, buttons=buttons)


@hooks.register("register_page_header_buttons")
def add_header_buttons(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Offer the import and the record beside Wagtail's own actions."""
    del view_name, next_url
    if not isinstance(page, PolicyPage) or page.pk is None or not page.permissions_for_user(user).can_edit():
        return
    yield Button(_("Import text"), reverse("avow_policies:import", args=[page.pk]), icon_name="upload", priority=70)
    if page.policy_id and can_correct(find_standing(page.policy_id, on=today())):
        correct = reverse("avow_policies:correct", args=[page.pk])
        yield Button(_("Correct the edition in force"), correct, icon_name="edit", priority=72)
    if page.policy_id:
        record = reverse("avow_policies:record", args=[page.policy_id])
        yield Button(_("Record of the policy"), record, icon_name="policy", priority=75)


# What the record does not allow (menus hide it: policies.permissions)


def _policy_pages(page: Page) -> QuerySet[PolicyPage]:
    """Return the policy pages at and below `page`."""
    pages: QuerySet[PolicyPage] = PolicyPage.objects.descendant_of(page, inclusive=True).order_by("pk")
    return pages


def _refuse_any(pages: list[Page], refuse: Callable[[PolicyPage], None]) -> None:
    for page in pages:
        for policy_page in _policy_pages(page):
            refuse(policy_page)


@hooks.register("before_delete_page")
def refuse_deletion(_request: HttpRequest, page: Page) -> None:
    _refuse_any([page], guards.refuse_deletion)


@hooks.register("before_unpublish_page")
def refuse_unpublishing(request: HttpRequest, page: Page) -> None:
    if isinstance(page, PolicyPage):
        guards.refuse_unpublishing(page)
    elif request.POST.get("include_descendants"):
        _refuse_any([page], guards.refuse_unpublishing)


@hooks.register("before_move_page")
def refuse_moving(_request: HttpRequest, page: Page, _destination: Page) -> None:
    if isinstance(page, PolicyPage):
        guards.refuse_moving(page)


@hooks.register("before_copy_page")
def return_incomplete_copy(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Ask again where a form came without the page to copy to, which Wagtail's view takes for granted."""
    if request.method != "POST":
        return None
    parent = request.POST.get("new_parent_page", "")
    if parent.isdecimal() and len(parent) < _LONGEST_ID and Page.objects.filter(pk=parent).exists():
        return None
    messages.error(request, _("The form came back incomplete. Fill it in again."))
    return redirect("wagtailadmin_pages:copy", page.pk)


@hooks.register("before_copy_page")
def refuse_alias(request: HttpRequest, page: Page) -> None:
    policy_page = PolicyPage.objects.filter(pk=page.pk).first()
    if policy_page is None:
        return
    if request.POST.get("alias"):
        guards.refuse_alias(policy_page)
    if request.POST.get("publish_copies"):
        guards.refuse_publishing_copy(policy_page)


_BULK_GUARDS = {
    "delete": guards.refuse_deletion,
    "unpublish": guards.refuse_unpublishing,
    "move": guards.refuse_moving,
}


@hooks.register("before_bulk_action")
def refuse_bulk_action(request: HttpRequest, action_type: str, objects: list[Any], action: Any) -> None:
    """Refuse a bulk action as a whole when one of the pages asked for is on record; nothing is done by half.

    Wagtail has left out the pages for which the action is not permitted, so they are looked up again.
    """
    refuse = _BULK_GUARDS.get(action_type)
    if refuse is None or not issubclass(action.model, Page):
        return
    wanted = request.GET.getlist("id")
    if "all" in wanted:
        wanted = action.get_all_objects_in_listing_query(request.GET.get("childOf"))
    for page in PolicyPage.objects.filter(pk__in=list(wanted)).order_by("pk"):
        refuse(page)
    if action_type == "delete" or request.POST.get("include_descendants"):
        _refuse_any(objects, refuse)
