"""Refuse to deploy a site that shows everybody's mail to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.urls import NoReverseMatch, reverse

if TYPE_CHECKING:
    from django.core.checks import CheckMessage


@register(Tags.security, deploy=True)
def check_outbox_is_closed(app_configs: Any, **_kwargs: Any) -> list[CheckMessage]:
    """Find the pages of the outbox, or the setting that adds them."""
    del app_configs
    try:
        is_there = bool(reverse("outbox:list"))
    except NoReverseMatch:
        is_there = False
    if not is_there and not settings.AVOW_SHOWS_OUTBOX:
        return []
    return [
        Error(
            "The pages of the outbox show everybody’s mail to everybody.",
            hint="Set AVOW_SHOWS_OUTBOX to False: it is for trial sites alone.",
            id="newsletters.E001",
        )
    ]
