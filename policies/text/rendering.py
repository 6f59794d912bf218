"""The served HTML of a text: nested sections, one per clause, with numbers and permanent links."""

from html import escape

from policies.text.clauses import Clause, Document
from policies.text.numbering import number_clauses

# The wording is part of the stored HTML of an edition, so it lives here and not in a translation catalogue that may change under it.
LINK_TEXT = {"en": "Link to this clause", "zh-hant": "本條款的連結"}
LINK_TEXT_NUMBERED = {"en": "Link to clause {number}", "zh-hant": "「{number}」的連結"}


def render_html(document: Document, *, link_text: str | None = None) -> str:
    """Return the clauses of a document as HTML, without title and summary.

    Clauses nest as `section` elements by depth. A heading's level is one below that of the nearest clause above it that has a heading, so with every
    clause headed depths 1 to 4 give h2 to h5, and no level is ever skipped. Bodies are taken as they are: they were sanitised on the way in.

    Args:
        document: The text to render.
        link_text: Text of each clause's permanent link, shown on focus; `{number}` stands for the number of the clause as readers see it. By default
            a wording in the document's language.
    """
    numbers = number_clauses(document.clauses, document.language)
    parts: list[str] = []
    open_sections: list[tuple[int, int]] = []
    for clause, number in zip(document.clauses, numbers, strict=True):
        while open_sections and open_sections[-1][0] >= clause.depth:
            open_sections.pop()
            parts.append("</section>\n")
        level = open_sections[-1][1] if open_sections else 2
        parts.append(_open_clause(clause, number, level, _link_text(link_text, number, document.language)))
        open_sections.append((clause.depth, level + 1 if clause.heading else level))
    parts.extend("</section>\n" for _ in open_sections)
    return "".join(parts)


def clause_anchor(key: str) -> str:
    """Return the fragment identifier of a clause, without the number sign."""
    return f"c-{key}"


def _open_clause(clause: Clause, number: str, level: int, link_text: str) -> str:
    anchor = escape(clause_anchor(clause.key))
    numbering = f'<span class="clause__number">{escape(number)}</span>' if number else ""
    parts = [f'<section class="clause clause--d{clause.depth}" id="{anchor}">\n']
    if clause.heading:
        title = " ".join(part for part in (numbering, escape(clause.heading, quote=False)) if part)
        parts.append(f'<h{level} class="clause__heading">{title}</h{level}>\n')
    elif numbering:
        parts.append(f'<div class="clause__label">{numbering}</div>\n')
    parts.append(
        f'<a class="clause__link" href="#{anchor}"><span class="clause__link-text">{escape(link_text, quote=False)}</span></a>\n'
    )
    if clause.body:
        parts.append(f'<div class="clause__body">{clause.body}</div>\n')
    return "".join(parts)


def _link_text(template: str | None, number: str, language: str) -> str:
    if template is None:
        wordings = LINK_TEXT_NUMBERED if number else LINK_TEXT
        template = wordings.get(language, wordings["en"])
    return template.replace("{number}", number.strip())
