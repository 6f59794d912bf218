"""One mailing while it is sent: counts that follow it, and its outcomes as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from newsletters.admin_views.base import MailScreen, may_look
from newsletters.choices import DeliveryState, MailingKind, MailingState
from newsletters.models import Mailing, MailingBody
from newsletters.progress import WAITING, list_destinations, mailing_progress

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from newsletters.progress import DestinationRow, Progress

#: The states that the table of destinations has a column for.
_COLUMNS = (
    DeliveryState.ACCEPTED,
    DeliveryState.REJECTED,
    DeliveryState.UNCERTAIN,
    DeliveryState.SUPPRESSED,
)


class MailingView(MailScreen, TemplateView):
    """Shows how far a mailing is. Its numbers follow by themselves where scripts run, else on loading it again."""

    template_name = "newsletters/admin/mailing.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.mailing = get_object_or_404(Mailing.objects.select_related("topic"), pk=kwargs["mailing_id"])

    def get_page_title(self) -> str:
        return title_of(self.mailing)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mailing = self.mailing
        return super().get_context_data(
            mailing=mailing,
            live=live_data(mailing),
            bodies=mailing.bodies.order_by("locale", "variant", "pk")[:20],
            may_pause=mailing.state in {MailingState.APPROVED, MailingState.FREEZING, MailingState.SENDING},
            may_resume=mailing.state == MailingState.PAUSED,
            may_cancel=may_be_cancelled(mailing),
            **kwargs,
        )


@require_safe
def live(request: HttpRequest, mailing_id: int) -> HttpResponse:
    """Return the numbers of a mailing as its page shows them, as JSON."""
    if not may_look(request.user):
        raise PermissionDenied
    response = JsonResponse(live_data(get_object_or_404(Mailing, pk=mailing_id)))
    response["Cache-Control"] = "no-store, private"
    return response


def with_titles(mailings: QuerySet[Mailing]) -> QuerySet[Mailing]:
    """Return the mailings with what `title_of` asks for, in the same query."""
    first = MailingBody.objects.filter(mailing=OuterRef("pk")).order_by("pk").values("subject")[:1]
    return mailings.annotate(first_subject=Subquery(first))


def title_of(mailing: Mailing) -> str:
    """Return what operators call a mailing: the subject of its first body, or its key."""
    if mailing.kind == MailingKind.TRANSACTIONAL:
        return mailing.key
    if hasattr(mailing, "first_subject"):
        return mailing.first_subject or mailing.key
    body = mailing.bodies.order_by("pk").first()
    return body.subject if body else mailing.key


def may_be_cancelled(mailing: Mailing) -> bool:
    """Whether the screens offer it: system mail has no end that could come early."""
    return mailing.state != MailingState.CANCELLED and mailing.kind != MailingKind.TRANSACTIONAL


def live_data(mailing: Mailing) -> dict[str, Any]:
    """Return what changes while a mailing is sent, in words and numbers of the reader's language."""
    progress = mailing_progress(mailing, at=timezone.now())
    destinations = list_destinations(mailing)
    return {
        "state": mailing.get_state_display(),
        "reason": mailing.paused_reason,
        "is_moving": mailing.state in {MailingState.APPROVED, MailingState.FREEZING, MailingState.SENDING},
        "total": progress.total,
        "over": progress.over,
        "summary": _summary(progress),
        "speed": _speed(progress),
        "end": _end(progress),
        "counts": [
            {"state": state.value, "label": str(state.label), "count": number_format(progress.counts[state])}
            for state in DeliveryState
        ],
        "destinations": [_destination(row) for row in destinations],
    }


def _summary(progress: Progress) -> str:
    return _("%(over)s of %(total)s messages are over.") % {
        "over": number_format(progress.over),
        "total": number_format(progress.total),
    }


def _speed(progress: Progress) -> str:
    if progress.per_second is None:
        return "–"
    return _("%(number)s a second") % {"number": number_format(progress.per_second, decimal_pos=1)}


def _end(progress: Progress) -> str:
    if progress.ends_at is None:
        return "–"
    return date_format(timezone.localtime(progress.ends_at), "Y-m-d H:i")


def _destination(row: DestinationRow) -> dict[str, Any]:
    waiting = sum(row.counts.get(state, 0) for state in (*WAITING, DeliveryState.INFLIGHT))
    return {
        "name": row.name or _("All others"),
        "cells": [
            number_format(count) for count in (waiting, *(row.counts.get(state, 0) for state in _COLUMNS), row.total)
        ],
    }
