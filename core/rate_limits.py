"""Limits on how often somebody does something, counted in PostgreSQL so that they hold over all processes and machines.

Subjects (addresses, networks) are kept as keyed hashes only. Every count adds one row at most and removes some that have
passed, so that the table never holds more than what was asked in two windows.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from core.tokens import keyed_hash

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
#: Removed at each count: more than can be added, so that what an attack left goes away again.
_SWEPT = 4

_COUNT = """
INSERT INTO core_ratecounter AS kept (name, subject_hash, began_at, count, count_before, expires_at)
VALUES (%(name)s, %(subject)s, %(began)s, 1, 0, %(expires)s)
ON CONFLICT (name, subject_hash) DO UPDATE SET
    count_before = CASE
        WHEN kept.began_at >= excluded.began_at THEN kept.count_before
        WHEN kept.began_at = %(before)s THEN kept.count
        ELSE 0
    END,
    count = CASE WHEN kept.began_at >= excluded.began_at THEN LEAST(kept.count + 1, %(most)s) ELSE 1 END,
    began_at = GREATEST(kept.began_at, excluded.began_at),
    expires_at = GREATEST(kept.expires_at, excluded.expires_at)
RETURNING count, count_before
"""
_FORGIVE = """
UPDATE core_ratecounter SET count = GREATEST(count - 1, 0) WHERE name = %(name)s AND subject_hash = %(subject)s
"""
_SWEEP = """
DELETE FROM core_ratecounter WHERE id IN (
    SELECT id FROM core_ratecounter WHERE expires_at < %(at)s ORDER BY expires_at LIMIT %(swept)s
    FOR UPDATE SKIP LOCKED
)
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` times in any `period`. `name` is unique among all limits."""

    name: str
    count: int
    period: dt.timedelta


def is_within(limit: Limit, subject: str, *, at: dt.datetime) -> bool:
    """Count one act of `subject`, and return whether the limit still allows it.

    The count slides: that of the window before weighs as much as of it lies within one period before `at`. What is
    refused counts too, so that an attack that goes on stays shut out. Call it outside of transactions that may fail.
    """
    began = _EPOCH + (at - _EPOCH) // limit.period * limit.period
    with connection.cursor() as cursor:
        cursor.execute(_SWEEP, {"at": at, "swept": _SWEPT})
        cursor.execute(
            _COUNT,
            {
                "name": limit.name,
                "subject": keyed_hash(f"{limit.name}:{subject}"),
                "began": began,
                "expires": began + 2 * limit.period,
                "before": began - limit.period,
                "most": 2 * limit.count + 1,
            },
        )
        count, before = cursor.fetchone()
    share_before = 1 - (at - began) / limit.period
    return bool(count + before * share_before <= limit.count)


def forgive(limit: Limit, subject: str) -> None:
    """Take back the last count of `subject`: what it did turned out to be its own good right."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGIVE, {"name": limit.name, "subject": keyed_hash(f"{limit.name}:{subject}")})
