"""Querysets that are turned into SQL once, planned once for each connection, and read without ceremony.

The ORM takes four milliseconds to write the statement of a policy page and PostgreSQL half a millisecond to plan it; both
come out the same every time but for the parameters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.base import ModelState
from psycopg import Cursor
from psycopg.types.datetime import TimestamptzLoader

if TYPE_CHECKING:
    from collections.abc import Callable

#: What a query may be asked for.
Value = str | int | dt.date | Sequence[int]
M = TypeVar("M", bound=models.Model)
Row = tuple[Any, ...]


class PreparedQuery(Generic[M]):
    """A queryset of model instances without prefetching, with values to be named later.

    `build` is called once, in the first `run`, with a stand-in for each name, and must put each into a condition. Related
    objects are read one step deep (`select_related("policy")`); rows with the same one share it.
    """

    def __init__(self, build: Callable[..., models.QuerySet[M]], **stand_ins: Value) -> None:
        self._build = build
        self._stand_ins = stand_ins
        self._compiled: _Compiled | None = None

    def run(self, **values: Value) -> list[M]:
        """Return the rows for `values` (one query)."""
        compiled = self._compiled
        if compiled is None:
            compiled = self._compiled = self._compile()
        given = {self._stand_ins[name]: value for name, value in values.items()}
        rows = fetch_all(compiled.sql, [given.get(parameter, parameter) for parameter in compiled.parameters])
        shared: dict[tuple[int, Any], models.Model] = {}
        return [compiled.read(row, shared) for row in rows]

    def _compile(self) -> _Compiled:
        query = self._build(**self._stand_ins).query
        compiler = query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        missing = set(self._stand_ins.values()) - set(parameters)
        if missing:
            msg = f"The query has no place for {missing}."
            raise ValueError(msg)
        info = compiler.klass_info
        converters = compiler.get_converters(expression for expression, _sql, _alias in compiler.select)
        return _Compiled(
            sql=sql,
            parameters=parameters,
            converters=[(index, found, expression) for index, (found, expression) in converters.items()],
            own=_Part(info, compiler.select),
            related=[_Part(other, compiler.select) for other in info.get("related_klass_infos", ())],
            annotations=list(compiler.annotation_col_map.items()),
        )


class AnyOf(models.Func):
    """Whether a column holds any of some numbers, however many, as one parameter: `filter(AnyOf("edition_id", stand_in))`."""

    arg_joiner = " = ANY("
    template = "%(expressions)s)"
    output_field = models.BooleanField()

    def __init__(self, column: str, numbers: Sequence[int]) -> None:
        super().__init__(models.F(column), models.Value(numbers))


def fetch_all(sql: str, parameters: Sequence[object] = ()) -> list[Row]:
    """Return the rows of a statement that PostgreSQL plans once for each connection.

    Where connections are shared through a pooler that keeps no statements, `AVOW_PREPARED_STATEMENTS=0` plans anew.
    """
    connection = connections[DEFAULT_DB_ALIAS]  # looked up once: the proxy does so for every attribute
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    raw = connection.connection
    raw.prepare_threshold = (
        0 if settings.AVOW_PREPARED_STATEMENTS else None
    )  # of cursors that bind on the server: only this one
    # Django's own wrapper, so that queries are counted and errors are its errors.
    bare = Cursor(raw)
    # psycopg's own, in C: Django's gives the same instants, and the connection's zone is UTC as Django sets it.
    bare.adapters.register_loader("timestamptz", TimestamptzLoader)
    with connection.wrap_database_errors, connection._prepare_cursor(bare) as cursor:  # type: ignore[attr-defined] # noqa: SLF001
        cursor.execute(sql, parameters)
        rows: list[Row] = cursor.fetchall()
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    sql: str
    parameters: Sequence[Any]
    converters: list[tuple[int, Any, Any]]
    own: _Part
    related: list[_Part]
    annotations: list[tuple[str, int]]

    def read(self, row: Row, shared: dict[tuple[int, Any], models.Model]) -> Any:
        values = list(row)
        for index, converters, expression in self.converters:
            for convert in converters:
                values[index] = convert(values[index], expression, connection)
        instance = self.own.read(values)
        for number, part in enumerate(self.related):
            key = (number, values[part.primary_key])
            other = shared.get(key)
            if other is None and key[1] is not None:
                other = shared[key] = part.read(values)
            part.attach(instance, other)
        known = instance.__dict__
        for name, index in self.annotations:
            known[name] = values[index]
        return instance


class _Part:
    """The columns of a row that are one model's."""

    def __init__(self, info: dict[str, Any], select: Sequence[Any]) -> None:
        self.model: type[models.Model] = info["model"]
        # Django puts the columns of one model side by side.
        self.columns = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
        self.names = tuple(select[index][0].target.attname for index in info["select_fields"])
        pk: str = self.model._meta.pk.attname  # noqa: SLF001 -- Django's documented API
        self.primary_key = self.columns.start + self.names.index(pk)
        self._setters = info.get("local_setter"), info.get("remote_setter")

    def read(self, values: Sequence[Any]) -> models.Model:
        """Make an instance as the ORM does, but for the signals of `__init__`, which nothing of ours listens to."""
        instance = self.model.__new__(self.model)
        state = ModelState()
        state.adding = False
        state.db = DEFAULT_DB_ALIAS
        instance.__dict__.update(zip(self.names, values[self.columns], strict=True), _state=state)
        return instance

    def attach(self, instance: models.Model, other: models.Model | None) -> None:
        """Let `instance` know its related object."""
        to_other, to_instance = self._setters
        to_other(instance, other)  # type: ignore[misc] # the parts that are attached have both
        if other is not None:
            to_instance(other, instance)  # type: ignore[misc]
