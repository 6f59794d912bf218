"""Rows that were ever public and so never change."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from django.db import models
from django.utils.translation import gettext as _

M = TypeVar("M", bound=models.Model)


class RecordImmutableError(Exception):
    """Something tried to change or remove a row of the public record."""


class AppendOnlyQuerySet(models.QuerySet[M]):
    """Refuses bulk changes; PostgreSQL triggers refuse what goes around it (migration `append_only_triggers`)."""

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


def _refusal() -> str:
    return _(
        "This row is part of the public record and cannot be changed or deleted. "
        "Put it right with a new edition, a corrected note or a withdrawal."
    )
