from __future__ import annotations

from django.template.loader import render_to_string

from policies.text.clauses import Clause, Document
from tests.factories.policies import key


def test_a_draft_is_shown_as_readers_would_see_it() -> None:
    clause = Clause(key("one"), 1, "適用範圍", "<p>本政策適用於本署網站。</p>")
    page = render_to_string(
        "policies/preview.html", {"document": Document("zh-hant", "隱私權政策", "摘要。", (clause,))}
    )
    assert '<div lang="zh-Hant">' in page
    assert '<span class="clause__number">一、</span>' in page
    assert f'href="#c-{key("one")}"' in page
    assert "noindex" in page
