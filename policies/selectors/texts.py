"""Reads over the texts of editions."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Prefetch, Subquery, prefetch_related_objects

from core.prepared import AnyOf, PreparedQuery
from policies.models import EditionText, NoteCorrection

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policies.models import Edition
    from policies.querysets import EditionTextQuerySet


def texts_in(language: str) -> EditionTextQuerySet:
    """Return the texts in a language, newest first, each with its corrected note (`corrected_note`, `corrected_at`)."""
    newest_note = NoteCorrection.objects.filter(text=OuterRef("pk")).order_by("-sequence")
    annotations: dict[str, Any] = {
        "corrected_note": Subquery(newest_note.values("note")[:1]),
        "corrected_at": Subquery(newest_note.values("issued_at")[:1]),
    }
    return EditionText.objects.in_language(language).annotate(**annotations).newest_first()


_LANGUAGE = "\N{REPLACEMENT CHARACTER}"
_newest = PreparedQuery(
    lambda language, edition: texts_in(language).filter(edition=edition).select_related("outline")[:1],
    language=_LANGUAGE,
    edition=-1,
)
_numbered = PreparedQuery(
    lambda language, edition, sequence: (
        texts_in(language).filter(edition=edition, sequence=sequence).select_related("outline")
    ),
    language=_LANGUAGE,
    edition=-1,
    sequence=32_003,
)


@cache
def _of_editions(*left_out: str) -> PreparedQuery[EditionText]:
    def build(language: str, editions: tuple[int, ...]) -> EditionTextQuerySet:
        return texts_in(language).filter(AnyOf("edition_id", editions)).defer(*left_out)

    return PreparedQuery(build, language=_LANGUAGE, editions=(-1,))


def find_text(*, edition: Edition, language: str, sequence: int | None = None) -> EditionText | None:
    """Return the text of an edition in a language: the newest, or the one with that sequence."""
    if sequence:
        found = _numbered.run(language=language, edition=edition.pk, sequence=sequence)
    else:
        found = _newest.run(language=language, edition=edition.pk)
    for text in found:
        text.edition = edition
    return next(iter(found), None)


def list_texts(
    *, editions: Iterable[Edition], language: str, with_clauses: bool = False
) -> dict[int, list[EditionText]]:
    """Return the texts of `editions` in a language by edition, newest first, with `note_corrections`, without their HTML.

    One query, however many editions, and another where a note was corrected.
    """
    wanted = {edition.pk: edition for edition in editions}
    found = _of_editions("html", *(() if with_clauses else ("clauses", "changes"))).run(
        language=language, editions=[*wanted]
    )
    corrections = NoteCorrection.objects.order_by("-sequence", "-pk")
    corrected = [text for text in found if text.corrected_at]
    prefetch_related_objects(corrected, Prefetch("note_corrections", queryset=corrections))
    texts: dict[int, list[EditionText]] = {}
    for text in found:
        text.edition = wanted[text.edition_id]
        texts.setdefault(text.edition_id, []).append(text)
    return texts
