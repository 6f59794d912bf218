"""Whether a draft may become an edition, and if not, what its editor should do.

The editor's form asks before publishing, so that the answer stands beside the field; the issuing service asks again
under the lock, so that nothing gets around it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core.dates import civil_date, format_date
from core.languages import language_name
from policies.choices import EditionKind, EffectiveRule, UpdateType
from policies.drafts import page_document
from policies.errors import EditionRefused
from policies.models import Edition, EditionText
from policies.payloads import clauses_from_data
from policies.services.texts import find_newest_text
from policies.text.digest import clause_digest
from policies.text.languages import looks_like
from policies.text.plain import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from policies.models import PolicyPage
    from policies.text.clauses import Clause, Document


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A draft and what it is measured against."""

    page: PolicyPage
    document: Document
    newest: Edition | None
    at: dt.datetime

    @property
    def is_source(self) -> bool:
        return self.page.is_source

    @property
    def effective_from(self) -> dt.date | None:
        """The day the edition would apply from; None for *to be announced*."""
        return effective_day(self.page, newest=self.newest, at=self.at)


def check_readiness(page: PolicyPage, *, at: dt.datetime) -> list[EditionRefused]:
    """Return every reason why `page` cannot be published as it stands at `at` (aware); an empty list when it can."""
    draft = Draft(page=page, document=page_document(page), newest=find_newest_edition(page), at=at)
    common: list[Callable[[Draft], Iterable[EditionRefused]]] = [_check_text, _check_basis, _check_standing]
    own = [_check_note, _check_dates, _check_notice] if draft.is_source else [_check_counterparts, _check_renewal]
    return [refusal for check in [*common, *own] for refusal in check(draft)]


def find_newest_edition(page: PolicyPage) -> Edition | None:
    """Return the newest edition of the page's policy, with its effective date annotated; None before the first."""
    if page.policy_id is None:
        return None
    return Edition.objects.filter(policy_id=page.policy_id).with_applies_from().newest_first().first()


def effective_day(page: PolicyPage, *, newest: Edition | None, at: dt.datetime) -> dt.date | None:
    """Return the civil date from which the draft would apply; None for *to be announced*.

    An editorial edition moves nothing: it applies at once, or with the announced edition that it corrects.
    """
    day = civil_date(at)
    if page.update_type == UpdateType.EDITORIAL and newest is not None:
        applies_from = newest.applies_from
        return None if applies_from is None else max(day, applies_from)
    if page.effective == EffectiveRule.TO_BE_ANNOUNCED:
        return None
    if page.effective == EffectiveRule.ON_DATE:
        return page.effective_from
    return day


def _refuse(draft: Draft, reason: str, field: str | None = None) -> EditionRefused:
    return EditionRefused(reason, field=field, page=draft.page)


def _check_text(draft: Draft) -> Iterable[EditionRefused]:
    document = draft.document
    if not any(clause.heading or clause.body for clause in document.clauses):
        yield _refuse(draft, _("The policy has no text yet. Add at least one clause."), "clauses")
        return
    whole = " ".join([document.title, *(f"{clause.heading} {plain_text(clause.body)}" for clause in document.clauses)])
    if not looks_like(whole, document.language):
        message = _("This text does not read as %(language)s. Put it on the page of its own language.")
        yield _refuse(draft, message % {"language": language_name(document.language)}, "clauses")


def _check_basis(draft: Draft) -> Iterable[EditionRefused]:
    basis, newest = draft.page.based_on_edition, draft.newest
    if draft.is_source and basis and newest is not None and basis != newest.number:
        message = _(
            "Edition %(number)s was published after this draft was begun from %(basis)s. "
            "Compare your draft with it, save, and publish again."
        )
        yield _refuse(draft, message % {"number": newest.number, "basis": basis})


def _check_standing(draft: Draft) -> Iterable[EditionRefused]:
    newest = draft.newest
    if newest is not None and newest.kind == EditionKind.WITHDRAWAL:
        yield _refuse(draft, _("This policy has been withdrawn. Reinstate it before publishing a new text."))
    if newest is None:
        return
    if draft.at < newest.issued_at:
        message = _("Edition %(number)s was issued later than that. Editions are issued in order, oldest first.")
        yield _refuse(draft, message % {"number": newest.number})
    unchanged = _unchanged_text(draft)
    if unchanged is not None:
        message = _("Nothing has changed since edition %(number)s, so there is nothing to publish.")
        yield _refuse(draft, message % {"number": unchanged.edition.number}, "clauses")


def _unchanged_text(draft: Draft) -> EditionText | None:
    """Return the newest text in this language when the draft says the same and would join the same edition."""
    text = find_newest_text(policy_id=draft.page.policy_id, locale=draft.document.language)
    if text is None or (not draft.is_source and draft.newest and text.edition_id != draft.newest.pk):
        return None
    same_frame = (text.title, text.summary) == (draft.document.title, draft.document.summary)
    same_contact = (text.owner, text.contact) == (draft.page.responsible_unit, draft.page.contact)
    is_same = _outline(clauses_from_data(text.clauses)) == _outline(draft.document.clauses)
    return text if same_frame and same_contact and is_same else None


def _outline(clauses: Sequence[Clause]) -> list[tuple[str, str]]:
    return [(clause.key, clause_digest(clause)) for clause in clauses]


def _check_note(draft: Draft) -> Iterable[EditionRefused]:
    page = draft.page
    if draft.newest is None:
        return
    if not page.update_type:
        yield _refuse(draft, _("Answer first: do readers need to know about this change?"), "update_type")
    elif page.update_type == UpdateType.SUBSTANTIVE and not page.change_note.strip():
        message = _("A substantive edition needs a change note: tell readers what changes and why.")
        yield _refuse(draft, message, "change_note")


def _check_dates(draft: Draft) -> Iterable[EditionRefused]:
    page = draft.page
    if draft.newest is not None and not page.update_type:
        return  # the day depends on the answer, which is asked for first
    if page.effective == EffectiveRule.ON_DATE and page.effective_from is None:
        yield _refuse(draft, _("Give the date from which this edition applies."), "effective_from")
        return
    effective_from, newest = draft.effective_from, draft.newest
    if effective_from is None or newest is None:
        return
    previous = newest.applies_from
    if previous is not None and effective_from < previous:
        message = _(
            "Edition %(number)s applies from %(date)s, and a later edition cannot apply before it. "
            "Choose %(date)s or a later day."
        )
        date = format_date(previous, get_language() or "en")
        yield _refuse(draft, message % {"number": newest.number, "date": date}, "effective_from")


def _check_notice(draft: Draft) -> Iterable[EditionRefused]:
    page, policy = draft.page, draft.page.policy
    is_bound = draft.newest is not None and page.update_type == UpdateType.SUBSTANTIVE
    if policy is None or not is_bound or page.notice_waiver.strip() or draft.effective_from is None:
        return
    earliest = civil_date(draft.at) + dt.timedelta(days=policy.minimum_notice_days)
    if draft.effective_from < earliest:
        days = policy.minimum_notice_days
        message = ngettext(
            "This policy promises %(days)d day of notice. Choose %(date)s or later, or give the reason for a shorter notice.",
            "This policy promises %(days)d days of notice. Choose %(date)s or later, or give the reason for a shorter notice.",
            days,
        )
        date = format_date(earliest, get_language() or "en")
        yield _refuse(draft, message % {"days": days, "date": date}, "notice_waiver")


def _check_counterparts(draft: Draft) -> Iterable[EditionRefused]:
    """A translation has the clauses of its source, in its order, in its own words."""
    newest, policy = draft.newest, draft.page.policy
    if newest is None or policy is None:
        message = _("Publish the %(language)s text first: translations join an edition that exists.")
        language = language_name(policy.prevailing_locale if policy else "")
        yield _refuse(draft, message % {"language": language})
        return
    source = find_newest_text(policy_id=policy.pk, locale=policy.prevailing_locale)
    if source is None:
        return
    source_clauses = clauses_from_data(source.clauses)
    shape = {clause.key: (position, clause.depth) for position, clause in enumerate(source_clauses)}
    places = [shape.get(clause.key) for clause in draft.document.clauses]
    known = [place for place in places if place is not None]
    same_depths = all(shape[clause.key][1] == clause.depth for clause in draft.document.clauses if clause.key in shape)
    if len(known) != len(places) or known != sorted(known) or not same_depths:
        message = _(
            "The clauses do not match the %(language)s text of edition %(number)s. "
            "Use “Update structure from source”, translate what is new, and publish again."
        )
        language = language_name(policy.prevailing_locale)
        yield _refuse(draft, message % {"language": language, "number": source.edition.number}, "clauses")


def _check_renewal(draft: Draft) -> Iterable[EditionRefused]:
    """A translation left as it was, of a source that changed, says why: readers take its edition for its age."""
    newest, policy, page = draft.newest, draft.page.policy, draft.page
    text = find_newest_text(policy_id=page.policy_id, locale=draft.document.language)
    if newest is None or policy is None or text is None or text.edition_id == newest.pk or page.change_note.strip():
        return
    if _outline(clauses_from_data(text.clauses)) != _outline(draft.document.clauses):
        return
    sources = EditionText.objects.in_language(policy.prevailing_locale).newest_first()
    then, now = sources.filter(edition=text.edition).first(), sources.filter(edition=newest).first()
    if then and now and _outline(clauses_from_data(then.clauses)) != _outline(clauses_from_data(now.clauses)):
        message = _(
            "These are the words of edition %(number)s, and the %(language)s text has changed since. "
            "Translate what changed, or say in the change note why nothing needs to."
        )
        names = {"number": text.edition.number, "language": language_name(policy.prevailing_locale)}
        yield _refuse(draft, message % names, "change_note")
