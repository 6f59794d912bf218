"""Texts and queries as PostgreSQL's `tsvector` and `tsquery` are written (§8.11 of its manual).

They are written here rather than by `to_tsvector`, whose parser takes a run of Chinese for one word, drops it or cuts it up,
as the server's locale has it. A run gives its overlapping bigrams and its last character, a word its stem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from search.text.tokens import bigrams

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from search.text.query import Needle, Query, Term
    from search.text.references import Path
    from search.text.tokens import Token

#: PostgreSQL keeps positions up to 16,383 and 255 of one lexeme; a vector takes a megabyte.
_LAST_POSITION = 16_383
_MOST_POSITIONS = 200
_MOST_BYTES = 900_000
#: Set before what is known about a text from elsewhere than its words. No token holds it.
CONTEXT, LABEL, NUMBER = "^", "@", "#"


class VectorWriter:
    """Collects the lexemes of one text, field by field, and writes them as a `tsvector`.

    `stems` must hold every word of the fields (`words_of`).
    """

    def __init__(self, stems: Mapping[str, str]) -> None:
        self._stems = stems
        self._places: dict[str, list[str]] = {}
        self._position = 1
        self._bytes = 0

    def add_field(self, tokens: Iterable[Token], weight: str) -> None:
        """Add the tokens of a field; `weight` is `A` to `D`. No phrase runs from one field into the next."""
        for token in tokens:
            for lexeme in bigrams(token.text) if token.is_run else (self._stems[token.text],):
                self._add(lexeme, weight)
        self._position += 1

    def add_context(self, tokens: Iterable[Token]) -> None:
        """Add words that stand above the text, such as the title of its policy."""
        for token in tokens:
            for lexeme in bigrams(token.text) if token.is_run else (self._stems[token.text],):
                self._places.setdefault(CONTEXT + lexeme, [])

    def add_label(self, label: str) -> None:
        self._places.setdefault(LABEL + label, [])

    def add_number(self, path: Path) -> None:
        """Add the number of a clause with those above it, as weighty as a heading."""
        if path:
            self._places.setdefault(_number(path), ["1A"])

    def write(self) -> str:
        return " ".join(
            f"{quote(lexeme)}:{','.join(places)}" if places else quote(lexeme)
            for lexeme, places in self._places.items()
        )

    def _add(self, lexeme: str, weight: str) -> None:
        places = self._places.get(lexeme)
        if places is None:
            self._bytes += len(lexeme.encode()) + 8
            if self._bytes > _MOST_BYTES:
                return
            places = self._places[lexeme] = []
        if len(places) < _MOST_POSITIONS and self._bytes < _MOST_BYTES:
            places.append(f"{min(self._position, _LAST_POSITION)}{weight}")
            self._bytes += 2
        self._position += 1


def words_of(tokens: Iterable[Token]) -> set[str]:
    """Return the words that have stems."""
    return {token.text for token in tokens if not token.is_run}


def query_words(query: Query) -> set[str]:
    """Return the words of a query that have stems."""
    return {
        token
        for needle in query.needles
        for token, is_run in zip(needle.tokens, needle.runs, strict=True)
        if not is_run
    }


def write_query(query: Query, stems: Mapping[str, str], *, with_context: bool = False) -> str:
    """Return `query` as a `tsquery`; what lexemes cannot prove is left to `Needle.needs_check`.

    With `with_context` a word may also stand above the text, in the title of its policy.
    """
    return " & ".join(_write_term(term, stems, with_context=with_context) for term in query.terms)


def write_phrase(needle: Needle, stems: Mapping[str, str]) -> str:
    """Return a `tsquery` that proves a needle by the positions of its lexemes, for vectors without their text beside."""
    parts: list[str] = []
    is_long_run = False
    for token, is_run in zip(needle.tokens, needle.runs, strict=True):
        lexemes = bigrams(token)[:-1] or [token] if is_run else [stems[token]]
        if parts:
            # The last character of a run stands between its last bigram and the next token.
            parts.append("<2>" if is_long_run else "<->")
        mark = ":*" if is_run and len(token) == 1 else ""
        parts.append(" <-> ".join(quote(lexeme) + mark for lexeme in lexemes))
        is_long_run = is_run and len(token) > 1
    return " ".join(parts)


def quote(lexeme: str) -> str:
    """Return a lexeme as literals of both types write it."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def write_needle(
    needle: Needle, stems: Mapping[str, str], *, with_context: bool = False, only_context: bool = False
) -> str:
    """Return a needle as a `tsquery`, to be found in the text, above it (`only_context`), or in either."""
    lexemes = list(_lexemes(needle, stems))
    own = " & ".join(quote(lexeme) + mark for lexeme, mark in lexemes)
    if needle.path or not (with_context or only_context):
        return own
    above = " & ".join(quote(CONTEXT + lexeme) + mark for lexeme, mark in lexemes)
    return above if only_context else f"(({own}) | ({above}))"


def _write_term(term: Term, stems: Mapping[str, str], *, with_context: bool) -> str:
    alternatives = [
        " & ".join(write_needle(needle, stems, with_context=with_context) for needle in alternative)
        for alternative in term.alternatives
    ]
    return f"({' | '.join(f'({alternative})' for alternative in alternatives)})"


def _lexemes(needle: Needle, stems: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Yield the lexemes that a text with the needle has, each with `:*` where it may be the beginning of one."""
    if needle.path:
        yield _number(needle.path), ""
        return
    is_alone = len(needle.tokens) == 1
    for token, is_run in zip(needle.tokens, needle.runs, strict=True):
        if not is_run:
            is_prefix = is_alone and needle.is_letter and not needle.is_exact
            yield (token, ":*") if is_prefix else (stems[token], "")
        elif len(token) == 1:
            yield token, ":*"
        else:
            yield from ((pair, "") for pair in bigrams(token)[:-1])


def _number(path: Path) -> str:
    return NUMBER + ".".join(map(str, path))
