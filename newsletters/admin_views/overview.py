"""The first screen: alarms, what waits, who sends, and the mailings."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import ListView
from wagtail.admin import messages
from wagtail.admin.paginator import WagtailPaginator

from newsletters.admin_views.base import MailScreen, may_operate
from newsletters.admin_views.mailing import with_titles
from newsletters.choices import BounceEffect, DeliveryState, Lane, MailingKind, MailingState
from newsletters.models import Bounce, Delivery, Destination, Mailing, OperatorAlarm, Worker
from newsletters.progress import Progress, mailing_progress, queue_by_lane
from newsletters.services.alarms import settle_alarm

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

#: A worker says that it lives every few seconds; one that has not for this long is in trouble.
SECONDS_UNTIL_SILENT = 30
_ACTIVE = (MailingState.FREEZING, MailingState.SENDING, MailingState.PAUSED)
_ALARMS_SHOWN = 20


class OverviewView(MailScreen, ListView[Mailing]):
    """Lists the mailings, newest first; `?kind=` chooses among them. System mail is listed with its own."""

    template_name = "newsletters/admin/overview.html"
    paginate_by = 20
    paginator_class = WagtailPaginator
    page_kwarg = "p"

    def get_page_title(self) -> str:
        return _("Mailings")

    def get_queryset(self) -> QuerySet[Mailing]:
        mailings = with_titles(Mailing.objects.all())
        kind = self.request.GET.get("kind", "")
        if kind in MailingKind.values:
            mailings = mailings.filter(kind=kind)
        return mailings.order_by("-created_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        context = super().get_context_data(**kwargs)
        kind = self.request.GET.get("kind", "")
        return context | {
            "rows": [(mailing, _progress_of(mailing, now)) for mailing in context["object_list"]],
            "filters": [("kind", _("Kind"), MailingKind.choices, kind)],
            "alarms": OperatorAlarm.objects.filter(settled_at=None).order_by("-last_at", "pk")[:_ALARMS_SHOWN],
            "queue": [(Lane(lane).label, due, later) for lane, due, later in queue_by_lane(at=now)],
            "workers": [
                (worker, now - worker.seen_at > dt.timedelta(seconds=SECONDS_UNTIL_SILENT))
                for worker in Worker.objects.order_by("host", "process", "pk")
            ],
            "closed": Destination.objects.filter(closed_until__gt=now).order_by("name"),
            "uncertain": Delivery.objects.filter(state=DeliveryState.UNCERTAIN).count(),
            "held": Bounce.objects.filter(effect=BounceEffect.HELD).count(),
        }


def _progress_of(mailing: Mailing, now: dt.datetime) -> Progress | None:
    # Counting what is over costs much and tells little; its own page does.
    is_counted = mailing.state in _ACTIVE and mailing.kind != MailingKind.TRANSACTIONAL
    return mailing_progress(mailing, at=now) if is_counted else None


def settle(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """Close an alarm; it opens anew when its cause comes back."""
    if not may_operate(request.user):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    alarm = get_object_or_404(OperatorAlarm, pk=alarm_id)
    if settle_alarm(alarm=alarm, by_name=str(request.user), at=timezone.now()):
        messages.success(request, _("The alarm is settled. It comes back when its cause does."))
    return redirect("avow_mail:overview")
