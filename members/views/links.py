"""Where the links in letters about accounts lead. Opening one changes nothing; the button on the page does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.tokens import BadTokenError
from members.answers import answer
from members.choices import LetterKind
from members.forms import NewPassphraseForm
from members.links import LinkPart, read_letter_link
from members.models import AccountLetter
from members.services import accounts

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a link does, and do it by POST."""
    try:
        found = read_letter_link(token)
    except BadTokenError:
        return _bad_link(request)
    letter = AccountLetter.objects.select_related("user").filter(pk=found.letter_id).first()
    at = timezone.now()
    if letter is None or at >= letter.expires_at:
        return _spent_link(request)
    if found.part == LinkPart.NOT_ME:
        return _not_me(request, letter)
    if letter.kind in {LetterKind.NEW_DEVICE, LetterKind.SECURITY}:
        return HttpResponseRedirect(reverse("account_activity"))
    if letter.kind == LetterKind.KNOWN:
        return HttpResponseRedirect(reverse("account_login"))
    if not letter.is_open(at=at):
        return _spent_link(request)
    try:
        return _ACTS[LetterKind(letter.kind)](request, letter)
    except accounts.LinkSpentError:
        return _spent_link(request)
    except accounts.AddressTakenError:
        return answer(
            request,
            title=_("This address cannot be used"),
            text=_("Nothing was changed. Ask for the change again with another address."),
            status=409,
        )


def _confirm(request: HttpRequest, letter: AccountLetter) -> HttpResponse:
    if request.method != "POST":
        return _ask(
            request,
            title=_("Confirm your e-mail address"),
            text=_("Press the button to open your account."),
            button=_("Confirm"),
        )
    accounts.confirm_address(letter=letter, request=request, at=timezone.now())
    return answer(
        request,
        title=_("The account is open"),
        text=_("Your address is confirmed. You can sign in now."),
        links={_("Sign in"): "account_login"},
    )


def _reset(request: HttpRequest, letter: AccountLetter) -> HttpResponse:
    form = NewPassphraseForm(request.POST if request.method == "POST" else None, user=letter.user)
    if not form.is_valid():
        return render(request, "members/new_passphrase.html", {"form": form}, status=422 if form.is_bound else 200)
    accounts.reset_passphrase(
        letter=letter, passphrase=form.cleaned_data["passphrase"], request=request, at=timezone.now()
    )
    return answer(
        request,
        title=_("The passphrase is set"),
        text=_("All sessions were ended. Sign in with the new passphrase."),
        links={_("Sign in"): "account_login"},
    )


def _change_address(request: HttpRequest, letter: AccountLetter) -> HttpResponse:
    if request.method != "POST":
        return _ask(
            request,
            title=_("Use this address for the account?"),
            text=_("From then on you sign in with it, and mail about the account goes to it."),
            button=_("Use this address"),
        )
    accounts.change_address(letter=letter, request=request, at=timezone.now())
    return answer(
        request,
        title=_("The address was changed"),
        text=_("We have written to the address before it, from which the change can be undone for seven days."),
        links={_("Account"): "account"},
    )


def _undo_address(request: HttpRequest, letter: AccountLetter) -> HttpResponse:
    if request.method != "POST":
        return _ask(
            request,
            title=_("Undo the change of the address?"),
            text=_("The account gets this address back, and all its sessions end."),
            button=_("Undo the change"),
        )
    accounts.undo_address(letter=letter, request=request, at=timezone.now())
    return answer(
        request,
        title=_("The change was undone"),
        text=_("If you did not change the address yourself, set a new passphrase now."),
        links={_("Set a new passphrase"): "account_reset_password"},
    )


def _not_me(request: HttpRequest, letter: AccountLetter) -> HttpResponse:
    if request.method != "POST":
        return _ask(
            request,
            title=_("Freeze the account?"),
            text=_("All its sessions end, and nobody can sign in until you have set a new passphrase by mail."),
            button=_("This was not me: freeze it"),
        )
    accounts.freeze(user=letter.user, request=request, at=timezone.now())
    return answer(
        request,
        title=_("The account is frozen"),
        text=_("Nobody is signed in any more. To open it again, have a link sent and set a new passphrase."),
        links={_("Set a new passphrase"): "account_reset_password"},
    )


_ACTS: dict[LetterKind, Callable[[HttpRequest, AccountLetter], HttpResponse]] = {
    LetterKind.CONFIRM: _confirm,
    LetterKind.RESET: _reset,
    LetterKind.ADDRESS_NEW: _change_address,
    LetterKind.ADDRESS_OLD: _undo_address,
}


def _ask(request: HttpRequest, *, title: str, text: str, button: str) -> HttpResponse:
    return render(request, "members/button.html", {"title": title, "text": text, "button": button})


def _bad_link(request: HttpRequest) -> HttpResponse:
    return answer(
        request,
        title=_("This link does not work"),
        text=_(
            "It may have been cut off by the mail program. Copy all of it from the mail into the address bar, from "
            "“http” to the last stroke."
        ),
        status=404,
    )


def _spent_link(request: HttpRequest) -> HttpResponse:
    return answer(
        request,
        title=_("This link is no longer good"),
        text=_("It was used, or its time is over. If you still need it, ask for a new one."),
        status=410,
        links={_("Sign in"): "account_login", _("Set a new passphrase"): "account_reset_password"},
    )
