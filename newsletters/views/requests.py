"""The links of confirmation and welcome mails: each shows a page, and only its button acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.mail_addresses import masked
from core.tokens import BadTokenError, TokenPurpose
from newsletters.choices import Frequency
from newsletters.consent_words import split_body
from newsletters.links import read_request
from newsletters.models import SubscriptionRequest
from newsletters.origins import request_origin
from newsletters.services.requests import (
    RequestState,
    confirm_request,
    disown_request,
    rows_begun_by,
    state_of,
    undo_request,
)
from newsletters.shown_topics import show_topics
from newsletters.views.answers import answer, bad_link, hidden, old_link, subscriber_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

#: More numbers than there are topics are not looked at.
_MOST_TOPICS = 500


@subscriber_page
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what was asked for; the button confirms what is ticked."""
    try:
        link = read_request(token, TokenPurpose.CONFIRM)
    except BadTokenError:
        return bad_link(request)
    now = timezone.now()
    found = _find(link.request_id)
    state = state_of(found, epoch=link.epoch, at=now)
    problem = ""
    if request.method == "POST" and state is RequestState.OPEN:
        origin = request_origin(request, page=f"/{get_language()}/bulletins/confirm/")
        state = confirm_request(link=link, topic_numbers=_ticked(request), at=now, origin=origin)
        problem = _("Choose at least one topic.") if state is RequestState.OPEN else ""
    if state is RequestState.CONFIRMED:
        return answer(
            request,
            title=_("You are subscribed"),
            text=_("A mail is on its way with a link by which you can change everything, pause or leave at any time."),
        )
    if state is RequestState.OPEN and found is not None:
        return _show_request(request, found, problem=problem)
    return _closed(request, state)


@subscriber_page
def not_me(request: HttpRequest, token: str) -> HttpResponse:
    """Let the owner of an address say that somebody else entered it."""
    try:
        link = read_request(token, TokenPurpose.NOT_ME)
    except BadTokenError:
        return bad_link(request)
    found = _find(link.request_id)
    if found is None:
        return old_link(request)
    is_over = found.refused_at is not None
    if request.method == "POST":
        origin = request_origin(request, page=f"/{get_language()}/bulletins/not-me/")
        is_over = disown_request(link=link, at=timezone.now(), origin=origin) is RequestState.DISOWNED
        if not is_over:
            return old_link(request)
    if is_over:
        return _closed(request, RequestState.DISOWNED)
    return hidden(
        render(
            request,
            "newsletters/button.html",
            {
                "is_hidden": True,
                "title": _("This was not me"),
                "text": _(
                    "Press the button if you did not sign this address up. What came of it ends, the address is erased "
                    "unless you subscribed to something before, and for a year nobody can have mail sent to it by signing up."
                ),
                "button": _("I did not sign up"),
            },
        )
    )


@subscriber_page
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody take a confirmation back that a program, or they themselves, gave by mistake."""
    try:
        link = read_request(token, TokenPurpose.UNDO)
    except BadTokenError:
        return bad_link(request)
    now = timezone.now()
    found = _find(link.request_id)
    state = state_of(found, epoch=link.epoch, at=now)
    if found is None or state is not RequestState.CONFIRMED:
        return _closed(request, state)
    if request.method == "POST":
        origin = request_origin(request, page=f"/{get_language()}/bulletins/undo/")
        undo_request(link=link, at=now, origin=origin)
    elif rows_begun_by(found):
        names = show_topics([row.topic for row in rows_begun_by(found)], get_language() or "en")
        context = {
            "is_hidden": True,
            "title": _("Undo this subscription"),
            "text": _("Press the button to end what this sign-up began:"),
            "topics": names,
            "button": _("Take the subscription back"),
        }
        return hidden(render(request, "newsletters/button.html", context))
    return answer(
        request,
        title=_("The subscription was undone"),
        text=_("Nothing of this sign-up is left. What you subscribed to otherwise stays as it is."),
    )


def _find(number: int) -> SubscriptionRequest | None:
    return (
        SubscriptionRequest.objects.select_related("subscriber", "consent_text")
        .prefetch_related("topics")
        .filter(pk=number)
        .first()
    )


def _ticked(request: HttpRequest) -> set[int]:
    return {
        int(value) for value in request.POST.getlist("topic")[:_MOST_TOPICS] if value.isdecimal() and len(value) < 19
    }


def _show_request(request: HttpRequest, found: SubscriptionRequest, *, problem: str) -> HttpResponse:
    context = {
        "is_hidden": True,
        "topics": show_topics(found.topics.all(), get_language() or "en"),
        "address": masked(found.subscriber.address or ""),
        "locale": found.locale,
        "frequency": Frequency(found.frequency).label if found.frequency else "",
        "waits_for_language": found.waits_for_language,
        "notice": split_body(found.consent_text.body),
        "notice_language": found.consent_text.locale,
        "problem": problem,
    }
    return hidden(render(request, "newsletters/confirm.html", context, status=422 if problem else 200))


def _closed(request: HttpRequest, state: RequestState) -> HttpResponse:
    if state is RequestState.DISOWNED:
        return answer(
            request,
            title=_("Thank you: this address is left alone"),
            text=_(
                "Nothing will be sent because of this sign-up, and for a year nobody can have mail sent to the address by "
                "signing up. If you change your mind before, write to the agency at the address below."
            ),
        )
    return old_link(request)
