"""Freezing: who gets a mailing is decided once, in one statement, and never asked again while it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.dates import civil_date
from core.languages import language_codes
from newsletters.choices import Frequency, MailingKind, MailingState, TopicKind
from newsletters.errors import MailingRefused
from newsletters.models import Mailing, Topic
from newsletters.services.mailings import tell_of_archive, wake_workers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

#: The first half of the advisory locks of freezing; the second is the mailing's number.
_LOCK = 0x4652

_FREEZABLE = (
    MailingState.APPROVED,
    MailingState.FREEZING,
    MailingState.SENDING,
    MailingState.PAUSED,
    MailingState.DONE,
)

#: Open subscriptions that may be written to at the moment `at`: joined with their subscriber, as `s` and `p`.
ELIGIBLE = """
    FROM newsletters_subscription s
    JOIN newsletters_subscriber p ON p.id = s.subscriber_id
    WHERE s.ended_at IS NULL
      AND s.topic_id = ANY(%(topics)s)
      AND s.frequency = %(frequency)s
      AND p.state = 'active'
      AND (p.paused_until IS NULL OR p.paused_until <= %(today)s)
      AND NOT EXISTS (
          SELECT 1 FROM newsletters_suppression u
          WHERE u.address_hash = p.address_hash
            AND u.lifted_at IS NULL
            AND (u.until IS NULL OR u.until > %(at)s)
            AND u.scope <> 'sign_up'  -- that keeps confirmations away, and nothing that was confirmed
            AND (u.scope <> 'topic' OR u.topic_id = s.topic_id)
      )
"""

#: Where the address of `p` belongs: the provider group that limits apply to, else its own domain.
DESTINATION = "COALESCE(d.name, lower(split_part(chosen.address, '@', -1)))"
DESTINATION_JOIN = """
    LEFT JOIN (SELECT name, unnest(domains) AS domain FROM newsletters_destination) d
           ON d.domain = lower(split_part(chosen.address, '@', -1))
"""
CONFLICT = "ON CONFLICT (mailing_id, subscriber_id) WHERE lane > 0 AND subscriber_id IS NOT NULL DO NOTHING"
COLUMNS = """
    mailing_id, body_id, subscriber_id, topic_id, address, destination, lane, state, attempt, next_at, expires_at,
    lease_token, enhanced_code, reply, created_at
"""

# A person with two of the topics gets one message, by the topic that says more. After the first freezing (`since`) only
# those are added who had subscribed before it: a late language is news to nobody else.
_FREEZE = f"""
INSERT INTO newsletters_delivery ({COLUMNS})
SELECT %(mailing)s, chosen.body_id, chosen.subscriber_id, chosen.topic_id, chosen.address, {DESTINATION}, %(lane)s,
       'ready', 0, %(next_at)s, %(expires_at)s, 0, '', '', %(at)s
FROM (
    SELECT DISTINCT ON (e.subscriber_id) e.subscriber_id, e.topic_id, e.address, b.body_id
    FROM (SELECT s.id, s.subscriber_id, s.topic_id, s.locale, s.waits_for_language, p.address {ELIGIBLE}) e
    JOIN unnest(%(locales)s::text[], %(bodies)s::bigint[], %(fallbacks)s::boolean[])
         AS b (locale, body_id, is_fallback) ON b.locale = e.locale
    WHERE NOT (b.is_fallback AND e.waits_for_language)
      AND (%(since)s::timestamptz IS NULL OR EXISTS (
          SELECT 1 FROM newsletters_subscription o
          WHERE o.subscriber_id = e.subscriber_id AND o.topic_id = e.topic_id AND o.started_at <= %(since)s
      ))
    ORDER BY e.subscriber_id, (e.topic_id = %(topic)s) DESC, e.id
) chosen
{DESTINATION_JOIN}
{CONFLICT}
"""  # noqa: S608 -- the pieces are constants of this module

_COUNT = f"""
SELECT e.locale, e.waits_for_language, count(*)
FROM (
    SELECT DISTINCT ON (s.subscriber_id) s.subscriber_id, s.locale, s.waits_for_language {ELIGIBLE}
    ORDER BY s.subscriber_id, (s.topic_id = %(topic)s) DESC, s.id
) e
GROUP BY e.locale, e.waits_for_language
"""  # noqa: S608 -- the pieces are constants of this module


@dataclass(frozen=True, slots=True)
class AudienceCount:
    """How many people would be written to now, of one language; `waiting` of them take no other language."""

    language: str
    total: int
    waiting: int


def freeze_mailing(*, mailing: Mailing, at: dt.datetime) -> int:
    """Make one delivery for everybody who should get `mailing`, in one statement; return how many were added.

    May be called again, for instance when a late language has got its body: nobody gets a second delivery. Wakes the
    workers. Raises `MailingRefused` when the mailing is a draft or was cancelled, also while this was running.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, mailing.pk])
        mailing.refresh_from_db()
        if mailing.state not in _FREEZABLE:
            raise MailingRefused(_("Only an approved mailing is sent."))
        bodies = list(_bodies(mailing))
        parameters = audience_parameters(mailing.topic, at=at) | {
            "mailing": mailing.pk,
            "lane": mailing.lane,
            "next_at": max(at, mailing.not_before or at),
            "expires_at": mailing.expires_at,
            "since": mailing.frozen_at,
            "locales": [locale for locale, _body, _fallback in bodies],
            "bodies": [body for _locale, body, _fallback in bodies],
            "fallbacks": [is_fallback for _locale, _body, is_fallback in bodies],
        }
        cursor.execute(_FREEZE, parameters)
        added: int = cursor.rowcount
        _mark_frozen(mailing, at=at)
        wake_workers()
    return added


def count_audience(topic: Topic, *, at: dt.datetime) -> list[AudienceCount]:
    """Return how many people a mailing to `topic` would reach now, for every language of the site."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, audience_parameters(topic, at=at))
        rows = cursor.fetchall()
    totals = {code: [0, 0] for code in language_codes()}
    for locale, waits, count in rows:
        found = totals.setdefault(locale, [0, 0])
        found[0] += count
        found[1] += count if waits else 0
    return [AudienceCount(code, total, waiting) for code, (total, waiting) in totals.items()]


def audience_parameters(topic: Topic | None, *, at: dt.datetime) -> dict[str, Any]:
    """Return what `ELIGIBLE` asks for, for readers who are told at once."""
    return {
        "topics": _audience_topics(topic),
        "topic": topic.pk if topic else None,
        "frequency": Frequency.IMMEDIATE,
        "today": civil_date(at),
        "at": at,
    }


def _audience_topics(topic: Topic | None) -> list[int]:
    """Return the topics whose subscribers hear of `topic`: changes of a policy are news for those of all policies too."""
    if topic is None:
        return []
    if topic.kind != TopicKind.ALERT or topic.policy_id is None:
        return [topic.pk]
    general = Topic.objects.filter(kind=TopicKind.ALERT, policy=None).order_by("pk").values_list("pk", flat=True)
    return [topic.pk, *general]


def _bodies(mailing: Mailing) -> Iterator[tuple[str, int, bool]]:
    """Yield, for each language of readers, the body they get and whether it is in another language than theirs.

    A fallback body has the words of the language that its `variant` names, in a frame of the reader's own.
    """
    found = {(body.locale, body.variant): body.pk for body in mailing.bodies.order_by("pk")}
    for locale in dict.fromkeys(locale for locale, _variant in found):
        order = ["", *mailing.fallback_languages]
        variant = next((variant for variant in order if (locale, variant) in found), None)
        if variant is not None:
            yield locale, found[locale, variant], bool(variant)


def _mark_frozen(mailing: Mailing, *, at: dt.datetime) -> None:
    # Last, and conditionally: whoever pauses waits for this row's lock only now, and a cancelled mailing stays cancelled.
    kept = Mailing.objects.filter(pk=mailing.pk).exclude(state=MailingState.CANCELLED)
    if not kept.update(frozen_at=mailing.frozen_at or at, wants_freezing=False):
        raise MailingRefused(_("Only an approved mailing is sent."))
    kept.exclude(state=MailingState.PAUSED).update(state=MailingState.SENDING, finished_at=None)
    if mailing.kind in {MailingKind.BULLETIN, MailingKind.ALERT}:
        tell_of_archive(mailing)
    mailing.refresh_from_db()
