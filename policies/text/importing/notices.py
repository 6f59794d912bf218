"""What an import has to say: refusals and warnings, as codes that the caller turns into sentences."""

from dataclasses import dataclass, field
from enum import StrEnum


class ImportCode(StrEnum):
    """Why a file was refused, or what an editor should look at after an import.

    The text after each code says what it means and which `params` come with it.
    """

    # Refusals.
    TOO_LARGE = "too-large"
    """The file is larger than an import may be (`size`, `limit` in bytes)."""
    EMPTY = "empty"
    """The file has no bytes, or nothing but white space or dropped parts."""
    BINARY = "binary"
    """The file is not a text (`kind`: pdf, image, zip, spreadsheet, presentation, opendocument, rtf, program or unknown)."""
    OLD_WORD = "old-word"
    """A Word 97–2003 file: save it as .docx first."""
    ENCRYPTED = "encrypted"
    """The file is protected by a password."""
    MACROS = "macros"
    """The Word file carries macros: save it as .docx without them."""
    ARCHIVE_TOO_LARGE = "archive-too-large"
    """The Word file unpacks to more than an import may be, or into too many parts (`limit`)."""
    TOO_COMPLEX = "too-complex"
    """The file has more lines, paragraphs or elements than an import may have (`limit`)."""
    DAMAGED = "damaged"
    """The file is not what its name says, or cannot be read (`part`: what was wrong)."""
    ENCODING = "encoding"
    """The bytes are neither UTF-8, UTF-16 nor Big5 (`offset`: the first wrong byte)."""
    WRONG_LANGUAGE = "wrong-language"
    """The text is in the other language (`expected`, `found`)."""
    UNKNOWN_LANGUAGE = "unknown-language"
    """The text is in neither language (`expected`)."""
    TOO_MANY_CLAUSES = "too-many-clauses"
    """The text falls into more clauses than a policy may have (`limit`)."""

    # Warnings.
    NUMBER_OUT_OF_ORDER = "number-out-of-order"
    """A number does not follow the one before it (`number`, `text`)."""
    LEVEL_UNCLEAR = "level-unclear"
    """A list starts again in the style of the list it is in: taken as a level of its own (`number`, `text`)."""
    LEVEL_TOO_DEEP = "level-too-deep"
    """A fifth level: kept, with its number, in the text of the clause above it (`text`)."""
    LINE_SPLIT = "line-split"
    """Two clauses stood on one line and were taken apart (`number`, `text`: of the second)."""
    NUMBER_LEFT = "number-left"
    """What looks like a number was left in the text: it belongs to no list (`number`, `text`)."""
    TITLE_REPEATED = "title-repeated"
    """A heading repeats the title and was left out (`text`)."""
    TITLE_MISSING = "title-missing"
    """No title was found: the name of the file stands in (`text`)."""
    TABLE_AS_TEXT = "table-as-text"
    """A table was kept as lines of text, its cells divided by bars."""
    IMAGE_DROPPED = "image-dropped"
    """An image was left out; its description, if any, was kept."""
    LINK_DROPPED = "link-dropped"
    """A link that a clause may not hold lost its target and kept its words (`href`)."""
    PARTS_DROPPED = "parts-dropped"
    """Navigation, forms or page furniture were left out (`count`: characters)."""
    TRACKED_CHANGES = "tracked-changes"
    """The Word file has tracked changes: insertions were taken, deletions left out."""
    NOTES_MOVED = "notes-moved"
    """Footnotes or endnotes were put after the paragraph they belong to."""
    BIG5 = "big5"
    """The file was read as Big5: look for wrong characters."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell the editor.

    Attributes:
        code: What happened.
        line: The line in the file; in a Word file the paragraph, counted from one. None if it is about the whole.
        params: Values for the sentence, as `ImportCode` lists them.
    """

    code: ImportCode
    line: int | None = None
    params: dict[str, str] = field(default_factory=dict)


class ImportRefused(Exception):  # noqa: N818 (a refusal is an answer, not an error)
    """The file cannot be imported. Carries the same fields as a `Notice`."""

    def __init__(self, code: ImportCode, line: int | None = None, **params: str) -> None:
        super().__init__(code.value, line, params)
        self.code = code
        self.line = line
        self.params = params
