"""What a comparison says: one row per clause in reading order, with the kinds of its change."""

import html
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from policies.text.clauses import Clause

FORMAT = 2
# Characters of a body that stand in for a heading.
TITLE_LENGTH = 40
_TAG = re.compile(r"<[^>]*>")


class Kind(StrEnum):
    """How a clause changed. Several may hold at once; none holds for an unchanged clause."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    RENUMBERED = "renumbered"
    REWORDED = "reworded"
    LINK_CHANGED = "link_changed"
    # The same words with other emphasis, other lists or other paragraphs.
    REFORMATTED = "reformatted"


class Op(StrEnum):
    """What became of a span of text."""

    EQUAL = "="
    DELETE = "-"
    INSERT = "+"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of source text with one fate: plain text in a heading, HTML in a body."""

    op: Op
    text: str


Spans = tuple[Span, ...]
# Looking an operation up is several times faster than calling the class.
_OPS = {op.value: op for op in Op}


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """One clause in the comparison, changed or not.

    Attributes:
        key: The key of the clause.
        kinds: In the order of `Kind`; empty when nothing changed.
        old: The clause as it was, None if added. Only its own edition's reason is in it.
        new: The clause as it is, None if removed.
        old_number: Its number as readers saw it, "" if it had none.
        new_number: Its number as readers see it now.
        heading: Spans of plain text; empty when the heading is the same.
        body: Spans of HTML source; empty when the body is the same.
        moved_with_parent: The clause moved only because the clause it stands under did.
        old_path: Of a changed clause, its number after those of the clauses it stood under, `四、（一）2.`: what readers
            quote; "" if it had no number.
        new_path: The same as it is now.
    """

    key: str
    kinds: tuple[Kind, ...]
    old: Clause | None
    new: Clause | None
    old_number: str = ""
    new_number: str = ""
    heading: Spans = ()
    body: Spans = ()
    moved_with_parent: bool = False
    old_path: str = ""
    new_path: str = ""

    @property
    def clause(self) -> Clause:
        """The clause as it is, or as it was when it was removed."""
        clause = self.new or self.old
        if clause is None:
            msg = f"The change of clause {self.key} holds no clause"
            raise ValueError(msg)
        return clause

    @property
    def title(self) -> str:
        """Plain text to call the clause by in a list: its heading, or how its body begins."""
        clause = self.clause
        if clause.heading:
            return clause.heading
        words = " ".join(html.unescape(_TAG.sub(" ", clause.body)).split())
        return words if len(words) <= TITLE_LENGTH else f"{words[: TITLE_LENGTH - 1].rstrip()}…"

    @property
    def is_changed(self) -> bool:
        return bool(self.kinds)

    @property
    def is_renumbered_only(self) -> bool:
        return self.kinds == (Kind.RENUMBERED,)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference between two editions of a text in one language.

    Attributes:
        language: Of both texts.
        rows: Every clause of both, in the reading order of the new text; a removed clause stands
            after the clause it used to follow.
    """

    language: str
    rows: tuple[ClauseChange, ...]

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return any(row.kinds for row in self.rows)

    @property
    def changes(self) -> tuple[ClauseChange, ...]:
        """The rows that changed, in reading order: the summary for readers."""
        return tuple(row for row in self.rows if row.kinds)

    @property
    def counts(self) -> dict[Kind, int]:
        """How many clauses changed in each way; a clause counts once for each of its kinds."""
        found = Counter(kind for row in self.rows for kind in row.kinds)
        return {kind: found[kind] for kind in Kind}

    def row(self, key: str) -> ClauseChange:
        """Return the row of a clause.

        Raises:
            KeyError: if the clause is in neither text.
        """
        for row in self.rows:
            if row.key == key:
                return row
        raise KeyError(key)

    def to_data(self) -> dict[str, Any]:
        """Return everything as JSON types, each text once, for a cache or an API."""
        return {
            "format": FORMAT,
            "language": self.language,
            "rows": [_row_to_data(row) for row in self.rows],
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Comparison":
        """Read what `to_data` wrote.

        Raises:
            ValueError: if it was written in another format; compute the comparison again.
        """
        if data.get("format") != FORMAT:
            msg = f"Comparison in format {data.get('format')!r}, not {FORMAT}"
            raise ValueError(msg)
        return cls(data["language"], tuple(map(_row_from_data, data["rows"])))


def old_text(spans: Sequence[Span]) -> str:
    """Return the text that the spans were made from."""
    return "".join(span.text for span in spans if span.op is not Op.INSERT)


def new_text(spans: Sequence[Span]) -> str:
    """Return the text that the spans lead to."""
    return "".join(span.text for span in spans if span.op is not Op.DELETE)


def _row_to_data(row: ClauseChange) -> dict[str, Any]:
    clause = row.clause
    data: dict[str, Any] = {"key": row.key, "depth": clause.depth, "number": row.new_number}
    if not row.heading:
        data["heading"] = clause.heading
    if not row.body:
        data["body"] = clause.body
    if not clause.numbered:
        data["numbered"] = False
    if clause.reason:
        data["reason"] = clause.reason
    if row.kinds:
        data["kinds"] = list(row.kinds)
        if row.old is not None:
            data["old_number"] = row.old_number
        data |= {
            f"{name}_spans": [[span.op.value, span.text] for span in spans]
            for name, spans in (("heading", row.heading), ("body", row.body))
            if spans
        }
        if row.moved_with_parent:
            data["moved_with_parent"] = True
        data |= {name: getattr(row, name) for name in ("old_path", "new_path") if getattr(row, name)}
    if row.old is not None and row.new is not None:
        data |= {
            f"old_{name}": getattr(row.old, name)
            for name in ("depth", "numbered", "reason")
            if getattr(row.old, name) != getattr(row.new, name)
        }
    return data


def _row_from_data(data: dict[str, Any]) -> ClauseChange:
    if "kinds" in data:
        return _changed_from_data(data)
    # Most rows of a long text come this way, so it takes no detour.
    key, number, get = data["key"], data["number"], data.get
    clause = Clause(
        key,
        data["depth"],
        data["heading"],
        data["body"],
        get("numbered", True),
        get("reason", ""),
    )
    old = replace(clause, reason=data["old_reason"]) if "old_reason" in data else clause
    return ClauseChange(key, (), old, clause, number, number)


def _changed_from_data(data: dict[str, Any]) -> ClauseChange:
    kinds = tuple(map(Kind, data["kinds"]))
    heading = _spans_from_data(data.get("heading_spans", ()))
    body = _spans_from_data(data.get("body_spans", ()))
    depth, numbered = data["depth"], data.get("numbered", True)
    reason = data.get("reason", "")
    old = new = None
    if Kind.REMOVED not in kinds:
        new = Clause(
            data["key"],
            depth,
            data["heading"] if "heading" in data else new_text(heading),
            data["body"] if "body" in data else new_text(body),
            numbered,
            reason,
        )
    if Kind.ADDED not in kinds:
        old = Clause(
            data["key"],
            data.get("old_depth", depth),
            data["heading"] if "heading" in data else old_text(heading),
            data["body"] if "body" in data else old_text(body),
            data.get("old_numbered", numbered),
            data.get("old_reason", reason),
        )
    return ClauseChange(
        data["key"],
        kinds,
        old,
        new,
        data.get("old_number", ""),
        data["number"],
        heading,
        body,
        data.get("moved_with_parent", False),
        data.get("old_path", ""),
        data.get("new_path", ""),
    )


def _spans_from_data(data: Sequence[tuple[str, str]]) -> Spans:
    return tuple(Span(_OPS[op], text) for op, text in data)
