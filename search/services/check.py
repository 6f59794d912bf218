"""Comparing the index with what it is made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import connection, transaction

from search.models import IndexedUnit, SearchEntry
from search.services.indexing import COLUMNS, fingerprint, prepare_rows
from search.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator


class FaultKind(StrEnum):
    MISSING = "missing"
    STALE = "stale"
    LEFT_OVER = "left over"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True)
class Fault:
    """A unit of the index that is not as it should be."""

    kind: FaultKind
    source: str
    name: str

    def __str__(self) -> str:
        return f"{self.source} {self.name}: {self.kind}"


def find_stale() -> list[Fault]:
    """Return the units that are missing, older than their source, or without one (two queries for each source)."""
    faults: list[Fault] = []
    for source in SOURCES.values():
        wanted = source.fingerprints()
        kept = dict(IndexedUnit.objects.filter(source=source.name).values_list("name", "fingerprint"))
        for name, told in sorted(wanted.items()):
            if name not in kept:
                faults.append(Fault(FaultKind.MISSING, source.name, name))
            elif kept[name] != fingerprint(told):
                faults.append(Fault(FaultKind.STALE, source.name, name))
        faults += [Fault(FaultKind.LEFT_OVER, source.name, name) for name in sorted(kept.keys() - wanted.keys())]
    return faults


def check() -> Iterator[Fault | None]:
    """Compare every entry with its source, column by column; yield for each unit its fault or None."""
    stale = {(fault.source, fault.name): fault for fault in find_stale()}
    for unit in IndexedUnit.objects.order_by("source", "name"):
        fault = stale.pop((unit.source, unit.name), None)
        if fault is None and _is_altered(unit):
            fault = Fault(FaultKind.ALTERED, unit.source, unit.name)
        yield fault
    yield from stale.values()


@transaction.atomic
def _is_altered(unit: IndexedUnit) -> bool:
    """Whether the entries of a unit differ from what its source would give now."""
    columns = ", ".join(COLUMNS)
    table = SearchEntry._meta.db_table  # noqa: SLF001 -- Django's documented API
    rows = prepare_rows(SOURCES[unit.source].build(unit.name))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE search_wanted AS SELECT {columns} FROM {table} LIMIT 0")  # noqa: S608
        with cursor.copy(f"COPY search_wanted ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"WITH kept AS (SELECT {columns} FROM {table} WHERE unit_id = %s)"  # noqa: S608 -- names of ours
            " SELECT EXISTS ((TABLE kept EXCEPT ALL TABLE search_wanted)"
            " UNION ALL (TABLE search_wanted EXCEPT ALL TABLE kept))",
            [unit.pk],
        )
        is_altered = cursor.fetchone()[0]
        cursor.execute("DROP TABLE search_wanted")
    return bool(is_altered)
