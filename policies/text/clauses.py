"""What a policy text is made of: a document in one language, and its clauses."""

import uuid
from dataclasses import dataclass

MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Clause:
    """One addressable unit of a text. Its number is computed, never stored.

    Attributes:
        key: UUID, lower case with hyphens. The identity of the clause through all editions.
        depth: 1 (outermost) to 4.
        heading: Plain text in NFC; may be empty.
        body: HTML as `policies.text.sanitize.sanitize_body` returns it; may be empty.
        numbered: False for an introduction, which carries no number and does not advance the count.
        reason: Why this clause was changed in this edition, as plain text (the 說明 column).
    """

    key: str
    depth: int
    heading: str = ""
    body: str = ""
    numbered: bool = True
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse a depth that no style of numbering knows."""
        if not 1 <= self.depth <= MAX_DEPTH:
            message = f"A clause has a depth of 1 to {MAX_DEPTH}, not {self.depth}."
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Document:
    """A policy text in one language.

    Attributes:
        language: `"en"` or `"zh-hant"`.
        title: Plain text in NFC.
        summary: Plain text in NFC; may be empty.
        clauses: In reading order; the tree is given by their depths.
    """

    language: str
    title: str
    summary: str = ""
    clauses: tuple[Clause, ...] = ()


def new_key() -> str:
    """Return a fresh clause key."""
    return str(uuid.uuid4())
