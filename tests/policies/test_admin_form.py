"""What the editor's form says of the next edition before anybody publishes it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from policies.models import PolicyPage
from policies.text.clauses import Clause
from tests.factories.policies import CHINESE, clauses, issue, key, make_page
from tests.policies import admin_desk as desk

pytestmark = pytest.mark.django_db

APPLIES_AT_ONCE = "It applies as soon as it is published"


@pytest.fixture
def editor():
    return desk.sign_in(desk.make_user("Editor", is_superuser=True))


def form_of(client, page) -> str:
    response = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]), headers={"accept-language": "en"})
    assert response.status_code == 200
    return response.content.decode()


class TestEditorialAnswer:
    def test_says_that_it_applies_at_once_when_nothing_is_announced(self, editor):
        page = make_page()
        issue(page)
        assert APPLIES_AT_ONCE in form_of(editor, page)

    def test_says_from_when_while_an_edition_is_announced(self, editor):
        page = make_page()
        issue(page)
        issue(page, on="2024-06-01", content=clauses(*CHINESE[:2]), effective_from="2099-03-01")
        shown = form_of(editor, page)
        assert "It corrects edition 2.0 and applies with it, from 1 March 2099." in shown
        assert APPLIES_AT_ONCE not in shown

    def test_says_so_while_its_date_is_open(self, editor):
        page = make_page()
        issue(page)
        issue(page, on="2024-06-01", content=clauses(*CHINESE[:2]), to_be_announced=True)
        assert "It corrects edition 2.0 and applies with it, once its date is announced." in form_of(editor, page)


def test_reasons_of_an_issued_edition_are_not_shown_for_the_next(editor):
    page = make_page()
    issue(page)
    issue(page, on="2024-06-01", content=[Clause(key("0"), 1, "適用對象", "<p>甲。</p>", reason="配合檔案法修正。")])
    assert "配合檔案法修正" in PolicyPage.objects.get(pk=page.pk).clauses[0].value["reason"]
    shown = form_of(editor, page)
    assert "適用對象" in shown or "\\u9069\\u7528\\u5c0d\\u8c61" in shown
    assert "配合檔案法修正" not in shown
    assert "\\u914d\\u5408\\u6a94\\u6848\\u6cd5" not in shown


def test_the_title_moves_no_address_that_the_form_does_not_have(editor):
    page = make_page()
    assert 'data-w-sync-target-value="#id_slug"' in form_of(editor, page)
    issue(page)
    assert "w-sync-target-value" not in form_of(editor, page)
