"""Asking for a fresh proof before what matters."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_required
from django.http import HttpResponseRedirect

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


def proof_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let `view` answer those alone who signed in, or proved who they are, a moment ago; others are asked, and come back.

    What they sent is not kept meanwhile, as django-allauth would: it may be a passphrase.
    """

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        adapter = get_adapter(request)
        ways = adapter.get_reauthentication_methods(request.user)
        if ways and adapter.is_reauthentication_required(app="members"):
            return HttpResponseRedirect(f"{ways[0]['url']}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    return guarded
