"""What each digest of the record covers, as plain data for canonical JSON.

The shapes below are part of the record: a stored digest is only as good as the reader's ability to compute it again.
Instants are written in UTC to the microsecond, days as ISO dates, unknown as null.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from policies.text.clauses import Clause

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policies.models import Edition, EditionText, EffectiveDate, NoteCorrection


def clauses_to_data(clauses: Iterable[Clause]) -> list[dict[str, Any]]:
    """Return clauses as the list of objects that `EditionText.clauses` keeps."""
    return [
        {
            "key": clause.key,
            "depth": clause.depth,
            "numbered": clause.numbered,
            "heading": clause.heading,
            "body": clause.body,
            "reason": clause.reason,
        }
        for clause in clauses
    ]


def clauses_from_data(data: Iterable[dict[str, Any]]) -> tuple[Clause, ...]:
    """Return the clauses that `EditionText.clauses` keeps."""
    return tuple(Clause(**item) for item in data)


def text_payload(text: EditionText) -> dict[str, Any]:
    """Return what the digest of an edition text covers: all that its readers were shown."""
    return {
        "policy": str(text.edition.policy.key),
        "edition": text.edition.number,
        "locale": text.locale,
        "sequence": text.sequence,
        "role": text.role,
        "title": text.title,
        "summary": text.summary,
        "owner": text.owner,
        "contact": text.contact,
        "change_note": text.change_note,
        "notice_waiver": text.notice_waiver,
        "clauses": text.clauses,
        "html": text.html,
        "issued_at": instant(text.issued_at),
        "issued_by": text.issued_by_name,
        "approved_by": text.approved_by_name,
    }


def edition_payload(edition: Edition, texts: Iterable[EditionText]) -> dict[str, Any]:
    """Return what the digest of an edition covers: its own data and the texts it was issued with.

    Since version 2 also which edition it changes: until then that was the number before it.
    """
    if edition.payload_version >= 2:
        previous = edition.previous.number if edition.previous else None
        return {**_first_payload(edition, texts), "version": edition.payload_version, "previous": previous}
    return _first_payload(edition, texts)


def _first_payload(edition: Edition, texts: Iterable[EditionText]) -> dict[str, Any]:
    return {
        "policy": str(edition.policy.key),
        "number": edition.number,
        "kind": edition.kind,
        "update_type": edition.update_type,
        "effective_from": day(edition.effective_from),
        "issued_at": instant(edition.issued_at),
        "issued_by": edition.issued_by_name,
        "approved_by": edition.approved_by_name,
        "document_no": edition.document_no,
        "language_regime": edition.language_regime,
        "prevailing_locale": edition.prevailing_locale,
        "hosts": edition.hosts,
        "texts": {text.locale: text.digest for text in texts},
    }


def note_payload(note: NoteCorrection) -> dict[str, Any]:
    """Return what the digest of a corrected change note covers."""
    return {
        "text": note.text.digest,
        "sequence": note.sequence,
        "note": note.note,
        "reason": note.reason,
        "issued_at": instant(note.issued_at),
        "issued_by": note.issued_by_name,
    }


def effective_date_payload(date: EffectiveDate) -> dict[str, Any]:
    """Return what the digest of an announced effective date covers."""
    return {
        "edition": date.edition.digest,
        "effective_from": day(date.effective_from),
        "document_no": date.document_no,
        "issued_at": instant(date.issued_at),
        "issued_by": date.issued_by_name,
    }


def instant(moment: dt.datetime) -> str:
    """Write an aware moment in UTC."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def day(date: dt.date | None) -> str | None:
    """Write a civil date, None as itself."""
    return date.isoformat() if date else None
