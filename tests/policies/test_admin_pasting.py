"""The address that reads what an editor pastes into the list of clauses."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from policies.text.importing.fragments import MAX_CHARACTERS
from tests.policies import admin_desk as desk

pytestmark = pytest.mark.django_db

TEXT = "（一）姓名。\n（二）電話。"


def fields(**changes):
    return {"html": "", "text": TEXT, "language": "zh-hant", "beside": 1, "shallowest": 1, "deepest": 2} | changes


def paste(client, **changes):
    return client.post(reverse("avow_policies:paste"), fields(**changes), headers={"accept-language": "en"})


@pytest.fixture
def author():
    return desk.sign_in(desk.make_author())


def test_answers_with_the_state_of_each_clause(author):
    answer = paste(author).json()
    assert answer["said"] == "2 clauses were made of what you pasted."
    assert [state["depth"] for state in answer["clauses"]] == [["2"], ["2"]]
    assert json.loads(answer["clauses"][1]["body"])["blocks"][0]["text"] == "電話。"
    assert not answer["isText"]


def test_answers_with_warnings_in_words(author):
    answer = paste(author, text="（一）姓名。\n（三）電話。").json()
    assert answer["warnings"] == ["“（三）” does not follow the number before it: “電話。”."]


def test_text_alone_comes_as_safe_markup_and_as_clauses(author):
    answer = paste(author, html="<p onclick='x()'>甲。</p><script>y()</script><p>乙。</p>", text="甲。乙。").json()
    assert answer["isText"]
    assert answer["markup"] == "<p>甲。</p><p>乙。</p>"
    assert answer["eachSaid"] == "2 clauses were made of what you pasted."
    assert len(answer["each"]) == 2


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"text": ""}, 422),
        ({"html": "<h2>甲</h2>" * 301}, 422),
        ({"text": "甲" * (MAX_CHARACTERS + 1)}, 413),
        ({"language": "fr"}, 400),
        ({"beside": "9"}, 400),
        ({"deepest": "x"}, 400),
    ],
)
def test_refuses_in_words(author, changes, status):
    response = paste(author, **changes)
    assert response.status_code == status
    assert "Import text" in response.json()["refusal"]


def test_is_for_those_who_may_write_pages():
    assert paste(Client()).status_code == 302
    group = Group.objects.create(name="Visitors of the admin")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    visitor = desk.sign_in(desk.make_user("Visitor", group=group.name))
    assert paste(visitor, html="").status_code in {302, 403}
    assert paste(desk.sign_in(desk.make_approver())).status_code == 200


def test_needs_its_token_and_a_post(author):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = author.cookies
    assert paste(strict).status_code == 403
    assert author.get(reverse("avow_policies:paste")).status_code == 405
