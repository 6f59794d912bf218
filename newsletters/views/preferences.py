"""What somebody subscribed to, how, and what the record says: by the signed link in every mail."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.dates import civil_date, format_date
from core.mail_addresses import masked
from newsletters.choices import EndedReason, Source, SubscriberState
from newsletters.consent_words import consent_body, consent_paragraphs
from newsletters.forms import PreferencesForm, is_form_token_sound, make_form_token
from newsletters.links import PreferencesLink, preferences_path
from newsletters.models import ConsentEvent, Subscriber, Subscription, Topic
from newsletters.origins import request_origin
from newsletters.services.consent import keep_text
from newsletters.services.subscription_rows import Terms
from newsletters.services.subscriptions import change_choices, end_all_subscriptions, pause, resume
from newsletters.shown_topics import show_topics
from newsletters.views.answers import answer, by_preferences_link, hidden, subscriber_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from newsletters.shown_topics import ShownTopic

PAUSES = (7, 30, 90)


@require_safe
def own_preferences(request: HttpRequest) -> HttpResponse:
    """Lead a member who is signed in to their preferences; everybody else finds the link in each mail."""
    user = request.user
    found = (
        Subscriber.objects.filter(user=user, state=SubscriberState.ACTIVE).first() if user.is_authenticated else None
    )
    if found is None:
        response: HttpResponse = redirect(reverse("subscriptions:bulletins"))
    else:
        link = PreferencesLink(found.pk, found.token_epoch, 0)
        response = redirect(preferences_path(link, get_language() or "en"))
    response["Cache-Control"] = "no-store, private"
    return response


@subscriber_page
@by_preferences_link
def preferences(request: HttpRequest, link: PreferencesLink, found: Subscriber) -> HttpResponse:
    """Show and change what somebody receives."""
    if request.method != "POST":
        return _show(request, found)
    act = request.POST.get("act", "")
    if act == "save":
        return _save(request, found)
    now = timezone.now()
    origin = request_origin(request, page=f"/{get_language()}/bulletins/preferences/")
    if act.removeprefix("pause-").isdecimal() and act in {f"pause-{days}" for days in PAUSES}:
        until = civil_date(now) + dt.timedelta(days=int(act.removeprefix("pause-")))
        pause(subscriber_number=found.pk, until=until, at=now, origin=origin)
        text = _("Nothing will come before %(day)s.") % {"day": format_date(until, get_language() or "en")}
        return _show(request, found, done=text)
    if act == "resume":
        resume(subscriber_number=found.pk, at=now, origin=origin)
        return _show(request, found, done=_("The pause has ended."))
    if act == "leave":
        end_all_subscriptions(
            subscriber_number=found.pk,
            reason=EndedReason.PAGE,
            at=now,
            origin=origin,
            delivery_number=link.delivery_id or None,
        )
        return _show(request, found, done=_("You have left everything. No bulletin or alert will come any more."))
    return answer(
        request,
        title=_("That was not understood"),
        text=_("The page did not say what to do. Go back, load it again, and press one of its buttons."),
        status=400,
    )


def _save(request: HttpRequest, found: Subscriber) -> HttpResponse:
    language = get_language() or "en"
    form = PreferencesForm(request.POST, topics=_offered(found, language))
    if not form.is_valid():
        return _show(request, found, problem=str(next(iter(form.errors.values()))[0]), status=422)
    if not is_form_token_sound(request.POST.get("form", ""), language):
        problem = _("The notice below has changed since you opened the page. Read it and press the button again.")
        return _show(request, found, problem=problem, status=422)
    now = timezone.now()
    change_choices(
        subscriber_number=found.pk,
        choices=form.choices(),
        terms=Terms(
            locale=form.cleaned_data["locale"],
            waits_for_language=form.cleaned_data["waits_for_language"],
            consent_text=keep_text(locale=language, body=consent_body(language), at=now),
            source=Source.PREFERENCES,
        ),
        at=now,
        origin=request_origin(request, page=f"/{language}/bulletins/preferences/"),
    )
    return _show(request, found, done=_("Your choices are saved."))


def _offered(found: Subscriber, language: str) -> list[ShownTopic]:
    """Return the topics that are open, and those that the subscriber still has."""
    own = Subscription.objects.filter(subscriber=found, ended_at=None).values("topic")
    return show_topics((Topic.objects.filter(is_open=True) | Topic.objects.filter(pk__in=own)).distinct(), language)


def _show(
    request: HttpRequest, found: Subscriber, *, done: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    language = get_language() or "en"
    now = timezone.now()
    found.refresh_from_db()
    rows = {row.topic_id: row for row in Subscription.objects.filter(subscriber=found, ended_at=None)}
    newest = max(rows.values(), key=lambda row: row.pk, default=None)
    is_paused = found.paused_until is not None and found.paused_until > civil_date(now)
    context = {
        "is_hidden": True,
        "address": masked(found.address or ""),
        "topics": [(shown, rows.get(shown.topic.pk)) for shown in _offered(found, language)],
        "has_rows": bool(rows),
        "locale": found.locale,
        "waits": newest.waits_for_language if newest else False,
        "paused_until": found.paused_until if is_paused else None,
        "pauses": PAUSES,
        "events": ConsentEvent.objects.filter(subscriber_number=found.pk).order_by("-position"),
        "topic_names": {shown.topic.slug: shown for shown in show_topics(Topic.objects.all(), language)},
        "notice": consent_paragraphs(language),
        "form_token": make_form_token(language, at=now),
        "done": done,
        "problem": problem,
    }
    return hidden(render(request, "newsletters/preferences.html", context, status=status))
