"""Writing the index."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from search.models import IndexedUnit, IndexedWord, SearchEntry
from search.sources import SOURCES
from search.stems import stems_of
from search.text.folding import fold
from search.text.lexemes import VectorWriter, words_of
from search.text.tokens import Token, join_tokens, tokenize

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Sequence

    from search.sources import Content

logger = logging.getLogger("avow.search")

#: What is written changed its shape: raise it, and `check_search_index` makes every entry anew.
VERSION = 1
_LOCK = 5_072_301
_SHORTEST_WORD, _LONGEST_WORD = 4, 60
_LONGEST_BODY = 200_000

#: What identifies an entry of a unit besides what is worked out of it.
FACTS = (
    "kind", "locale", "position", "title", "number", "heading", "body", "address", "past_address", "first_edition",
    "applies_from", "applies_until",
)  # fmt: skip
COLUMNS = (*FACTS, "form", "vector")
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An entry ready to be cut into lexemes."""

    content: Content
    heading: list[Token]
    body: list[Token]
    title: list[Token]

    @property
    def facts(self) -> Row:
        return tuple(getattr(self.content, name) for name in FACTS)

    @property
    def words(self) -> set[str]:
        return words_of(self.heading) | words_of(self.body) | words_of(self.title)


def fingerprint(told: str) -> str:
    """Return what a unit is filed with, given what its source says of it."""
    return hashlib.sha256(f"{VERSION} {told}".encode()).hexdigest()


def refresh(*, source: str, names: Collection[str], at: dt.datetime, anew: bool = False) -> int:
    """Bring units of a source up to date and return how many entries were written.

    One transaction for each unit, in which the unit is locked: whoever comes second sees what the first committed. An
    entry that says what it said is left alone, unless all are to be made `anew`.
    """
    return sum(_refresh_unit(source, name, at, anew=anew) for name in names)


def refresh_stale(*, source: str, at: dt.datetime, among: Collection[str] | None = None) -> int:
    """Bring up to date what the source says otherwise than the index was told (`among` some names, or all)."""
    wanted = SOURCES[source].fingerprints(among)
    units = IndexedUnit.objects.filter(source=source)
    if among is not None:
        units = units.filter(name__in=among)
    kept = dict(units.values_list("name", "fingerprint"))
    stale = [name for name, told in wanted.items() if kept.get(name) != fingerprint(told)]
    return refresh(source=source, names=[*stale, *(kept.keys() - wanted.keys())], at=at)


@transaction.atomic
def _refresh_unit(source: str, name: str, at: dt.datetime, *, anew: bool) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, f"{source} {name}"])
    # Asked before the contents are read: what changes in between makes the unit stale, not wrongly fresh.
    told = SOURCES[source].fingerprints([name]).get(name)
    if told is None:
        return _remove_unit(source, name)
    unit, _is_new = IndexedUnit.objects.update_or_create(
        source=source, name=name, defaults={"fingerprint": fingerprint(told), "indexed_at": at}
    )
    prepared = {one.facts: one for one in map(_prepare, SOURCES[source].build(name))}
    kept = {} if anew else {tuple(facts): pk for pk, *facts in unit.entries.values_list("pk", *FACTS)}
    unit.entries.exclude(pk__in=[pk for facts, pk in kept.items() if facts in prepared]).delete()
    return _write(unit, [one for facts, one in prepared.items() if facts not in kept])


def _remove_unit(source: str, name: str) -> int:
    removed, _by_model = IndexedUnit.objects.filter(source=source, name=name).delete()
    return removed


def _prepare(content: Content) -> Prepared:
    return Prepared(
        content,
        heading=tokenize(fold(content.heading)),
        body=tokenize(fold(content.body[:_LONGEST_BODY])),
        title=tokenize(fold(content.title)),
    )


def _write(unit: IndexedUnit, prepared: Sequence[Prepared]) -> int:
    if not prepared:
        return 0
    words = set().union(*(one.words for one in prepared))
    stems = stems_of(words)
    table = SearchEntry._meta.db_table  # noqa: SLF001 -- Django's documented API
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} (unit_id, {', '.join(COLUMNS)}) FROM STDIN") as copy,
    ):
        for one in prepared:
            copy.write_row((unit.pk, *to_row(one, stems)))
    _learn(words)
    return len(prepared)


def to_row(prepared: Prepared, stems: Any) -> Row:
    """Return the values of `COLUMNS` for an entry."""
    content = prepared.content
    writer = VectorWriter(stems)
    writer.add_number(content.path)
    writer.add_label(content.locale)
    writer.add_label(content.kind)
    writer.add_context(prepared.title)
    writer.add_field(prepared.heading, "A")
    writer.add_field(prepared.body, "D")
    form = f"{join_tokens(prepared.heading)}\n{join_tokens(prepared.body)}"
    return (*prepared.facts, form, writer.write())


def prepare_rows(contents: Iterable[Content]) -> list[Row]:
    """Return the rows that should be there for `contents`."""
    prepared = {one.facts: one for one in map(_prepare, contents)}
    stems = stems_of(set().union(*(one.words for one in prepared.values())))
    return [to_row(one, stems) for one in prepared.values()]


def _learn(words: Iterable[str]) -> None:
    """Keep words for “did you mean”."""
    known = [
        IndexedWord(text=word)
        for word in sorted(words)
        if _SHORTEST_WORD <= len(word) <= _LONGEST_WORD and word.isalpha()
    ]
    IndexedWord.objects.bulk_create(known, ignore_conflicts=True, batch_size=2_000)
