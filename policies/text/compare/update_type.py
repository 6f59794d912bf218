"""Guess whether readers need to know of a change."""

import html
import unicodedata
from typing import Literal

from policies.text.compare.changes import ClauseChange, Comparison, Kind
from policies.text.compare.tokens import is_tag, read_tag, tokenize_body

UpdateType = Literal["editorial", "substantive"]

_WORDING = frozenset({Kind.REWORDED, Kind.REFORMATTED})
# Punctuation by Unicode's account, but it says something: 50 %, A & B, a/b, § 3, a@b.
_MEANING = frozenset("%‰‱&@#*/\\§¶†‡′″")
# Elements that only break lines.
_SPACING = frozenset({"p", "br"})


def suggest_update_type(comparison: Comparison) -> UpdateType:
    """Return "editorial" if only white space and punctuation changed, else "substantive".

    Full-width and half-width forms count as the same. Signs that carry meaning (%, &, a minus, the
    marks inside and between numbers) are words, not punctuation. In doubt it is substantive.
    """
    editorial = all(map(_is_editorial, comparison.changes))
    return "editorial" if editorial else "substantive"


def _is_editorial(row: ClauseChange) -> bool:
    if row.old is None or row.new is None or not _WORDING.issuperset(row.kinds):
        return False
    return _essence(row.old.heading) == _essence(row.new.heading) and _body_essence(row.old.body) == _body_essence(
        row.new.body
    )


def _body_essence(source: str) -> list[str]:
    """Return the essence of the text between the tags that mean something, and those tags."""
    found: list[str] = []
    text: list[str] = []
    for token in tokenize_body(source):
        if not is_tag(token):
            text.append(html.unescape(token))
        elif read_tag(token)[0] in _SPACING:
            text.append(" ")
        else:
            found += [_essence("".join(text)), token]
            text = []
    return [part for part in [*found, _essence("".join(text))] if part]


def _essence(text: str) -> str:
    """Return the text without white space and punctuation, in one width.

    What stands between two digits is kept as one sign, so that 3-5 and 35 differ.
    """
    out: list[str] = []
    gap = ""
    for character in map(_to_one_width, text):
        if _is_spacing(character):
            gap += character
            continue
        if gap and character.isdigit() and (between := _between(out, gap)):
            out.append(between)
        out.append(character)
        gap = ""
    return "".join(out)


def _between(before: list[str], gap: str) -> str:
    """Return what stands for a gap before a digit."""
    if before and before[-1].isdigit():
        return gap.strip() if gap.strip() in (".", ",") and len(gap) == 1 else "\N{SYMBOL FOR UNIT SEPARATOR}"
    return "-" if unicodedata.category(gap[-1]) == "Pd" else ""


def _to_one_width(character: str) -> str:
    form, _, code = unicodedata.decomposition(character).partition(" ")
    return chr(int(code, 16)) if form in ("<wide>", "<narrow>") else character


def _is_spacing(character: str) -> bool:
    if character in _MEANING:
        return False
    return character.isspace() or unicodedata.category(character).startswith("P")
