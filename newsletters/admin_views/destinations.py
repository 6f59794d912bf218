"""How fast each provider is written to."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.viewsets.model import ModelViewSet

from newsletters.models import Destination


class DestinationViewSet(ModelViewSet):
    """Limits of a provider group. The row named `*` limits everything together."""

    model = Destination
    icon = "globe"
    name = "mail_destinations"
    menu_label = _("Destinations")
    add_to_admin_menu = False
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = ["name", "per_minute", "burst", "max_connections", "closed_until", "closed_reason"]
    ordering = "name"
    panels = [
        FieldPanel("name"),
        FieldPanel("domains"),
        MultiFieldPanel(
            [FieldPanel("per_minute"), FieldPanel("burst"), FieldPanel("max_connections")], heading=_("Limits")
        ),
        FieldPanel("closed_until"),
    ]

    def get_queryset(self, request: Any) -> Any:
        return Destination.objects.order_by("name")


destination_viewset = DestinationViewSet("mail_destinations")
