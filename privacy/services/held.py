"""Everything that is held about a person, read through the data register a few hundred rows at a time."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField
from django.utils import timezone

from core.data_register import register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Field, Model, QuerySet

    from core.data_register import DataFile, Person

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of one row: what it is called, what it is, and the same for programs. `is_secret`: kept, shown to nobody."""

    name: str
    what: str
    shown: str
    value: object
    is_secret: bool


@dataclass(frozen=True)
class HeldFile:
    """The rows of one file that are about a person."""

    file: DataFile
    person: Person

    def count(self) -> int:
        return self.file.rows(self.person).order_by().values("pk").count()

    def rows(self, *, limit: int | None = None) -> Iterator[tuple[object, list[Entry]]]:
        """Yield number and entries of each row, oldest first; no cursor stays open while somebody downloads slowly."""
        model = apps.get_model(self.file.model)
        fields = [model._meta.get_field(name) for name in self.file.personal]  # noqa: SLF001 -- the documented name
        rows = _with_relations(self.file.rows(self.person), fields)
        last: object = None
        left = limit
        while left is None or left > 0:
            size = _BATCH if left is None else min(_BATCH, left)
            after = rows if last is None else rows.filter(pk__gt=last)
            batch = list(after.order_by("pk")[:size])
            for row in batch:
                yield row.pk, self._entries(row, fields)
            if len(batch) < size:
                return
            last = batch[-1].pk
            left = None if left is None else left - size

    def _entries(self, row: Model, fields: list[Any]) -> list[Entry]:
        entries = []
        for field in fields:
            said = self.file.personal[field.name]
            shown, value = ("", None) if said.is_secret else _read(row, field)
            entries.append(Entry(field.name, str(said.what), shown, value, said.is_secret))
        return entries


def held_about(person: Person) -> Iterator[HeldFile]:
    """Yield every file of the register for `person`; one without rows is among them."""
    for data_file in register.files():
        yield HeldFile(data_file, person)


def _with_relations(rows: QuerySet[Any], fields: list[Any]) -> QuerySet[Any]:
    single = [field.name for field in fields if isinstance(field, ForeignKey)]
    several = [field.name for field in fields if isinstance(field, ManyToManyField)]
    rows = rows.select_related(*single) if single else rows
    return rows.prefetch_related(*several) if several else rows


def _read(row: Model, field: Field[Any, Any]) -> tuple[str, object]:
    """Return a field's value for people and for programs."""
    if isinstance(field, ManyToManyField):
        words = [str(each) for each in getattr(row, field.name).all()]
        return ", ".join(words), words
    value = getattr(row, field.name)
    if isinstance(field, ForeignKey):
        return ("", None) if value is None else (str(value), str(value))
    if field.choices:
        display = getattr(row, f"get_{field.name}_display")()
        return ("" if value in {None, ""} else str(display)), value
    return _shown(value), _plain(value)


def _shown(value: object) -> str:
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).isoformat(sep=" ", timespec="minutes")
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return "" if value is None else str(value)


def _plain(value: object) -> object:
    """Return a value as JSON can hold it."""
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Decimal | uuid.UUID):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return str(value)
