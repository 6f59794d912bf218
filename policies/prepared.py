"""Querysets that are turned into SQL once.

The two queries of the current page take the ORM four milliseconds each to write and PostgreSQL one to answer, and the
SQL is the same every time but for its parameters.
"""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.query import ModelIterable

if TYPE_CHECKING:
    from collections.abc import Callable

M = TypeVar("M", bound=models.Model)


class PreparedQuery(Generic[M]):
    """A queryset of model instances without prefetching, with values to be named later.

    `build` is called once, in the first `run`, with a stand-in for each name, and must put each into a condition.
    """

    def __init__(self, build: Callable[..., models.QuerySet[M]], **stand_ins: str | int) -> None:
        self._build = build
        self._stand_ins = stand_ins
        self._compiled: tuple[Any, str, tuple[Any, ...]] | None = None

    def run(self, **values: str | int) -> list[M]:
        """Return the rows for `values` (one query)."""
        compiled, sql, parameters = self._compiled or self._compile()
        given = {self._stand_ins[name]: value for name, value in values.items()}
        with connection.cursor() as cursor:
            cursor.execute(sql, [given.get(parameter, parameter) for parameter in parameters])
            rows = cursor.fetchall()
        # What reads the rows keeps what it learns from them on the compiler, so each run has its own.
        compiler = copy.copy(compiled)
        compiler.execute_sql = lambda **_options: [rows]
        query = SimpleNamespace(get_compiler=lambda **_options: compiler)
        queryset = SimpleNamespace(db=connection.alias, query=query, _known_related_objects={})
        return list(ModelIterable(queryset))  # type: ignore[arg-type] # all that it asks of one

    def _compile(self) -> tuple[Any, str, tuple[Any, ...]]:
        query = self._build(**self._stand_ins).query
        compiler = query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        missing = set(self._stand_ins.values()) - set(parameters)
        if missing:
            msg = f"The query has no place for {missing}."
            raise ValueError(msg)
        # The compiler outlives the request; the connection that it was made for may be another thread's by then.
        self._compiled = compiler, sql, parameters
        return self._compiled
