"""Carrying a correction of one text over to another that was made from the same one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from policies.text.digest import clause_digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policies.text.clauses import Clause


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What became of a correction in another text: `clauses` is that text with what could be carried over.

    The corrected clauses are as they are in the corrected text, or were, when the correction removes them: `had` those
    that the other text had right already, `made` those that were put right in it now, and `left` those that read
    otherwise there and must be put right by hand.
    """

    clauses: tuple[Clause, ...]
    had: tuple[Clause, ...] = ()
    made: tuple[Clause, ...] = ()
    left: tuple[Clause, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether the other text had the whole correction already."""
        return not (self.made or self.left)


def carry_over(base: Sequence[Clause], corrected: Sequence[Clause], other: Sequence[Clause]) -> Carried:
    """Make in `other` the changes that lead from `base` to `corrected`, clause by clause.

    A clause that `other` has as it was in the base takes the corrected words; one that it has in words of its own is
    left alone, unless they are the corrected ones. What it does not have any more needs no correction. A new clause
    follows the one that it follows in the corrected text. Order and reasons stay those of `other`.
    """
    old, new, own = (_digests(clauses) for clauses in (base, corrected, other))
    words = {clause.key: clause for clause in corrected}
    found = [
        replace(words[clause.key], reason=clause.reason) if _can_change(clause.key, old, new, own) else clause
        for clause in other
        if clause.key in new or not _can_change(clause.key, old, new, own)
    ]
    for position, clause in enumerate(corrected):
        if clause.key not in old and clause.key not in own:
            found.insert(_place_after(found, corrected[:position]), replace(clause, reason=""))
    present = _digests(found)
    changes = [clause for clause in corrected if new[clause.key] != old.get(clause.key)]
    changes += [clause for clause in base if clause.key not in new]
    wanted = [clause for clause in changes if clause.key in own or clause.key not in old]
    gone = [clause for clause in changes if clause.key in old and clause.key not in new and clause.key not in own]
    right = [clause for clause in wanted if own.get(clause.key) == new.get(clause.key)]
    made = [c for c in wanted if c not in right and present.get(c.key) == new.get(c.key)]
    left = [c for c in wanted if c not in right and c not in made]
    return Carried(clauses=tuple(found), had=(*right, *gone), made=tuple(made), left=tuple(left))


def _digests(clauses: Sequence[Clause]) -> dict[str, str]:
    return {clause.key: clause_digest(clause) for clause in clauses}


def _can_change(key: str, old: dict[str, str], new: dict[str, str], own: dict[str, str]) -> bool:
    """Whether the other text has a clause as the base has it, and the corrected text has not."""
    return key in old and old[key] == own[key] and new.get(key) != old[key]


def _place_after(found: Sequence[Clause], before: Sequence[Clause]) -> int:
    """Return where a clause goes that follows `before` elsewhere: after the last of them that is in `found`."""
    keys = [clause.key for clause in found]
    return next((keys.index(clause.key) + 1 for clause in reversed(before) if clause.key in keys), 0)
