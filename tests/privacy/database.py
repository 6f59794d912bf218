"""A search through the whole database, table by table: what no register can leave out."""

from __future__ import annotations

from django.db import connection


def rows_with(*words: str) -> set[tuple[str, str]]:
    """Return table and key of every row of every table in which one of `words` stands, in any case."""
    found: set[tuple[str, str]] = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.table_name, (SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
            " AND a.attnum = ANY(i.indkey) WHERE i.indrelid = to_regclass(t.table_name) AND i.indisprimary LIMIT 1)"
            " FROM information_schema.tables t WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
        )
        for table, key in cursor.fetchall():
            for word in words:
                cursor.execute(
                    f'SELECT "{key}"::text FROM "{table}" AS t WHERE t::text ILIKE %s',  # noqa: S608
                    [f"%{word}%"],
                )
                found |= {(table, row[0]) for row in cursor.fetchall()}
    return found
