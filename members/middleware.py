"""Who is asking, for how long that holds, and that nobody enters the editors' side on a passphrase alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import middleware as auth
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme

from members.sessions import find_user
from members.staff import has_factor, is_staff, showed_factor

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

_ACCOUNT = re.compile(r"/[a-z-]{2,12}/account/")


class AuthenticationMiddleware(auth.AuthenticationMiddleware):
    """Django's own, but nobody is signed in past the limits of their session, whatever page asks."""

    def process_request(self, request: HttpRequest) -> None:
        """Say who asks when a page wants to know; one that does not never opens the session."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: find_user(request))  # type: ignore[assignment] # as Django does


class PrivatePagesMiddleware:
    """Keeps the pages of accounts out of every cache and index."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _ACCOUNT.match(request.path_info):
            response["Cache-Control"] = "no-store"
            response["X-Robots-Tag"] = "noindex, nofollow"
        return response


class StaffFactorMiddleware:
    """Lets nobody reach an address of the editors' side whose session does not stand on two factors.

    It asks before any view is looked up, so that no address added to the admin later can be forgotten.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._root = f"/{settings.AVOW_ADMIN_PATH}/"

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(self._root):
            answer = self._refusal(request)
            if answer is not None:
                return answer
        return self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        user = request.user
        if not user.is_authenticated:
            return self._send_to(request, "account_login")
        if not is_staff(user):
            raise PermissionDenied
        if showed_factor(request):
            return None
        return self._send_to(request, "mfa_reauthenticate" if has_factor(user) else "mfa_index")

    def _send_to(self, request: HttpRequest, view: str) -> HttpResponse:
        # Scripts of the admin want an answer, not a page.
        if request.headers.get("X-Requested-With") == "XMLHttpRequest":
            raise PermissionDenied
        return HttpResponseRedirect(f"{reverse(view)}?{urlencode({'next': self._wanted(request)})}")

    def _wanted(self, request: HttpRequest) -> str:
        """Return where to go once both factors were shown; Wagtail's own form named it in `next`."""
        if request.method != "GET":
            return self._root
        if request.path_info.startswith((f"{self._root}login/", f"{self._root}password_reset/")):
            named = request.GET.get("next", "")
            is_ours = url_has_allowed_host_and_scheme(
                named, allowed_hosts={request.get_host()}, require_https=request.is_secure()
            )
            return named if is_ours else self._root
        return request.get_full_path()
