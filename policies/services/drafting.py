"""Putting an imported text into a draft. Nothing of it is public before somebody publishes it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from policies.drafts import page_document, stream_data
from policies.services.keys import take_source_keys
from policies.services.planning import find_last_issued
from policies.text.align import carry_keys
from policies.text.clauses import new_key
from policies.text.sanitize import sanitize_body, sanitize_line

if TYPE_CHECKING:
    import datetime as dt

    from wagtail.models import Revision

    from members.models import User
    from policies.models import PolicyPage
    from policies.text.clauses import Clause, Document


@transaction.atomic
def save_imported_draft(*, page: PolicyPage, document: Document, user: User | None, on: dt.date) -> Revision:
    """Save a new draft of `page` with the clauses of `document`, and its title when it has one.

    On the source's page clauses keep the keys of the most similar clauses of the draft they replace, so that the next
    edition is compared with the one before. On a translation they take the keys of the source clauses in the same
    places, as it stands on the civil date `on`; raises `EditionRefused` where the source has none.
    """
    draft: PolicyPage = page.get_latest_revision_as_object()
    clauses = tuple(_clean(clause) for clause in document.clauses)
    if draft.is_source:
        clauses = carry_keys(page_document(draft).clauses, clauses)
    else:
        clauses = take_source_keys(draft, clauses, on=on)
    draft.clauses = stream_data(clauses)
    draft.title = sanitize_line(document.title) or draft.title
    last = find_last_issued(page.policy_id)
    if last is not None:
        draft.based_on_edition = last.number
    return draft.save_revision(user=user, log_action=True, clean=False)


def _clean(clause: Clause) -> Clause:
    """Sanitise again: what the browser sends back was in a stranger's hands."""
    return replace(
        clause,
        key=new_key(),
        heading=sanitize_line(str(clause.heading))[:500],
        body=sanitize_body(str(clause.body)),
        numbered=bool(clause.numbered),
        reason="",
    )
