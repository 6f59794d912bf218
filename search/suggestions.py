"""What goes on with what somebody is typing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from search.glossary import suggest_terms
from search.matching import TooBroadError, bounded
from search.models import SynonymSet, split_words
from search.text.folding import fold
from search.text.tokens import Token, bigrams, tokenize

if TYPE_CHECKING:
    from search.matching import Scope

_LENGTH = 8
_LONGEST = 100
#: Suggestions from the glossary, so that headings have room.
_MOST_TERMS = 3
#: Headings that are read: one letter begins very many.
_MOST_HEADINGS = 2_000
_HEADINGS = """
SELECT heading FROM (
    SELECT heading, count(*) AS often, bool_or(starts_with(form, %(begins)s)) AS begins
    FROM (
        SELECT heading, form FROM search_searchentry
        WHERE headings @@ %(lexemes)s::tsquery AND locale = %(locale)s
            AND strpos(split_part(form, E'\\n', 1), %(typed)s) > 0
            AND applies_from <= %(on)s AND (applies_until IS NULL OR applies_until > %(on)s)
        LIMIT %(most)s
    ) AS found
    GROUP BY heading
) AS headings
ORDER BY begins DESC, often DESC, length(heading), heading LIMIT %(length)s
"""


def suggest(*, text: str, scope: Scope) -> list[str]:
    """Return words of the glossary, headings in force, and words of the editors' list, that go on with what is typed."""
    tokens = tokenize(fold(text[:_LONGEST]))
    if not tokens:
        return []
    typed = _typed(tokens)
    rows = SynonymSet.objects.order_by("pk").values_list("words", flat=True)
    words = [word for row in rows for word in split_words(row) if typed.strip() in fold(word)]
    terms = suggest_terms(tokens, scope.locale, _MOST_TERMS)
    return list(dict.fromkeys([*terms, *_headings(tokens, typed, scope), *words]))[:_LENGTH]


def _headings(tokens: list[Token], typed: str, scope: Scope) -> list[str]:
    parameters: dict[str, Any] = {
        "begins": f" {typed.strip()}",
        "lexemes": _write_prefix(tokens),
        "locale": scope.locale,
        "typed": typed,
        "on": scope.on,
        "most": _MOST_HEADINGS,
        "length": _LENGTH,
    }
    try:
        with bounded(), connection.cursor() as cursor:
            cursor.execute(_HEADINGS, parameters)
            return [heading for (heading,) in cursor.fetchall()]
    except TooBroadError:
        return []  # nobody waits for suggestions


def _typed(tokens: list[Token]) -> str:
    """Return typed tokens as the normal form has them, the last perhaps not finished."""
    return ("" if tokens[0].is_run else " ") + " ".join(token.text for token in tokens)


def _write_prefix(tokens: list[Token]) -> str:
    """Return a `tsquery` that every heading with the tokens matches; stems end otherwise than words."""
    lexemes: list[str] = []
    for token in tokens:
        if token.is_run and len(token.text) > 1:
            lexemes += [f"'{pair}'" for pair in bigrams(token.text)[:-1]]
        elif token.is_run:
            lexemes.append(f"'{token.text}':*")
        else:
            lexemes.append(f"'{token.text[: max(1, len(token.text) - 3)]}':*")
    return " & ".join(lexemes)
