"""What pages say about the record, worked out from its rows: contents, changed clauses, explanations."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.template import engines
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from policies.payloads import clauses_from_data
from policies.text.compare import Kind
from policies.text.numbering import gap_after, number_clauses
from policies.text.plain import plain_text
from policies.text.rendering import clause_anchor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.utils.functional import _StrPromise

    from policies.models import EditionText
    from policies.text.clauses import Clause
    from policies.text.compare import ClauseChange, Comparison

#: Clauses deeper than this are left out of the contents.
_CONTENTS_DEPTH = 2
_EXCERPT = 36

KIND_WORDS: dict[str, _StrPromise] = {
    Kind.ADDED: gettext_lazy("added"),
    Kind.REMOVED: gettext_lazy("removed"),
    Kind.MOVED: gettext_lazy("moved"),
    Kind.RENUMBERED: gettext_lazy("renumbered"),
    Kind.REWORDED: gettext_lazy("reworded"),
    Kind.LINK_CHANGED: gettext_lazy("link changed"),
    Kind.REFORMATTED: gettext_lazy("layout changed"),
}


# Contents and changed clauses


@dataclass(frozen=True, slots=True)
class ClauseLink:
    """A clause as a list names it: `number` with its parents', the heading or first words, where it stands."""

    anchor: str
    number: str
    label: str
    depth: int
    words: tuple[str, ...] = ()
    is_present: bool = True

    @property
    def gap(self) -> str:
        """What stands between number and label."""
        return gap_after(self.number)


def list_contents(clauses: Sequence[Clause], language: str) -> list[ClauseLink]:
    """Return the table of contents: numbered clauses of the first level, and headed ones of the second."""
    numbers = number_clauses(clauses, language)
    return [
        ClauseLink(clause_anchor(clause.key), number, clause_label(clause), clause.depth)
        for clause, number in zip(clauses, numbers, strict=True)
        if clause.depth <= _CONTENTS_DEPTH and (clause.heading or (clause.depth == 1 and number))
    ]


def list_changed_clauses(text: EditionText, *, shown: EditionText | None = None) -> list[ClauseLink]:
    """Return the clauses that `text` changed, with what was done to each; links lead into `shown` (itself by default)."""
    clauses = clauses_from_data(text.clauses)
    present = clauses if shown is None or shown.pk == text.pk else clauses_from_data(shown.clauses)
    keys = {clause.key for clause in present}
    by_key = {clause.key: clause for clause in clauses}
    found = []
    for change in text.changes:
        clause = by_key.get(change["key"])
        found.append(
            ClauseLink(
                anchor=clause_anchor(change["key"]),
                number=change["new_path"] or change["old_path"],
                label=change["heading"] or (clause_label(clause) if clause else ""),
                depth=clause.depth if clause else 1,
                words=kind_words(change["kinds"]),
                is_present=change["key"] in keys,
            )
        )
    return found


def list_changes(comparison: Comparison) -> list[ClauseLink]:
    """Return a comparison's changed clauses, as its summary names them."""
    return [
        ClauseLink(
            anchor=clause_anchor(change.key),
            number=change.new_path or change.old_path,
            label=clause_label(change.clause),
            depth=change.clause.depth,
            words=kind_words(change.kinds),
        )
        for change in comparison.changes
    ]


def kind_words(kinds: Iterable[Any]) -> tuple[str, ...]:
    """Return the words for the kinds of a change; a new number is left out where more than it changed."""
    return tuple(str(KIND_WORDS[kind]) for kind in _told(map(Kind, kinds)))


def _told(kinds: Iterable[Kind]) -> list[Kind]:
    """Leave out a new number where more than it changed."""
    found = list(kinds)
    return [kind for kind in found if kind is not Kind.RENUMBERED or len(found) == 1]


def clause_label(clause: Clause) -> str:
    """Return what a list calls a clause by: its heading or first words."""
    if clause.heading:
        return clause.heading
    words = " ".join(plain_text(clause.body).split())
    return words if len(words) <= _EXCERPT else words[:_EXCERPT].rstrip() + "…"


def render_contents(contents: Sequence[ClauseLink]) -> SafeString:
    """Return the items of a table of contents in the active language."""
    return _render("contents_items", contents)


def render_changed(changed: Sequence[ClauseLink]) -> SafeString:
    """Return the items of a list of changed clauses in the active language."""
    return _render("changed_items", changed)


def _render(macro: str, items: Sequence[ClauseLink]) -> SafeString:
    engine: Any = engines["jinja2"]
    module = engine.env.get_template("policies/parts/outline.html").module
    return SafeString(getattr(module, macro)(items))


# Explanations beside a comparison


def explain(kinds: Sequence[Kind], *, reason: str, old_number: str, new_number: str) -> str:
    """Return the explanation (說明) of a changed clause: the reason given, else a line made from what changed."""
    if reason:
        return reason
    if Kind.ADDED in kinds:
        return _("This clause is new.")
    if Kind.REMOVED in kinds:
        return _("This clause is deleted.")
    is_only_placed = set(kinds) <= {Kind.RENUMBERED, Kind.MOVED}
    if is_only_placed and old_number != new_number and old_number and new_number:
        sentence = _("Renumbered from “%(old)s” to “%(new)s”; the text is unchanged.")
        return sentence % {"old": old_number, "new": new_number}
    if is_only_placed:
        return _("Moved; the text is unchanged.")
    if set(kinds) <= {Kind.REFORMATTED, Kind.RENUMBERED, Kind.MOVED}:
        return _("Layout changed; the words are unchanged.")
    if Kind.REWORDED not in kinds:
        return _("Link changed; the words are unchanged.")
    return _("Wording revised.")


def summarize_counts(changes: Iterable[ClauseChange]) -> list[str]:
    """Return a phrase for each kind of change that `list_changes` names, such as “2 clauses added”."""
    counts = Counter(kind for change in changes for kind in _told(change.kinds))
    phrases = {
        Kind.ADDED: ngettext("%(count)s clause added", "%(count)s clauses added", counts[Kind.ADDED]),
        Kind.REMOVED: ngettext("%(count)s clause removed", "%(count)s clauses removed", counts[Kind.REMOVED]),
        Kind.REWORDED: ngettext("%(count)s clause reworded", "%(count)s clauses reworded", counts[Kind.REWORDED]),
        Kind.MOVED: ngettext("%(count)s clause moved", "%(count)s clauses moved", counts[Kind.MOVED]),
        Kind.RENUMBERED: ngettext(
            "%(count)s clause renumbered", "%(count)s clauses renumbered", counts[Kind.RENUMBERED]
        ),
        Kind.LINK_CHANGED: ngettext(
            "link changed in %(count)s clause", "links changed in %(count)s clauses", counts[Kind.LINK_CHANGED]
        ),
        Kind.REFORMATTED: ngettext(
            "layout of %(count)s clause changed", "layout of %(count)s clauses changed", counts[Kind.REFORMATTED]
        ),
    }
    return [phrase % {"count": counts[kind]} for kind, phrase in phrases.items() if counts[kind]]
