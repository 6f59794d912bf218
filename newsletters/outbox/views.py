"""A list of the mail of a trial site, and each message: as HTML in a frame that runs nothing, as text, and its headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.html import urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from newsletters.outbox.reading import find_mail, list_mail

if TYPE_CHECKING:
    from django.http import HttpRequest

    from newsletters.outbox.reading import Mail

#: A mail program shows styles and pictures and runs nothing; links open in a tab of their own.
_FRAMED = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}
#: Without it a link would open inside the frame, where the site forbids to be framed.
_NEW_TAB = '<base target="_blank">'


@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """List the newest messages."""
    return _page(request, "outbox/list.html", mails=list_mail())


@require_safe
def message(request: HttpRequest, number: int) -> HttpResponse:
    """Show one message."""
    mail = _mail(number)
    # A link in angle brackets ends before the bracket only when there is a space.
    headers = [(name, _linked(value.replace("<", "< ").replace(">", " >"))) for name, value in mail.headers]
    response = _page(request, "outbox/message.html", mail=mail, headers=headers, text=_linked(mail.text))
    response._csp_update = {"frame-src": [SELF]}  # type: ignore[attr-defined] # noqa: SLF001 -- django-csp's hook
    return response


@require_safe
@xframe_options_sameorigin
def html(request: HttpRequest, number: int) -> HttpResponse:
    """Return the HTML of a message, for the frame on its page."""
    del request
    mail = _mail(number)
    body = mail.html.replace("<head>", f"<head>{_NEW_TAB}", 1) if "<head>" in mail.html else _NEW_TAB + mail.html
    response = HttpResponse(body)
    response._csp_config = _FRAMED  # type: ignore[attr-defined] # noqa: SLF001 -- django-csp's hook
    response["Cache-Control"] = "no-store"
    return response


def _linked(text: str) -> SafeString:
    return mark_safe(urlize(text, nofollow=True, autoescape=True))  # noqa: S308 -- escaped by Django


def _mail(number: int) -> Mail:
    mail = find_mail(number)
    if mail is None:
        raise Http404
    return mail


def _page(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    response = render(request, template, {"language": get_language() or "en", **context})
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
