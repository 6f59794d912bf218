"""Template tags that write a document of the text engine which is not on record: a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.safestring import SafeString, mark_safe

from policies.presentation import ClauseLink, list_contents
from policies.text.rendering import render_html

if TYPE_CHECKING:
    from policies.text.clauses import Document

register = template.Library()


@register.simple_tag
def document_html(document: Document) -> SafeString:
    """Write the clauses of `document` as readers would see them."""
    return mark_safe(render_html(document))  # noqa: S308 -- bodies were sanitised on the way in


@register.simple_tag
def document_contents(document: Document) -> list[ClauseLink]:
    """Return the contents of `document`, for `policies/includes/contents.html`."""
    return list_contents(document.clauses, document.language)
