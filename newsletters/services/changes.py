"""An edition of the record as a part of an article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext, override, pgettext

from core.addresses import full_address
from core.dates import civil_date
from newsletters.articles import Change, ChangedClause
from policies.models import Edition, EditionText
from policies.presentation import list_changed_clauses
from policies.services.texts import find_text_up_to

if TYPE_CHECKING:
    from collections.abc import Collection

    from policies.presentation import ClauseLink

#: Changed clauses that a mail lists; the rest is counted.
_LISTED = 30


def describe_change(text: EditionText, *, keys: Collection[str] | None = None) -> Change:
    """Return what the edition of `text` changed, in the text's language; of `keys` alone when they are given.

    The note is the one that readers are shown now: as corrected, if it was.
    """
    edition = Edition.objects.with_applies_from().select_related("policy").get(pk=text.edition_id)
    with override(text.locale):
        address = full_address(reverse("policies:edition", args=[edition.policy.slug, edition.number]))
        before = _find_before(edition, text.locale)
        compare_url = ""
        if before is not None:
            numbers = [edition.policy.slug, before.number, edition.number]
            compare_url = full_address(reverse("policies:compare", args=numbers))
        links = list_changed_clauses(text)
        if keys is not None:
            links = [link for link in links if link.anchor.removeprefix("c-") in keys]
        clauses = tuple(_clause(link, address) for link in links[:_LISTED])
    return Change(
        title=text.title,
        number=edition.number,
        kind=edition.kind,
        is_first=edition.previous_id is None,
        issued_on=civil_date(edition.issued_at).isoformat(),
        effective_from=edition.applies_from.isoformat() if edition.applies_from else None,
        note=find_note(text),
        clauses=clauses,
        more=len(links) - len(clauses),
        edition_url=address,
        compare_url=compare_url,
        digest=edition.digest,
        edition=edition.pk,
        text=text.pk,
    )


def find_note(text: EditionText) -> str:
    """Return the change note of a text as it is shown now."""
    newest = text.note_corrections.order_by("-sequence").first()
    return newest.note if newest else text.change_note


def newest_texts(edition: Edition) -> dict[str, EditionText]:
    """Return the newest text of an edition in every language that it has."""
    texts: dict[str, EditionText] = {}
    for text in EditionText.objects.filter(edition=edition).newest_first().select_related("edition__policy"):
        texts.setdefault(text.locale, text)
    return texts


def _find_before(edition: Edition, language: str) -> Edition | None:
    """Return the edition that `edition` changed, or the nearest before it, that has a text in `language`."""
    text = find_text_up_to(edition.previous, locale=language) if edition.previous else None
    return text.edition if text else None


def _clause(link: ClauseLink, address: str) -> ChangedClause:
    return ChangedClause(
        label=f"{link.number}{link.gap if link.number else ''}{link.label}" or gettext("Clause"),
        words=pgettext("between words", ", ").join(link.words),
        url=f"{address}#{link.anchor}" if link.is_present else "",
    )
