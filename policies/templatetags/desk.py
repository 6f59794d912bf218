"""Template tags of the editor's desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.urls import reverse
from django.utils.translation import override

from policies.admin_views.record import edition_rows
from policies.models import EditionText, PolicyPage

if TYPE_CHECKING:
    from policies.models import Edition

register = template.Library()

_SHOWN = 10


@register.simple_tag
def edition_url(edition: Edition, locale: str) -> str:
    """Return the public address of an edition in a language."""
    with override(locale):
        return reverse("policies:edition", args=[edition.policy.slug, edition.number])


@register.simple_tag
def compare_url(old: Edition, new: Edition, locale: str) -> str:
    """Return the public address of the comparison of two editions, the older one first."""
    first, second = sorted((old, new), key=lambda edition: edition.order)
    with override(locale):
        return reverse("policies:compare", args=[first.policy.slug, first.number, second.number])


@register.inclusion_tag("policies/admin/includes/history.html", takes_context=True)
def policy_history(context: dict[str, Any], page: Any) -> dict[str, Any]:
    """Show a page's editions, and its drafts since the newest one, above Wagtail's history."""
    if not isinstance(page, PolicyPage) or page.policy is None:
        return {}
    issued = EditionText.objects.filter(
        edition__policy=page.policy, locale=page.language, source_revision__isnull=False
    )
    newest = issued.order_by("-source_revision_id").values_list("source_revision_id", flat=True).first() or 0
    drafts = page.revisions.filter(pk__gt=newest).select_related("user").order_by("-created_at", "-pk")
    return {
        "request": context.get("request"),
        "page": page,
        "rows": edition_rows(page.policy, limit=_SHOWN, locale=page.language),
        "drafts": list(drafts[:_SHOWN]),
    }
