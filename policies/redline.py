"""A draft compared with what readers have: for the editor's form, the history and Wagtail's own comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.safestring import mark_safe

from core.dates import civil_date, today
from policies.drafts import page_document
from policies.payloads import clauses_from_data
from policies.selectors import find_current
from policies.services.planning import find_joined, find_standing, plan_draft
from policies.services.texts import find_text_up_to
from policies.text.compare import compare, render_redline, suggest_update_type

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from policies.models import EditionText, PolicyPage
    from policies.text.compare import Comparison, UpdateType


@dataclass(frozen=True, kw_only=True)
class Redline:
    """What a draft changes against `text`."""

    text: EditionText
    title: str
    comparison: Comparison

    @property
    def html(self) -> SafeString:
        """The changed clauses with their marks; made from sanitised text."""
        return mark_safe(render_redline(self.comparison, changed_only=True))  # noqa: S308

    @property
    def suggested(self) -> UpdateType | None:
        """The update type that the comparison suggests; None when no clause changed."""
        return suggest_update_type(self.comparison) if self.comparison else None

    @property
    def new_title(self) -> str:
        """The draft's title when it is another one."""
        return self.title if self.title != self.text.title else ""


def redline_against(text: EditionText | None, draft: PolicyPage) -> Redline | None:
    """Compare a draft with a text of its language; None when there is none."""
    if text is None:
        return None
    document = page_document(draft)
    comparison = compare(clauses_from_data(text.clauses), document.clauses, language=document.language)
    return Redline(text=text, title=document.title, comparison=comparison)


def redline_against_basis(draft: PolicyPage) -> Redline | None:
    """Compare a draft with the text that it would change, as things stand today; None before the first."""
    if draft.policy_id is None:
        return None
    return redline_against(_find_basis(draft), draft)


def _find_basis(draft: PolicyPage) -> EditionText | None:
    now = timezone.now()
    standing = find_standing(draft.policy_id, on=civil_date(now))
    edition = standing.newest
    if not draft.is_source:
        edition = find_joined(draft, standing) or edition
    elif draft.of_edition or draft.replaces_announced:
        edition = plan_draft(draft, standing, at=now).previous
    return find_text_up_to(edition, locale=draft.language) if edition else None


def find_text_in_force(page: PolicyPage) -> EditionText | None:
    """Return the text that readers of the page's language see today; None when nothing is in force."""
    current = (
        find_current(slug=page.policy.slug, language=page.language, on=today(), with_clauses=True)
        if page.policy
        else None
    )
    return current.text if current and current.in_force else None
