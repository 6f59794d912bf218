"""Opening an account, and asking for a new passphrase: both answer the same, and as quickly, whoever is known."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.answers import AnsweredFirst
from core.data_register.notices import notice_of
from members import limits
from members.forms import ResetForm, SignUpForm
from members.services.accounts import ask_for_reset
from members.services.sign_up import sign_up as open_account
from members.views.signing_in import too_many

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("avow.members")


@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Take an address and a passphrase; nothing else is needed."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(reverse("account"))
    form = SignUpForm(request.POST or None) if request.method != "POST" else SignUpForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        return _show(request, "members/sign_up.html", form)
    at, language = timezone.now(), get_language() or "en"
    if not limits.may_ask(request, limits.ASKED_NETWORK, at=at):
        return too_many(request)
    act = partial(
        open_account,
        email=form.cleaned_data["email"],
        passphrase=form.cleaned_data["passphrase"],
        language=language,
        at=at,
    )
    return _answer(
        request,
        act,
        title=_("Look into your mail"),
        text=_(
            "We have sent a mail to the address. The link in it opens the account; without it, the account is deleted in "
            "seven days. If nothing comes, check the folder for unwanted mail."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest) -> HttpResponse:
    """Take an address, and send a link to it if it has an account."""
    form = ResetForm(request.POST) if request.method == "POST" else ResetForm()
    if request.method != "POST" or not form.is_valid():
        return _show(request, "members/reset.html", form)
    at, language = timezone.now(), get_language() or "en"
    if not limits.may_ask(request, limits.ASKED_NETWORK, at=at):
        return too_many(request)
    return _answer(
        request,
        partial(ask_for_reset, email=form.cleaned_data["email"], language=language, at=at),
        title=_("Look into your mail"),
        text=_(
            "If the address has an account here, we have sent a link to it that is good for one hour. If nothing comes, "
            "check the address and the folder for unwanted mail."
        ),
    )


def _show(request: HttpRequest, template: str, form: SignUpForm | ResetForm) -> HttpResponse:
    name = f"{type(form).__module__}.{type(form).__qualname__}"
    context = {"form": form, "notice": notice_of(name, get_language() or "en")}
    return render(request, template, context, status=422 if form.is_bound else 200)


def _answer(request: HttpRequest, act: Callable[[], object], *, title: str, text: str) -> HttpResponse:
    page = render_to_string("members/answer.html", {"title": title, "text": text, "links": {}}, request)
    response = AnsweredFirst(page)
    response.act = partial(_do_safely, act)
    return response


def _do_safely(act: Callable[[], object]) -> None:
    """Do what was asked for after the answer has left: a failure can only be told to the operator, without the address."""
    try:
        act()
    except Exception as error:  # noqa: BLE001 -- the words of an error may hold an address
        logger.error("A letter about an account was not written: %s.", type(error).__name__)
