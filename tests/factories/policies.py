"""Policies and their editions, made by the services that make real ones."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from wagtail.models import Locale

from core.dates import TAIPEI
from policies.choices import EffectiveRule, UpdateType
from policies.drafts import stream_data
from policies.models import EditionText, Policy, PolicyIndexPage, PolicyPage
from policies.services import issue_edition
from policies.services.texts import Signatures
from policies.text.clauses import Clause

if TYPE_CHECKING:
    from collections.abc import Sequence

_SEED = uuid.UUID("6f0e7a52-2a41-4d0b-9a44-0d6d3a1b7c55")

CHINESE = (
    ("適用範圍", "<p>本政策適用於本署網站。</p>"),
    ("保存期限", "<p>伺服器紀錄保存三年，期滿刪除。</p>"),
    ("聯絡方式", "<p>對本政策有疑問，請洽本署。</p>"),
)
ENGLISH = (
    ("Scope", "<p>This policy applies to the agency’s website.</p>"),
    ("Retention", "<p>Server logs are kept for three years and then deleted.</p>"),
    ("Contact", "<p>Questions about this policy are welcome.</p>"),
)


def at(day: str, hour: int = 10) -> dt.datetime:
    """Return an hour of an ISO day in Taipei."""
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), TAIPEI)


def key(name: str) -> str:
    """Return the clause key that tests call `name`."""
    return str(uuid.uuid5(_SEED, name))


def clauses(*pairs: tuple[str, str], names: Sequence[str] = ()) -> tuple[Clause, ...]:
    """Return top-level clauses of headings and bodies, keyed by position or by `names`."""
    keys = [key(name) for name in names] or [key(str(position)) for position in range(len(pairs))]
    return tuple(Clause(k, 1, heading, body) for k, (heading, body) in zip(keys, pairs, strict=True))


def make_page(
    slug: str = "privacy",
    *,
    language: str = "zh-hant",
    content: Sequence[Clause] | None = None,
    title: str = "",
    **settings: Any,
) -> PolicyPage:
    """Return a draft of a new policy, or of another language of a policy that exists; nothing is issued."""
    pairs = CHINESE if language == "zh-hant" else ENGLISH
    source = PolicyPage.objects.filter(policy__slug=slug).order_by("pk").first()
    if source is not None:
        page = source.copy_for_translation(Locale.objects.get(language_code=language))
    else:
        index = PolicyIndexPage.objects.get(locale__language_code=language)
        page = PolicyPage(title="-", slug=slug, locale=index.locale, live=False)
        index.add_child(instance=page)
        Policy.objects.filter(pk=page.policy_id).update(**settings)
        page = PolicyPage.objects.get(pk=page.pk)
    page.title = title or ("隱私權政策" if language == "zh-hant" else "Privacy policy")
    page.clauses = stream_data(content if content is not None else clauses(*pairs))
    page.save_revision()
    return page


def issue(
    page: PolicyPage,
    *,
    on: str = "2024-01-15",
    content: Sequence[Clause] | None = None,
    update_type: str = UpdateType.SUBSTANTIVE,
    note: str = "修正條文。",
    effective_from: str | None = None,
    to_be_announced: bool = False,
    user: Any = None,
    **fields: Any,
) -> EditionText:
    """Issue the next edition (or text) from `page` at ten in the morning of the day `on`, and return its text."""
    page = PolicyPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    if content is not None:
        page.clauses = stream_data(content)
    page.update_type, page.change_note = update_type, note
    page.effective = EffectiveRule.ON_ISSUE
    if to_be_announced:
        page.effective = EffectiveRule.TO_BE_ANNOUNCED
    if effective_from:
        page.effective, page.effective_from = EffectiveRule.ON_DATE, dt.date.fromisoformat(effective_from)
    page.based_on_edition = ""
    for name, value in fields.items():
        setattr(page, name, value)
    revision = page.save_revision(user=user)
    return issue_edition(revision=revision, issued_at=at(on), signatures=Signatures(issued_by="林書瑜"))


def make_bilingual_policy(slug: str = "privacy") -> Policy:
    """Return a policy with two editions in both languages: 1.0 of 2024-01-15, and 2.0 of 2025-03-01 (三年→五年)."""
    chinese, english = make_page(slug), None
    issue(chinese, on="2024-01-15", note="訂定全文。")
    english = make_page(slug, language="en")
    issue(english, on="2024-01-15", note="First edition.")
    changed = [*CHINESE[:1], (CHINESE[1][0], CHINESE[1][1].replace("三年", "五年")), *CHINESE[2:]]
    issue(chinese, on="2025-03-01", content=clauses(*changed), note="保存期限延長為五年。")
    changed = [*ENGLISH[:1], (ENGLISH[1][0], ENGLISH[1][1].replace("three", "five")), *ENGLISH[2:]]
    issue(english, on="2025-03-01", content=clauses(*changed), note="Logs are kept for five years.")
    return Policy.objects.get(slug=slug)
