"""A draft in the workshop as a document of the text engine, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail.rich_text import expand_db_html

from policies.text.clauses import Clause, Document
from policies.text.sanitize import sanitize_body, sanitize_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policies.models import PolicyPage


def page_document(page: PolicyPage) -> Document:
    """Read a policy page (of any revision) as a document: links to pages expanded, everything sanitised."""
    return Document(
        language=page.language,
        title=sanitize_line(page.title),
        summary=sanitize_line(page.summary),
        clauses=tuple(_clause(child) for child in page.clauses),
    )


def _clause(child: Any) -> Clause:
    value = child.value
    body = value.get("body")
    return Clause(
        key=str(child.id),
        depth=int(value.get("depth") or 1),
        heading=sanitize_line(value.get("heading") or ""),
        body=sanitize_body(expand_db_html(body.source)) if body else "",
        numbered=bool(value.get("numbered")),
        reason=sanitize_line(value.get("reason") or ""),
    )


def stream_data(clauses: Iterable[Clause]) -> list[dict[str, Any]]:
    """Return the raw data of a StreamField that holds `clauses`, with their keys as block ids."""
    return [{"type": "clause", "id": clause.key, "value": clause_value(clause)} for clause in clauses]


def clause_value(clause: Clause) -> dict[str, Any]:
    """Return the raw value of a block that holds `clause`."""
    return {
        "depth": str(clause.depth),
        "numbered": clause.numbered,
        "heading": clause.heading,
        "body": clause.body,
        "reason": clause.reason,
    }
