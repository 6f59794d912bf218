"""Headers that every response carries, and the admin's own content security policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csp.constants import HEADER, NONE, SELF, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, get_language_from_path, override

from cms.languages import address_language
from core.languages import html_language

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"

# Wagtail's date pickers and inline panels set styles and scripts inline and stop working under a nonce-only policy.
_ADMIN_DIRECTIVES = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "frame-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "object-src": [NONE],
    "frame-ancestors": [SELF],
}
_NO_FRAMES, _OWN_FRAMES = f"frame-ancestors {NONE}", f"frame-ancestors {SELF}"


def is_admin_path(path: str) -> bool:
    """Whether `path` belongs to the editors' side of the site."""
    return path.startswith(f"/{settings.AVOW_ADMIN_PATH}/")


class AddressLanguageMiddleware:
    """Answers in the language of the address, else in the one the browser prefers.

    In place of Django's own, which reads a cookie and answers an unknown address with a redirect to another unknown one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = address_language(request)
        # The thread answers other requests later, and must not keep the language of this one.
        with override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", html_language(get_language() or language))
        if get_language_from_path(request.path_info) is None:
            patch_vary_headers(response, ["Accept-Language"])
        return response


class HeadersMiddleware:
    """Sets the headers that neither Django nor django-csp sets."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Sets the public policy, which django-csp puts together anew for each answer, as it was put together once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)
        self._policy = build_policy()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Leave to django-csp the answers that ask for a policy of their own, by its attributes or by a nonce."""
        if hasattr(request, "_csp_nonce") or any(name.startswith("_csp_") for name in vars(response)):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self._policy)
        return response


class AdminContentSecurityPolicyMiddleware:
    """Replaces the public policy on the admin path only, where previews are shown in frames of our own.

    A preview is a public page inside: Wagtail makes it by a request of its own, so it comes with the public's headers and
    keeps them, but for what forbids the frame.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_admin_path(request.path):
            response._csp_config = _ADMIN_DIRECTIVES  # type: ignore[attr-defined] # noqa: SLF001 -- django-csp's hook
            policy = response.headers.get("Content-Security-Policy", "")
            if policy:
                response.headers["Content-Security-Policy"] = policy.replace(_NO_FRAMES, _OWN_FRAMES)
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response
