"""Bringing a translation's clauses into the order of its source, from the page's form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from core.dates import today
from policies.admin_views.base import get_page_to_edit
from policies.errors import PageActionRefused
from policies.services import update_structure_from_source

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_POST
def update_structure(request: HttpRequest, page_id: int) -> HttpResponse:
    """Save a draft with the clauses of the source, and go back to the form."""
    page = get_page_to_edit(request, page_id)
    lock = page.get_lock()
    if lock is not None and lock.for_user(request.user):
        raise PageActionRefused(_("The page is locked; its draft cannot be changed now."), page=page)
    update_structure_from_source(page=page, user=cast("Any", request.user), on=today())
    messages.success(
        request, _("The clauses now stand as in the source. Clauses that are new are empty: translate them.")
    )
    return redirect("wagtailadmin_pages:edit", page.pk)
