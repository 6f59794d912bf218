"""What workers left behind when they died: claims are free to be claimed again, intents are uncertain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    import uuid

    import psycopg

_LOCK = 0x41_56_4F_57_52

# A claimed row has provably not reached its final dot. An intent may have been carried out, or not (RFC 1047).
_REAP = """
UPDATE newsletters_delivery
SET state = CASE state WHEN 'claimed' THEN 'ready' ELSE 'uncertain' END,
    recoveries = LEAST(recoveries + 1, 32767),
    worker = CASE state WHEN 'inflight' THEN worker END,
    lease_until = NULL,
    ended_at = CASE state WHEN 'inflight' THEN statement_timestamp() END
WHERE id IN (
    SELECT id FROM newsletters_delivery WHERE state IN ('claimed', 'inflight') AND {condition}
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
RETURNING state
"""
_EXPIRED = _REAP.format(condition="lease_until < statement_timestamp()")
_OF_WORKER = _REAP.format(condition="worker = %s")

# Mailings for which a message too many is better than one too few are sent once more, and only once.
_RESEND = """
WITH resent AS (
    UPDATE newsletters_delivery d
    SET state = 'ready', resent_at = statement_timestamp(), next_at = statement_timestamp(),
        ended_at = NULL, worker = NULL
    FROM newsletters_mailing m
    WHERE m.id = d.mailing_id AND m.resends_uncertain AND m.state IN ('sending', 'done')
      AND d.state = 'uncertain' AND d.resent_at IS NULL
      AND d.ended_at < statement_timestamp() - %(patience)s::interval
    RETURNING d.mailing_id
)
UPDATE newsletters_mailing SET state = 'sending', finished_at = NULL
WHERE state = 'done' AND id IN (SELECT mailing_id FROM resent)
"""
_FORGET = "DELETE FROM newsletters_worker WHERE seen_at < statement_timestamp() - %(patience)s::interval"


@dataclass(frozen=True, slots=True)
class Reaped:
    """How many deliveries were made ready again, and of how many nobody knows."""

    ready: int = 0
    uncertain: int = 0


def reap(connection: psycopg.Connection[Any], *, patience: dt.timedelta) -> Reaped:
    """Take back what leases have run out on. Any number of workers may try; one at a time does.

    `patience` is how long a worker may be silent, and how long a late reply is waited for before a message is sent once
    more where its mailing wants that.
    """
    with connection.transaction():
        row = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK]).fetchone()
        if row is None or not row[0]:
            return Reaped()
        reaped = _count(connection.execute(_EXPIRED).fetchall())
        connection.execute(_RESEND, {"patience": patience})
        connection.execute(_FORGET, {"patience": patience})
    return reaped


def reap_worker(connection: psycopg.Connection[Any], worker: uuid.UUID) -> Reaped:
    """Take back at once what a worker held that is known to be dead: its process has ended."""
    with connection.transaction():
        reaped = _count(connection.execute(_OF_WORKER, [worker]).fetchall())
        connection.execute("DELETE FROM newsletters_worker WHERE id = %s", [worker])
    return reaped


def _count(states: list[tuple[str]]) -> Reaped:
    ready = sum(state == "ready" for (state,) in states)
    return Reaped(ready, len(states) - ready)
