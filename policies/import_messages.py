"""What an import has to say, in words: the sentences for the codes of `policies.text.importing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.languages import language_name
from policies.text.importing import ImportCode

if TYPE_CHECKING:
    from policies.text.importing import ImportRefused, Notice

_SENTENCES = {
    ImportCode.TOO_LARGE: gettext_lazy(
        "The file has %(size)s bytes; at most %(limit)s can be imported. Split it, or remove images."
    ),
    ImportCode.EMPTY: gettext_lazy("The file holds no text. Choose the file that has the policy in it."),
    ImportCode.BINARY: gettext_lazy(
        "This is not a text file (%(kind)s). Save the policy as .docx, .html, .md or .txt and import that."
    ),
    ImportCode.OLD_WORD: gettext_lazy(
        "This is a Word 97–2003 file. Open it in Word, save it as .docx and import that."
    ),
    ImportCode.ENCRYPTED: gettext_lazy(
        "The file is protected by a password. Remove the protection and import it again."
    ),
    ImportCode.MACROS: gettext_lazy("The Word file carries macros. Save it as .docx without macros and import that."),
    ImportCode.ARCHIVE_TOO_LARGE: gettext_lazy(
        "The Word file unpacks to more than can be imported (%(limit)s). Remove what is embedded in it."
    ),
    ImportCode.DAMAGED: gettext_lazy(
        "The file cannot be read as what its name says (%(part)s). Save it again from the program that made it."
    ),
    ImportCode.ENCODING: gettext_lazy(
        "The text is neither UTF-8, UTF-16 nor Big5 (first wrong byte at %(offset)s). Save it as UTF-8."
    ),
    ImportCode.WRONG_LANGUAGE: gettext_lazy(
        "The text is %(found)s, but %(expected)s was asked for. Choose the language of the file."
    ),
    ImportCode.UNKNOWN_LANGUAGE: gettext_lazy(
        "The text does not read as %(expected)s. Choose another file or another language."
    ),
    ImportCode.TOO_MANY_CLAUSES: gettext_lazy(
        "The text falls into more than %(limit)s clauses. Split it into several policies."
    ),
    ImportCode.NUMBER_OUT_OF_ORDER: gettext_lazy("“%(number)s” does not follow the number before it: “%(text)s”."),
    ImportCode.LEVEL_UNCLEAR: gettext_lazy(
        "“%(number)s” begins a list in the style of the list it is in; check the level of “%(text)s”."
    ),
    ImportCode.LEVEL_TOO_DEEP: gettext_lazy(
        "There are four levels; “%(text)s” was kept as text of the clause above it."
    ),
    ImportCode.LINE_SPLIT: gettext_lazy(
        "Two clauses stood on one line; “%(number)s %(text)s” was made a clause of its own."
    ),
    ImportCode.NUMBER_LEFT: gettext_lazy(
        "“%(number)s” was left in the text, because it belongs to no list: “%(text)s”."
    ),
    ImportCode.TITLE_REPEATED: gettext_lazy("“%(text)s” repeats the title and was left out."),
    ImportCode.TITLE_MISSING: gettext_lazy("No title was found, so “%(text)s” stands in for it."),
    ImportCode.TABLE_AS_TEXT: gettext_lazy("A table was kept as lines of text."),
    ImportCode.IMAGE_DROPPED: gettext_lazy("An image was left out."),
    ImportCode.LINK_DROPPED: gettext_lazy("A link was taken off and its words kept: %(href)s"),
    ImportCode.PARTS_DROPPED: gettext_lazy("Navigation and forms were left out (%(count)s characters)."),
    ImportCode.TRACKED_CHANGES: gettext_lazy(
        "The file has tracked changes: insertions were taken, deletions left out."
    ),
    ImportCode.NOTES_MOVED: gettext_lazy("Footnotes were put after the paragraphs they belong to."),
    ImportCode.BIG5: gettext_lazy("The file was read as Big5. Look for wrong characters."),
}


def sentence(notice: Notice | ImportRefused) -> str:
    """Return what `notice` says in the active language, without the name of the file."""
    params = {name: value or "?" for name, value in notice.params.items()}
    for name in ("expected", "found"):
        if name in params:
            params[name] = language_name(params[name])
    text = str(_SENTENCES[notice.code]) % params
    if notice.line is None:
        return text
    return _("Line %(line)d: %(sentence)s") % {"line": notice.line, "sentence": text}
