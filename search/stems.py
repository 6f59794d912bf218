"""Stems of words, as PostgreSQL's dictionary gives them; each is asked for once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_MOST_KEPT = 50_000
_known: dict[str, str] = {}


def stems_of(words: Collection[str]) -> Mapping[str, str]:
    """Return a mapping that holds the stem of each of `words` (no query when all are known)."""
    unknown = [word for word in words if word not in _known]
    if not unknown:
        return _known
    # No larger than the words of a language; what people make up must not fill the memory.
    if len(_known) + len(unknown) > _MOST_KEPT:
        _known.clear()
        unknown = list(words)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, coalesce((ts_lexize('avow_english', word))[1], word) FROM unnest(%s::text[]) AS word",
            [unknown],
        )
        _known.update(cursor.fetchall())
    return _known
