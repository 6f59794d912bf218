"""Pages of accounts that say one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from members.services.sign_up import ask_for_confirmation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from members.models import User


def answer(
    request: HttpRequest, *, title: str, text: str, status: int = 200, links: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return a page with a heading, a paragraph, and `links` by their words."""
    return render(request, "members/answer.html", {"title": title, "text": text, "links": links or {}}, status=status)


def refuse_sign_in(request: HttpRequest, user: User) -> HttpResponse:
    """Tell whoever has the right passphrase why the account does not open, and what to do."""
    if user.is_active and user.frozen_at is None:
        ask_for_confirmation(user=user, language=get_language() or "en", at=timezone.now())
        return answer(
            request,
            title=_("Confirm your e-mail address first"),
            text=_("We have sent a link to your address. Open it and press the button on the page, then sign in."),
            status=403,
        )
    if user.is_active:
        return answer(
            request,
            title=_("This account is frozen"),
            text=_(
                "Somebody said that a sign-in to it was not theirs, and since then nobody gets in. Have a link sent to "
                "set a new passphrase: that opens it again."
            ),
            status=403,
        )
    return answer(
        request,
        title=_("This account is closed"),
        text=_("Nobody can sign in to it. Write to the agency, whose address is at the foot of this page."),
        status=403,
    )
