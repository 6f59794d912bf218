from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError

from policies import outlines
from policies.models import EditionText, TextOutline
from policies.outlines import keep_outline, makers_digest, show_changed, show_contents
from policies.services.verify import verify_policy
from tests.factories.policies import CHINESE, clauses, issue, key, make_bilingual_policy, make_page
from tests.pages import Page

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
URL = "/en/policies/privacy/"


def newest(locale: str = "en") -> EditionText:
    return EditionText.objects.in_language(locale).select_related("edition__policy").newest_first()[0]


def test_is_made_with_the_text_and_shown_on_its_page(client: Client) -> None:
    make_bilingual_policy()
    assert TextOutline.objects.filter(made_by=makers_digest()).count() == EditionText.objects.count()
    page = Page(client.get(URL))
    assert page.words("//ol[@class='contents__list']/li[2]") == "2. Retention"
    assert page.words("//ul[@class='changed']/li") == "2. Retention reworded"


def test_one_that_other_code_or_words_made_is_never_shown(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_bilingual_policy()
    TextOutline.objects.update(made_by="an older release", contents="<li>stale</li>", changed="<li>stale</li>")
    assert "stale" not in client.get(URL).content.decode()
    assert TextOutline.objects.get(text=newest()).made_by == makers_digest()
    with django_assert_num_queries(1):
        client.get(URL)


def test_one_that_is_missing_is_made_again(client: Client) -> None:
    make_bilingual_policy()
    TextOutline.objects.all().delete()
    assert "Retention" in Page(client.get(URL)).words("//ol[@class='contents__list']")
    assert TextOutline.objects.filter(text=newest()).exists()


def test_a_page_can_be_read_where_nothing_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    make_bilingual_policy()
    TextOutline.objects.all().delete()

    def refuse(*_args: object, **_options: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(outlines.TextOutline.objects, "bulk_create", refuse)
    assert "Retention" in show_contents(newest())
    assert not TextOutline.objects.exists()


def test_hangs_on_every_template_module_and_word_that_makes_it(tmp_path: object, settings: object) -> None:
    found = {path.name for pattern in outlines._MAKERS for path in settings.BASE_DIR.glob(pattern)}
    assert {"outline.html", "presentation.py", "labels.py", "plain.py", "django.mo"} <= found
    makers_digest.cache_clear()
    before = makers_digest()
    settings.BASE_DIR = tmp_path
    makers_digest.cache_clear()
    assert makers_digest() != before
    makers_digest.cache_clear()


def test_links_only_to_clauses_that_the_text_shown_has() -> None:
    page = make_page()
    issue(page, on="2024-01-15")
    changed = [(heading, body.replace("三年", "五年")) for heading, body in CHINESE]
    issue(page, on="2024-05-01", content=clauses(*changed))
    revised = newest("zh-hant")
    assert f'href="#c-{key("1")}"' in show_changed(revised, shown=revised)
    shown = issue(page, on="2024-06-01", content=clauses(*changed[:1]), update_type="editorial", note="刪除。")
    found = show_changed(revised, shown=shown)
    assert f'href="#c-{key("1")}"' not in found
    assert changed[1][0] in found


def test_keeping_one_twice_is_the_same_as_once() -> None:
    make_bilingual_policy()
    before = TextOutline.objects.get(text=newest())
    keep_outline(newest())
    after = TextOutline.objects.get(text=newest())
    assert (before.contents, before.changed) == (after.contents, after.changed)


@pytest.mark.parametrize("field", ["contents", "changed"])
def test_one_that_was_changed_in_the_database_is_found(field: str) -> None:
    policy = make_bilingual_policy()
    assert list(verify_policy(policy)) == []
    TextOutline.objects.filter(text=newest()).update(**{field: "<li>another</li>"})
    faults = list(verify_policy(policy))
    assert [fault.row for fault in faults] == ["privacy 2.0 en #1"]
    assert "do not derive from the text" in faults[0].reason
