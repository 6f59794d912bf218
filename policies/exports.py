"""An edition text as a file: the record in the formats of the text engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from core.addresses import full_address
from core.dates import TAIPEI, civil_date
from core.selectors import find_agency
from policies.payloads import clauses_from_data
from policies.periods import Period
from policies.selectors import find_first
from policies.text.clauses import Document
from policies.text.exporting import Metadata, to_akn, to_json, to_markdown, to_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from django.utils.functional import _StrPromise

    from policies.models import EditionText


@dataclass(frozen=True, slots=True)
class Format:
    """How a text is written, and how it is called: by readers, by HTTP and by file systems."""

    name: str | _StrPromise
    write: Callable[[Document, Metadata], str | bytes]
    media_type: str
    suffix: str


FORMATS: dict[str, Format] = {
    "json": Format("JSON", to_json, "application/json", "json"),
    "md": Format("Markdown", to_markdown, "text/markdown; charset=utf-8", "md"),
    "akn": Format("Akoma Ntoso 3.0", to_akn, "application/akn+xml; charset=utf-8", "akn.xml"),
    "txt": Format(_("Plain text"), to_text, "text/plain; charset=utf-8", "txt"),
}


def export(text: EditionText, format_name: str, *, on: dt.date) -> HttpResponse:
    """Return the text in one of `FORMATS`, as things stand on a day, with a file name that says what it is."""
    chosen = FORMATS[format_name]
    response = HttpResponse(write(text, format_name, on=on), content_type=chosen.media_type)
    edition = text.edition
    name = f"{edition.policy.slug}-{edition.number}-{text.locale}.{chosen.suffix}"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Robots-Tag"] = "noindex"
    return response


def write(text: EditionText, format_name: str, *, on: dt.date) -> bytes:
    """Return the text as the bytes of a file in one of `FORMATS`, as things stand on the civil date `on`."""
    document = Document(text.locale, text.title, text.summary, clauses_from_data(text.clauses))
    written = FORMATS[format_name].write(document, text_metadata(text, on=on))
    return written.encode() if isinstance(written, str) else written


def text_metadata(text: EditionText, *, on: dt.date) -> Metadata:
    """Return what an export says about a text besides its words, as things stand on the civil date `on` (2 queries)."""
    edition = text.edition
    period = Period(edition, on)
    slug = edition.policy.slug
    agency = find_agency(text.locale)
    first = find_first(slug=slug)
    with override(text.locale):
        address = reverse("policies:edition", args=[slug, edition.number])
    return Metadata(
        policy=slug,
        number=edition.number,
        issued_at=text.issued_at.astimezone(TAIPEI),
        effective_from=edition.applies_from,
        first_issued_on=civil_date(first.issued_at) if first else None,
        update_type=edition.update_type,
        change_note=text.corrected_note or text.change_note,
        digest=edition.digest,
        agency=agency.name if agency else "",
        url=full_address(address),
        changes=period.previous_number,
        replaced_by=period.next_number if period.is_empty else "",
    )
