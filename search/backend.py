"""Wagtail's search on PostgreSQL, in Chinese too: what editors search with, on the same lexemes as the public's search.

`WAGTAILSEARCH_BACKENDS` names this module. Wagtail's index has no text beside its vectors that could prove a phrase, so phrases
are proved by positions here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import F
from modelsearch.backends.database.postgres.postgres import (
    ObjectIndexer,
    PostgresAutocompleteQueryCompiler,
    PostgresIndex,
    PostgresSearchBackend,
    PostgresSearchQueryCompiler,
)
from wagtail.search.index import AutocompleteField, SearchField
from wagtail.search.query import And, Boost, Not, Or, Phrase, PlainText

from search.stems import stems_of
from search.text.folding import fold
from search.text.lexemes import VectorWriter, quote, words_of, write_phrase
from search.text.query import MAX_TERMS, Needle, parse_query
from search.text.tokens import Token, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NOTHING = "'^'"  # a lexeme that no vector has


class TSQuery(SearchQuery):
    """A `tsquery` that is written already."""

    def __init__(self, written: str) -> None:
        super().__init__(written, search_type="raw")
        self._written = written

    def as_sql(self, *_arguments: Any, **_options: Any) -> Any:
        """Cast what is written, instead of having it parsed."""
        return "%s::tsquery", [self._written]


class Indexer(ObjectIndexer):
    """Gives the vectors of an object, written here."""

    def write(self, kind: type[SearchField | AutocompleteField], *, is_title: bool | None = None) -> str:
        """Return the vector of the object's fields of a kind, of its title alone or of all but the title."""
        fields = [
            (tokenize(fold(value)), weight)
            for field in self.search_fields
            for current, weight, value in self.prepare_field(self.obj, field)
            if isinstance(current, kind) and (is_title is None or (current.field_name == "title") == is_title)
        ]
        writer = VectorWriter(stems_of(set().union(*(words_of(tokens) for tokens, _weight in fields))))
        for tokens, weight in fields:
            writer.add_field(tokens, weight)
        return writer.write()


class Index(PostgresIndex):
    """Wagtail's table, filled with our vectors."""

    def add_items(self, model: Any, objs: Iterable[Any]) -> None:
        """Insert or replace the entries of some objects."""
        indexers = [Indexer(obj, self.backend) for obj in objs] if model.get_search_fields() else []
        if not indexers:
            return
        content_type = model._meta.app_label, model._meta.model_name  # noqa: SLF001 -- Django's documented API
        rows = [
            (
                indexer.id,
                indexer.write(SearchField, is_title=True),
                indexer.write(AutocompleteField),
                indexer.write(SearchField, is_title=False),
                indexer.title_text.replace("\0", " "),
                indexer.body_text.replace("\0", " "),
            )
            for indexer in indexers
        ]
        with self.write_connection.cursor() as cursor:
            cursor.executemany(
                """
                INSERT INTO wagtailsearch_indexentry
                    (content_type_id, object_id, title, autocomplete, body, title_norm, title_text, body_text)
                SELECT id, %s, %s::tsvector, %s::tsvector, %s::tsvector, 1.0, %s, %s
                FROM django_content_type WHERE app_label = %s AND model = %s
                ON CONFLICT (content_type_id, object_id) DO UPDATE SET
                    title = EXCLUDED.title, title_norm = 1.0, autocomplete = EXCLUDED.autocomplete,
                    body = EXCLUDED.body, title_text = EXCLUDED.title_text, body_text = EXCLUDED.body_text
                """,
                [(*row, *content_type) for row in rows],
            )
        self._refresh_title_norms()


class _Writing:
    """How queries are written for both compilers."""

    is_prefix = False

    def build_tsquery(self, query: Any, config: Any = None) -> TSQuery:
        """Return Wagtail's query as a `tsquery`."""
        del config
        return TSQuery(self._write(query))

    def _write(self, query: Any) -> str:
        if isinstance(query, Boost):
            return self._write(query.subquery)
        if isinstance(query, Not):
            return f"!({self._write(query.subquery)})"
        if isinstance(query, (And, Or)):
            joint = " & " if isinstance(query, And) else " | "
            return joint.join(f"({self._write(part)})" for part in query.subqueries) or _NOTHING
        if isinstance(query, Phrase):
            return self._phrase(Needle.of(tokenize(fold(query.query_string)), is_exact=True))
        if isinstance(query, PlainText):
            return self._plain(query)
        msg = f"{type(query).__name__} is not supported by this search backend."
        raise NotImplementedError(msg)

    def _plain(self, query: PlainText) -> str:
        joint = " | " if query.operator == "or" else " & "
        if self.is_prefix:
            words = tokenize(fold(query.query_string[:500]))[:MAX_TERMS]
            return joint.join(self._typed(words)) or _NOTHING
        needles = [needle for term in parse_query(query.query_string).terms for needle in term.alternatives[0]]
        return joint.join(f"({self._phrase(needle)})" for needle in needles) or _NOTHING

    @staticmethod
    def _phrase(needle: Needle) -> str:
        if not needle.tokens:
            return _NOTHING
        stems = stems_of({t for t, is_run in zip(needle.tokens, needle.runs, strict=True) if not is_run})
        return write_phrase(needle, stems)

    def _typed(self, tokens: list[Token]) -> Iterator[str]:
        """Yield what is typed, the last word perhaps not to its end: its stem, or any word that begins like it."""
        for place, token in enumerate(tokens, start=1):
            phrase = self._phrase(Needle.of([token]))
            if not token.is_run and place == len(tokens):
                yield f"({phrase} | {quote(token.text)}:*)"
            else:
                yield f"({phrase})"


class QueryCompiler(_Writing, PostgresSearchQueryCompiler):
    """Searches whole words and any part of Chinese."""

    def get_fields_vectors(self, search_query: Any) -> list[tuple[F, float]]:
        """Return the vectors of the index that hold the fields asked for; it keeps the title apart, and nothing else."""
        del search_query
        return _vectors(self.fields)


class AutocompleteQueryCompiler(_Writing, PostgresAutocompleteQueryCompiler):
    """Searches while one types."""

    is_prefix = True

    def get_fields_vectors(self, search_query: Any) -> list[tuple[F, float]]:
        """Return the one vector there is for this."""
        vectors: list[tuple[F, float]] = self.get_index_vectors(search_query)
        return vectors


def _vectors(fields: Iterable[str]) -> list[tuple[F, float]]:
    names = set(fields)
    title = [(F("index_entries__title"), 2.0)] if "title" in names else []
    return [*title, *([(F("index_entries__body"), 1.0)] if names - {"title"} else [])]


class SearchBackend(PostgresSearchBackend):
    """The backend that `WAGTAILSEARCH_BACKENDS` asks for."""

    query_compiler_class = QueryCompiler
    autocomplete_query_compiler_class = AutocompleteQueryCompiler
    index_class = Index
