"""The usual ways from a person to their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from core.data_register.person import Person


def by_account(model: str, *fields: str) -> Callable[[Person], QuerySet[Any]]:
    """Return what finds the rows of `model` in which one of `fields` holds the person's account."""

    def rows(person: Person) -> QuerySet[Any]:
        if person.user_number is None:
            return _all_of(model).none()
        return _any_of(model, fields, person.user_number)

    return rows


def by_name(model: str, *fields: str) -> Callable[[Person], QuerySet[Any]]:
    """Return what finds the rows of `model` in which one of `fields` is a name of the person's, word for word."""

    def rows(person: Person) -> QuerySet[Any]:
        if not person.names:
            return _all_of(model).none()
        return _any_of(model, tuple(f"{name}__in" for name in fields), person.names)

    return rows


def _any_of(model: str, lookups: tuple[str, ...], value: object) -> QuerySet[Any]:
    condition = Q()
    for lookup in lookups:
        condition |= Q(**{lookup: value})
    return _all_of(model).filter(condition)


def _all_of(model: str) -> QuerySet[Any]:
    found: QuerySet[Any] = apps.get_model(model)._default_manager.all()  # noqa: SLF001 -- the documented name
    return found
