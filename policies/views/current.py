"""The list of policies, and a policy as it stands today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.addresses import path_of
from core.dates import today
from core.languages import language_codes
from policies.outlines import show_changed, show_contents
from policies.periods import Period
from policies.selectors import find_current, list_policies
from policies.structured_data import describe_text
from policies.views.answers import alternates, not_in_language, reader_language

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def policy_list(request: HttpRequest) -> HttpResponse:
    """Show all policies with their numbers and dates."""
    context = {
        "policies": list_policies(language=reader_language(), on=today()),
        "alternates": alternates(request.path, language_codes()),
        "canonical": request.path,
    }
    return render(request, "policies/list.html", context)


@require_safe
def current(request: HttpRequest, policy: str) -> HttpResponse:
    """Show the text in force, when and how it was last revised, and what is announced."""
    day, language = today(), reader_language()
    found = find_current(slug=policy, language=language, on=day)
    if found is None:
        raise Http404
    if found.text is None or found.shown is None:
        reason = _("This policy has not been published in this language yet.")
        return not_in_language(request, title=reason, languages=found.languages, slug=policy)
    text, revised = found.text, found.revised_text
    period = Period(found.shown, day)
    context = {
        "current": found,
        "policy": found.policy,
        "edition": found.shown,
        "text": text,
        "period": period,
        "contents": show_contents(text),
        "changed": show_changed(revised, shown=text) if revised else "",
        "announced": [Period(edition, day) for edition in found.announced],
        "languages": found.languages,
        "alternates": alternates(request.path, found.languages),
        "canonical": request.path,
        "feed": path_of("policies:feed", policy),
        "structured_data": describe_text(text, period, address=request.path, is_withdrawn=found.is_withdrawn),
    }
    return render(request, "policies/current.html", context)
