"""Issuing a text that was imported from a file, with the date on which it was first published."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import Locale

from core.dates import TAIPEI, civil_date
from core.languages import language_name
from policies.choices import EffectiveRule, UpdateType
from policies.drafts import stream_data
from policies.errors import EditionRefused, Refused
from policies.models import PolicyIndexPage, PolicyPage
from policies.payloads import clauses_from_data
from policies.services.issue import issue_edition
from policies.services.keys import take_source_keys
from policies.services.planning import find_corrected, find_last_issued, find_standing
from policies.services.texts import find_text_up_to
from policies.text.align import carry_keys
from policies.text.compare import compare, suggest_update_type

if TYPE_CHECKING:
    from policies.models import Edition, EditionText, Policy
    from policies.text.clauses import Clause, Document


@dataclass(frozen=True, kw_only=True)
class ImportOrder:
    """What is to be done with an imported text.

    An empty `title` keeps the policy's, or takes the document's for a new one. `effective_from` None means on the day
    of issue; `is_date_open` that it is to be announced. `of_edition` is the number of the edition in force that it
    corrects while another is announced, or of the edition that a translation joins where there are several.
    `replaces_announced` says that announced editions whose place it takes are never to apply.
    """

    slug: str
    title: str = ""
    issued_on: dt.date
    effective_from: dt.date | None = None
    is_date_open: bool = False
    note: str = ""
    update_type: str = ""
    document_no: str = ""
    of_edition: str = ""
    replaces_announced: bool = False


@transaction.atomic
def import_text(document: Document, order: ImportOrder, *, now: dt.datetime) -> EditionText:
    """Issue `document` as the next edition of a policy, or as an edition's text in another language.

    Makes the policy and its page when there is none; the language of the first import becomes the prevailing one.
    Clauses take the keys of the clauses they continue. An edition of the past whose change note is not known is said
    to have none on record; one of today needs a note. Raises `Refused`; then nothing is written.
    """
    if order.issued_on > civil_date(now):
        raise EditionRefused(_("An edition cannot be issued on a day to come. Use the day on which it was published."))
    page = _find_or_make_page(document, order)
    policy = page.policy
    last = find_last_issued(page.policy_id)
    page.of_edition, page.replaces_announced = order.of_edition, order.replaces_announced
    page.interrupted = None
    basis = _find_basis(page, on=order.issued_on)
    clauses = _with_keys(document.clauses, page, basis, on=order.issued_on)
    page.title, page.summary = order.title or page.title, document.summary or page.summary
    page.clauses = stream_data(clauses)
    page.based_on_edition = ""
    page.document_no = order.document_no
    page.update_type, page.change_note = _update_type_and_note(order, clauses, page, basis, now=now)
    page.effective, page.effective_from = _effective(order)
    if order.issued_on < civil_date(now):
        page.notice_waiver = _waiver(policy, document.language) if last and page.is_source else ""
    revision = page.save_revision(clean=True)
    return issue_edition(revision=revision, issued_at=_moment(order.issued_on, last, now=now))


def _find_or_make_page(document: Document, order: ImportOrder) -> PolicyPage:
    pages = PolicyPage.objects.filter(policy__slug=order.slug)
    page = pages.filter(locale__language_code=document.language).first()
    if page is not None:
        draft: PolicyPage = page.get_latest_revision_as_object()
        return draft
    source = pages.order_by("pk").first()
    if source is not None:
        translation: PolicyPage = source.copy_for_translation(Locale.objects.get(language_code=document.language))
        return translation
    index = PolicyIndexPage.objects.filter(locale__language_code=document.language).order_by("pk").first()
    if index is None:
        message = _("The site has no list of policies in %(language)s. Run “manage.py migrate” first.")
        raise Refused(message % {"language": language_name(document.language)})
    page = PolicyPage(title=order.title or document.title, slug=order.slug, locale=index.locale, live=False)
    index.add_child(instance=page)
    return page


def _find_basis(page: PolicyPage, *, on: dt.date) -> EditionText | None:
    """Return the text that an import of the source is compared with; None for the first, and for translations."""
    if not page.is_source:
        return None
    standing = find_standing(page.policy_id, on=on)
    edition = find_corrected(page, standing) or standing.newest
    return find_text_up_to(edition, locale=page.language) if edition else None


def _with_keys(
    clauses: tuple[Clause, ...], page: PolicyPage, basis: EditionText | None, *, on: dt.date
) -> tuple[Clause, ...]:
    if not page.is_source:
        return take_source_keys(page, clauses, on=on)
    return carry_keys(clauses_from_data(basis.clauses), clauses) if basis else clauses


def _update_type_and_note(
    order: ImportOrder, clauses: tuple[Clause, ...], page: PolicyPage, basis: EditionText | None, *, now: dt.datetime
) -> tuple[str, str]:
    note = order.note.strip()
    if basis is None:
        return order.update_type, note
    former = clauses_from_data(basis.clauses)
    update_type = order.update_type or str(suggest_update_type(compare(former, clauses, language=page.language)))
    if not note and update_type == UpdateType.SUBSTANTIVE and order.issued_on < civil_date(now):
        with override(page.language):
            note = _("No change note was recorded when this edition was published.")
    return update_type, note


def _effective(order: ImportOrder) -> tuple[EffectiveRule, dt.date | None]:
    if order.is_date_open:
        return EffectiveRule.TO_BE_ANNOUNCED, None
    if order.effective_from is not None:
        return EffectiveRule.ON_DATE, order.effective_from
    return EffectiveRule.ON_ISSUE, None


def _waiver(policy: Policy | None, language: str) -> str:
    """The notice period binds what is published now, not what was published before the record began."""
    if policy is None or not policy.minimum_notice_days:
        return ""
    with override(language):
        return _("Published before this record was kept.")


def _moment(issued_on: dt.date, last: Edition | None, *, now: dt.datetime) -> dt.datetime:
    """Return the instant to record for a civil date, never before an edition of the same day."""
    moment = now if issued_on == civil_date(now) else dt.datetime.combine(issued_on, dt.time(), TAIPEI)
    if last is not None and civil_date(last.issued_at) == issued_on:
        return max(moment, last.issued_at)
    return moment
