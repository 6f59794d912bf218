"""A person's data as a file: for people to read, and for programs. Written piece by piece, whatever its length."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.html import conditional_escape as escaped
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.languages import html_language
from core.selectors import find_agency_or_other
from privacy.services.held import held_about

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from core.data_register import Person
    from privacy.services.held import Entry, HeldFile

#: The form of the JSON; a number is never used again for another form.
SCHEMA = "avow-personal-data/1"


def as_json(person: Person, *, language: str, at: dt.datetime) -> Iterator[str]:
    """Yield a JSON document: every file with purpose, ground and period, and every row about the person."""
    agency = find_agency_or_other(language)
    head = {"schema": SCHEMA, "made_at": at.isoformat(), "language": html_language(language)}
    yield json.dumps(head | {"agency": agency.name if agency else None}, ensure_ascii=False)[:-1] + ', "files": ['
    for position, held in enumerate(held_about(person)):
        # Pieces are made after the middleware that sets the language has ended.
        with override(language):
            about = json.dumps(_about(held), ensure_ascii=False)
        yield ("," if position else "") + "\n" + about[:-1] + ', "rows": ['
        for number, (key, entries) in enumerate(held.rows()):
            row = {"id": str(key)} | {entry.name: entry.value for entry in entries if not entry.is_secret}
            yield ("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False, default=str)
        yield "]}"
    yield "]}\n"


def as_html(person: Person, *, language: str, at: dt.datetime) -> Iterator[str]:
    """Yield the same as a page that any browser opens, with nothing fetched from anywhere."""
    with override(language):
        title = escaped(_("My data"))
        day = escaped(timezone.localtime(at).isoformat(sep=" ", timespec="minutes"))
        yield (
            f'<!doctype html>\n<html lang="{html_language(language)}"><head><meta charset="utf-8">'
            f"<title>{title}</title></head><body><main><h1>{title}</h1><p>{day}</p>\n"
        )
    for held in held_about(person):
        with override(language):
            yield _heading(held)
        is_empty = True
        for _key, entries in held.rows():
            is_empty = False
            with override(language):
                yield _row(entries)
        with override(language):
            yield f"<p>{escaped(_('Nothing is held here.'))}</p></section>\n" if is_empty else "</section>\n"
    yield "</main></body></html>\n"


def _about(held: HeldFile) -> dict[str, object]:
    data_file = held.file
    return {
        "file": data_file.model,
        "name": str(data_file.name),
        "purposes": [purpose.value for purpose in data_file.purposes],
        "ground": data_file.basis.value,
        "recipients": str(data_file.recipients.label),
        "retention": data_file.retention.text,
        "not_shown": [name for name, said in data_file.personal.items() if said.is_secret],
    }


def _heading(held: HeldFile) -> str:
    return f"<section><h2>{escaped(held.file.name)}</h2><p>{escaped(held.file.retention.text)}</p>\n"


def _row(entries: list[Entry]) -> str:
    pairs = [
        f"<dt>{escaped(entry.what)}</dt><dd>{escaped(entry.shown or ('•••' if entry.is_secret else '–'))}</dd>"
        for entry in entries
    ]
    return f"<dl>{''.join(pairs)}</dl><hr>\n"
