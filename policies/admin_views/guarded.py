"""Wagtail's addresses for what a policy page does not allow, answered with the reason.

Menus do not offer these actions (`policies.permissions`); whoever posts to their addresses all the same, or comes from
an old tab, reads what to do instead of “you do not have permission”.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policies import guards
from policies.errors import Refused
from policies.models import PolicyPage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest

#: The guard of each address, by the name of its view, with the argument that names the page.
_GUARDS: dict[str, tuple[Callable[[PolicyPage], None], str]] = {
    "wagtailadmin_pages:unpublish": (guards.refuse_unpublishing, "page_id"),
    "wagtailadmin_pages:delete": (guards.refuse_deletion, "page_id"),
    "wagtailadmin_pages:set_privacy": (guards.refuse_privacy, "page_id"),
    "wagtailadmin_pages:move": (guards.refuse_moving, "page_to_move_id"),
    "wagtailadmin_pages:move_confirm": (guards.refuse_moving, "page_to_move_id"),
}


def find_refusal(request: HttpRequest, arguments: Mapping[str, Any]) -> Refused | None:
    """Return why the address asked for is refused to somebody who may edit the page; None when it is not."""
    match = request.resolver_match
    guard = _GUARDS.get(match.view_name) if match else None
    if guard is None or not request.user.is_authenticated:
        return None
    refuse, key = guard
    page = PolicyPage.objects.filter(pk=arguments[key]).first()
    if page is None or not page.permissions_for_user(request.user).can_edit():
        return None
    try:
        refuse(page)
    except Refused as refusal:
        return refusal
    return None
