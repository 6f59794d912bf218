"""Signing in, with a passphrase and a second factor or with a passkey, and signing out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.internal.flows.logout import logout
from allauth.account.views import LoginView, ReauthenticateView
from allauth.mfa.base import views as factors
from allauth.mfa.webauthn.views import LoginWebAuthnView, ReauthenticateWebAuthnView
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members import limits
from members.answers import answer
from members.choices import EventKind
from members.forms import CodeForm, ProofByCodeForm, ProofForm, SignInForm
from members.services.activity import record_event
from members.sessions import renew

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

#: What a browser keeps of this site goes with the session, pages that “Back” would show included.
_CLEARED = '"cache", "cookies", "storage"'


class RefusedFormMixin:
    """Shows a form that was refused again, with the status that says so."""

    def form_invalid(self, form: Form) -> HttpResponse:
        """Answer 422."""
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc] # of the view that this is mixed into
        if response.status_code == 200:
            response.status_code = 422
        return response


class SignInView(RefusedFormMixin, LoginView):
    form_class = SignInForm
    template_name = "members/sign_in.html"


class FactorView(RefusedFormMixin, factors.AuthenticateView):
    """Ask for the second factor."""

    form_class = CodeForm
    template_name = "members/factor.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offer what the account has."""
        given: dict[str, Any] = super().get_context_data(**kwargs)
        return given | kinds_of(self.stage.login.user)


class PasskeyView(LoginWebAuthnView):
    """Sign in with a passkey alone, which proves device and person at once."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer within the limit of the network."""
        if not limits.may_ask(request, limits.PASSKEY_NETWORK, at=timezone.now()):
            return too_many(request)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def form_invalid(self, form: Form) -> HttpResponse:
        """Say that nobody here has that passkey."""
        del form
        return answer(
            self.request,
            title=_("This passkey opens no account here"),
            text=_("Sign in with your passphrase instead, or use another passkey."),
            status=422,
            links={_("Sign in"): "account_login"},
        )


class RenewedSessionMixin:
    """Gives the session a new key with the proof."""

    request: HttpRequest

    def form_valid(self, form: Form) -> HttpResponse:
        """Go on under the new key."""
        renew(self.request)
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc] # of the view that this is mixed into
        return response


class ProofView(RenewedSessionMixin, RefusedFormMixin, ReauthenticateView):
    """Ask for the passphrase again before something that matters."""

    form_class = ProofForm
    template_name = "members/proof.html"


class ProofByCodeView(RenewedSessionMixin, RefusedFormMixin, factors.ReauthenticateView):
    """Ask for a code again."""

    form_class = ProofByCodeForm
    template_name = "members/proof.html"


class ProofByPasskeyView(RenewedSessionMixin, ReauthenticateWebAuthnView):
    """Ask for a passkey again."""

    template_name = "members/proof.html"

    def form_invalid(self, form: Form) -> HttpResponse:
        """Ask once more."""
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        response.status_code = 422
        return response


@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ask by GET, and by POST end the session and all that the browser keeps of it."""
    if request.method != "POST":
        if not request.user.is_authenticated:
            return HttpResponseRedirect(redirect_to_login("").url.partition("?")[0])
        return render(request, "members/sign_out.html")
    if request.user.is_authenticated:
        record_event(user=request.user, kind=EventKind.SIGNED_OUT, request=request, at=timezone.now())
    logout(request, show_message=False)
    request.session.flush()
    response = answer(
        request,
        title=_("You are signed out"),
        text=_(
            "This browser has forgotten the pages of your account. On a computer that others use, close it as well."
        ),
        links={_("Sign in again"): "account_login"},
    )
    response["Clear-Site-Data"] = _CLEARED
    return response


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer 429."""
    return answer(
        request,
        title=_("Too many attempts"),
        text=_("More was tried from your network than people do. Wait a quarter of an hour, then try again."),
        status=429,
    )


def kinds_of(user: Any) -> dict[str, bool]:
    """Return which second factors `user` can show."""
    kinds = set(factors.Authenticator.objects.filter(user=user).values_list("type", flat=True))
    types = factors.Authenticator.Type
    return {"has_app": types.TOTP in kinds, "has_passkey": types.WEBAUTHN in kinds}
