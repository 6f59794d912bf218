"""Subscribers and a bilingual bulletin for them, frozen by the very service that freezes real ones."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from core.mail.content import MailContent
from newsletters.articles import Article
from newsletters.choices import Lane, MailingKind, MailingState, TopicKind
from newsletters.models import Mailing, Topic
from newsletters.services.freeze import freeze_mailing
from newsletters.services.mailings import add_body

if TYPE_CHECKING:
    from core.mail.content import Part

_WORDS = {
    "en": "From 1 July the office answers requests within thirty days, and says why when it takes longer. ",
    "zh-hant": "自七月一日起，本署於三十日內答復申請；逾期者，說明理由。",
}
#: About as long as a bulletin of three articles.
_REPEATS = 90

_SUBSCRIBERS = """
INSERT INTO newsletters_subscriber
    (address, address_key, address_hash, locale, state, token_epoch, bounce_score, created_at, confirmed_at)
SELECT a, a, encode(sha256(a::bytea), 'hex'), CASE WHEN n %% 2 = 0 THEN 'en' ELSE 'zh-hant' END, 'active', 0, 0, now(), now()
FROM (SELECT n, 'r' || n || '@d' || n %% 20 || '.example' AS a FROM generate_series(%s::int, %s::int) n) s
ON CONFLICT DO NOTHING
"""
_SUBSCRIPTIONS = """
INSERT INTO newsletters_subscription
    (subscriber_id, topic_id, locale, frequency, waits_for_language, source, started_at, ended_reason)
SELECT id, %s, locale, 'immediate', false, 'sign_up', now(), '' FROM newsletters_subscriber ORDER BY id LIMIT %s
ON CONFLICT DO NOTHING
"""


def parts(language: str) -> tuple[list[Part], list[Part]]:
    """Return HTML and text with each reader's own links in them."""
    words = _WORDS[language]
    article = f'<tr><td style="font-size:16px;line-height:1.7;padding:12px 24px"><p>{words * 3}</p></td></tr>\n'
    html: list[Part] = [
        f'<!doctype html><html lang="{language}"><body><table>' + article * (_REPEATS // 3),
        '<p><a href="',
        {"value": "unsubscribe_url"},
        '">×</a> <a href="',
        {"value": "preferences_url"},
        '">⚙</a></p></table></body></html>\n',
    ]
    text: list[Part] = [f"{words}\n" * _REPEATS, {"value": "unsubscribe_url"}, "\n", {"value": "preferences_url"}, "\n"]
    return html, text


def add_subscribers(count: int) -> Topic:
    """Return a topic of `count` subscribers, who are made unless an earlier run made them; the planner knows of them."""
    topic, is_new = Topic.objects.get_or_create(
        slug=f"bench-{count}", defaults={"kind": TopicKind.BULLETIN, "list_id": f"bench-{count}.policies.example"}
    )
    if is_new:
        with connection.cursor() as cursor:
            cursor.execute(_SUBSCRIBERS, [1, count])
            cursor.execute(_SUBSCRIPTIONS, [topic.pk, count])
            cursor.execute("ANALYZE newsletters_subscriber, newsletters_subscription")
    return topic


def freeze(topic: Topic, key: str, **fields: Any) -> tuple[Mailing, int, float]:
    """Make a bulletin for all subscribers of `topic`; return it, how many get it, and the seconds that freezing took."""
    at = timezone.now()
    mailing = Mailing.objects.create(
        key=key,
        topic=topic,
        created_at=at,
        **({"kind": MailingKind.BULLETIN, "lane": Lane.BULLETIN, "state": MailingState.APPROVED} | fields),
    )
    for language, subject in (("en", "News of the office"), ("zh-hant", "本署最新消息")):
        html, text = parts(language)
        article = Article(language=language, title=subject, summary=_WORDS[language], blocks=())
        content = MailContent(subject, html, text)
        add_body(mailing=mailing, locale=language, content=content, article=article.to_data(), at=at)
    began = time.monotonic()
    count = freeze_mailing(mailing=mailing, at=at)
    return mailing, count, time.monotonic() - began
