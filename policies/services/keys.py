"""Giving a text that came without keys the keys of the clauses it continues or translates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.languages import language_name
from policies.errors import EditionRefused
from policies.payloads import clauses_from_data
from policies.services.structure import find_source_text
from policies.text.counterparts import NoCounterpart, take_keys
from policies.text.numbering import number_clauses

if TYPE_CHECKING:
    import datetime as dt

    from policies.models import PolicyPage
    from policies.text.clauses import Clause


def take_source_keys(page: PolicyPage, clauses: tuple[Clause, ...], *, on: dt.date) -> tuple[Clause, ...]:
    """Return a translation's `clauses` with the keys of the source clauses in the same places.

    The source is the text that the translation is made from on the civil date `on` (`find_source_text`). Before the source is on record they are returned as they are. Raises `EditionRefused`, naming the first clause that
    has no counterpart.
    """
    source = find_source_text(page, on=on)
    if source is None:
        return clauses
    try:
        return take_keys(clauses_from_data(source.clauses), clauses)
    except NoCounterpart as missing:
        number = number_clauses(clauses, page.language)[missing.index]
        message = _(
            "Clause %(clause)s has no counterpart in the %(language)s text of edition %(number)s. "
            "Give both the same clauses and import again."
        )
        names = {
            "clause": number or clauses[missing.index].heading or str(missing.index + 1),
            "language": language_name(source.locale),
            "number": source.edition.number,
        }
        raise EditionRefused(message % names, page=page) from missing
