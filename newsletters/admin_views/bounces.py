"""Reports about mail that came back, and what they led to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.views.generic import ListView
from wagtail.admin.paginator import WagtailPaginator

from newsletters.admin_views.base import MailScreen
from newsletters.choices import BounceChannel, BounceEffect, BounceKind
from newsletters.models import Bounce

if TYPE_CHECKING:
    from django.db.models import QuerySet

_HELD_SHOWN = 50


class BouncesView(MailScreen, ListView[Bounce]):
    """Lists them, newest first; `?kind=` and `?effect=` choose among them. Above, what is held back."""

    template_name = "newsletters/admin/bounces.html"
    paginate_by = 50
    paginator_class = WagtailPaginator
    page_kwarg = "p"

    def get_page_title(self) -> str:
        return _("Bounces")

    @property
    def chosen(self) -> dict[str, str]:
        """The values that the list is narrowed to."""
        allowed = {"kind": BounceKind.values, "effect": BounceEffect.values, "channel": BounceChannel.values}
        asked = {name: self.request.GET.get(name, "") for name in allowed}
        return {name: value for name, value in asked.items() if value in allowed[name]}

    def get_queryset(self) -> QuerySet[Bounce]:
        found = Bounce.objects.filter(**self.chosen).select_related("delivery__mailing")
        return found.order_by("-received_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = Bounce.objects.filter(effect=BounceEffect.HELD).values_list("delivery__destination")
        return super().get_context_data(
            held=held.annotate(Count("pk")).order_by("delivery__destination")[:_HELD_SHOWN],
            filters=[
                ("kind", _("About"), BounceKind.choices, self.chosen.get("kind", "")),
                ("effect", _("Led to"), BounceEffect.choices, self.chosen.get("effect", "")),
                ("channel", _("Came by"), BounceChannel.choices, self.chosen.get("channel", "")),
            ],
            **kwargs,
        )
