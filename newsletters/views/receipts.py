"""Receipts of consent, for whoever holds a link to their preferences."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from core.tokens import BadTokenError
from newsletters.choices import SubscriberState
from newsletters.consent_words import split_body
from newsletters.links import preferences_path, read_preferences
from newsletters.models import Subscriber
from newsletters.receipts import find_consent, history_of, make_receipt, topic_name
from newsletters.views.answers import bad_link, hidden, old_link, subscriber_page

if TYPE_CHECKING:
    from django.http import HttpRequest


@subscriber_page
def receipt(request: HttpRequest, token: str, position: int) -> HttpResponse:
    """Show the receipt of one consent, or give it as JSON under `?format=json`."""
    language = get_language() or "en"
    try:
        link = read_preferences(token)
    except BadTokenError:
        return bad_link(request)
    found = Subscriber.objects.filter(
        pk=link.subscriber_id, token_epoch=link.epoch, state=SubscriberState.ACTIVE
    ).first()
    if found is None:
        return old_link(request)
    event = find_consent(found, position)
    if event is None or event.consent_text is None:
        return bad_link(request)
    preferences = preferences_path(link, language)
    made = make_receipt(event, language=language, preferences=preferences)
    if request.GET.get("format") == "json":
        response = HttpResponse(
            json.dumps(made, ensure_ascii=False, indent=2), content_type="application/json; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="consent-{event.position}.json"'
        return hidden(response)
    context = {
        "is_hidden": True,
        "event": event,
        "receipt": made,
        "purpose": made["pii_processing"]["purposes"][0],  # type: ignore[index] # of the receipt's form
        "controller": made["party_identification"][0],  # type: ignore[index]
        "topic": topic_name(event, language),
        "history": history_of(event),
        "notice": split_body(event.consent_text.body),
        "notice_language": event.consent_text.locale,
        "preferences": preferences,
    }
    return hidden(render(request, "newsletters/receipt.html", context))
