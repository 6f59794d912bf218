"""Comparing two texts of the record, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.models import TextComparison
from policies.payloads import clauses_from_data
from policies.text.compare import Comparison, compare

if TYPE_CHECKING:
    from policies.models import EditionText

#: Raise it when the comparison finds other changes than before: what was kept under a lower number is not read again.
ENGINE = 2


def get_comparison(*, old: EditionText, new: EditionText, keep: bool) -> Comparison:
    """Return the comparison of two texts of a language, from the cache if it is there.

    Texts never change, so a comparison is made once. `keep` says whether to store a new one: pairs that nobody is
    likely to ask for again are not worth a row, and their number grows with the square of the editions.
    """
    found = TextComparison.objects.filter(old_digest=old.digest, new_digest=new.digest, engine=ENGINE).first()
    if found is not None:
        try:
            return Comparison.from_data(found.data)
        except (KeyError, ValueError):  # written by another release: make it again
            keep = False
    comparison = compare(clauses_from_data(old.clauses), clauses_from_data(new.clauses), language=new.locale)
    if keep:
        row = TextComparison(old_digest=old.digest, new_digest=new.digest, engine=ENGINE, data=comparison.to_data())
        TextComparison.objects.bulk_create([row], ignore_conflicts=True)  # somebody else may have been quicker
    return comparison
