"""Whether a draft may become an edition, and if not, what its editor should do.

The editor's form asks before publishing, so that the answer stands beside the field; the issuing service asks again
under the lock, so that nothing gets around it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from core.dates import civil_date, format_date
from core.languages import language_name
from policies.choices import EffectiveRule, UpdateType
from policies.drafts import page_document
from policies.errors import EditionRefused
from policies.payloads import clauses_from_data
from policies.services.planning import (
    Plan,
    Standing,
    find_corrected,
    find_joined,
    find_last_issued,
    find_standing,
    plan_draft,
)
from policies.services.texts import find_text_of, find_text_up_to
from policies.text.digest import clause_digest
from policies.text.languages import looks_like
from policies.text.numbering import number_clauses, number_paths
from policies.text.plain import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from policies.models import Edition, EditionText, PolicyPage
    from policies.text.clauses import Clause, Document


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A draft and what it is measured against.

    `corrected` is the edition in force that a draft of the source corrects, `joined` the edition that a translation
    becomes a text of.
    """

    page: PolicyPage
    document: Document
    standing: Standing
    last_issued: Edition | None
    at: dt.datetime

    @property
    def is_source(self) -> bool:
        return self.page.is_source

    @property
    def plan(self) -> Plan:
        return plan_draft(self.page, self.standing, at=self.at)

    @property
    def corrected(self) -> Edition | None:
        return find_corrected(self.page, self.standing)

    @property
    def joined(self) -> Edition | None:
        return find_joined(self.page, self.standing)


def check_readiness(page: PolicyPage, *, at: dt.datetime) -> list[EditionRefused]:
    """Return every reason why `page` cannot be published as it stands at `at` (aware); an empty list when it can."""
    draft = Draft(
        page=page,
        document=page_document(page),
        standing=find_standing(page.policy_id, on=civil_date(at)),
        last_issued=find_last_issued(page.policy_id),
        at=at,
    )
    checks: list[Callable[[Draft], Iterable[EditionRefused]]] = [_check_text, _check_basis, _check_order]
    if draft.is_source:
        checks += [_check_standing, _check_change, _check_note, _check_dates, _check_replaced, _check_notice]
    else:
        checks += [_check_joined, _check_change, _check_counterparts, _check_renewal]
    return [refusal for check in checks for refusal in check(draft)]


def _refuse(draft: Draft, reason: str, field: str | None = None) -> EditionRefused:
    return EditionRefused(reason, field=field, page=draft.page)


def _day(day: dt.date) -> str:
    return format_date(day, get_language() or "en")


def _check_text(draft: Draft) -> Iterable[EditionRefused]:
    document = draft.document
    if not any(clause.heading or clause.body for clause in document.clauses):
        yield _refuse(draft, _("The policy has no text yet. Add at least one clause."), "clauses")
        return
    whole = " ".join([document.title, *(f"{clause.heading} {plain_text(clause.body)}" for clause in document.clauses)])
    if not looks_like(whole, document.language):
        message = _("This text does not read as %(language)s. Put it on the page of its own language.")
        yield _refuse(draft, message % {"language": language_name(document.language)}, "clauses")
    empty = pgettext("between words", ", ").join(_list_empty(document))
    if empty:
        message = _("Clauses that say nothing: %(clauses)s. Write their text, or remove them.")
        if not draft.is_source:
            message = _("Clauses that are not translated yet: %(clauses)s. Translate them, then publish.")
        yield _refuse(draft, message % {"clauses": empty}, "clauses")


def _list_empty(document: Document) -> Iterable[str]:
    """Return what to call each clause without heading or text, unless others stand under it."""
    clauses = document.clauses
    paths = number_paths(zip(clauses, number_clauses(clauses, document.language), strict=True))
    for place, (clause, following) in enumerate(zip_longest(clauses, clauses[1:]), start=1):
        is_parent = following is not None and following.depth > clause.depth
        if not clause.heading.strip() and not plain_text(clause.body).strip() and not is_parent:
            yield paths[clause.key] or _("no. %(place)s in the list") % {"place": place}


def _check_basis(draft: Draft) -> Iterable[EditionRefused]:
    basis, last = draft.page.based_on_edition, draft.last_issued
    if draft.is_source and basis and last is not None and basis != last.number:
        message = _(
            "Edition %(number)s was published after this draft was begun from %(basis)s. "
            "Compare your draft with it, save, and publish again."
        )
        yield _refuse(draft, message % {"number": last.number, "basis": basis})


def _check_order(draft: Draft) -> Iterable[EditionRefused]:
    last = draft.last_issued
    if last is not None and draft.at < last.issued_at:
        message = _("Edition %(number)s was issued later than that. Editions are issued in order, oldest first.")
        yield _refuse(draft, message % {"number": last.number})


def _check_standing(draft: Draft) -> Iterable[EditionRefused]:
    """A draft goes on from a policy that stands; one that corrects the edition in force finds it in force."""
    wanted, standing = draft.page.of_edition, draft.standing
    newest, in_force = standing.newest, standing.in_force
    is_withdrawn = in_force is not None and in_force.is_withdrawal
    if wanted and (in_force is None or in_force.number != wanted):
        message = _(
            "This draft corrects edition %(number)s, which is not in force any more. Drop the correction and begin "
            "again from the edition in force."
        )
        yield _refuse(draft, message % {"number": wanted})
    elif wanted and not standing.announced:
        message = _("Nothing is announced after edition %(number)s: correct it in the draft, and publish that.")
        yield _refuse(draft, message % {"number": wanted})
    elif is_withdrawn and (wanted or newest is in_force):
        yield _refuse(draft, _("This policy has been withdrawn. Reinstate it before publishing a new text."))
    elif not wanted and newest is not None and newest.is_withdrawal and newest.applies_from is not None:
        message = _(
            "Edition %(number)s withdraws this policy from %(date)s. Until then the edition in force can be corrected; "
            "to go on after it, reinstate the policy first."
        )
        yield _refuse(draft, message % {"number": newest.number, "date": _day(newest.applies_from)})


def _check_change(draft: Draft) -> Iterable[EditionRefused]:
    unchanged = _unchanged_text(draft)
    if unchanged is not None:
        message = _("Nothing has changed since edition %(number)s, so there is nothing to publish.")
        yield _refuse(draft, message % {"number": unchanged.edition.number}, "clauses")


def _unchanged_text(draft: Draft) -> EditionText | None:
    """Return the text that the draft would change when it says the same.

    An edition that takes the place of an announced one changes what will apply, whatever it says.
    """
    text = None
    if draft.is_source and draft.plan.previous is not None and not draft.plan.replaced:
        text = find_text_up_to(draft.plan.previous, locale=draft.document.language)
    elif draft.joined is not None and not draft.is_source:
        text = find_text_of(draft.joined, locale=draft.document.language)
    if text is None:
        return None
    same_frame = (text.title, text.summary) == (draft.document.title, draft.document.summary)
    same_contact = (text.owner, text.contact) == (draft.page.responsible_unit, draft.page.contact)
    is_same = _outline(clauses_from_data(text.clauses)) == _outline(draft.document.clauses)
    return text if same_frame and same_contact and is_same else None


def _outline(clauses: Sequence[Clause]) -> list[tuple[str, str]]:
    return [(clause.key, clause_digest(clause)) for clause in clauses]


def _check_note(draft: Draft) -> Iterable[EditionRefused]:
    page = draft.page
    if draft.last_issued is None:
        return
    if not page.update_type:
        yield _refuse(draft, _("Answer first: do readers need to know about this change?"), "update_type")
    elif page.update_type == UpdateType.SUBSTANTIVE and not page.change_note.strip():
        message = _("A substantive edition needs a change note: tell readers what changes and why.")
        yield _refuse(draft, message, "change_note")


def _check_dates(draft: Draft) -> Iterable[EditionRefused]:
    page = draft.page
    if draft.last_issued is not None and not page.update_type:
        return  # the day depends on the answer, which is asked for first
    if page.effective == EffectiveRule.ON_DATE and page.effective_from is None:
        yield _refuse(draft, _("Give the date from which this edition applies."), "effective_from")
    elif draft.corrected is not None:
        yield from _check_day_of_correction(draft)
    elif draft.standing.in_force is not None:
        yield from _check_day_of_next(draft, draft.standing.in_force)


def _check_day_of_next(draft: Draft, in_force: Edition) -> Iterable[EditionRefused]:
    first, day = in_force.applies_from, draft.plan.effective_from
    if first is None or day is None:
        return
    if day < first:
        message = _(
            "Edition %(number)s applies from %(date)s, and a later edition cannot apply before it. "
            "Choose %(date)s or a later day."
        )
        yield _refuse(draft, message % {"number": in_force.number, "date": _day(first)}, "effective_from")
        return
    standing = draft.standing.in_force_on(day)
    following = standing.successor if standing is not None and standing.is_withdrawal else None
    if following is not None and following.applies_from is not None:
        message = _(
            "The policy is withdrawn on that day; edition %(number)s puts it into force again on %(date)s. "
            "Choose %(date)s or a later day."
        )
        names = {"number": following.number, "date": _day(following.applies_from)}
        yield _refuse(draft, message % names, "effective_from")


def _check_day_of_correction(draft: Draft) -> Iterable[EditionRefused]:
    day = draft.plan.effective_from
    if day is None:
        message = _("A correction takes effect when it is published or on a day that is known. Choose one of these.")
        yield _refuse(draft, message, "effective")
        return
    if day < draft.standing.on:
        message = _("The date cannot lie before %(date)s.") % {"date": _day(draft.standing.on)}
        yield _refuse(draft, message, "effective_from")
    dated = [edition for edition in draft.standing.announced if edition.applies_from]
    first = min(dated, key=lambda edition: edition.applies_from or dt.date.max, default=None)
    if first is not None and first.applies_from is not None and day >= first.applies_from:
        message = _(
            "Edition %(number)s takes the place of the edition in force on %(date)s. Choose an earlier day, or make "
            "the change in the draft that goes on from edition %(number)s."
        )
        yield _refuse(draft, message % {"number": first.number, "date": _day(first.applies_from)}, "effective_from")


def _check_replaced(draft: Draft) -> Iterable[EditionRefused]:
    if draft.plan.replaced and not draft.page.replaces_announced:
        yield _refuse(draft, describe_replaced(draft.plan.replaced), "replaces_announced")


def describe_replaced(replaced: Sequence[Edition]) -> str:
    """Return the sentence that asks for a later day, or for a word that these announced editions shall never apply."""
    message = ngettext(
        "Edition %(numbers)s is announced and would never apply, because this one would take its place. "
        "Choose a later day, or confirm that it takes its place.",
        "Editions %(numbers)s are announced and would never apply, because this one would take their place. "
        "Choose a later day, or confirm that it takes their place.",
        len(replaced),
    )
    return message % {"numbers": list_numbers(replaced)}


def list_numbers(editions: Iterable[Edition]) -> str:
    """Return the numbers of editions as a list in the reader's language."""
    return pgettext("between words", ", ").join(edition.number for edition in editions)


def _check_notice(draft: Draft) -> Iterable[EditionRefused]:
    page, policy, day = draft.page, draft.page.policy, draft.plan.effective_from
    is_bound = draft.last_issued is not None and page.update_type == UpdateType.SUBSTANTIVE
    if policy is None or not is_bound or page.notice_waiver.strip() or day is None:
        return
    earliest = civil_date(draft.at) + dt.timedelta(days=policy.minimum_notice_days)
    if day < earliest and not policy.minimum_notice_days:
        message = _(
            "That day has passed. Choose %(date)s or later, or give the reason why it applies from an earlier day."
        )
        yield _refuse(draft, message % {"date": _day(earliest)}, "notice_waiver")
    elif day < earliest:
        days = policy.minimum_notice_days
        message = ngettext(
            "This policy promises %(days)d day of notice. Choose %(date)s or later, or give the reason for a shorter notice.",
            "This policy promises %(days)d days of notice. Choose %(date)s or later, or give the reason for a shorter notice.",
            days,
        )
        yield _refuse(draft, message % {"days": days, "date": _day(earliest)}, "notice_waiver")


def _check_joined(draft: Draft) -> Iterable[EditionRefused]:
    """A translation joins an edition that is in force or announced, and its editor says which when there are several."""
    standing, policy, wanted = draft.standing, draft.page.policy, draft.page.of_edition
    if draft.joined is not None:
        return
    if standing.newest is None:
        message = _("Publish the %(language)s text first: translations join an edition that exists.")
        yield _refuse(draft, message % {"language": language_name(policy.prevailing_locale if policy else "")})
    elif not standing.open:
        yield _refuse(draft, _("This policy has been withdrawn. Reinstate it before publishing a new text."))
    elif wanted:
        message = _(
            "Edition %(number)s is neither in force nor announced any more. Choose the edition that this text belongs "
            "to: %(numbers)s."
        )
        names = {"number": wanted, "numbers": list_numbers(standing.open)}
        yield _refuse(draft, message % names, "of_edition")
    else:
        message = _("Choose the edition that this text belongs to: %(numbers)s.")
        yield _refuse(draft, message % {"numbers": list_numbers(standing.open)}, "of_edition")


def _check_counterparts(draft: Draft) -> Iterable[EditionRefused]:
    """A translation has the clauses of its source, in its order, in its own words."""
    joined = draft.joined
    source = find_text_of(joined, locale=joined.prevailing_locale) if joined is not None else None
    if joined is None or source is None:
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
        names = {"language": language_name(joined.prevailing_locale), "number": joined.number}
        yield _refuse(draft, message % names, "clauses")


def _check_renewal(draft: Draft) -> Iterable[EditionRefused]:
    """A translation left as it was, of a source that changed, says why: readers take its edition for its age."""
    joined, page = draft.joined, draft.page
    text = find_text_up_to(joined, locale=draft.document.language) if joined is not None else None
    if joined is None or text is None or text.edition_id == joined.pk or page.change_note.strip():
        return
    if _outline(clauses_from_data(text.clauses)) != _outline(draft.document.clauses):
        return
    then = find_text_of(text.edition, locale=joined.prevailing_locale)
    now = find_text_of(joined, locale=joined.prevailing_locale)
    if then and now and _outline(clauses_from_data(then.clauses)) != _outline(clauses_from_data(now.clauses)):
        message = _(
            "These are the words of edition %(number)s, and the %(language)s text has changed since. "
            "Translate what changed, or say in the change note why nothing needs to."
        )
        names = {"number": text.edition.number, "language": language_name(joined.prevailing_locale)}
        yield _refuse(draft, message % names, "change_note")
