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
from policies.signals import effective_date_announced, note_corrected

if TYPE_CHECKING:
    import datetime as dt

    from policies.models import EditionText


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
    *, edition: Edition, effective_from: dt.date, document_no: str = "", issued_at: dt.datetime, issued_by: str
) -> EffectiveDate:
    """Fill the date of an edition that was *to be announced*.

    Raises `Refused` when it has a date already, or when the date would not keep effective dates in the order of the
    numbers, or lies before the day of the announcement (nobody can have followed it).
    """
    policy = Policy.objects.select_for_update().get(pk=edition.policy_id)
    if edition.effective_from or EffectiveDate.objects.filter(edition=edition).exists():
        raise Refused(_("Edition %(number)s has its date already.") % {"number": edition.number})
    others = list(Edition.objects.filter(policy=policy).with_applies_from())
    earlier = [other.applies_from for other in others if other.applies_from and other.order < edition.order]
    later = [other.applies_from for other in others if other.applies_from and other.order > edition.order]
    first = max([civil_date(issued_at), *earlier])
    if effective_from < first:
        message = _("The date cannot lie before %(date)s.") % {"date": format_date(first, get_language() or "en")}
        raise Refused(message, field="effective_from")
    if later and effective_from > min(later):
        message = _("A later edition applies from %(date)s; choose that day or an earlier one.")
        date = format_date(min(later), get_language() or "en")
        raise Refused(message % {"date": date}, field="effective_from")
    announced = EffectiveDate(
        edition=edition,
        effective_from=effective_from,
        document_no=document_no.strip(),
        issued_at=issued_at,
        issued_by_name=issued_by,
    )
    announced.save()
    link = next_link(policy, kind=LedgerKind.EFFECTIVE_DATE, payload=effective_date_payload(announced))
    append(link, effective_date=announced)
    SiteVersion.bump()
    transaction.on_commit(lambda: effective_date_announced.send(sender=EffectiveDate, effective_date=announced))
    return announced
