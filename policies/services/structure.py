"""Bringing a translation's clauses into the order of its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from policies.drafts import page_document, stream_data
from policies.errors import PageActionRefused
from policies.payloads import clauses_from_data
from policies.services.planning import find_joined, find_standing
from policies.services.texts import find_text_of
from policies.text.clauses import Clause

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from wagtail.models import Revision

    from members.models import User
    from policies.models import EditionText, PolicyPage


@transaction.atomic
def update_structure_from_source(*, page: PolicyPage, user: User | None, on: dt.date) -> Revision:
    """Save a new draft of a translation whose clauses stand as in the source text that it is made from on a day.

    Clauses keep their translated words; new ones come in empty under the source's key, dropped ones go, order and
    depth follow. Nothing is published. Raises `PageActionRefused` on the source's own page or before its first edition.
    """
    draft: PolicyPage = page.get_latest_revision_as_object()
    source = find_source_text(draft, on=on)
    if source is None:
        raise PageActionRefused(_("There is no published source text to take the structure from."), page=page)
    own = page_document(draft).clauses
    draft.clauses = stream_data(in_structure_of(clauses_from_data(source.clauses), own))
    return draft.save_revision(user=user, log_action=True)


def find_source_text(page: PolicyPage, *, on: dt.date) -> EditionText | None:
    """Return the published text that a translation's draft is made from, as things stand on the civil date `on`.

    That of the edition it is to join or, while it names none of several, of the newest. None on the source's own page
    and before its first edition.
    """
    policy = page.policy
    if policy is None or page.is_source:
        return None
    standing = find_standing(policy.pk, on=on)
    edition = find_joined(page, standing) or standing.newest
    return find_text_of(edition, locale=policy.prevailing_locale) if edition else None


def in_structure_of(source: Sequence[Clause], own: Sequence[Clause]) -> tuple[Clause, ...]:
    """Return the clauses of `source` with the words that `own` has for them, empty where it has none."""
    words = {clause.key: clause for clause in own}
    return tuple(
        Clause(
            clause.key,
            clause.depth,
            words[clause.key].heading if clause.key in words else "",
            words[clause.key].body if clause.key in words else "",
            clause.numbered,
        )
        for clause in source
    )
