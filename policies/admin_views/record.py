"""The record of one policy as its keepers see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core.dates import today
from policies.admin_views.base import PolicyScreen, can_publish, can_view
from policies.models import EditionText, Policy, PolicyPage
from policies.periods import Period
from policies.selectors import editions_of, list_history
from policies.services.correcting import can_correct
from policies.services.planning import find_standing

if TYPE_CHECKING:
    from django.http import HttpRequest

_EDITIONS_SHOWN = 50


def edition_rows(policy: Policy, *, limit: int, locale: str = "") -> list[dict[str, Any]]:
    """Return the newest editions, each with its texts (in every language, or in one) and the edition to compare with.

    `in_force` is the edition in force today, None on its own row and where either has no text in the language.
    """
    editions = list_history(slug=policy.slug, before=None, limit=limit)
    day = today()
    current = editions_of(policy.slug).in_force(on=day).first()
    texts = EditionText.objects.filter(edition__in=editions).prefetch_related("note_corrections")
    if locale:
        texts = texts.in_language(locale)
    by_edition: dict[int, list[EditionText]] = {}
    for text in texts.order_by("locale", "-sequence", "pk"):
        by_edition.setdefault(text.edition_id, []).append(text)
    return [
        {
            "edition": edition,
            "period": Period(edition, day),
            "texts": by_edition.get(edition.pk, []),
            "in_force": current if current is not None and current.pk != edition.pk else None,
        }
        for edition in editions
    ]


class RecordView(PolicyScreen, TemplateView):
    """Lists the editions of a policy with what may still be done about each."""

    template_name = "policies/admin/record.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.policy = get_object_or_404(Policy, pk=kwargs["policy_id"])

    def is_allowed(self) -> bool:
        return can_view(self.request.user, self.policy)

    def get_page_title(self) -> str:
        return _("Record")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_subtitle(), "sublabel": _("Record")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = edition_rows(self.policy, limit=_EDITIONS_SHOWN + 1)
        standing = find_standing(self.policy.pk, on=today())
        newest, in_force = standing.newest, standing.in_force
        is_withdrawn = newest is not None and newest.is_withdrawal
        return super().get_context_data(
            policy=self.policy,
            rows=rows[:_EDITIONS_SHOWN],
            has_more=len(rows) > _EDITIONS_SHOWN,
            in_force=in_force,
            can_correct=can_correct(standing),
            can_withdraw=newest is not None and not (is_withdrawn and newest is in_force),
            can_reinstate=is_withdrawn,
            pages=PolicyPage.objects.filter(policy=self.policy).select_related("locale").order_by("locale__pk", "pk"),
            can_act=can_publish(self.request.user, self.policy),
            **kwargs,
        )
