"""Policies of the journeys' own, in the database of the served site: committed, and so each with its own address."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from core.dates import today
from tests.factories.policies import CHINESE, ENGLISH, clauses, issue, make_bilingual_policy, make_page

if TYPE_CHECKING:
    from policies.models import Policy, PolicyPage
    from policies.text.clauses import Clause


def revised(years: str) -> tuple[Clause, ...]:
    """Return the factories' Chinese text with another retention period."""
    heading, body = CHINESE[1]
    return clauses(CHINESE[0], (heading, body.replace("三年", years)), CHINESE[2])


def make_lagging_policy(slug: str) -> None:
    """Make a policy whose third edition has no English text yet."""
    policy = make_bilingual_policy(slug)
    page: PolicyPage = policy.pages.get(locale__language_code="zh-hant")
    issue(page, on="2025-06-01", content=revised("十年"), note="延長為十年。")


def make_announced_policy(slug: str) -> None:
    """Make a policy that has been announced, and applies from a day to be announced."""
    issue(make_page(slug, title="語言政策"), on="2025-06-01", note="訂定全文。", to_be_announced=True)
    issue(make_page(slug, language="en", title="Language policy"), on="2025-06-01", note="First edition.")


def make_alert(policy: Policy) -> None:
    """Issue another edition in both languages, lately enough for an alert: ten years instead of three."""
    pages = {page.language: page for page in policy.pages.select_related("locale")}
    yesterday = (today() - dt.timedelta(days=1)).isoformat()
    for code, words, old, new in (("zh-hant", CHINESE, "三年", "十年"), ("en", ENGLISH, "three", "ten")):
        content = clauses(*[(heading, body.replace(old, new)) for heading, body in words])
        issue(pages[code], on=yesterday, content=content, note=f"{old} → {new}")
