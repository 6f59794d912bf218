"""Bringing a translation's clauses into the order of its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from policies.drafts import page_document, stream_data
from policies.errors import PageActionRefused
from policies.payloads import clauses_from_data
from policies.services.texts import find_newest_text
from policies.text.clauses import Clause

if TYPE_CHECKING:
    from wagtail.models import Revision

    from members.models import User
    from policies.models import PolicyPage


@transaction.atomic
def update_structure_from_source(*, page: PolicyPage, user: User | None) -> Revision:
    """Save a new draft of a translation whose clauses stand as in the newest edition of its source.

    Clauses keep their translated words; new ones come in empty under the source's key, dropped ones go, order and
    depth follow. Nothing is published. Raises `PageActionRefused` on the source's own page or before its first edition.
    """
    policy = page.policy
    source = find_newest_text(policy_id=policy.pk, locale=policy.prevailing_locale) if policy else None
    if page.is_source or source is None:
        raise PageActionRefused(_("There is no published source text to take the structure from."), page=page)
    draft: PolicyPage = page.get_latest_revision_as_object()
    own = {clause.key: clause for clause in page_document(draft).clauses}
    clauses = [
        Clause(
            clause.key,
            clause.depth,
            own[clause.key].heading if clause.key in own else "",
            own[clause.key].body if clause.key in own else "",
            clause.numbered,
        )
        for clause in clauses_from_data(source.clauses)
    ]
    draft.clauses = stream_data(clauses)
    return draft.save_revision(user=user, log_action=True)
