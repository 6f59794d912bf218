"""Bounces and complaints that a mail service tells by itself. django-anymail knows the services and checks who speaks.

Imported only where `AVOW_MAIL_WEBHOOK` names a service, since django-anymail is optional.
"""

from __future__ import annotations

import hashlib
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from anymail.signals import EventType, RejectReason, tracking
from django.conf import settings
from django.core.exceptions import BadRequest, ImproperlyConfigured
from django.urls import path
from django.utils import timezone

from newsletters.bounces.codes import Verdict, judge
from newsletters.bounces.reports import find_smtp_code, find_status, shorten
from newsletters.choices import AlarmKind, BounceChannel, BounceKind
from newsletters.services.bounces import find_delivery, record_bounce

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

#: The metadata by which a message is known again: its return path, which holds a token. The address is never looked up.
RETURN_PATH = "return_path"
_FAILURES = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
#: Somebody told the service, rather than us, that they want no more.
_WISHES = {EventType.COMPLAINED, EventType.UNSUBSCRIBED}
#: What is believed where the service repeats no answer of the receiver's server.
_REASONS = {
    RejectReason.INVALID: Verdict(BounceKind.RECIPIENT, is_final=True),
    RejectReason.BOUNCED: Verdict(BounceKind.RECIPIENT),
    RejectReason.TIMED_OUT: Verdict(BounceKind.NETWORK),
    RejectReason.BLOCKED: Verdict(BounceKind.SENDER, alarm=AlarmKind.POLICY),
    RejectReason.SPAM: Verdict(BounceKind.COMPLAINT),
    RejectReason.UNSUBSCRIBED: Verdict(BounceKind.COMPLAINT),
}


def take_in_event(sender: object, event: Any, esp_name: str, **_kwargs: object) -> None:
    """Record what an event says; those of delivery, delay and reading change nothing."""
    del sender
    words = str(event.mta_response or event.description or "")
    verdict = _verdict(event, words)
    if verdict is None:
        return
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    given = (esp_name, event.event_type, event.event_id, event.message_id, event.recipient, event.timestamp)
    record_bounce(
        source=hashlib.sha256(repr(given).encode()).hexdigest(),
        delivery=find_delivery([str(metadata.get(RETURN_PATH, ""))[:500]]),
        verdict=verdict,
        status=find_status(words),
        diagnostic=shorten(words),
        channel=BounceChannel.SERVICE,
        at=timezone.now(),
    )


def _verdict(event: Any, words: str) -> Verdict | None:
    if event.event_type in _WISHES:
        return Verdict(BounceKind.COMPLAINT)
    if event.event_type not in _FAILURES:
        return None
    if find_status(words) or find_smtp_code(words):
        return judge(status="", text=words)
    return _REASONS.get(event.reject_reason, Verdict(BounceKind.UNKNOWN))


def service_view(service: str) -> Callable[..., HttpResponseBase]:
    """Return the view that events of `service` are posted to, such as `postmark` or `amazon_ses`.

    Raises:
        ImproperlyConfigured: django-anymail does not know it, or no secret is set that the service must show.
    """
    found = _view_class(service)
    if found is None:
        msg = f"AVOW_MAIL_WEBHOOK is “{service[:40]}”, which django-anymail does not know; it is like “postmark”."
        raise ImproperlyConfigured(msg)
    if not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        msg = "ANYMAIL_WEBHOOK_SECRET is not set. Set it to user:password, and give the service an address with both."
        raise ImproperlyConfigured(msg)

    class CarefulView(found):  # type: ignore[valid-type,misc]
        """Answers 400 to what cannot be read, so that the service does not send it for days."""

        def parse_events(self, request: HttpRequest) -> Any:
            try:
                return super().parse_events(request)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                msg = "This is no event of the mail service."
                raise BadRequest(msg) from error

    view: Callable[..., HttpResponseBase] = CarefulView.as_view()
    return view


def _view_class(service: str) -> Any:
    if not re.fullmatch(r"[a-z_]{1,40}", service):
        return None
    try:
        module = import_module(f"anymail.webhooks.{service}")
    except ModuleNotFoundError:
        return None
    suffixes = ("TrackingWebhookView", "CombinedWebhookView")
    return next((value for name, value in sorted(vars(module).items()) if name.endswith(suffixes)), None)


tracking.connect(take_in_event, dispatch_uid="newsletters.webhooks")

urlpatterns = [path("", service_view(settings.AVOW_MAIL_WEBHOOK))] if settings.AVOW_MAIL_WEBHOOK else []
