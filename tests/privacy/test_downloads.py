from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace

import pytest
from django.apps import apps
from lxml import html

from core.data_register import register
from newsletters.models import Delivery, Subscription
from privacy.services.downloads import as_html, as_json
from privacy.services.held import held_about
from privacy.services.people import with_account
from tests.factories.newsletters import NOW, make_delivery, make_subscriber
from tests.factories.policies import issue, make_page
from tests.members.test_models import User
from tests.newsletters.signing_up import ADDRESS
from tests.privacy.database import rows_with
from tests.privacy.people import live_through_everything, person

pytestmark = pytest.mark.django_db


def exported(somebody=None) -> dict[str, list[dict]]:
    """Return the rows of the JSON download by file."""
    document = json.loads("".join(as_json(somebody or person(), language="en", at=NOW)))
    assert document["schema"] == "avow-personal-data/1"
    return {each["file"]: each["rows"] for each in document["files"]}


def keys_exported() -> set[tuple[str, str]]:
    return {(apps.get_model(label)._meta.db_table, row["id"]) for label, rows in exported().items() for row in rows}


class TestJson:
    def test_holds_every_row_of_the_database_in_which_the_person_stands(self):
        live_through_everything()
        found = rows_with(ADDRESS, person().hash)
        assert {table for table, _key in found} == {
            "newsletters_subscriber",
            "newsletters_delivery",
            "newsletters_signup",
            "newsletters_subscriberlookup",
            "privacy_datalink",
            "privacy_datarequest",
        }
        assert found <= keys_exported()

    def test_holds_what_hangs_on_the_person_by_number(self):
        subscriber = live_through_everything()
        rows = exported()
        for label in ("ConsentEvent", "ConsentContext", "SubscriptionRequest", "Subscription", "Bounce"):
            assert rows[f"newsletters.{label}"], label
        assert {row["subscriber_number"] for row in rows["newsletters.ConsentEvent"]} == {subscriber.pk}
        assert rows["core.RateCounter"]

    def test_misses_a_file_whose_exporter_was_left_out(self, monkeypatch):
        """The search finds what the register does not export: the test above can fail."""
        live_through_everything()
        file = register.declaration_of("newsletters.SignUp")
        monkeypatch.setitem(
            register._models, "newsletters.SignUp", replace(file, rows=lambda _person: Subscription.objects.none())
        )
        assert {table for table, _key in rows_with(ADDRESS) - keys_exported()} == {"newsletters_signup"}

    def test_holds_nothing_of_anybody_else(self):
        live_through_everything()
        other = make_subscriber("lin@readers.example")
        make_delivery(subscriber=other)
        text = "".join(as_json(person(), language="en", at=NOW))
        assert "lin@readers.example" not in text
        assert other.address_hash not in text

    def test_holds_an_officials_account_and_names_but_no_secret(self):
        user = User.objects.create_user(
            "lin@agency.example", "correct horse battery", first_name="書瑜", last_name="林"
        )
        issue(make_page("privacy", title="隱私權政策"), on="2024-01-15", by="林書瑜")
        somebody = with_account(person("lin@agency.example"))
        rows = exported(somebody)
        assert rows["members.User"][0]["email"] == "lin@agency.example"
        assert "password" not in rows["members.User"][0]
        assert user.password not in json.dumps(rows)
        assert [row["issued_by_name"] for row in rows["policies.Edition"]] == ["林書瑜"]

    def test_shows_no_account_to_whoever_only_reads_the_mailbox(self):
        User.objects.create_user("lin@agency.example", "correct horse battery")
        assert exported(person("lin@agency.example"))["members.User"] == []

    def test_is_written_in_pieces_of_bounded_memory(self):
        subscriber = make_subscriber(ADDRESS)
        first = make_delivery(subscriber=subscriber, lane=0)
        copies = []
        for number in range(3000):
            copy = Delivery.objects.get(pk=first.pk) if number == 0 else replace_pk(copies[0])
            copy.pk = None
            copies.append(copy)
        Delivery.objects.bulk_create(copies, batch_size=1000)
        del copies
        tracemalloc.start()
        size = sum(len(piece) for piece in as_json(person(), language="en", at=NOW))
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert size > 900_000
        assert peak < 12_000_000


def replace_pk(row: Delivery) -> Delivery:
    fields = {field.attname: getattr(row, field.attname) for field in Delivery._meta.concrete_fields}
    return Delivery(**{**fields, "id": None})


class TestHtml:
    def test_says_the_same_for_people(self):
        live_through_everything()
        tree = html.fromstring("".join(as_html(person(), language="zh-hant", at=NOW)).encode())
        assert tree.get("lang") == "zh-Hant"
        text = tree.text_content()
        assert ADDRESS in text
        assert "訂閱者" in text
        assert len(tree.xpath("//section")) == len(list(register.files()))

    def test_escapes_what_somebody_wrote(self):
        from privacy.choices import RequestKind
        from privacy.services.requests import open_request

        open_request(person=person(), kind=RequestKind.SEE, words="<script>alert(1)</script>", locale="en", at=NOW)
        assert "<script>" not in "".join(as_html(person(), language="en", at=NOW))


def test_shows_a_few_rows_and_counts_all():
    subscriber = make_subscriber(ADDRESS)
    for _number in range(5):
        make_delivery(subscriber=subscriber)
    held = next(each for each in held_about(person()) if each.file.model == "newsletters.Delivery")
    assert held.count() == 5
    assert len(list(held.rows(limit=3))) == 3
