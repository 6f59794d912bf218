"""What people see and change of their own account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.contrib.auth.decorators import login_required
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.data_register.notices import notice_of
from core.networks import truncated
from members.answers import answer
from members.choices import EventKind
from members.devices import describe
from members.forms import AddressForm, NewPassphraseForm, ProfileForm
from members.models import AccountEvent
from members.services import accounts
from members.services.activity import record_event
from members.services.profile import FIELDS, change_profile
from members.sessions import end_sessions, keep_session
from members.staff import has_factor, is_staff, own_account
from members.views.proof import proof_required
from members.views.signing_in import sign_out

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

#: More than a person reads.
_SHOWN = 200


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List what can be done with the account."""
    user = own_account(request)
    return render(request, "members/overview.html", {"has_factor": has_factor(user), "is_staff": is_staff(user)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show and take what people say of themselves; all of it is optional."""
    user = own_account(request)
    initial = {name: getattr(user, name) for name in FIELDS}
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=initial)
    done = ""
    if form.is_valid():
        is_changed = change_profile(user=user, values=form.cleaned_data, request=request, at=timezone.now())
        done = _("Your profile was changed.") if is_changed else _("Nothing was different.")
    context = {
        "form": form,
        "done": done,
        "notice": notice_of("members.forms.ProfileForm", get_language() or "en"),
    }
    return render(request, "members/profile.html", context, status=422 if form.is_bound and not done else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@proof_required
def passphrase(request: HttpRequest) -> HttpResponse:
    """Set a new passphrase and end all other sessions."""
    user = own_account(request)
    form = NewPassphraseForm(request.POST if request.method == "POST" else None, user=user)
    if not form.is_valid():
        return render(request, "members/new_passphrase.html", {"form": form}, status=422 if form.is_bound else 200)
    accounts.change_passphrase(
        user=user,
        passphrase=form.cleaned_data["passphrase"],
        request=request,
        language=get_language() or "en",
        at=timezone.now(),
    )
    keep_session(request, user)
    return answer(
        request,
        title=_("The passphrase is set"),
        text=_("All other sessions were ended; this one goes on."),
        links={_("Account"): "account"},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@proof_required
def address(request: HttpRequest) -> HttpResponse:
    """Take a new address; the link that is sent to it changes it."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"form": form, "notice": notice_of("members.forms.AddressForm", get_language() or "en")}
        return render(request, "members/address.html", context, status=422 if form.is_bound else 200)
    accounts.ask_for_address(
        user=own_account(request),
        address=form.cleaned_data["email"],
        request=request,
        language=get_language() or "en",
        at=timezone.now(),
    )
    return answer(
        request,
        title=_("Look into your mail"),
        text=_("We have sent a link to the new address. Until you have used it, nothing changes."),
        links={_("Account"): "account"},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """List where the account is open, and end one session, all others, or all."""
    user, current = own_account(request), request.session.session_key or ""
    if request.method == "POST":
        which = request.POST.get("end", "")
        if which == "all":
            end_sessions(user)
            return sign_out(request)
        ended = _end(request, which)
        if ended:
            record_event(user=user, kind=EventKind.SESSIONS_ENDED, request=request, at=timezone.now())
        return HttpResponseRedirect(reverse("account_sessions"))
    rows = [
        {
            "number": row.pk,
            "device": describe(row.user_agent),
            "network": truncated(row.ip) if row.ip != "0.0.0.0" else "",  # noqa: S104 -- an unknown one
            "began": row.created_at,
            "seen": row.last_seen_at,
            "is_current": row.session_key == current,
        }
        for row in sorted(UserSession.objects.purge_and_list(user), key=lambda row: row.created_at, reverse=True)
    ]
    return render(request, "members/sessions.html", {"sessions": rows})


@login_required
@require_safe
def activity(request: HttpRequest) -> HttpResponse:
    """List what happened to the account, newest first."""
    events = AccountEvent.objects.filter(user=own_account(request)).order_by("-happened_at", "-pk")[:_SHOWN]
    return render(request, "members/activity.html", {"events": events})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest) -> HttpResponse:
    """Freeze the account from within, as the link in a letter does."""
    if request.method != "POST":
        return render(
            request,
            "members/button.html",
            {
                "title": _("Freeze the account?"),
                "text": _("All its sessions end, and nobody can sign in until you have set a new passphrase by mail."),
                "button": _("This was not me: freeze it"),
            },
        )
    user = own_account(request)
    accounts.freeze(user=user, request=request, at=timezone.now())
    request.session.flush()
    return answer(
        request,
        title=_("The account is frozen"),
        text=_("Nobody is signed in any more. To open it again, have a link sent and set a new passphrase."),
        links={_("Set a new passphrase"): "account_reset_password"},
    )


def _end(request: HttpRequest, which: str) -> int:
    user, current = own_account(request), request.session.session_key or ""
    if which == "others":
        return end_sessions(user, but=current)
    if not which.isascii() or not which.isdecimal() or len(which) > 18:
        return 0
    row = UserSession.objects.filter(user=user, pk=int(which)).exclude(session_key=current).first()
    if row is None:
        return 0
    row.end()
    return 1
