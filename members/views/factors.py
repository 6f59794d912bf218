"""The second factors of an account: authenticator app, passkeys, recovery codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import can_generate_recovery_codes, generate_recovery_codes
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib.auth.decorators import login_required
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_safe

from members.forms import AddAppForm
from members.staff import has_factor, is_staff, own_account
from members.views.proof import proof_required
from members.views.signing_in import RefusedFormMixin

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

#: Where somebody wanted to go who was sent here to set up a factor first.
_WANTED = "avow_wanted"


@login_required
@require_safe
def factors(request: HttpRequest) -> HttpResponse:
    """List what the account has, and why staff need one."""
    user = own_account(request)
    own = Authenticator.objects.filter(user=user).order_by("created_at", "pk")
    wanted = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        request.session[_WANTED] = wanted
    context = {
        "app": next((each for each in own if each.type == Authenticator.Type.TOTP), None),
        "passkeys": [each for each in own if each.type == Authenticator.Type.WEBAUTHN],
        "codes_left": _codes_left(request),
        "must_have_one": is_staff(user) and not has_factor(user),
    }
    return render(request, "members/factors.html", context)


class AddAppView(RefusedFormMixin, ActivateTOTPView):
    form_class = AddAppForm
    template_name = "members/app.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give the QR code, and the same in letters for those who cannot point a camera."""
        given: dict[str, Any] = super().get_context_data(**kwargs)
        secret = given["form"].secret
        return (
            given
            | {
                "qr_code": mark_safe(given["totp_svg"]),  # noqa: S308 -- drawn by members.qr
                "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            }
        )

    def form_valid(self, form: Form) -> HttpResponse:
        """Keep the app, whose code has just been shown in this session."""
        super().form_valid(form)
        return _show_first_codes(self.request, Authenticator.Type.TOTP)


class RemoveAppView(DeactivateTOTPView):
    template_name = "members/remove_factor.html"


class AddPasskeyView(RefusedFormMixin, AddWebAuthnView):
    template_name = "members/passkey.html"

    def form_valid(self, form: Form) -> HttpResponse:
        """Keep the passkey, which has just been shown in this session."""
        super().form_valid(form)
        return _show_first_codes(self.request, Authenticator.Type.WEBAUTHN)


class RemovePasskeyView(RemoveWebAuthnView):
    template_name = "members/remove_factor.html"
    success_url = reverse_lazy("mfa_index")


@require_http_methods(["GET", "HEAD", "POST"])
@proof_required
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them once; those before them stop working."""
    if not can_generate_recovery_codes(request.user):
        return HttpResponseRedirect(reverse("mfa_index"))
    if request.method != "POST":
        return render(request, "members/codes.html", {"codes": (), "codes_left": _codes_left(request)})
    codes = generate_recovery_codes(request).wrap().get_unused_codes()
    wanted = request.session.pop(_WANTED, "")
    return render(request, "members/codes.html", {"codes": codes, "codes_left": len(codes), "wanted": wanted})


def _show_first_codes(request: HttpRequest, kind: str) -> HttpResponse:
    """Count the factor as shown, and go on to the recovery codes."""
    newest = Authenticator.objects.filter(user=request.user, type=kind).latest("pk")
    record_authentication(request, request.user, "mfa", id=newest.pk, type=kind)
    return HttpResponseRedirect(reverse("mfa_view_recovery_codes"))


def _codes_left(request: HttpRequest) -> int:
    kept = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(kept.wrap().get_unused_codes()) if kept else 0
