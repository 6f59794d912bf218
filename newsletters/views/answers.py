"""What the pages of subscribers have in common: no cookie, no script, nothing kept by a cache, nothing changed by a GET."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from core.tokens import BadTokenError
from newsletters.choices import SubscriberState
from newsletters.links import read_preferences
from newsletters.models import Subscriber

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest

_METHODS = ("GET", "HEAD", "POST", "OPTIONS")
#: Nobody fills in more than this; the shipped nginx takes no more either.
_LONGEST_BODY = 64 * 1024


def subscriber_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let `view` answer GET, HEAD and POST only, to bodies of a reasonable size, with an answer that nobody keeps.

    Exempt from Django's CSRF check, which needs a cookie: who may act is proven by the token in the address or in the
    form, and no browser adds anything to a request from elsewhere that would make it count for more.
    """

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            response = HttpResponse(status=204, headers={"Allow": ", ".join(_METHODS)})
        elif request.method not in _METHODS:
            response = HttpResponseNotAllowed(_METHODS)
        elif request.method == "POST" and _is_too_long(request):
            response = HttpResponse(status=413)
        else:
            response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return guarded


def by_preferences_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give `view` the link that `token` is and the active subscriber whom it names, or answer why there is none."""

    @wraps(view)
    def found_by_link(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        try:
            link = read_preferences(token)
        except BadTokenError:
            return bad_link(request)
        found = Subscriber.objects.filter(
            pk=link.subscriber_id, token_epoch=link.epoch, state=SubscriberState.ACTIVE
        ).first()
        return old_link(request) if found is None else view(request, link, found, **kwargs)

    return found_by_link


def answer(
    request: HttpRequest, *, title: str, text: str, status: int = 200, context: Mapping[str, object] | None = None
) -> HttpResponse:
    """Return a page that says one thing."""
    everything = {"title": title, "text": text, "is_hidden": True, **(context or {})}
    return hidden(render(request, "newsletters/answer.html", everything, status=status))


def hidden(response: HttpResponse) -> HttpResponse:
    """Keep a page whose address is a secret out of every index."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def bad_link(request: HttpRequest, **context: object) -> HttpResponse:
    """Answer a link that is none of ours: 404."""
    return answer(
        request,
        title=_("This link does not work"),
        text=_(
            "It may have been cut off by the mail program. Copy all of it from the mail into the address bar, from "
            "“http” to the last stroke."
        ),
        status=404,
        context=context,
    )


def old_link(request: HttpRequest, **context: object) -> HttpResponse:
    """Answer a link whose time is over: 410."""
    return answer(
        request,
        title=_("This link is no longer good"),
        text=_("It was used up, has expired, or the address was erased since. You can sign up again at any time."),
        status=410,
        context=context,
    )


def _is_too_long(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdigit() or int(length) > _LONGEST_BODY
