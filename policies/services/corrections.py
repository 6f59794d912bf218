"""Rows that put the record right without changing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.dates import civil_date, format_date
from core.models import SiteVersion
from policies.choices import LedgerKind
from policies.errors import Refused
from policies.models import Edition, EffectiveDate, NoteCorrection, Policy
from policies.payloads import effective_date_payload, note_payload
from policies.services.ledger import append, next_link
from policies.services.planning import find_standing
from policies.services.readiness import describe_replaced
from policies.signals import effective_date_announced, note_corrected

if TYPE_CHECKING:
    import datetime as dt

    from policies.models import EditionText
    from policies.services.planning import Standing


@transaction.atomic
def correct_note(
    *, text: EditionText, note: str, reason: str = "", issued_at: dt.datetime, issued_by: str
) -> NoteCorrection:
    """Replace the change note that readers see; the old one stays in the record. Raises `Refused`."""
    policy = Policy.objects.select_for_update().get(pk=text.edition.policy_id)
    newest = text.note_corrections.order_by("-sequence").first()
    if not note.strip():
        raise Refused(_("Write the corrected note."), field="note")
    if note.strip() == (newest.note if newest else text.change_note):
        raise Refused(_("This is the note that is shown already."), field="note")
    correction = NoteCorrection(
        text=text,
        sequence=newest.sequence + 1 if newest else 1,
        note=note.strip(),
        reason=reason.strip(),
        issued_at=issued_at,
        issued_by_name=issued_by,
    )
    correction.save()
    append(next_link(policy, kind=LedgerKind.NOTE, payload=note_payload(correction)), note=correction)
    SiteVersion.bump()
    transaction.on_commit(lambda: note_corrected.send(sender=NoteCorrection, correction=correction))
    return correction


@transaction.atomic
def announce_effective_date(
    *,
    edition: Edition,
    effective_from: dt.date,
    document_no: str = "",
    replaces_announced: bool = False,
    issued_at: dt.datetime,
    issued_by: str,
) -> EffectiveDate:
    """Fill the date of an edition that was *to be announced*.

    `replaces_announced` says that editions with lower numbers, announced for that day or later, are never to apply.
    Raises `Refused` when it has a date already or another edition has taken its place, when the date lies before the
    day of the announcement (nobody can have followed it), or no earlier than that of an edition with a higher number.
    """
    policy = Policy.objects.select_for_update().get(pk=edition.policy_id)
    if edition.effective_from or EffectiveDate.objects.filter(edition=edition).exists():
        raise Refused(_("Edition %(number)s has its date already.") % {"number": edition.number})
    standing = find_standing(policy.pk, on=civil_date(issued_at))
    announced = next((each for each in standing.announced if each.pk == edition.pk), None)
    if announced is None:
        raise Refused(_describe_place_taken(edition, standing))
    if effective_from < standing.on:
        message = _("The date cannot lie before %(date)s.") % {"date": _day(standing.on)}
        raise Refused(message, field="effective_from")
    later = announced.successor.applies_from if announced.successor else None
    if later is not None and effective_from >= later:
        message = _("A later edition applies from %(date)s; choose an earlier day.")
        raise Refused(message % {"date": _day(later)}, field="effective_from")
    replaced = standing.replaced_from(effective_from, below=edition.order)
    if replaced and not replaces_announced:
        raise Refused(describe_replaced(replaced), field="replaces_announced")
    date = EffectiveDate(
        edition=edition,
        effective_from=effective_from,
        document_no=document_no.strip(),
        issued_at=issued_at,
        issued_by_name=issued_by,
    )
    date.save()
    link = next_link(policy, kind=LedgerKind.EFFECTIVE_DATE, payload=effective_date_payload(date))
    append(link, effective_date=date)
    SiteVersion.bump()
    transaction.on_commit(lambda: effective_date_announced.send(sender=EffectiveDate, effective_date=date))
    return date


def _describe_place_taken(edition: Edition, standing: Standing) -> str:
    linked = next((each for each in standing.above if each.pk == edition.pk), None)
    successor = linked.successor if linked else standing.in_force
    number = successor.number if successor else ""
    if successor is not None and successor.major == edition.major:
        message = _("Edition %(later)s puts the wording of edition %(number)s right; announce the date of that one.")
    else:
        message = _("Edition %(later)s has taken the place of edition %(number)s, which cannot apply any more.")
    return message % {"later": number, "number": edition.number}


def _day(day: dt.date) -> str:
    return format_date(day, get_language() or "en")
