from __future__ import annotations

import pytest
from wagtail.blocks import StructBlockValidationError

from newsletters.blocks import ChangeBlock, check_link_address
from newsletters.drafts import read_draft
from policies.models import Edition
from tests.factories.policies import key, make_bilingual_policy
from tests.newsletters.bulletins import make_bulletin

pytestmark = pytest.mark.django_db


class TestDraft:
    def test_links_and_pages_become_whole_addresses(self) -> None:
        body = [
            ("text", '<p><a href="/zh-hant/policies/">政策</a></p>'),
            ("links", {"title": "連結", "links": [{"text": "搜尋", "url": "/zh-hant/search/"}]}),
        ]

        article = read_draft(make_bulletin(body=body)).article

        assert article.links == (
            "http://127.0.0.1:8000/zh-hant/policies/",
            "http://127.0.0.1:8000/zh-hant/search/",
        )

    def test_a_change_is_told_in_the_pages_language_with_the_clauses_chosen(self) -> None:
        make_bilingual_policy()
        edition = Edition.objects.get(major=2)
        change = {"edition": str(edition.pk), "clauses": [f"{edition.pk}:{key('1')}"]}

        (block,) = read_draft(make_bulletin(body=[("change", change)])).article.blocks

        assert block.title == "隱私權政策"  # type: ignore[union-attr]
        assert [clause.label for clause in block.clauses] == ["二、保存期限"]  # type: ignore[union-attr]

    def test_clauses_of_another_edition_are_refused(self) -> None:
        make_bilingual_policy()
        first, second = Edition.objects.order_by("major")
        block = ChangeBlock()
        sound = block.to_python({"edition": str(second.pk), "clauses": [f"{second.pk}:{key('1')}"]})
        assert block.clean(sound)["clauses"]

        with pytest.raises(StructBlockValidationError):
            block.clean(block.to_python({"edition": str(first.pk), "clauses": [f"{second.pk}:{key('1')}"]}))

    @pytest.mark.parametrize("address", ["javascript:alert(1)", "www.ola.example", "#c-1", "//ola.example/"])
    def test_a_link_that_leads_nowhere_is_refused(self, address: str) -> None:
        with pytest.raises(Exception, match="whole address"):
            check_link_address(address)
