"""Compare two editions of a text and show the difference to readers."""

from policies.text.compare.changes import (
    ClauseChange,
    Comparison,
    Kind,
    Op,
    Span,
    new_text,
    old_text,
)
from policies.text.compare.edits import diff_bodies, diff_lines
from policies.text.compare.labels import LABELS, Labels
from policies.text.compare.layout import View
from policies.text.compare.marking import mark_body, mark_line
from policies.text.compare.matching import apply, compare
from policies.text.compare.redline import (
    TableRow,
    body_html,
    heading_html,
    labels_for,
    number_html,
    render_redline,
    render_row,
    render_table,
)
from policies.text.compare.update_type import UpdateType, suggest_update_type

__all__ = [
    "LABELS",
    "ClauseChange",
    "Comparison",
    "Kind",
    "Labels",
    "Op",
    "Span",
    "TableRow",
    "UpdateType",
    "View",
    "apply",
    "body_html",
    "compare",
    "diff_bodies",
    "diff_lines",
    "heading_html",
    "labels_for",
    "mark_body",
    "mark_line",
    "new_text",
    "number_html",
    "old_text",
    "render_redline",
    "render_row",
    "render_table",
    "suggest_update_type",
]
