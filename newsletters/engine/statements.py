"""What may be written to whom, as SQL that the claim and the intent share."""

from __future__ import annotations

#: Whether the delivery `d` of mailing `m` to subscriber `s` (or none) must not be sent, whatever it was frozen with.
IS_SUPPRESSED = """(
    d.address = ''
    OR (d.subscriber_id IS NOT NULL AND s.address IS NULL)
    OR EXISTS (
        SELECT 1 FROM newsletters_suppression u
        WHERE u.address_hash = s.address_hash
          AND u.lifted_at IS NULL
          AND (u.until IS NULL OR u.until > statement_timestamp())
          AND (
              u.scope = 'address'
              OR (
                  m.kind NOT IN ('transactional', 'test')
                  AND (u.scope = 'bulletins' OR (u.scope = 'topic' AND u.topic_id = d.topic_id))
              )
          )
    )
    OR (
        m.kind NOT IN ('transactional', 'test')
        AND d.subscriber_id IS NOT NULL
        AND (
            s.state <> 'active'
            OR s.paused_until > (statement_timestamp() AT TIME ZONE 'Asia/Taipei')::date
            OR (
                d.topic_id IS NOT NULL
                AND NOT EXISTS (
                    SELECT 1 FROM newsletters_subscription o
                    WHERE o.subscriber_id = d.subscriber_id AND o.topic_id = d.topic_id AND o.ended_at IS NULL
                )
            )
        )
    )
)"""

#: Whether the time of the delivery `d` of mailing `m` has passed; `max_age` is for those that have no time of their own.
IS_EXPIRED = """(
    d.expires_at <= statement_timestamp()
    OR m.expires_at <= statement_timestamp()
    OR d.created_at < statement_timestamp() - %(max_age)s::interval
)"""
