"""What Wagtail offers for every page and the record does not allow for a policy: each refusal in one place.

Wagtail's own views go around the methods of a page (`unpublish`, `delete` …) and call actions directly, so the same
sentence is asked for by the model, by the admin's hooks and by the addresses that the admin's menus hide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from policies.errors import PageActionRefused

if TYPE_CHECKING:
    from policies.models import PolicyPage


def refuse_unpublishing(page: PolicyPage) -> None:
    """Raise `PageActionRefused` when anything of the policy was ever public: it is withdrawn by an edition of its own."""
    if page.is_on_record:
        message = _("A published policy is not unpublished: withdraw it, so that readers see a notice.")
        raise PageActionRefused(message, page=page)


def refuse_deletion(page: PolicyPage) -> None:
    """Raise `PageActionRefused` when anything of the policy was ever public: editions are kept for ever."""
    if page.is_on_record:
        message = _("This policy has published editions, which are kept for ever. Withdraw it instead.")
        raise PageActionRefused(message, page=page)


def refuse_moving(page: PolicyPage) -> None:
    """Raise `PageActionRefused` when the page's address is part of the record."""
    if page.is_on_record:
        message = _("The address of a published policy is part of the record; its page cannot be moved.")
        raise PageActionRefused(message, page=page)


def refuse_alias(page: PolicyPage) -> None:
    """Raise `PageActionRefused`: an alias would show a policy at a second address, without a record."""
    raise PageActionRefused(_("A policy has one address; an alias of its page cannot be made."), page=page)


def refuse_publishing_copy(page: PolicyPage) -> None:
    """Raise `PageActionRefused`: a copy is a new policy, and nothing of it is public before its first edition."""
    message = _("A copy begins as the draft of a new policy. Copy it without publishing, then publish the copy itself.")
    raise PageActionRefused(message, page=page)


def refuse_privacy(page: PolicyPage) -> None:
    """Raise `PageActionRefused`: policies are read by everybody."""
    raise PageActionRefused(_("Policies are public; their pages cannot be made private."), page=page)
