"""What a worker writes about its deliveries: intents before the bytes, results after the reply, in one statement.

The intents and results of all connections of a worker that come together travel together, so that one commit serves
many messages and yet no more than one message of a connection is ever between its intent and its result.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg

from newsletters.engine.sentences import without_addresses
from newsletters.engine.statements import IS_EXPIRED, IS_SUPPRESSED

if TYPE_CHECKING:
    import datetime as dt
    import uuid

# A result is true even when the row was called uncertain meanwhile; but never when somebody else has it now. The lease is
# compared so that no index answers it: one over all leases that run would be walked for each batch.
_WRITE = f"""
WITH results AS (
    UPDATE newsletters_delivery d
    SET state = r.state,
        attempt = d.attempt + r.tried,
        next_at = CASE WHEN r.state = 'ready' THEN statement_timestamp() + r.delay * interval '1 second' ELSE d.next_at END,
        ended_at = CASE WHEN r.state <> 'ready' THEN statement_timestamp() END,
        worker = CASE WHEN r.state <> 'ready' THEN d.worker END,
        lease_until = NULL,
        smtp_code = r.code,
        enhanced_code = r.enhanced,
        reply = r.reply
    FROM unnest(
        %(result_ids)s::bigint[], %(result_tokens)s::bigint[], %(states)s::text[], %(tried)s::int[], %(delays)s::float[],
        %(codes)s::int[], %(enhanced)s::text[], %(replies)s::text[]
    ) AS r (id, token, state, tried, delay, code, enhanced, reply)
    WHERE d.id = r.id AND d.worker = %(worker)s AND d.lease_token = r.token
      AND d.state IN ('claimed', 'inflight', 'uncertain')
    RETURNING d.id
), intents AS (
    UPDATE newsletters_delivery d
    SET state = 'inflight',
        intent_at = statement_timestamp(),
        lease_until = statement_timestamp() + %(lease)s::interval
    FROM unnest(%(intent_ids)s::bigint[], %(intent_tokens)s::bigint[]) AS i (id, token)
    JOIN newsletters_delivery e ON e.id = i.id
    JOIN newsletters_mailing m ON m.id = e.mailing_id
    LEFT JOIN newsletters_subscriber s ON s.id = e.subscriber_id
    WHERE d.id = i.id AND d.worker = %(worker)s AND d.lease_token = i.token
      AND d.state = 'claimed' AND d.lease_until - statement_timestamp() > interval '0'
      AND m.state = 'sending' AND {IS_EXPIRED} IS NOT TRUE AND {IS_SUPPRESSED} IS NOT TRUE
    RETURNING d.id
)
SELECT true, id FROM intents UNION ALL SELECT false, id FROM results
"""  # noqa: S608 -- the pieces are constants

_WITHHELD = f"""
UPDATE newsletters_delivery d
SET state = j.verdict, worker = NULL, lease_until = NULL,
    ended_at = CASE WHEN j.verdict <> 'ready' THEN statement_timestamp() END
FROM (
    SELECT d.id, m.id AS mailing, m.state <> 'sending' AS is_stopped,
           CASE
               WHEN m.state = 'cancelled' OR {IS_SUPPRESSED} THEN 'suppressed'
               WHEN {IS_EXPIRED} THEN CASE WHEN d.attempt > 0 THEN 'rejected' ELSE 'suppressed' END
               ELSE 'ready'
           END AS verdict
    FROM newsletters_delivery d
    JOIN newsletters_mailing m ON m.id = d.mailing_id
    LEFT JOIN newsletters_subscriber s ON s.id = d.subscriber_id
    WHERE d.id = ANY(%(ids)s)
) j, unnest(%(ids)s::bigint[], %(tokens)s::bigint[]) AS i (id, token)
WHERE d.id = j.id AND d.id = i.id AND d.worker = %(worker)s AND d.lease_token = i.token AND d.state = 'claimed'
"""  # noqa: S608 -- the pieces are constants

_STOPPED = "SELECT id FROM newsletters_mailing WHERE state <> 'sending' AND id = ANY(%s)"

_LONGEST_REPLY = 500


class LedgerLostError(Exception):
    """The connection broke: nobody knows whether the last statement was carried out."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a delivery. `state` is one of accepted, rejected, uncertain, ready; ready again after `delay`."""

    id: int
    token: int
    state: str
    tried: int = 1
    delay: float = 0.0
    code: int | None = None
    enhanced: str = ""
    reply: str = ""


@dataclass(slots=True)
class Batch:
    """What is written together. `intents` are numbers, fencing tokens and mailings."""

    results: list[Result] = field(default_factory=list)
    intents: list[tuple[int, int, int]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.results or self.intents)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was written: the intents that stand, and the mailings of the others that are not being sent any more."""

    granted: frozenset[int]
    stopped_mailings: frozenset[int]
    unwritten_results: int


class Ledger:
    """Writes for one worker over one connection. Used by one thread."""

    def __init__(
        self, connection: psycopg.Connection[Any], worker: uuid.UUID, *, lease: dt.timedelta, max_age: dt.timedelta
    ) -> None:
        self._connection = connection
        self._always = {"worker": worker, "lease": lease, "max_age": max_age}

    def write(self, batch: Batch) -> Answer:
        """Commit the batch; what is returned as granted may be sent.

        Raises:
            LedgerLostError: it is not known whether the batch was committed.
        """
        results = batch.results
        rows = self._execute(
            _WRITE,
            {
                **self._always,
                "result_ids": [result.id for result in results],
                "result_tokens": [result.token for result in results],
                "states": [result.state for result in results],
                "tried": [result.tried for result in results],
                "delays": [result.delay for result in results],
                "codes": [result.code for result in results],
                "enhanced": [result.enhanced for result in results],
                "replies": [without_addresses(result.reply.replace("\0", " "))[:_LONGEST_REPLY] for result in results],
                "intent_ids": [number for number, _token, _mailing in batch.intents],
                "intent_tokens": [token for _number, token, _mailing in batch.intents],
            },
        ).fetchall()
        granted = frozenset(number for is_intent, number in rows if is_intent)
        withheld = [intent for intent in batch.intents if intent[0] not in granted]
        stopped = self._withhold(withheld) if withheld else frozenset()
        return Answer(granted, stopped, len(results) - (len(rows) - len(granted)))

    def close(self) -> None:
        self._connection.close()

    def _withhold(self, intents: list[tuple[int, int, int]]) -> frozenset[int]:
        """Put right the rows whose intent was not granted; return the mailings that are not being sent any more."""
        numbers = [number for number, _token, _mailing in intents]
        tokens = [token for _number, token, _mailing in intents]
        self._execute(_WITHHELD, {**self._always, "ids": numbers, "tokens": tokens})
        mailings = list({mailing for _number, _token, mailing in intents})
        return frozenset(number for (number,) in self._execute(_STOPPED, [mailings]).fetchall())

    def _execute(self, statement: str, parameters: Any) -> psycopg.Cursor[Any]:
        while True:
            try:
                return self._connection.execute(statement, parameters)
            except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
                continue  # rolled back as a whole
            except psycopg.OperationalError as error:
                raise LedgerLostError from error
