"""The address that mail programs post to (RFC 8058) and people open. It has no language, and its links never expire."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from core.dates import civil_date
from core.languages import html_language, language_codes
from core.tokens import BadTokenError
from newsletters.choices import EndedReason, SubscriberState
from newsletters.links import PreferencesLink, preferences_path, read_unsubscribe
from newsletters.models import Subscriber, Subscription, Topic
from newsletters.origins import request_origin
from newsletters.services.subscriptions import end_all_subscriptions, end_subscription, pause
from newsletters.shown_topics import show_topics
from newsletters.views.answers import answer, bad_link, hidden, subscriber_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from newsletters.links import UnsubscribeLink

_PAUSE_DAYS = 30
#: RFC 8058 §3.1: the one pair that the body of a one-click request holds.
_FIELD, _VALUE = "List-Unsubscribe", "One-Click"


@subscriber_page
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Act at once on a one-click POST, twice with the same answer; show a page with buttons otherwise."""
    addresses = {code: f"/u/{token}/?lang={code}" for code in language_codes()}
    try:
        link = read_unsubscribe(token)
    except BadTokenError:
        return bad_link(request, language_addresses={code: f"/{code}/bulletins/" for code in language_codes()})
    found = Subscriber.objects.filter(pk=link.subscriber_id).first()
    language = request.GET.get("lang", "")
    if language not in language_codes():
        language = found.locale if found is not None else get_language() or "en"
    with override(language):
        response = _answer(request, link, found, addresses)
    response["Content-Language"] = html_language(language)
    return response


def _answer(
    request: HttpRequest, link: UnsubscribeLink, found: Subscriber | None, addresses: dict[str, str]
) -> HttpResponse:
    topic = Topic.objects.filter(pk=link.topic_id).first()
    act = "topic" if request.POST.get(_FIELD) == _VALUE else request.POST.get("act", "")
    if request.method != "POST":
        return _show(request, link, found, topic, addresses)
    if act not in {"topic", "all", "pause"}:
        return answer(
            request,
            title=_("That was not understood"),
            text=_("The page did not say what to do. Go back, load it again, and press one of its buttons."),
            status=400,
            context={"language_addresses": addresses},
        )
    _act(request, act, link)
    if act == "pause":
        title, text = _("Paused"), _("For a month nothing will be sent to you. Afterwards it goes on by itself.")
    else:
        title, text = _("You have unsubscribed"), _("It took effect at once, and what was waiting is not sent.")
    return answer(
        request,
        title=title,
        text=text,
        context={"language_addresses": addresses, "preferences": _preferences(link, found)},
    )


def _act(request: HttpRequest, act: str, link: UnsubscribeLink) -> None:
    now = timezone.now()
    origin = request_origin(request, page="/u/")
    delivery = link.delivery_id or None
    # Whoever was erased or moved to another address since may still be told no: unsubscribing works by links of any age.
    if act == "pause":
        until = civil_date(now) + dt.timedelta(days=_PAUSE_DAYS)
        pause(subscriber_number=link.subscriber_id, until=until, at=now, origin=origin)
        return
    reason = EndedReason.ONE_CLICK if request.POST.get(_FIELD) == _VALUE else EndedReason.PAGE
    if act == "topic" and link.topic_id:
        end_subscription(
            subscriber_number=link.subscriber_id,
            topic_number=link.topic_id,
            reason=reason,
            at=now,
            origin=origin,
            delivery_number=delivery,
        )
    else:
        end_all_subscriptions(
            subscriber_number=link.subscriber_id, reason=reason, at=now, origin=origin, delivery_number=delivery
        )


def _show(
    request: HttpRequest,
    link: UnsubscribeLink,
    found: Subscriber | None,
    topic: Topic | None,
    addresses: dict[str, str],
) -> HttpResponse:
    language = get_language() or "en"
    is_active = found is not None and found.state == SubscriberState.ACTIVE
    open_topics = set(
        Subscription.objects.filter(subscriber=link.subscriber_id, ended_at=None).values_list("topic_id", flat=True)
        if is_active
        else ()
    )
    context = {
        "is_hidden": True,
        "language_addresses": addresses,
        "topic": show_topics([topic], language)[0] if topic else None,
        "has_topic": topic is not None and topic.pk in open_topics,
        "has_any": bool(open_topics),
        "preferences": _preferences(link, found),
    }
    return hidden(render(request, "newsletters/unsubscribe.html", context))


def _preferences(link: UnsubscribeLink, found: Subscriber | None) -> str:
    """Return the way to the preferences for whoever holds a link of the present epoch; empty when there are none."""
    if found is None or found.state != SubscriberState.ACTIVE or found.token_epoch != link.epoch:
        return ""
    return preferences_path(PreferencesLink(found.pk, found.token_epoch, 0), get_language() or "en")
