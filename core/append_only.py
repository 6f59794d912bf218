"""Rows that are evidence and so never change: in Python here, in PostgreSQL by triggers."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from django.db import migrations, models
from django.utils.translation import gettext as _

M = TypeVar("M", bound=models.Model)


class RecordImmutableError(Exception):
    """Something tried to change or remove a row that is kept as evidence."""


class AppendOnlyQuerySet(models.QuerySet[M]):
    """Refuses bulk changes; PostgreSQL triggers refuse what goes around it (`append_only_triggers`)."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise RecordImmutableError(_refusal())

    def delete(self) -> NoReturn:
        raise RecordImmutableError(_refusal())


class AppendOnlyModel(models.Model):
    """A row that may be inserted once and never be changed or deleted."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise RecordImmutableError(_refusal())
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RecordImmutableError(_refusal())


def append_only_triggers(*tables: str, function: str) -> list[migrations.RunSQL]:
    """Return the operations by which PostgreSQL refuses UPDATE, DELETE and TRUNCATE of `tables`.

    `function` is a trigger function that raises; it must exist.
    """
    return [migrations.RunSQL(_create(table, function), _drop(table)) for table in tables]


def _create(table: str, function: str) -> str:
    return (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}();"
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}();"
    )


def _drop(table: str) -> str:
    return f"DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"


def _refusal() -> str:
    return _(
        "This row is part of the public record and cannot be changed or deleted. "
        "Put it right with a new edition, a corrected note or a withdrawal."
    )
