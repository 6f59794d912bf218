"""Correcting the edition in force while another is announced: the draft before it, and the draft after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import get_active_log_context

from policies.choices import EffectiveRule
from policies.drafts import page_document, stream_data
from policies.errors import PageActionRefused
from policies.models import EditionText, PolicyPage
from policies.payloads import clauses_from_data
from policies.services.planning import find_last_issued, find_standing
from policies.services.structure import in_structure_of
from policies.services.texts import find_newest_text, find_text_of, find_text_up_to
from policies.text.carrying import carry_over

if TYPE_CHECKING:
    import datetime as dt

    from wagtail.models import Revision

    from members.models import User
    from policies.models import Edition
    from policies.services.planning import Standing
    from policies.text.clauses import Clause

#: What a page says besides its clauses, by the name that a text of the record has for it.
_FRAME = {"title": "title", "summary": "summary", "responsible_unit": "owner", "contact": "contact"}


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A correction that the newest text of a language does not have.

    `number` is the edition that has it, `newest` the one that has not; `done` are its clauses that a draft has already,
    `left` those that it has not.
    """

    number: str
    newest: str
    done: tuple[Clause, ...]
    left: tuple[Clause, ...]


def can_correct(standing: Standing) -> bool:
    """Whether the edition in force is corrected by an act of its own: because another one is announced after it."""
    in_force = standing.in_force
    return in_force is not None and not in_force.is_withdrawal and bool(standing.announced)


@transaction.atomic
def begin_correction(*, page: PolicyPage, user: User | None, on: dt.date) -> Revision:
    """Save a draft of `page` that begins from the text in force on the civil date `on`, and return it.

    On the source's page publishing it issues the next edition within the major number of the one in force; on another
    language's page it adds the text to that edition. A draft that was under way is kept, and goes on afterwards. Raises
    `PageActionRefused` when no edition is in force, or none announced that would make an act of its own necessary.
    """
    edition = _find_correctable(page, on=on)
    text = find_text_up_to(edition, locale=page.language)
    source = find_text_of(edition, locale=edition.prevailing_locale)
    interrupted = _find_interrupted(page, edition)
    draft: PolicyPage = page.get_latest_revision_as_object()
    own = clauses_from_data(text.clauses) if text else ()
    if not page.is_source and source is not None:
        own = in_structure_of(clauses_from_data(source.clauses), own)
    _begin_afresh(draft, own)
    for name, of_text in _FRAME.items():
        setattr(draft, name, getattr(text, of_text) if text else getattr(draft, name))
    last = find_last_issued(page.policy_id)
    draft.of_edition, draft.interrupted = edition.number, interrupted
    draft.based_on_edition = last.number if last else ""
    return draft.save_revision(user=user, log_action=True)


@transaction.atomic
def drop_correction(*, page: PolicyPage, user: User | None) -> Revision:
    """Go back to the draft that a correction set aside, or to the newest text; nothing of the correction is published."""
    draft: PolicyPage = page.get_latest_revision_as_object()
    newest = find_newest_text(policy_id=page.policy_id, locale=page.language)
    if newest is None or draft.of_edition in {"", newest.edition.number}:
        raise PageActionRefused(_("This draft corrects no edition in force."), page=page)
    resumed = draft.interrupted.as_object() if draft.interrupted else _draft_of(newest, page)
    last = find_last_issued(page.policy_id)
    resumed.based_on_edition = last.number if last else ""
    return resumed.save_revision(user=user, log_action=True)


def go_on_after(page: PolicyPage, text: EditionText, *, interrupted: Revision | None) -> None:
    """Let the draft of `page` go on from the newest text, or from what was under way, once `text` is published.

    Only where `text` belongs to an edition with a lower number. What it corrects is offered there: each clause that
    still reads as it did before the correction takes the corrected words, in a draft that somebody must look at and
    publish. Nothing is published here.
    """
    newest = find_newest_text(policy_id=page.policy_id, locale=page.language)
    if newest is None or newest.edition.is_withdrawal or newest.edition.order <= text.edition.order:
        newest = None
    if interrupted is None and newest is None:
        return
    resumed: PolicyPage
    if interrupted is not None:
        resumed = interrupted.as_object()
    else:
        resumed = _draft_of(newest or text, page)
        resumed.of_edition = "" if page.is_source or newest is None else newest.edition.number
    resumed.based_on_edition = text.edition.number
    has_correction = _carry(text, resumed)
    if interrupted is not None or not has_correction:
        user = get_active_log_context().user or (text.source_revision.user if text.source_revision else None)
        resumed.save_revision(user=user, clean=False)
    else:
        resumed.save(clean=False)  # no draft is waiting: the page itself goes on from the newest text


def find_missing_correction(draft: PolicyPage) -> Correction | None:
    """Return the correction that was published after the newest text of the draft's language and is not in it."""
    newest = find_newest_text(policy_id=draft.policy_id, locale=draft.language)
    if newest is None or newest.edition.is_withdrawal:
        return None
    texts = EditionText.objects.in_language(draft.language).filter(edition__policy=draft.policy_id)
    later = list(texts.filter(pk__gt=newest.pk).select_related("edition").order_by("pk"))
    base = _find_base(later[0]) if later else None
    if base is None:
        return None
    old, new, own = (clauses_from_data(text.clauses) for text in (base, later[-1], newest))
    if carry_over(old, new, own).is_complete:
        return None
    carried = carry_over(old, new, page_document(draft).clauses)
    return Correction(
        number=later[-1].edition.number,
        newest=newest.edition.number,
        done=carried.had,
        left=(*carried.made, *carried.left),
    )


def _find_correctable(page: PolicyPage, *, on: dt.date) -> Edition:
    standing = find_standing(page.policy_id, on=on)
    in_force = standing.in_force
    if in_force is None or in_force.is_withdrawal:
        raise PageActionRefused(_("No edition of this policy is in force, so there is none to correct."), page=page)
    if not standing.announced:
        message = _("Nothing is announced after edition %(number)s: correct it in the draft, and publish that.")
        raise PageActionRefused(message % {"number": in_force.number}, page=page)
    return in_force


def _find_interrupted(page: PolicyPage, edition: Edition) -> Revision | None:
    """Return the draft that is under way; None when what was saved last was published."""
    latest: Revision | None = page.get_latest_revision()
    if latest is None or EditionText.objects.filter(source_revision=latest).exists():
        return None
    draft: PolicyPage = latest.as_object()
    begun_already = draft.of_edition == edition.number
    return draft.interrupted if begun_already else latest


def _draft_of(text: EditionText, page: PolicyPage) -> PolicyPage:
    """Return the page with the words of a text of the record."""
    draft: PolicyPage = PolicyPage.objects.get(pk=page.pk)
    for name, of_text in _FRAME.items():
        setattr(draft, name, getattr(text, of_text))
    _begin_afresh(draft, clauses_from_data(text.clauses))
    return draft


def _begin_afresh(draft: PolicyPage, clauses: tuple[Clause, ...]) -> None:
    """Give a draft clauses, and take away what was said of another edition."""
    draft.clauses = stream_data(replace(clause, reason="") for clause in clauses)
    draft.update_type = draft.change_note = draft.document_no = draft.notice_waiver = draft.of_edition = ""
    draft.effective, draft.effective_from, draft.go_live_at = EffectiveRule.ON_ISSUE, None, None
    draft.replaces_announced, draft.interrupted = False, None


def _find_base(text: EditionText) -> EditionText | None:
    """Return the text that `text` was compared with when it was issued."""
    own = EditionText.objects.filter(edition=text.edition_id, locale=text.locale, sequence__lt=text.sequence)
    before = own.order_by("-sequence").first()
    if before is not None or text.edition.previous is None:
        return before
    return find_text_up_to(text.edition.previous, locale=text.locale)


def _carry(text: EditionText, resumed: PolicyPage) -> bool:
    """Offer in a draft what `text` corrected; return whether the draft had all of it already."""
    base = _find_base(text)
    if base is None:
        return True
    old, new = clauses_from_data(base.clauses), clauses_from_data(text.clauses)
    carried = carry_over(old, new, page_document(resumed).clauses)
    resumed.clauses = stream_data(carried.clauses)
    has_frame = True
    for name, of_text in _FRAME.items():
        former, corrected = getattr(base, of_text), getattr(text, of_text)
        if former != corrected and getattr(resumed, name) == former:
            setattr(resumed, name, corrected)
            has_frame = False
    return has_frame and carried.is_complete
