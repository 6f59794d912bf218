"""The dashboard panel: how each policy stands, and what is waiting."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.forms import Media
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.ui.components import Component
from wagtail.models import Revision
from wagtail.permissions import page_permission_policy

from core.dates import today
from policies.models import PolicyPage, ScheduledRefusal
from policies.selectors import CurrentPolicy, list_policies

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpRequest

    from policies.models import Policy


@dataclass(kw_only=True)
class PageState:
    """One language of a policy: what waits in the workshop."""

    page: PolicyPage
    scheduled_at: dt.datetime | None = None
    refusal: ScheduledRefusal | None = None

    @property
    def has_draft(self) -> bool:
        return self.page.has_unpublished_changes and self.scheduled_at is None

    @property
    def is_in_review(self) -> bool:
        return bool(self.page.workflow_in_progress)


@dataclass(kw_only=True)
class PolicyState:
    """A row of the panel. `current` is None before the first edition."""

    policy: Policy
    title: str
    current: CurrentPolicy | None = None
    pages: list[PageState] = field(default_factory=list)


def list_policy_states(user: Any, *, language: str) -> list[PolicyState]:
    """Return every policy that the user may work on, by address."""
    allowed = page_permission_policy.instances_user_has_any_permission_for(user, {"change", "publish"})
    pages = (
        PolicyPage.objects.filter(pk__in=allowed.values("pk"), policy__isnull=False)
        .select_related("policy", "locale")
        .prefetch_workflow_states()
        .order_by("policy__slug", "locale__pk", "pk")
    )
    current = {each.policy.pk: each for each in list_policies(language=language, on=today())}
    scheduled = dict(
        Revision.objects.page_revisions()
        .filter(approved_go_live_at__isnull=False, object_id__in=[str(page.pk) for page in pages])
        .order_by("pk")
        .values_list("object_id", "approved_go_live_at")
    )
    refusals = {each.page_id: each for each in ScheduledRefusal.objects.filter(page__in=pages).order_by("pk")}
    states: dict[int, PolicyState] = {}
    for page in pages:
        policy = page.policy
        state = states.setdefault(
            policy.pk, PolicyState(policy=policy, title=page.draft_title, current=current.get(policy.pk))
        )
        if page.language == language or (page.is_source and not any(p.page.language == language for p in state.pages)):
            state.title = page.draft_title or page.title
        state.pages.append(
            PageState(page=page, scheduled_at=scheduled.get(str(page.pk)), refusal=refusals.get(page.pk))
        )
    return list(states.values())


class PoliciesPanel(Component):
    """Each policy: in force, announced, last revised, drafts, schedules and what a schedule was refused for."""

    name = "policies"
    template_name = "policies/admin/dashboard.html"
    order = 10

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def media(self) -> Media:
        return Media(css={"all": [versioned_static("policies-admin/desk.css")]})

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        language = getattr(self.request, "LANGUAGE_CODE", "en")
        states = list_policy_states(self.request.user, language=language)
        return {**super().get_context_data(parent_context), "states": states, "language": language}
