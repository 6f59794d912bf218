"""Receipts of consent, for whoever holds a link to their preferences."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from newsletters.consent_words import split_body
from newsletters.links import PreferencesLink, preferences_path
from newsletters.receipts import find_consent, history_of, make_receipt, topic_name
from newsletters.views.answers import bad_link, by_preferences_link, hidden, subscriber_page

if TYPE_CHECKING:
    from django.http import HttpRequest

    from newsletters.models import Subscriber


@subscriber_page
@by_preferences_link
def receipt(request: HttpRequest, link: PreferencesLink, found: Subscriber, position: int) -> HttpResponse:
    """Show the receipt of one consent, or give it as JSON under `?format=json`."""
    language = get_language() or "en"
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
