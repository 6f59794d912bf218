"""Compare two editions clause by clause: which came, went, moved, and what became of their words."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from policies.text.clauses import Clause
from policies.text.compare.changes import ClauseChange, Comparison, Kind, Op, Span, Spans, old_text
from policies.text.compare.edits import diff_bodies, diff_lines
from policies.text.compare.pieces import body_kinds
from policies.text.compare.sequences import longest_increasing
from policies.text.numbering import number_clauses, number_paths


def compare(old: Sequence[Clause], new: Sequence[Clause], *, language: str) -> Comparison:
    """Compare the clauses of two editions, matched by key.

    The fewest clauses that explain the new order are said to have moved; a clause at another depth
    under another parent has moved too. Reasons are carried along but never compared. Texts that
    differ only in Unicode normalisation are equal.

    Raises:
        ValueError: if a key occurs twice in one edition, or the language has no numbering.
    """
    before = _Edition.read(old, language)
    after = _Edition.read(new, language)
    kept = [clause.key for clause in new if clause.key in before.places]
    in_order = longest_increasing([before.places[key] for key in kept])
    stable = {kept[index] for index in in_order}
    moved = {key for key in kept if key not in stable or _has_new_depth(key, before, after)}
    removed = _removed_by_anchor(old, after, stable - moved)
    rows: list[ClauseChange] = list(_removed_rows(removed.get(None, ()), before))
    for clause in new:
        if clause.key in before.places:
            rows.append(_kept_row(clause.key, before, after, moved))
        else:
            rows.append(_added_row(clause, after))
        rows.extend(_removed_rows(removed.get(clause.key, ()), before))
    return Comparison(language, tuple(rows))


def apply(comparison: Comparison, old: Iterable[Clause]) -> tuple[Clause, ...]:
    """Return the new edition that a comparison leads to from the old one.

    Raises:
        ValueError: if the comparison was not made from this old edition.
    """
    clauses = {clause.key: clause for clause in old}
    if clauses.keys() != {row.key for row in comparison.rows if row.old is not None}:
        msg = "The comparison was made from an edition with other clauses"
        raise ValueError(msg)
    return tuple(
        replace(
            row.new,
            heading=_apply_spans(row.heading, clauses[row.key].heading if row.old else ""),
            body=_apply_spans(row.body, clauses[row.key].body if row.old else ""),
        )
        for row in comparison.rows
        if row.new is not None
    )


@dataclass(frozen=True, slots=True)
class _Edition:
    """A text looked at from its keys."""

    clauses: Sequence[Clause]
    numbers: tuple[str, ...]
    paths: Mapping[str, str]
    places: Mapping[str, int]
    parents: Mapping[str, str | None]

    @classmethod
    def read(cls, clauses: Sequence[Clause], language: str) -> "_Edition":
        places = {clause.key: place for place, clause in enumerate(clauses)}
        if len(places) != len(clauses):
            msg = "Two clauses of one edition have the same key"
            raise ValueError(msg)
        parents: dict[str, str | None] = {}
        above: list[Clause] = []
        for clause in clauses:
            while above and above[-1].depth >= clause.depth:
                above.pop()
            parents[clause.key] = above[-1].key if above else None
            above.append(clause)
        numbers = number_clauses(clauses, language)
        return cls(clauses, numbers, number_paths(zip(clauses, numbers, strict=True)), places, parents)

    def clause(self, key: str) -> Clause:
        return self.clauses[self.places[key]]

    def number(self, key: str) -> str:
        return self.numbers[self.places[key]]


def _has_new_depth(key: str, before: _Edition, after: _Edition) -> bool:
    return before.clause(key).depth != after.clause(key).depth and before.parents[key] != after.parents[key]


def _removed_by_anchor(old: Sequence[Clause], after: _Edition, stable: set[str]) -> dict[str | None, list[Clause]]:
    """Return the removed clauses by the key of the clause in both that they used to follow."""
    found: dict[str | None, list[Clause]] = {}
    anchor: str | None = None
    for clause in old:
        if clause.key in stable:
            anchor = clause.key
        elif clause.key not in after.places:
            found.setdefault(anchor, []).append(clause)
    return found


def _added_row(clause: Clause, after: _Edition) -> ClauseChange:
    return ClauseChange(
        clause.key,
        (Kind.ADDED,),
        None,
        clause,
        "",
        after.number(clause.key),
        _whole(Op.INSERT, clause.heading),
        _whole(Op.INSERT, clause.body),
        new_path=after.paths[clause.key],
    )


def _removed_rows(clauses: Iterable[Clause], before: _Edition) -> Iterator[ClauseChange]:
    for clause in clauses:
        yield ClauseChange(
            clause.key,
            (Kind.REMOVED,),
            clause,
            None,
            before.number(clause.key),
            "",
            _whole(Op.DELETE, clause.heading),
            _whole(Op.DELETE, clause.body),
            old_path=before.paths[clause.key],
        )


def _kept_row(key: str, before: _Edition, after: _Edition, moved: set[str]) -> ClauseChange:
    old, new = before.clause(key), after.clause(key)
    old_number, new_number = before.number(key), after.number(key)
    heading: Spans = ()
    body: Spans = ()
    kinds: set[Kind] = set()
    if old.heading != new.heading:
        heading = _spans_unless_equal(old.heading, new.heading, in_body=False)
        if heading:
            kinds.add(Kind.REWORDED)
    if old.body != new.body:
        body = _spans_unless_equal(old.body, new.body, in_body=True)
        if body:
            kinds |= body_kinds(body)
    if old_number != new_number:
        kinds.add(Kind.RENUMBERED)
    if key in moved:
        kinds.add(Kind.MOVED)
    parent = after.parents[key]
    with_parent = key in moved and parent in moved and parent == before.parents[key]
    return ClauseChange(
        key,
        tuple(kind for kind in Kind if kind in kinds) if kinds else (),
        old,
        new,
        old_number,
        new_number,
        heading,
        body,
        with_parent,
        before.paths[key] if kinds else "",
        after.paths[key] if kinds else "",
    )


def _spans_unless_equal(old: str, new: str, *, in_body: bool) -> Spans:
    old, new = unicodedata.normalize("NFC", old), unicodedata.normalize("NFC", new)
    if old == new:
        return ()
    return diff_bodies(old, new) if in_body else diff_lines(old, new)


def _whole(op: Op, text: str) -> Spans:
    return (Span(op, unicodedata.normalize("NFC", text)),) if text else ()


def _apply_spans(spans: Spans, old: str) -> str:
    old = unicodedata.normalize("NFC", old)
    if not spans:
        return old
    if old_text(spans) != old:
        msg = "The comparison was made from an edition with other words"
        raise ValueError(msg)
    return "".join(span.text for span in spans if span.op is not Op.DELETE)
