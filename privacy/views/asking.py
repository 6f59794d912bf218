"""Asking for the link to one's own data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.data_register.notices import notice_of
from core.form_tokens import TRAP, make_form_token, read_form_token
from core.networks import client_network
from core.tokens import BadTokenError
from newsletters.limits import LONGEST_OPEN, QUICKEST
from newsletters.views.answers import subscriber_page
from privacy.forms import LinkForm
from privacy.services.links import TooManyAsked, ask_for_link

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_LONGEST_SHOWN = 320
_TRY_AGAIN_SECONDS = 3600
FORM = "privacy.forms.LinkForm"


@subscriber_page
def ask(request: HttpRequest) -> HttpResponse:
    """Take an address and answer the same, whatever is known of it."""
    language = get_language() or "en"
    if request.method != "POST":
        return _show(request, LinkForm(), language)
    form = LinkForm(request.POST)
    problem = _problem(request, language)
    if problem or not form.is_valid():
        return _show(request, form, language, problem=problem, status=422)
    try:
        ask_for_link(
            address=form.cleaned_data["address"],
            locale=language,
            network=client_network(request),
            at=timezone.now(),
        )
    except TooManyAsked:
        response = _show(
            request,
            form,
            language,
            problem=_("Many links are being asked for. Please try again in an hour, or write to the agency."),
            status=429,
        )
        response["Retry-After"] = str(_TRY_AGAIN_SECONDS)
        return response
    return render(request, "privacy/asked.html", {})


def words_of(language: str) -> str:
    """Return the words that the form shows, by which its token is bound to them."""
    return "\n".join([language, *(paragraph.text for paragraph in notice_of(FORM, language))])


def _problem(request: HttpRequest, language: str) -> str:
    """Return why what was sent is not taken for a person's; empty when it is."""
    if request.POST.get(TRAP, ""):
        return _("Leave the field that is meant for programs empty, and send the form again.")
    try:
        made_at, shows_today = read_form_token(request.POST.get("form", ""), words_of(language))
    except BadTokenError:
        return _("Please press the button once more.")
    age = timezone.now() - made_at
    if not shows_today:
        return _("The notice below has changed since you opened the page. Read it and press the button again.")
    if age < QUICKEST:
        return _("That was very quick. Please press the button once more.")
    return _("The form was open for a long time. Please press the button once more.") if age > LONGEST_OPEN else ""


def _show(request: HttpRequest, form: LinkForm, language: str, *, problem: str = "", status: int = 200) -> HttpResponse:
    errors = {name: errors[0] for name, errors in form.errors.items()} if form.is_bound else {}
    now = timezone.now()
    context = {
        "address": str(form["address"].value() or "")[:_LONGEST_SHOWN],
        "error": errors.get("address", ""),
        "problem": problem,
        "trap": TRAP,
        # What was refused for its haste alone is taken when it comes again.
        "form_token": make_form_token(words_of(language), at=now),
        "notice": notice_of(FORM, language),
    }
    return render(request, "privacy/ask.html", context, status=status)
