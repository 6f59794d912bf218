"""Views of the admin that belong to no content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@require_safe
def session(request: HttpRequest) -> HttpResponse:
    """Give the token that forms need in the visitor's session; Wagtail turns away who has none."""
    return JsonResponse({"token": get_token(request)})
