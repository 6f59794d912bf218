"""What a search shows: hits with their snippets, counts, and what to try when there are none."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db import connection

from search.glossary import Definition, define
from search.matching import MOST, Found, Scope, Slice, bounded, count, exists, find
from search.models import SearchEntry, SynonymSet, split_words
from search.stems import stems_of
from search.text.folding import fold, fold_with_places
from search.text.query import Needle, Query, parse_query, single
from search.text.snippets import Passage, Piece, excerpt, mark
from search.text.synonyms import SynonymTable
from search.text.tokens import bigrams, tokenize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAGE_SIZE = 20
MOST_PAGES = MOST // PAGE_SIZE
#: Entries that are counted where they are not shown: in other languages, in past editions.
MOST_ELSEWHERE = 100
_MOST_PARTS = 40
_ALIKE = 5
#: Left out of a sentence that is looked for in parts: what asks, not what is asked for.
_ASKING = frozenset(fold("如何 怎麼 怎樣 什麼 甚麼 為何 為什麼 是否 能否 可否 請問 哪些 哪裡 多久").split())


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One result; `heading` and `snippet` are in pieces, of which those asked for are marked."""

    kind: str
    locale: str
    title: str
    number: str
    heading: list[Piece]
    snippet: list[Piece]
    address: str
    edition: str
    is_in_force: bool
    first_day: dt.date | None
    last_day: dt.date | None


@dataclass(frozen=True, kw_only=True)
class Results:
    """A page of results. `parts` are what was looked for instead of a query that stands nowhere as it was typed."""

    query: Query
    definition: Definition | None = None
    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    is_capped: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    elsewhere: dict[str, int] = field(default_factory=dict)
    past: int = 0
    meant: str = ""
    parts: tuple[str, ...] = ()
    page: int = 1
    pages: int = 1


def read_query(text: str) -> Query:
    """Return what `text` asks for, by the editors' synonyms (one query)."""
    return parse_query(text, _table(tuple(SynonymSet.objects.order_by("pk").values_list("words", flat=True))))


@lru_cache(maxsize=4)
def _table(rows: tuple[str, ...]) -> SynonymTable:
    return SynonymTable([split_words(row) for row in rows])


def search(*, text: str, scope: Scope, languages: Sequence[str], kind: str = "", page: int = 1) -> Results:
    """Return a page of what `text` finds in `scope`, and how much there is of each kind and in each other language.

    Raises:
        TooBroadError: The database would take too long.
    """
    query = read_query(text)
    if not query:
        return Results(query=query)
    with bounded():
        return _search(query, scope, languages, kind, page)


def _search(query: Query, scope: Scope, languages: Sequence[str], kind: str, page: int) -> Results:
    wanted = Slice(length=PAGE_SIZE, start=(max(1, min(page, MOST_PAGES)) - 1) * PAGE_SIZE, kind=kind)
    used, found, with_context = _find(query, scope, wanted)
    total = found.total(kind)
    pages = max(1, min(MOST_PAGES, -(-total // PAGE_SIZE)))
    page = max(1, min(page, pages))
    others = {
        language: count(used, replace(scope, locale=language), most=MOST_ELSEWHERE, with_context=with_context)
        for language in languages
        if language != scope.locale
    }
    past = 0
    if not found and not scope.with_past:
        past = count(used, replace(scope, with_past=True), most=MOST_ELSEWHERE, with_context=with_context)
    return Results(
        query=query,
        definition=define(query, scope.locale) if page == 1 and not kind else None,
        hits=_show(found.keys, used, scope.on),
        total=total,
        is_capped=found.is_capped,
        counts=found.counts,
        elsewhere={language: number for language, number in others.items() if number},
        past=past,
        meant=_find_meant(query, scope) if not found or used is not query else "",
        parts=tuple(_as_typed(query, needle) for needle in used.needles if needle.tokens) if used is not query else (),
        page=page,
        pages=pages,
    )


def _find(query: Query, scope: Scope, wanted: Slice) -> tuple[Query, Found, bool]:
    """Return what matches, the query that it matches, and whether titles of policies were counted in.

    Nobody puts spaces into Chinese, and few know the words of a law: what stands nowhere as typed is looked for in parts.
    """
    found = find(query, scope, wanted)
    if found:
        return query, found, False
    if len(query.terms) > 1:
        found = find(query, scope, wanted, with_context=True)
        if found:
            return query, found, True
    parts = _part(query, scope)
    if parts is not None:
        found = find(parts, scope, wanted, with_context=True)
        if found:
            return parts, found, True
    return query, Found(), False


def _part(query: Query, scope: Scope) -> Query | None:
    """Return the query with each run cut where no text has both neighbours, without what stands nowhere; None when whole."""
    runs = {t for needle in query.needles for t, is_run in zip(needle.tokens, needle.runs, strict=True) if is_run}
    pairs = {pair for run in runs for pair in bigrams(run)[:-1]}
    if not pairs or any(needle.is_exact for needle in query.needles):
        return None
    known = exists(sorted(pairs)[: _MOST_PARTS * 5], scope)
    terms = []
    for term in query.terms:
        needle = next(term.needles)
        if needle.path or not all(needle.runs):
            terms.append(term)
            continue
        for run in needle.tokens:
            terms += [single(Needle((part,), (True,))) for part in _cut(run, known)]
    parts = Query(query.text, tuple(dict.fromkeys(terms)), query.is_shortened)
    return parts if parts.terms and parts.terms != query.terms else None


def _cut(run: str, known: set[str]) -> list[str]:
    parts, start = [], 0
    for place, pair in enumerate(bigrams(run)[:-1], start=1):
        if pair not in known:
            parts.append(run[start:place])
            start = place
    parts.append(run[start:])
    return [part for part in parts if len(part) > 1 and part not in _ASKING]


def _find_meant(query: Query, scope: Scope) -> str:
    """Return the query with its unknown words as they were perhaps meant, when that finds anything; else nothing."""
    stems = stems_of(query.words)
    known = exists({stems[word] for word in query.words}, scope)
    folded = fold_with_places(query.text)
    text = query.text
    for token in reversed(tokenize(folded.text)):
        if token.text in query.words and stems[token.text] not in known and (meant := _most_alike(token.text)):
            text = text[: folded.starts[token.start]] + meant + text[folded.ends[token.end - 1] :]
    return text if text != query.text and count(read_query(text), scope, most=1) else ""


def _as_typed(query: Query, needle: Needle) -> str:
    """Return a needle in the reader's own characters."""
    folded = fold_with_places(query.text)
    place = folded.text.find(needle.tokens[0])
    last = place + len(needle.tokens[0]) - 1
    return query.text[folded.starts[place] : folded.ends[last]] if place >= 0 else " ".join(needle.tokens)


def _most_alike(word: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT text FROM search_indexedword WHERE text %% %s ORDER BY similarity(text, %s) DESC, text LIMIT %s",
            [word, word, _ALIKE],
        )
        found = [(_distance(word, text), place, text) for place, (text,) in enumerate(cursor.fetchall())]
    best = min(found, default=None)
    return best[2] if best and best[0] <= (1 if len(word) < 5 else 2) else ""


def _distance(first: str, second: str) -> int:
    """Return the number of letters to change, add, take away or swap with the next (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(second, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _show(keys: Sequence[int], query: Query, on: dt.date) -> list[Hit]:
    entries = SearchEntry.objects.defer("form", "vector", "headings").in_bulk(keys)
    passages = {pk: (Passage(entry.heading), Passage(_one_line(entry.body))) for pk, entry in entries.items()}
    needles = list(query.needles)
    words = {word for pair in passages.values() for passage in pair for word in passage.words}
    stems = stems_of(words | {t for n in needles for t, is_run in zip(n.tokens, n.runs, strict=True) if not is_run})
    return [
        _hit(entries[pk], [(p.text, p.spans(needles, stems)) for p in passages[pk]], on) for pk in keys if pk in entries
    ]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _hit(entry: SearchEntry, texts: list[tuple[str, list[tuple[int, int]]]], on: dt.date) -> Hit:
    (heading, heading_spans), (body, body_spans) = texts
    begins, ends = entry.applies_from, entry.applies_until
    is_in_force = begins is not None and begins <= on and (ends is None or ends > on)
    return Hit(
        kind=entry.kind,
        locale=entry.locale,
        title=entry.title,
        number=entry.number,
        heading=mark(heading, heading_spans),
        snippet=excerpt(body, body_spans),
        address=entry.address if is_in_force or not entry.past_address else entry.past_address,
        edition=entry.first_edition,
        is_in_force=is_in_force,
        first_day=begins,
        last_day=ends - dt.timedelta(days=1) if ends else None,
    )
