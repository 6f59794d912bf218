"""What became of each message of a mailing, as a CSV file that spreadsheets may open."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe
from wagtail.log_actions import log

from newsletters.admin_views.base import may_look, may_see_addresses
from newsletters.bounces.reports import shorten
from newsletters.models import Bounce, Delivery, Mailing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponseBase

_BATCH = 2000
#: With these a cell would be a formula; the full-width ones are for spreadsheets set to East Asian languages.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@require_safe
def outcomes(request: HttpRequest, mailing_id: int) -> HttpResponseBase:
    """Send the file row by row; it has addresses for those alone who may see them, and that is kept in the history."""
    if not may_look(request.user):
        raise PermissionDenied
    mailing = get_object_or_404(Mailing, pk=mailing_id)
    has_addresses = may_see_addresses(request.user)
    if has_addresses:
        log(instance=mailing, action="newsletters.export", user=request.user, data={})
    language = getattr(request, "LANGUAGE_CODE", "en")
    response = StreamingHttpResponse(
        _lines(mailing, language, has_addresses=has_addresses), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="mailing-{mailing.pk}.csv"'
    return response


def cell(value: object) -> str:
    """Return `value` as text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _lines(mailing: Mailing, language: str, *, has_addresses: bool) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # Without it spreadsheets take the Chinese for another encoding.
    yield "\ufeff"
    # Lines are made after the middleware that sets the language has ended.
    with override(language):
        heading = [
            _("Message"),
            _("State"),
            _("Language"),
            _("Destination"),
            _("Attempts"),
            _("Ended"),
            _("SMTP code"),
            _("Status code"),
            _("Answer of the server"),
            _("Came back"),
        ]
        yield writer.writerow([*heading, _("Address")] if has_addresses else heading)
    for delivery, bounces in _deliveries(mailing):
        with override(language):
            row = _row(delivery, bounces)
        yield writer.writerow([cell(value) for value in ([*row, delivery.address] if has_addresses else row)])


def _row(delivery: Delivery, bounces: list[Bounce]) -> list[object]:
    return [
        delivery.pk,
        delivery.get_state_display(),
        delivery.body.locale,
        delivery.destination,
        delivery.attempt,
        _local(delivery.ended_at),
        delivery.smtp_code,
        delivery.enhanced_code,
        shorten(delivery.reply),
        ", ".join(bounce.get_kind_display() for bounce in bounces),
    ]


def _local(moment: dt.datetime | None) -> str:
    return timezone.localtime(moment).isoformat(sep=" ", timespec="seconds") if moment else ""


def _deliveries(mailing: Mailing) -> Iterator[tuple[Delivery, list[Bounce]]]:
    """Yield all deliveries by number with what came back, a batch at a time: no cursor stays open while somebody downloads slowly."""
    last = 0
    while True:
        batch = list(
            Delivery.objects.filter(mailing=mailing, pk__gt=last)
            .select_related("body")
            .defer("body__html", "body__text", "body__headers")
            .order_by("pk")[:_BATCH]
        )
        if not batch:
            return
        last = batch[-1].pk
        bounces: dict[int, list[Bounce]] = {}
        for bounce in Bounce.objects.filter(delivery__in=batch).order_by("pk"):
            bounces.setdefault(bounce.delivery_id or 0, []).append(bounce)
        for delivery in batch:
            yield delivery, bounces.get(delivery.pk, [])
