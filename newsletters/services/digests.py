"""Daily and weekly digests: what was published in a period, in one mail for each combination of choices.

A period ends at eight in the morning in Taipei, the weekly one on Mondays. Each has one row, made in the transaction
that makes its mailing, so that any machine may try and none makes it twice. Periods that were missed, because no worker
ran, are made up for in one mail: it reaches back to the last that was made.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext, override

from core.dates import TAIPEI, civil_date, format_date
from core.languages import language_codes
from newsletters.addresses import archive_url
from newsletters.articles import Article, Item
from newsletters.choices import Frequency, MailingKind, MailingState, TopicKind
from newsletters.models import DigestRun, Mailing, MailingBody, Topic
from newsletters.rendering import render_article
from newsletters.services.freeze import COLUMNS, CONFLICT, DESTINATION, DESTINATION_JOIN, ELIGIBLE
from newsletters.services.mailings import add_body, make_mailing, wake_workers
from policies.text.digest import canonical_json, sha256_hex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: The hour in Taipei at which a period ends.
HOUR = 8
#: How far back missing runs are looked for, and how far a digest may reach back.
LOOK_BACK = dt.timedelta(days=7)
LONGEST = dt.timedelta(days=35)
#: How long a digest may be tried.
LIFETIME = {Frequency.DAILY: dt.timedelta(hours=20), Frequency.WEEKLY: dt.timedelta(days=3)}

_LOCK = 0x4449
_DAYS = {Frequency.DAILY: 1, Frequency.WEEKLY: 7}

# What each reader chose: topics, with the language and patience of each, and those that they hear of at once and so not
# again. It is one text that names the combination.
_CHOICES = f"""
SELECT s.subscriber_id, p.address, p.locale,
       string_agg(s.topic_id || ':' || s.locale || ':' || CASE WHEN s.waits_for_language THEN 'waits' ELSE 'any' END,
                  ' ' ORDER BY s.topic_id)
       || COALESCE((
           SELECT string_agg(' ' || i.topic_id || ':' || i.locale || ':told', '' ORDER BY i.topic_id)
           FROM newsletters_subscription i
           WHERE i.subscriber_id = s.subscriber_id AND i.ended_at IS NULL AND i.frequency = 'immediate'
             AND i.topic_id = ANY(%(topics)s)
       ), '') AS chosen,
       CASE WHEN count(*) = 1 THEN min(s.topic_id) END AS topic_id
{ELIGIBLE}
GROUP BY s.subscriber_id, p.address, p.locale
"""  # noqa: S608 -- the pieces are constants

_COMBINATIONS = f"SELECT DISTINCT locale, chosen FROM ({_CHOICES}) choices ORDER BY locale, chosen"  # noqa: S608

_FREEZE = f"""
INSERT INTO newsletters_delivery ({COLUMNS})
SELECT %(mailing)s, chosen.body_id, chosen.subscriber_id, chosen.topic_id, chosen.address, {DESTINATION}, %(lane)s,
       'ready', 0, %(at)s, %(expires_at)s, 0, '', '', %(at)s
FROM (
    SELECT c.subscriber_id, c.topic_id, c.address, b.body_id
    FROM ({_CHOICES}) c
    JOIN unnest(%(locales)s::text[], %(combinations)s::text[], %(bodies)s::bigint[]) AS b (locale, chosen, body_id)
      ON b.locale = c.locale AND b.chosen = c.chosen
    ORDER BY c.subscriber_id
) chosen
{DESTINATION_JOIN}
{CONFLICT}
"""  # noqa: S608 -- the pieces are constants


@dataclass(frozen=True, slots=True)
class Period:
    """(`since`, `until`], ending on `local_date` in Taipei."""

    frequency: Frequency
    local_date: dt.date
    since: dt.datetime
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """A topic that a reader chose, with the language.

    `way` is `waits` when they take no other language, `any` when they do, and `told` when they hear of it at once.
    """

    topic: int
    language: str
    way: str


def make_due_digests(*, at: dt.datetime) -> list[Mailing]:
    """Make the digests whose periods have ended by `at` and were not made yet; return those that have a reader."""
    made = [_make_due(frequency, at=at) for frequency in (Frequency.DAILY, Frequency.WEEKLY)]
    return [mailing for mailing in made if mailing is not None]


def ended_periods(frequency: Frequency, *, at: dt.datetime) -> list[Period]:
    """Return the periods that ended in the last days up to `at`, oldest first."""
    days = _DAYS[frequency]
    first, last = civil_date(at - LOOK_BACK), civil_date(at)
    found = []
    for offset in range((last - first).days + 1):
        day = first + dt.timedelta(days=offset)
        until = _moment(day)
        is_due = frequency == Frequency.DAILY or day.isoweekday() == 1
        if is_due and at - LOOK_BACK < until <= at:
            found.append(Period(frequency, day, _moment(day - dt.timedelta(days=days)), until))
    return found


def _moment(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(HOUR), TAIPEI)


@transaction.atomic
def _make_due(frequency: Frequency, *, at: dt.datetime) -> Mailing | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, _DAYS[frequency]])
    made = set(
        DigestRun.objects.filter(frequency=frequency).values_list("local_date", flat=True).order_by("-local_date")[:40]
    )
    missing = [period for period in ended_periods(frequency, at=at) if period.local_date not in made]
    if not missing:
        return None
    *earlier, newest = missing
    before = DigestRun.objects.filter(frequency=frequency, until__lt=newest.until).order_by("-until", "-pk").first()
    since = newest.since
    if before is not None:
        since = max(min(since, before.until), newest.until - LONGEST)
    elif earlier:
        since = earlier[0].since
    period = Period(frequency, newest.local_date, since, newest.until)
    mailing = _make(period, at=at)
    for each in earlier:
        _keep_run(each, mailing=None, at=at)
    _keep_run(period, mailing=mailing, at=at)
    return mailing


def _keep_run(period: Period, *, mailing: Mailing | None, at: dt.datetime) -> None:
    DigestRun.objects.create(
        frequency=period.frequency,
        local_date=period.local_date,
        since=period.since,
        until=period.until,
        mailing=mailing,
        created_at=at,
    )


def _make(period: Period, *, at: dt.datetime) -> Mailing | None:
    """Make the mailing of a period with its bodies and deliveries; None when nobody would find anything in it."""
    news = News.of(period)
    parameters: dict[str, Any] = {
        "topics": news.topics,
        "frequency": period.frequency,
        "today": civil_date(at),
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COMBINATIONS, parameters)
        combinations = cursor.fetchall()
    wanted = [(locale, chosen, news.items_for(_read(chosen), locale)) for locale, chosen in combinations]
    wanted = [found for found in wanted if found[2]]
    if not wanted:
        return None
    mailing = make_mailing(
        key=f"digest:{period.frequency}:{period.local_date.isoformat()}",
        kind=MailingKind.DIGEST,
        expires_at=at + LIFETIME[period.frequency],
        at=at,
    )
    if mailing is None:
        return None
    bodies = [_write(mailing, period, locale, chosen, items, at=at) for locale, chosen, items in wanted]
    with connection.cursor() as cursor:
        cursor.execute(
            _FREEZE,
            parameters
            | {
                "mailing": mailing.pk,
                "lane": mailing.lane,
                "expires_at": mailing.expires_at,
                "locales": [locale for locale, _chosen, _items in wanted],
                "combinations": [chosen for _locale, chosen, _items in wanted],
                "bodies": [body.pk for body in bodies],
            },
        )
    mailing.state, mailing.frozen_at, mailing.approved_at = MailingState.SENDING, at, at
    mailing.save(update_fields=["state", "frozen_at", "approved_at"])
    wake_workers()
    return mailing


def _read(chosen: str) -> list[Choice]:
    parts = [part.split(":") for part in chosen.split(" ")]
    return [Choice(int(topic), language, way) for topic, language, way in parts]


def _write(
    mailing: Mailing, period: Period, locale: str, chosen: str, items: Sequence[Item], *, at: dt.datetime
) -> MailingBody:
    with override(locale):
        day = format_date(period.local_date, locale)
        if period.frequency == Frequency.DAILY:
            title = gettext("What was published up to %(day)s") % {"day": day}
        else:
            title = gettext("What was published in the week up to %(day)s") % {"day": day}
    article = Article(language=locale, title=title, summary="", blocks=tuple(items))
    return add_body(
        mailing=mailing,
        locale=locale,
        variant=sha256_hex(canonical_json(chosen)),
        content=render_article(article, template="digest", frame=locale, topic=None),
        article=article.to_data(),
        at=at,
    )


@dataclass(frozen=True)
class News:
    """What was published in a period: bodies by mailing and language, mailings in order, and the topics that tell of each."""

    bodies: Mapping[int, Mapping[str, MailingBody]]
    order: Sequence[Mailing]
    audiences: Mapping[int, frozenset[int]]
    period: Period

    @classmethod
    def of(cls, period: Period) -> News:
        """Read what was first sent in the period, and what got another language in it."""
        until, since = period.until, period.since
        public = Mailing.objects.filter(
            kind__in=[MailingKind.BULLETIN, MailingKind.ALERT], frozen_at__lte=until, topic__isnull=False
        ).exclude(state=MailingState.CANCELLED)
        own = MailingBody.objects.filter(mailing__in=public, variant="", created_at__lte=until).defer("html", "text")
        recent = own.filter(mailing__frozen_at__gt=since) | own.filter(created_at__gt=since)
        mailings = public.filter(pk__in=recent.values("mailing_id")).select_related("topic").order_by("frozen_at", "pk")
        bodies: dict[int, dict[str, MailingBody]] = {}
        for body in own.filter(mailing__in=mailings).order_by("pk"):
            bodies.setdefault(body.mailing_id, {})[body.locale] = body
        general = frozenset(Topic.objects.filter(kind=TopicKind.ALERT, policy=None).values_list("pk", flat=True))
        order = list(mailings)
        audiences = {
            mailing.pk: frozenset([mailing.topic_id or 0]) | (general if _is_of_policy(mailing.topic) else frozenset())
            for mailing in order
        }
        return cls(bodies, order, audiences, period)

    @property
    def topics(self) -> list[int]:
        return sorted(frozenset().union(*self.audiences.values()))

    def items_for(self, choices: Sequence[Choice], locale: str) -> list[Item]:
        """Return what readers with these choices have not heard of yet, oldest first, each thing once."""
        return list(self._items(choices, locale))

    def _items(self, choices: Sequence[Choice], locale: str) -> Iterator[Item]:
        for mailing in self.order:
            own = [choice for choice in choices if choice.topic in self.audiences[mailing.pk]]
            if any(choice.way == "told" for choice in own):
                continue
            # The topic of the policy itself counts before that of all policies.
            own.sort(key=lambda choice: choice.topic != mailing.topic_id)
            found = next((body for choice in own if (body := self._body(mailing, choice)) is not None), None)
            if found is not None:
                yield Item(
                    title=found.article["title"],
                    summary=found.article["summary"],
                    url=archive_url(mailing.pk, found.locale),
                    language=found.locale,
                )

    def _body(self, mailing: Mailing, choice: Choice) -> MailingBody | None:
        """Return the body that a choice leads to; None when it has come in an earlier digest, or is to be waited for."""
        bodies = self.bodies[mailing.pk]
        body = bodies.get(choice.language)
        is_new = mailing.frozen_at is not None and mailing.frozen_at > self.period.since
        if choice.way == "waits":
            return body if body is not None and (is_new or body.created_at > self.period.since) else None
        if not is_new:
            return None
        return body or next((bodies[code] for code in language_codes() if code in bodies), None)


def _is_of_policy(topic: Topic | None) -> bool:
    return topic is not None and topic.kind == TopicKind.ALERT and topic.policy_id is not None
