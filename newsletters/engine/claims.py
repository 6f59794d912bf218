"""Which deliveries a worker takes, for how long, and how it gives them back.

All times are PostgreSQL's: the clocks of several machines never agree.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row, scalar_row

from newsletters.engine.rows import ClaimedRow
from newsletters.engine.statements import IS_EXPIRED, IS_SUPPRESSED

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection

    import psycopg

#: After so many recoveries from dead workers a delivery is taken alone, to see if it is what kills them…
SUSPECT_AFTER = 3
#: …and after so many it is given up.
POISON_AFTER = 8

_DUE = """
SELECT m.id FROM newsletters_mailing m
WHERE m.state = 'sending' AND m.lane = ANY(%(lanes)s) AND EXISTS (
    SELECT 1 FROM newsletters_delivery d
    WHERE d.mailing_id = m.id AND d.state = 'ready' AND d.next_at <= statement_timestamp()
)
ORDER BY m.id
"""

_CLAIM = f"""
WITH picked AS (
    SELECT d.id, d.next_at FROM newsletters_delivery d
    WHERE d.mailing_id = %(mailing)s AND d.state = 'ready' AND d.next_at <= statement_timestamp()
      AND (d.next_at, d.id) >= (%(from_time)s, %(from_id)s)
      AND d.recoveries BETWEEN %(least_recoveries)s AND %(most_recoveries)s
      AND {{destination}}
    ORDER BY d.next_at, d.id LIMIT %(limit)s
    FOR NO KEY UPDATE OF d SKIP LOCKED
), judged AS MATERIALIZED (  -- else the verdict is worked out anew for each column that it decides
    SELECT d.id, s.token_epoch,
           CASE
               WHEN {IS_SUPPRESSED} THEN 'suppressed'
               WHEN {IS_EXPIRED} THEN CASE WHEN d.attempt > 0 THEN 'rejected' ELSE 'suppressed' END
               WHEN d.recoveries >= {POISON_AFTER} THEN 'rejected'
               ELSE 'claimed'
           END AS verdict
    FROM picked
    JOIN newsletters_delivery d ON d.id = picked.id
    JOIN newsletters_mailing m ON m.id = d.mailing_id
    LEFT JOIN newsletters_subscriber s ON s.id = d.subscriber_id
)
UPDATE newsletters_delivery d
SET state = j.verdict,
    worker = CASE WHEN j.verdict = 'claimed' THEN %(worker)s::uuid END,
    lease_token = d.lease_token + 1,
    lease_until = CASE WHEN j.verdict = 'claimed' THEN statement_timestamp() + %(lease)s::interval END,
    ended_at = CASE WHEN j.verdict <> 'claimed' THEN statement_timestamp() END,
    reply = CASE
        WHEN j.verdict = 'rejected' AND d.recoveries >= {POISON_AFTER} THEN 'Given up: workers died over it.'
        ELSE d.reply
    END
FROM judged j
WHERE d.id = j.id
RETURNING d.id, d.lease_token AS token, d.mailing_id, d.body_id, d.subscriber_id, COALESCE(j.token_epoch, 0) AS epoch,
    d.topic_id, d.reference, d.address, d.destination, d.lane, d.attempt, d.state,
    extract(epoch FROM statement_timestamp() - d.created_at)::float AS age, d.next_at
"""  # noqa: S608 -- the pieces are constants

_REFILL = """
UPDATE newsletters_destination
SET tokens = CASE
        WHEN refilled_at IS NULL THEN burst
        ELSE LEAST(burst, tokens + per_minute / 60.0 * extract(epoch FROM statement_timestamp() - refilled_at))
    END,
    refilled_at = statement_timestamp()
WHERE per_minute IS NOT NULL
RETURNING name, floor(tokens)::int, closed_until > statement_timestamp()
"""
_CLOSED = "SELECT name FROM newsletters_destination WHERE closed_until > statement_timestamp()"
_SPEND = "UPDATE newsletters_destination SET tokens = tokens - %s WHERE name = %s"

_RENEW = """
UPDATE newsletters_delivery SET lease_until = statement_timestamp() + %(lease)s::interval
WHERE worker = %(worker)s AND state IN ('claimed', 'inflight')
  AND lease_until < statement_timestamp() + %(lease)s::interval / 2
"""
_RELEASE = """
UPDATE newsletters_delivery SET state = 'ready', worker = NULL, lease_until = NULL
WHERE worker = %(worker)s AND state = 'claimed' AND (%(ids)s::bigint[] IS NULL OR id = ANY(%(ids)s))
"""
_OPEN = """
SELECT EXISTS (
    SELECT 1 FROM newsletters_delivery d JOIN newsletters_mailing m ON m.id = d.mailing_id
    WHERE m.state = 'sending' AND d.state IN ('ready', 'claimed', 'inflight')
)
"""

#: Everything together, in the table of destinations.
ALL = "*"
_BEGINNING = (dt.datetime.min.replace(tzinfo=dt.UTC), 0)


@dataclass(frozen=True, slots=True)
class _Found(ClaimedRow):
    state: str = ""
    next_at: dt.datetime = _BEGINNING[0]


@dataclass
class Claimer:
    """Claims for one worker over one connection. Used by one thread."""

    connection: psycopg.Connection[Any]
    worker: uuid.UUID
    lease: dt.timedelta
    max_age: dt.timedelta
    #: Where in each mailing everything before is held back, so that it is not looked at anew each time.
    _floors: dict[int, tuple[dt.datetime, int]] = field(default_factory=dict)
    _floors_for: frozenset[str] = frozenset()

    def claim(self, lane: int, limit: int, *, slow: Collection[str] = ()) -> list[ClaimedRow]:
        """Claim up to `limit` deliveries of `lane` that are due; its mailings get equal shares.

        Suppressed and expired ones that come up are ended on the way. Destinations that are closed, or in `slow`, are
        passed over; those with a limit of their own get what their tokens allow.
        """
        due = self._due([lane]) if limit > 0 else []
        if not due:
            return []
        with self.connection.transaction():
            tokens, closed = self._refill()
            limit = min(limit, tokens.pop(ALL, limit))
            held = frozenset(closed) | frozenset(tokens) | frozenset(slow)
            if held != self._floors_for:
                self._floors, self._floors_for = {}, held
            found: list[_Found] = []
            for position, mailing in enumerate(due):
                share = max(1, (limit - len(found)) // (len(due) - position))
                found += self._claim_of(mailing, min(share, limit - len(found)), held)
                for name in tokens.keys() - closed - frozenset(slow):
                    taken = self._claim_of(mailing, min(tokens[name], limit - len(found)), held, only=name)
                    tokens[name] -= len(taken)
                    self._spend(name, len(taken))
                    found += taken
            self._spend(ALL, len(found))
        return [row for row in found if row.state == "claimed"]

    def look_again(self) -> None:
        """Forget where the last search ended: what was given back stands before it."""
        self._floors = {}

    def renew(self) -> None:
        """Prolong the leases of what this worker holds, once half of their time has passed."""
        self.connection.execute(_RENEW, {"worker": self.worker, "lease": self.lease})

    def release(self, ids: list[int] | None = None) -> int:
        """Give back claimed deliveries, all of them by default; nothing of them has been sent."""
        return self.connection.execute(_RELEASE, {"worker": self.worker, "ids": ids}).rowcount

    def has_open(self) -> bool:
        """Tell whether anything of the mailings being sent still waits, for whatever reason."""
        return bool(self.connection.execute(_OPEN).fetchone()[0])  # type: ignore[index] # one row, always

    def has_due(self, lanes: Collection[int]) -> bool:
        """Tell whether anything of `lanes` could be claimed now, or when its destination opens."""
        return bool(self._due(lanes))

    def _due(self, lanes: Collection[int]) -> list[int]:
        with self.connection.cursor(row_factory=scalar_row) as cursor:
            return cursor.execute(_DUE, {"lanes": list(lanes)}).fetchall()

    def _refill(self) -> tuple[dict[str, int], set[str]]:
        """Return what the buckets hold, and which destinations are closed. Holds the limited ones until the commit."""
        tokens, closed = {}, set()
        for name, count, is_closed in self.connection.execute(_REFILL).fetchall():
            tokens[name] = max(0, count)
            if is_closed:
                closed.add(name)
        closed |= {name for (name,) in self.connection.execute(_CLOSED).fetchall()}
        if ALL in closed:
            tokens[ALL] = 0
        return tokens, closed

    def _spend(self, name: str, count: int) -> None:
        if count:
            self.connection.execute(_SPEND, [count, name])

    def _claim_of(self, mailing: int, limit: int, held: frozenset[str], *, only: str = "") -> list[_Found]:
        if limit <= 0:
            return []
        from_time, from_id = _BEGINNING if only else self._floors.get(mailing, _BEGINNING)
        parameters: dict[str, Any] = {
            "mailing": mailing,
            "worker": self.worker,
            "lease": self.lease,
            "max_age": self.max_age,
            "from_time": from_time,
            "from_id": from_id,
            "least_recoveries": 0,
            "most_recoveries": SUSPECT_AFTER - 1,
            "held": list(held),
            "only": only,
            "limit": limit,
        }
        condition = "d.destination = %(only)s" if only else "d.destination <> ALL(%(held)s)"
        statement = _CLAIM.format(destination=condition)
        with self.connection.cursor(row_factory=class_row(_Found)) as cursor:
            found = cursor.execute(statement, parameters).fetchall()
            if not only and found:
                self._floors[mailing] = min((row.next_at, row.id) for row in found)
            if not found:
                # Nothing else is left: a suspect may be tried, alone.
                parameters |= {"least_recoveries": SUSPECT_AFTER, "most_recoveries": 32_767, "limit": 1}
                parameters |= {"from_time": _BEGINNING[0], "from_id": 0}
                found = cursor.execute(statement, parameters).fetchall()
        return sorted(found, key=lambda row: (row.next_at, row.id))
