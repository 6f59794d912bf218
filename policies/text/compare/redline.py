"""A comparison as pages show it: one text with its changes in it, or a table of old and new."""

import html
from dataclasses import dataclass

from policies.text.compare.changes import ClauseChange, Comparison, Kind, Op
from policies.text.compare.labels import LABELS, Labels
from policies.text.compare.layout import View
from policies.text.compare.marking import fill, mark, mark_body, mark_line, note
from policies.text.numbering import gap_after
from policies.text.rendering import clause_anchor


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of the table 修正條文／現行條文／說明.

    Attributes:
        key: The clause.
        kinds: How it changed.
        new_html: Cell with the clause as it is, added words in `ins`; "" if it was removed.
        old_html: Cell with the clause as it was, removed words in `del`; "" if it was added.
        reason: Why, as plain text.
        old_number: The number that readers quoted the clause by, with those of the clauses it stood under.
        new_number: The same as it is now.
    """

    key: str
    kinds: tuple[Kind, ...]
    new_html: str
    old_html: str
    reason: str
    old_number: str
    new_number: str


def render_redline(comparison: Comparison, *, labels: Labels | None = None, changed_only: bool = False) -> str:
    """Return the new text with every change marked in it, one section per clause.

    Headings are `h2` to `h5` by depth; sections do not nest. Each section has the clause's anchor.

    Args:
        comparison: What to show.
        labels: Words beside the marks; by default in the language of the texts.
        changed_only: Leave out the clauses that did not change.
    """
    words = labels or labels_for(comparison.language)
    return "".join(render_row(row, words) for row in comparison.rows if row.kinds or not changed_only)


def render_row(row: ClauseChange, labels: Labels) -> str:
    """Return one section of the redline."""
    depth = row.clause.depth
    classes = ["clause", f"clause--d{depth}"]
    if row.kinds:
        classes += ["change", *(f"change--{kind.replace('_', '-')}" for kind in row.kinds)]
    title = _title(row, number_html(row, View.INLINE, labels), View.INLINE, labels)
    if title and row.clause.heading:
        title = f'<h{depth + 1} class="clause__heading">{title}</h{depth + 1}>\n'
    elif title:
        title = f'<div class="clause__label">{title}</div>\n'
    body = body_html(row, View.INLINE, labels)
    return (
        f'<section class="{" ".join(classes)}" id="{html.escape(clause_anchor(row.key))}">\n'
        f"{_notes(row, labels)}{title}" + (f'<div class="clause__body">{body}</div>\n' if body else "") + "</section>\n"
    )


def render_table(comparison: Comparison, *, labels: Labels | None = None) -> tuple[TableRow, ...]:
    """Return the rows of the three-column table in reading order: one for each clause that changed.

    A row stands by itself, without the clauses above it, so its numbers are those that readers quote: `四、（一）2.`
    """
    words = labels or labels_for(comparison.language)
    return tuple(
        TableRow(
            row.key,
            row.kinds,
            _cell(row, View.NEW, words) if row.new else "",
            _cell(row, View.OLD, words) if row.old else "",
            row.new.reason if row.new else "",
            row.old_path,
            row.new_path,
        )
        for row in comparison.changes
    )


def heading_html(row: ClauseChange, view: View, labels: Labels) -> str:
    """Return the heading of a clause in a view, as inline HTML without its number."""
    if row.heading:
        return mark_line(row.heading, view, labels)
    return html.escape(row.clause.heading, quote=False)


def number_html(row: ClauseChange, view: View, labels: Labels) -> str:
    """Return the number of a clause in a view, as inline HTML; "" where it has none."""
    return _marked_number(row.old_number, row.new_number, view, labels)


def _marked_number(old: str, new: str, view: View, labels: Labels) -> str:
    if old == new:
        return html.escape(new, quote=False)
    numbers = ((Op.DELETE, old), (Op.INSERT, new))
    return " ".join(
        mark(op, html.escape(number, quote=False), labels) for op, number in numbers if number and view.shows(op)
    )


def body_html(row: ClauseChange, view: View, labels: Labels) -> str:
    """Return the body of a clause in a view, as HTML blocks."""
    return mark_body(row.body, view, labels) if row.body else row.clause.body


def labels_for(language: str) -> Labels:
    """Return our own wording in a language."""
    return LABELS.get(language, LABELS["en"])


def _title(row: ClauseChange, number: str, view: View, labels: Labels, *, gap: str = " ") -> str:
    heading = heading_html(row, view, labels)
    numbering = f'<span class="clause__number">{number}</span>' if number else ""
    return gap.join(part for part in (numbering, heading) if part)


def _cell(row: ClauseChange, view: View, labels: Labels) -> str:
    number = _marked_number(row.old_path, row.new_path, view, labels)
    gap = gap_after(row.new_path if view is View.NEW else row.old_path)
    title = _title(row, number, view, labels, gap=gap)
    if title:
        title = f'<p class="clause__title">{title}</p>'
    return title + body_html(row, view, labels)


def _notes(row: ClauseChange, labels: Labels) -> str:
    words = []
    if Kind.ADDED in row.kinds:
        words.append(labels.clause_added)
    if Kind.REMOVED in row.kinds:
        words.append(labels.clause_removed)
    # What only follows its parent needs no remark: that of the parent says it.
    if Kind.MOVED in row.kinds and not row.moved_with_parent:
        old = row.old_path
        words.append(fill(labels.moved_from, old=old) if old else labels.moved)
    if not words:
        return ""
    return f'<p class="change__notes">{" ".join(map(note, words))}</p>\n'
