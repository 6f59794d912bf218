"""Words that the agency explains: which one a query asks for, and which begin as somebody types."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from search.models import GlossaryTerm, split_words
from search.stems import stems_of
from search.text.folding import fold
from search.text.tokens import Token, join_tokens, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from search.text.query import Alternative, Query

#: What a name is looked up by: its runs of Chinese, and the stems of its words.
_Key = tuple[str, ...]


class Definition(NamedTuple):
    """A word and what it means. Texts of the editors', shown as they are."""

    term: str
    also: str
    meaning: str
    source: str

    @property
    def names(self) -> list[str]:
        return [self.term, *split_words(self.also)]


def define(query: Query, locale: str) -> Definition | None:
    """Return what is asked for when that is a word of the glossary, or means the same as one (one query)."""
    table = _table(_read(locale))
    asked = [key for key in map(_key, _readings(query)) if key]
    return next((table[key] for key in asked if key in table), None)


def suggest_terms(tokens: list[Token], locale: str, limit: int) -> list[str]:
    """Return words of the glossary that have a name beginning with `tokens`, the last perhaps not finished."""
    typed = join_tokens(tokens).rstrip()
    found = [
        row.term
        for row in _read(locale)
        if any(join_tokens(tokenize(fold(name))).startswith(typed) for name in row.names)
    ]
    return found[:limit]


def _read(locale: str) -> tuple[Definition, ...]:
    rows = GlossaryTerm.objects.filter(locale=locale).order_by("term", "pk")
    return tuple(Definition(*row) for row in rows.values_list("term", "also", "meaning", "source"))


@lru_cache(maxsize=4)
def _table(rows: tuple[Definition, ...]) -> Mapping[_Key, Definition]:
    """Return the glossary by each of its names; a term's own name goes before what others are also called."""
    named = [(name, row) for row in rows for name in row.names[1:]] + [(row.term, row) for row in rows]
    return {_key(tokenize(fold(name))): row for name, row in named}


def _readings(query: Query) -> Iterable[list[Token]]:
    """Yield what a query may name: all of it as typed, without its little words, or a synonym of its only term."""
    yield tokenize(fold(query.text))
    yield [token for term in query.terms for token in _tokens(term.alternatives[0])]
    if len(query.terms) == 1:
        yield from map(_tokens, query.terms[0].alternatives[1:])


def _tokens(alternative: Alternative) -> list[Token]:
    return tokenize(" ".join(token for needle in alternative for token in needle.tokens))


def _key(tokens: list[Token]) -> _Key:
    stems = stems_of({token.text for token in tokens if not token.is_run})
    return tuple(token.text if token.is_run else stems[token.text] for token in tokens)
