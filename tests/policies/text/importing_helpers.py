"""What the tests of the importers share."""

import itertools
from collections import Counter
from collections.abc import Callable

from policies.text.importing import ImportCode, Imported, import_document
from policies.text.numbering import number_clauses
from policies.text.plain import plain_text


def counting_keys() -> Callable[[], str]:
    counter = itertools.count(1)
    return lambda: f"00000000-0000-4000-8000-{next(counter):012d}"


def read(data: str | bytes, name: str = "policy.txt", language: str = "en") -> Imported:
    content = data.encode() if isinstance(data, str) else data
    return import_document(content, name=name, language=language, make_key=counting_keys())


def outline(imported: Imported) -> list[str]:
    """Write each clause as its number, heading and text."""
    document = imported.document
    labels = number_clauses(document.clauses, document.language)
    return [
        " / ".join(part for part in (label or "-", clause.heading, plain_text(clause.body)) if part)
        for label, clause in zip(labels, document.clauses, strict=True)
    ]


def codes(imported: Imported) -> list[tuple[ImportCode, int | None]]:
    return [(notice.code, notice.line) for notice in imported.warnings]


def visible(text: str) -> Counter[str]:
    """Count the characters that are not white space."""
    return Counter("".join(text.split()))


def kept(imported: Imported) -> Counter[str]:
    """Count the characters of a document and of what was taken out on the way."""
    document = imported.document
    pieces = [document.title, *imported.removed]
    for clause in document.clauses:
        pieces += [clause.heading, body_words(clause.body)]
    return visible("".join(pieces))


def body_words(body: str) -> str:
    """Return the words of a body without the marks that plain text gives to list items."""
    return plain_text(body.replace("<ul>", "").replace("<ol>", "").replace("</ul>", "").replace("</ol>", ""))
