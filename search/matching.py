"""Finding entries of the index: which match a query, and how well.

A query may match very many entries, and none of its steps may take longer for that: what matches is taken from the GIN
index, and at most `MOST` entries of it are read and ranked. Entries that match in their heading, and kinds of which there
are few, are asked for on their own when there are more. One statement does all of it, and gives a page of keys: fetching a
thousand rows costs more than ranking them.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from search.choices import EntryKind
from search.stems import stems_of
from search.text.lexemes import LABEL, query_words, quote, write_needle, write_query

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from search.text.query import Needle, Query, Term

#: Entries that are counted and ranked; of more than that it is said that there are more.
MOST = 1_000
#: Longer than that no statement may take.
TIMEOUT = "2s"
#: Weights of D, C, B and A: words in headings count twenty times.
_WEIGHTS = "{0.05,0.1,0.4,1}"
_FEW = (EntryKind.POLICY, EntryKind.BULLETIN, EntryKind.PAGE)
_KINDS = "','".join(EntryKind.values)
#: The place of an entry's kind among all.
_PLACE = f"array_position(ARRAY['{_KINDS}'], kind::text)"
_IF_MORE = "(SELECT yes FROM more)"
_HEADING_FORM = "split_part(form, E'\\n', 1)"


class TooBroadError(Exception):
    """The query would take longer than anybody may make the database work."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where is searched: what is in force on the day `on` in a language, or with `with_past` all that ever was public."""

    locale: str
    on: dt.date
    with_past: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The part of what matches that is wanted: `length` entries from the one at `start` on, of a kind or of all.

    Where there are not that many, those from the last multiple of `length` on.
    """

    length: int
    start: int = 0
    kind: str = ""


@dataclass(frozen=True)
class Found:
    """How many entries of each kind match a query, and the keys of those wanted, best first.

    `is_capped` when there are more that were neither counted nor ranked.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    keys: list[int] = field(default_factory=list)
    is_capped: bool = False

    def __bool__(self) -> bool:
        return bool(self.counts)

    def total(self, kind: str = "") -> int:
        """Return how many there are of a kind, or of all."""
        return self.counts.get(kind, 0) if kind else sum(self.counts.values())


@contextmanager
def bounded() -> Iterator[None]:
    """Let the queries inside use indexes alone, and end them when they take too long.

    The planner takes a query with LIMIT for cheap when a term is common and reads the table from its beginning; where the
    term is common in one language and asked for in another, it reads all of it.

    Raises:
        TooBroadError: A query took too long.
    """
    if connection.in_atomic_block:  # the caller's transaction keeps its settings
        yield
        return
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),"
                    " set_config('statement_timeout', %s, true)",
                    [TIMEOUT],
                )
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooBroadError from error
        raise


def find(query: Query, scope: Scope, wanted: Slice, *, with_context: bool = False) -> Found:
    """Return what matches all terms of `query` in `scope` (one query); nothing when there is no term."""
    if not query:
        return Found()
    statement = _Statement(query, scope, with_context=with_context)
    with bounded(), connection.cursor() as cursor:
        cursor.execute(*statement.finding(wanted))
        is_capped, counts, keys = cursor.fetchone()
    return Found(json.loads(counts), keys, is_capped)


def count(query: Query, scope: Scope, *, most: int, with_context: bool = False) -> int:
    """Return how many entries match, `most` + 1 when there are more than that."""
    if not query:
        return 0
    statement = _Statement(query, scope, with_context=with_context)
    with bounded(), connection.cursor() as cursor:
        cursor.execute(*statement.counting(most))
        return int(cursor.fetchone()[0])


def exists(lexemes: Iterable[str], scope: Scope) -> set[str]:
    """Return those of `lexemes` that any entry of the scope's language has."""
    wanted = {f"{quote(lexeme)} & {quote(LABEL + scope.locale)}": lexeme for lexeme in lexemes}
    if not wanted:
        return set()
    with bounded(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted FROM unnest(%s::text[]) AS wanted WHERE EXISTS"
            " (SELECT FROM search_searchentry WHERE vector @@ wanted::tsquery)",
            [list(wanted)],
        )
        return {wanted[found] for (found,) in cursor.fetchall()}


class _Statement:
    """The SQL of one query in one scope, and its parameters."""

    def __init__(self, query: Query, scope: Scope, *, with_context: bool) -> None:
        self._query = query
        self._scope = scope
        self._with_context = with_context or query.has_number
        self._stems: Mapping[str, str] = stems_of(query_words(query))
        self._parameters: dict[str, Any] = {}
        self._lexemes = write_query(query, self._stems, with_context=self._with_context)
        self._in_force = (
            f"applies_from <= {self._bind(scope.on)} AND"
            f" (applies_until IS NULL OR applies_until > {self._bind(scope.on)})"
        )

    def finding(self, wanted: Slice) -> tuple[str, dict[str, Any]]:
        """Return what gives whether there are more than `MOST`, how many of each kind, and the keys wanted.

        What is asked for only when there are more is not run otherwise: PostgreSQL sees first that it comes to nothing.
        """
        main = self._rows(self._matching())
        few = self._rows(self._matching(_FEW), _IF_MORE)
        headings = self._rows(self._matching_headings(), _IF_MORE)
        kind = f"WHERE kind = {self._bind(wanted.kind)}" if wanted.kind else ""
        start, length = self._bind(wanted.start), self._bind(wanted.length)
        sql = f"""
            WITH main AS MATERIALIZED ({main}),
            more AS MATERIALIZED (SELECT count(*) > {MOST} AS yes FROM main),
            found AS MATERIALIZED ((SELECT * FROM main LIMIT {MOST}) UNION ({headings}) UNION ({few})),
            listed AS (SELECT * FROM found {kind})
            SELECT
                (SELECT yes FROM more),
                (SELECT coalesce(json_object_agg(kind, often), '{{}}')::text
                    FROM (SELECT kind, count(*) AS often FROM found GROUP BY kind) AS kinds),
                ARRAY(
                    SELECT id FROM listed
                    ORDER BY is_in_force DESC, is_in_heading DESC, has_whole DESC, rank DESC, place, unit_id, position, id
                    LIMIT {length}
                    OFFSET (
                        SELECT greatest(0, least({start}, (count(*) - 1) / {length} * {length})) FROM listed
                    )
                )
        """  # noqa: S608 -- names and numbers of ours; what readers typed is bound
        return sql, self._parameters

    def counting(self, most: int) -> tuple[str, dict[str, Any]]:
        """Return what gives how many match, up to one more than `most`."""
        condition = self._matching()
        periods = " UNION ALL ".join(
            f"(SELECT FROM search_searchentry WHERE {condition} AND {period} LIMIT {most + 1})"
            for period in self._periods()
        )
        return f"SELECT least(count(*), {most + 1}) FROM ({periods}) AS found", self._parameters  # noqa: S608

    def _bind(self, value: object) -> str:
        """Return the placeholder of a value, one for all times that it is used."""
        for name, bound in self._parameters.items():
            if bound == value and type(bound) is type(value):
                return f"%({name})s"
        name = f"p{len(self._parameters)}"
        self._parameters[name] = value
        return f"%({name})s"

    def _bind_query(self, lexemes: str) -> str:
        return f"{self._bind(lexemes)}::tsquery"

    def _rows(self, *conditions: str) -> str:
        """Return what gives up to `MOST` + 1 matches of each period, with what puts one before another."""
        tsquery = self._bind_query(self._lexemes)
        columns = (
            f"id, kind, {_PLACE} AS place, unit_id, position, ({self._in_force}) IS TRUE AS is_in_force,"
            f" headings @@ {tsquery} AND {self._checks(_HEADING_FORM)} AS is_in_heading, {self._whole()} AS has_whole,"
            f" ts_rank('{_WEIGHTS}', vector, {tsquery}, 1) AS rank"
        )
        return " UNION ALL ".join(
            f"(SELECT {columns} FROM search_searchentry WHERE {' AND '.join([*conditions, period])} LIMIT {MOST + 1})"  # noqa: S608
            for period in self._periods()
        )

    def _matching(self, kinds: Iterable[str] = ()) -> str:
        """Return the condition that an entry matches, and is of one of `kinds` if any are given."""
        labels = f" & ({' | '.join(quote(LABEL + kind) for kind in kinds)})" if kinds else ""
        lexemes = f"{self._lexemes} & {quote(LABEL + self._scope.locale)}{labels}"
        return f"vector @@ {self._bind_query(lexemes)} AND {self._checks('form')}"

    def _matching_headings(self) -> str:
        """Return the condition that an entry has all terms in its heading."""
        tsquery, locale = self._bind_query(self._lexemes), self._bind(self._scope.locale)
        return f"headings @@ {tsquery} AND locale = {locale} AND {self._checks(_HEADING_FORM)}"

    def _periods(self) -> list[str]:
        """Return the conditions under which entries are looked for, each on its own: what is in force goes before."""
        return [self._in_force, *([f"({self._in_force}) IS NOT TRUE"] if self._scope.with_past else [])]

    def _whole(self) -> str:
        """Return the condition that a text says all that was typed in its order; Chinese with or without the spaces."""
        whole = self._query.whole
        is_same = len(self._query.terms) == 1 and len(self._query.terms[0].alternatives) == 1
        if whole is None or is_same:
            return "FALSE"
        literals = dict.fromkeys([whole.literal, whole.without_spaces])
        return f"({' OR '.join(_says('form', self._bind(literal)) for literal in literals)})"

    def _checks(self, form: str) -> str:
        """Return the condition that proves what lexemes do not."""
        return " AND ".join(["TRUE", *(self._check(term, form) for term in self._query.terms if term.needs_check)])

    def _check(self, term: Term, form: str) -> str:
        alternatives = [
            " AND ".join(self._check_needle(needle, form) for needle in alternative)
            for alternative in term.alternatives
        ]
        return f"({' OR '.join(f'({alternative})' for alternative in alternatives)})"

    def _check_needle(self, needle: Needle, form: str) -> str:
        if not needle.needs_check:
            written = write_needle(needle, self._stems, with_context=self._with_context)
            return f"vector @@ {self._bind_query(written)}"
        says = _says(form, self._bind(needle.literal))
        if not self._with_context:
            return says
        above = write_needle(needle, self._stems, only_context=True)
        return f"({says} OR vector @@ {self._bind_query(above)})"


def _says(form: str, literal: str) -> str:
    return f"strpos({form}, {literal}) > 0"
