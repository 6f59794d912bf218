"""Using the admin as an editor's browser does: the fields that a form sends, posted to Wagtail's own views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.urls import reverse
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from home.bootstrap import APPROVERS, AUTHORS
from members.models import User
from policies.blocks import CLAUSE_FEATURES
from policies.drafts import page_document
from policies.models import PolicyPage
from policies.services.planning import find_last_issued
from tests.accounts import sign_in_staff

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpResponse
    from django.test import Client

    from policies.text.clauses import Clause


def make_user(name: str, *, group: str = "", is_superuser: bool = False) -> User:
    """Return an editor whose name is `name`."""
    user = User.objects.create_user(
        f"{name}@agency.example", "a-long-password", first_name=name, is_superuser=is_superuser
    )
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def sign_in(user: User) -> Client:
    """Return a browser in which `user` has signed in with two factors."""
    return sign_in_staff(user)


def make_author(name: str = "Author") -> User:
    return make_user(name, group=AUTHORS)


def make_approver(name: str = "Approver") -> User:
    return make_user(name, group=APPROVERS)


def fields_of(page: PolicyPage, *, clauses: Iterable[Clause] | None = None, **changes: Any) -> dict[str, Any]:
    """Return what the form of the page's newest draft sends, with `changes`; `based_on_edition` as a fresh form has it."""
    draft = PolicyPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    newest = find_last_issued(draft.policy_id) if draft.policy else None
    fields = {
        "title": draft.title,
        "slug": draft.slug,
        "summary": draft.summary,
        "responsible_unit": draft.responsible_unit,
        "contact": draft.contact,
        "based_on_edition": newest.number if newest else "",
        "update_type": "",
        "change_note": "",
        "effective": "on_issue",
        "effective_from": "",
        "document_no": "",
        "notice_waiver": "",
        "of_edition": draft.of_edition,
        "go_live_at": "",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "comments-MIN_NUM_FORMS": "0",
        "comments-MAX_NUM_FORMS": "",
    }
    given = list(page_document(draft).clauses if clauses is None else clauses)
    return fields | clause_fields(given) | changes


def clause_fields(clauses: list[Clause]) -> dict[str, str]:
    """Return what the list of clauses sends."""
    converter = ContentstateConverter(CLAUSE_FEATURES)
    fields = {"clauses-count": str(len(clauses))}
    for index, clause in enumerate(clauses):
        prefix = f"clauses-{index}"
        fields |= {
            f"{prefix}-deleted": "",
            f"{prefix}-order": str(index),
            f"{prefix}-type": "clause",
            f"{prefix}-id": clause.key,
            f"{prefix}-value-depth": str(clause.depth),
            f"{prefix}-value-heading": clause.heading,
            f"{prefix}-value-body": converter.from_database_format(clause.body),
            f"{prefix}-value-reason": clause.reason,
        }
        if clause.numbered:
            fields[f"{prefix}-value-numbered"] = "on"
    return fields


def edit(client: Client, page: PolicyPage, action: str = "", **kwargs: Any) -> HttpResponse:
    """Post the page's form; `action` is the button pressed (`publish`, `submit`), "" for “Save draft”."""
    data = fields_of(page, **kwargs)
    if action:
        data[f"action-{action}"] = "1"
    return post(client, reverse("wagtailadmin_pages:edit", args=[page.pk]), data)


def post(client: Client, address: str, data: dict[str, Any] | None = None) -> HttpResponse:
    """Post without following the redirect."""
    response: HttpResponse = client.post(address, data or {})
    return response


def said(response: Any) -> str:
    """Return the messages that the request left for the next page."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def errors_of(response: Any) -> dict[str, list[str]]:
    """Return the errors of the form that was shown again."""
    assert response.status_code == 200, said(response)
    return {name: [str(error) for error in errors] for name, errors in response.context["form"].errors.items()}


def numbers(page: PolicyPage) -> list[str]:
    """Return the numbers of the policy's editions, oldest first."""
    policy = PolicyPage.objects.get(pk=page.pk).policy
    return [edition.number for edition in policy.editions.order_by("pk")] if policy else []
