"""Finding entries of the index: which match a query, and how well.

A query may match very many entries, and none of its steps may take longer for that: what matches is taken from the GIN
index, and at most `MOST` entries of it are read and ranked. Entries that match in their heading, and kinds of which there
are few, are asked for on their own when there are more.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

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
_TIMEOUT = "2s"
#: Weights of D, C, B and A: words in headings count twenty times.
_WEIGHTS = "{0.05,0.1,0.4,1}"
_FEW = (EntryKind.POLICY, EntryKind.BULLETIN, EntryKind.PAGE)
_KIND_ORDER = {kind: place for place, kind in enumerate(EntryKind.values)}
_HEADINGS = """ts_filter(vector, '{a}'::"char"[])"""
_HEADING_FORM = "split_part(form, E'\\n', 1)"


class TooBroadError(Exception):
    """The query would take longer than anybody may make the database work."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where is searched: what is in force on the day `on` in a language, or with `with_past` all that ever was public."""

    locale: str
    on: dt.date
    with_past: bool = False


class Match(NamedTuple):
    """An entry that was found, and what puts it before others."""

    pk: int
    kind: str
    is_in_force: bool
    is_in_heading: bool
    has_whole: bool
    rank: float
    unit: int
    position: int

    @property
    def order(self) -> tuple[Any, ...]:
        """What sorts the best first; the same entries always in the same order."""
        return (
            not self.is_in_force,
            not self.is_in_heading,
            not self.has_whole,
            -round(self.rank, 6),
            _KIND_ORDER[self.kind],
            self.unit,
            self.position,
            self.pk,
        )


@dataclass(frozen=True)
class Found:
    """The matches of a query, best first. `is_capped` when there are more that were neither counted nor ranked."""

    matches: list[Match] = field(default_factory=list)
    is_capped: bool = False

    def counts(self) -> Counter[str]:
        """Return how many there are of each kind."""
        return Counter(match.kind for match in self.matches)


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
                    [_TIMEOUT],
                )
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooBroadError from error
        raise


def find(query: Query, scope: Scope, *, with_context: bool = False) -> Found:
    """Return what matches all terms of `query` in `scope`; nothing when there is no term."""
    if not query:
        return Found()
    statement = _Statement(query, scope, with_context=with_context)
    with bounded():
        matches = statement.run()
        is_capped = len(matches) > MOST
        if is_capped:
            found = {match.pk: match for match in matches[:MOST]}
            for more in (statement.run_headings(), statement.run(kinds=_FEW)):
                found |= {match.pk: match for match in more[:MOST]}
            matches = list(found.values())
    return Found(sorted(matches, key=lambda match: match.order), is_capped)


def count(query: Query, scope: Scope, *, with_context: bool = False) -> int:
    """Return how many entries match, `MOST` + 1 when there are more than that."""
    if not query:
        return 0
    with bounded():
        return _Statement(query, scope, with_context=with_context).count()


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
    """The SQL of one query in one scope."""

    def __init__(self, query: Query, scope: Scope, *, with_context: bool) -> None:
        self._query = query
        self._scope = scope
        self._with_context = with_context or query.has_number
        self._stems: Mapping[str, str] = stems_of(query_words(query))
        self._tsquery = write_query(query, self._stems, with_context=self._with_context)

    def run(self, *, kinds: Iterable[str] = ()) -> list[Match]:
        """Return up to `MOST` + 1 matches of each period, of `kinds` or of all."""
        labels = f" & ({' | '.join(quote(LABEL + kind) for kind in kinds)})" if kinds else ""
        tsquery = f"{self._tsquery} & {quote(LABEL + self._scope.locale)}{labels}"
        check, parameters = self._checks("form")
        return [
            match
            for period, days in self._periods()
            for match in self._select(f"vector @@ %s::tsquery AND {check} AND {period}", [tsquery, *parameters, *days])
        ]

    def run_headings(self) -> list[Match]:
        """Return up to `MOST` + 1 matches of each period that have all terms in their headings."""
        check, parameters = self._checks(_HEADING_FORM)
        condition = f"{_HEADINGS} @@ %s::tsquery AND locale = %s AND {check}"
        return [
            match
            for period, days in self._periods()
            for match in self._select(
                f"{condition} AND {period}", [self._tsquery, self._scope.locale, *parameters, *days]
            )
        ]

    def count(self) -> int:
        tsquery = f"{self._tsquery} & {quote(LABEL + self._scope.locale)}"
        check, parameters = self._checks("form")
        total = 0
        for period, days in self._periods():
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT count(*) FROM (SELECT FROM search_searchentry"  # noqa: S608 -- names of ours
                    f" WHERE vector @@ %s::tsquery AND {check} AND {period} LIMIT {MOST + 1}) AS found",
                    [tsquery, *parameters, *days],
                )
                total += cursor.fetchone()[0]
        return min(total, MOST + 1)

    def _select(self, condition: str, parameters: list[Any]) -> list[Match]:
        heading, heading_parameters = self._checks(_HEADING_FORM)
        whole, whole_parameters = self._whole()
        in_force, days = _in_force(self._scope.on)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, kind, {in_force}, {_HEADINGS} @@ %s::tsquery AND {heading}, {whole},"  # noqa: S608
                f" ts_rank('{_WEIGHTS}', vector, %s::tsquery, 1), unit_id, position"
                f" FROM search_searchentry WHERE {condition} LIMIT {MOST + 1}",
                [*days, self._tsquery, *heading_parameters, *whole_parameters, self._tsquery, *parameters],
            )
            return [Match(*row) for row in cursor.fetchall()]

    def _periods(self) -> list[tuple[str, list[dt.date]]]:
        """Return the conditions under which entries are looked for, each on its own: what is in force goes before."""
        in_force, days = _in_force(self._scope.on)
        return [(in_force, days), *([(f"({in_force}) IS NOT TRUE", days)] if self._scope.with_past else [])]

    def _whole(self) -> tuple[str, list[str]]:
        """Return the condition that a text says all that was typed in its order; Chinese with or without the spaces."""
        whole = self._query.whole
        is_same = len(self._query.terms) == 1 and len(self._query.terms[0].alternatives) == 1
        if whole is None or is_same:
            return "FALSE", []
        literals = list(dict.fromkeys([whole.literal, whole.without_spaces]))
        return f"({' OR '.join(['strpos(form, %s) > 0'] * len(literals))})", literals

    def _checks(self, form: str) -> tuple[str, list[str]]:
        """Return the condition that proves what lexemes do not."""
        sql, parameters = ["TRUE"], []
        for term in self._query.terms:
            if term.needs_check:
                condition, values = self._check(term, form)
                sql.append(condition)
                parameters += values
        return " AND ".join(sql), parameters

    def _check(self, term: Term, form: str) -> tuple[str, list[str]]:
        alternatives, parameters = [], []
        for alternative in term.alternatives:
            needles = [self._check_needle(needle, form) for needle in alternative]
            alternatives.append(" AND ".join(condition for condition, _values in needles))
            parameters += [value for _condition, values in needles for value in values]
        return f"({' OR '.join(f'({alternative})' for alternative in alternatives)})", parameters

    def _check_needle(self, needle: Needle, form: str) -> tuple[str, list[str]]:
        if not needle.needs_check:
            return "vector @@ %s::tsquery", [write_needle(needle, self._stems, with_context=self._with_context)]
        if not self._with_context:
            return f"strpos({form}, %s) > 0", [needle.literal]
        above = write_needle(needle, self._stems, only_context=True)
        return f"(strpos({form}, %s) > 0 OR vector @@ %s::tsquery)", [needle.literal, above]


def _in_force(on: dt.date) -> tuple[str, list[dt.date]]:
    return "applies_from <= %s AND (applies_until IS NULL OR applies_until > %s)", [on, on]
