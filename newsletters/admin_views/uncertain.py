"""The messages of which it is not known whether they were accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _
from django.views.generic import ListView
from wagtail.admin.paginator import WagtailPaginator

from newsletters.admin_views.base import MailScreen
from newsletters.admin_views.mailing import title_of, with_titles
from newsletters.choices import DeliveryState
from newsletters.models import Bounce, Delivery, Mailing

if TYPE_CHECKING:
    from django.db.models import QuerySet

_MAILINGS_SHOWN = 50


class UncertainView(MailScreen, ListView[Delivery]):
    """Lists them, with those of one mailing under `?mailing=`; every one of them is on some page."""

    template_name = "newsletters/admin/uncertain.html"
    paginate_by = 50
    paginator_class = WagtailPaginator
    page_kwarg = "p"

    def get_page_title(self) -> str:
        return _("Uncertain messages")

    def get_queryset(self) -> QuerySet[Delivery]:
        uncertain = Delivery.objects.filter(state=DeliveryState.UNCERTAIN)
        if self.mailing_number:
            uncertain = uncertain.filter(mailing=self.mailing_number)
        came_back = Exists(Bounce.objects.filter(delivery=OuterRef("pk")))
        return uncertain.annotate(came_back=came_back).order_by("mailing", "pk")

    @property
    def mailing_number(self) -> int:
        """The mailing that is asked for; 0 for all."""
        text = self.request.GET.get("mailing", "")
        return int(text) if text.isdecimal() and len(text) < 19 else 0

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counted = Delivery.objects.filter(state=DeliveryState.UNCERTAIN).values_list("mailing").annotate(Count("pk"))
        counts = dict(counted.order_by("mailing")[:_MAILINGS_SHOWN])
        mailings = with_titles(Mailing.objects.filter(pk__in=counts)).order_by("-created_at", "-pk")
        context = super().get_context_data(**kwargs)
        shown = {delivery.mailing_id for delivery in context["object_list"]}
        titles = {mailing.pk: title_of(mailing) for mailing in with_titles(Mailing.objects.filter(pk__in=shown))}
        return context | {
            "rows": [(delivery, titles[delivery.mailing_id]) for delivery in context["object_list"]],
            "mailings": [(mailing, counts[mailing.pk]) for mailing in mailings],
            "mailing_number": self.mailing_number,
        }
