"""Topics and the sign-up form."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.answers import AnsweredFirst
from core.form_tokens import TRAP
from core.tokens import BadTokenError
from newsletters.choices import Frequency
from newsletters.consent_words import consent_body, consent_paragraphs
from newsletters.forms import SignUpForm, make_form_token, read_form_token
from newsletters.limits import LONGEST_OPEN
from newsletters.origins import request_origin
from newsletters.selectors import list_archive
from newsletters.services.consent import keep_text
from newsletters.services.sign_up import Ask, SignUpRefused, deal_safely, receive_sign_up
from newsletters.shown_topics import list_open_topics
from newsletters.views.answers import subscriber_page

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpRequest, HttpResponse

_TRY_AGAIN_SECONDS = 3600
_LONGEST_SHOWN = 320
_LATEST = 5


@subscriber_page
def bulletins(request: HttpRequest) -> HttpResponse:
    """Show what can be subscribed to, and take sign-ups."""
    language = get_language() or "en"
    topics = list_open_topics(language)
    if request.method != "POST":
        asked = request.GET.get("topic", "")[:80]
        form = SignUpForm(topics=topics, initial={"locale": language, "topic": [asked], "frequency": ""})
        return _show(request, form, token=make_form_token(language, at=timezone.now()))
    return _take(request, SignUpForm(request.POST, topics=topics), language)


def _take(request: HttpRequest, form: SignUpForm, language: str) -> HttpResponse:
    now = timezone.now()
    token = request.POST.get("form", "")
    fresh = make_form_token(language, at=now)
    try:
        made_at, shows_today = read_form_token(token, language)
    except BadTokenError:
        return _show(request, form, token=fresh, problem=_("Please press the button once more."), status=422)
    if not form.is_valid():
        return _show(request, form, token=token, status=422)
    if not shows_today:
        problem = _("The notice below has changed since you opened the page. Read it and press the button again.")
        return _show(request, form, token=fresh, problem=problem, status=422)
    try:
        number = receive_sign_up(ask=_ask(request, form, language, made_at=made_at, at=now), at=now)
    except SignUpRefused as refusal:
        is_old = now - made_at > LONGEST_OPEN
        response = _show(
            request,
            form,
            token=fresh if is_old else token,
            problem=refusal.reason,
            status=429 if refusal.is_for_now else 422,
        )
        if refusal.is_for_now:
            response["Retry-After"] = str(_TRY_AGAIN_SECONDS)
        return response
    response = AnsweredFirst(render_to_string("newsletters/asked.html", {"is_hidden": True}, request))
    if number is not None:
        response.act = partial(deal_safely, number=number, at=now)
    return response


def _ask(request: HttpRequest, form: SignUpForm, language: str, *, made_at: dt.datetime, at: dt.datetime) -> Ask:
    return Ask(
        address=form.cleaned_data["address"],
        topics=form.chosen_topics(),
        locale=form.cleaned_data["locale"],
        frequency=form.cleaned_data["frequency"],
        waits_for_language=form.cleaned_data["waits_for_language"],
        consent_text=keep_text(locale=language, body=consent_body(language), at=at),
        trap=request.POST.get(TRAP, ""),
        form_made_at=made_at,
        origin=request_origin(request, page=request.path),
    )


def _show(request: HttpRequest, form: SignUpForm, *, token: str, problem: str = "", status: int = 200) -> HttpResponse:
    language = get_language() or "en"
    topics = list_open_topics(language)
    context = {
        "topics": topics,
        "chosen": set(form["topic"].value() or ()),
        "values": {name: str(form[name].value() or "")[:_LONGEST_SHOWN] for name in ("address", "locale", "frequency")},
        "waits": bool(form["waits_for_language"].value()),
        "frequencies": Frequency,
        "errors": {name: errors[0] for name, errors in form.errors.items()} if form.is_bound else {},
        "problem": problem,
        "form_token": token,
        "trap": TRAP,
        "notice": consent_paragraphs(language),
        "archive": list_archive(language=language, limit=_LATEST),
    }
    return render(request, "newsletters/bulletins.html", context, status=status)
