"""Template tags that write a document of the text engine which is not on record: a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from policies.presentation import ClauseLink, list_contents
from policies.text.rendering import render_html

if TYPE_CHECKING:
    from collections.abc import Iterable

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


@register.simple_tag
def contents_items(contents: Iterable[ClauseLink]) -> SafeString:
    """Write the items of a table of contents: in Python, since a long one takes a template two milliseconds."""
    return format_html_join(
        "\n",
        '<li class="contents__item contents__item--d{}"><a href="#{}">{}{}</a></li>',
        ((item.depth, item.anchor, _contents_number(item), item.label) for item in contents),
    )


def _contents_number(item: ClauseLink) -> str | SafeString:
    return format_html('<span class="contents__number">{}</span>{}', item.number, item.gap) if item.number else ""
